//! Who may be asked, with what, and how much: one TOML file or the environment.

mod env;
mod error;
mod file;
mod project;
mod residency;

pub use error::ConfigError;
pub use project::{ModelLimits, Project};

use dioscuri_budget as budget;
use dioscuri_pool::Tier;
use dioscuri_retry::Profile;
use dioscuri_vocab::Class;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The model that is asked when none is named.
///
/// Generally available since 2026-09-02, on the free tier too. Source: the models page, read 2026-11-21.
const MODEL: &str = "gemini-3.8-flash";

/// How long one attempt may take. Google's migration guide for Gemini 4 asks for at least 15 minutes.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// Who may be asked, with what, and how much.
///
/// ```
/// use dioscuri::{Config, ModelLimits, Project};
///
/// let config = Config::new([
///     Project::developer("castor")
///         .with_key("an API key")
///         .with_limits(ModelLimits::new("gemini-3.8-flash").with_rpm(60)),
/// ])
/// .with_models(["gemini-3.8-flash", "gemini-3.5-flash-lite"]);
/// assert_eq!(config.models.len(), 2);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The projects that may be asked.
    pub projects: Vec<Project>,
    /// The model chain: the first choice, then what may answer in its place. Default: one model.
    pub models: Vec<String>,
    /// How patient callers are. Default: [`Profile::Default`].
    pub profile: Profile,
    /// How long a call may take in all, where it does not say itself: queue, attempts, waits and fallbacks.
    /// Default by profile: 1 min, 10 min, 1 h.
    pub deadline: Option<Duration>,
    /// How long one attempt may take, of a stream up to its first content. Default: 15 min.
    pub attempt_timeout: Duration,
    /// How long a stream that passes by [`Client::routes`](crate::Client::routes) may be silent once its first content
    /// has come. Default: 120 s, which is longer than many clients' own timeouts of reading.
    pub stream_idle: Option<Duration>,
    /// How long a quota minute is. Default: 60 s; simulators share another.
    pub minute: Duration,
    /// After waiting this long for the first model of the chain, a call may use the others. Default: one
    /// quota minute.
    pub fallback_after: Option<Duration>,
    /// How many attempts may be in flight to a place that has never answered yet. Default by profile: 8; batch 1,
    /// so that a bad key costs one request.
    pub unproven_in_flight: Option<u32>,
    /// After how many attempts that failed with a class a call may use the next model of the chain; 0: never. What is
    /// not named is as the documentation of the retry table says: 3 for `capacity`, 1 for `quota_day`, never for
    /// `quota_minute`.
    pub fallback_on: Vec<(Class, u32)>,
    /// Which locations may be sent to: `eu`, `us`, or names of locations. Empty, the default: all that are configured.
    pub residency: Vec<String>,
    /// Which tiers are preferred, the first most; those not named come after. Default: provisioned, standard, flex,
    /// priority.
    pub tiers: Vec<Tier>,
    /// After this long without an answer a call is sent a second time, to another endpoint with room, and the first
    /// answer wins. Both are charged and may both be billed. Default: never.
    pub hedge_after: Option<Duration>,
    /// Calls of this priority may come at any time: lower ones leave them room from the start. Default: once one has
    /// come, for five minutes.
    pub expect_priority: Option<u8>,
    /// How much the travel times of two requests may differ, to start with; learned from then on. Default: 400 ms, of a
    /// shorter minute as large a part. It costs `guard / minute` of the throughput.
    pub guard: Option<Duration>,
    /// The share of a limit, from 0.01 to 1, that goes at once until the server has shown that it bears more. Default:
    /// 0.1; the rest follows two round trips later.
    pub burst_share: Option<f64>,
    /// The file that keeps counts of the day, learned limits, guards and pauses over a restart. Default: none.
    pub state: Option<PathBuf>,
}

impl Config {
    /// The defaults for `projects`.
    #[must_use]
    pub fn new(projects: impl IntoIterator<Item = Project>) -> Self {
        Self {
            projects: projects.into_iter().collect(),
            models: vec![MODEL.to_owned()],
            profile: Profile::Default,
            deadline: None,
            attempt_timeout: ATTEMPT_TIMEOUT,
            stream_idle: None,
            minute: Duration::from_secs(60),
            fallback_after: None,
            unproven_in_flight: None,
            fallback_on: Vec::new(),
            residency: Vec::new(),
            tiers: Vec::new(),
            hedge_after: None,
            expect_priority: None,
            guard: None,
            burst_share: None,
            state: None,
        }
    }

    /// One Developer project from `GOOGLE_API_KEY` or `GEMINI_API_KEY`; the first wins, as in Google's SDKs.
    /// `GOOGLE_GEMINI_BASE_URL`, if set, is asked in place of Google.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] that names the variables, if neither is set.
    pub fn from_env() -> Result<Self, ConfigError> {
        env::read(|name| std::env::var(name).ok())
    }

    /// Reads a TOML file. Secrets in it are references to variables, files or commands.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] that says what is wrong, where, and for an unknown key the nearest known one.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        Self::from_toml(&text).map_err(|error| error.within(path))
    }

    /// Reads TOML.
    ///
    /// ```
    /// let error = dioscuri::Config::from_toml("minut = \"6s\"").unwrap_err();
    /// assert_eq!(error.to_string(), "line 1: unknown key `minut`; did you mean `minute`?");
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Config::from_file`].
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        file::read(text, &|name| std::env::var(name).ok())
    }

    /// The same, asking for `models` in this order.
    #[must_use]
    pub fn with_models(mut self, models: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.models = models.into_iter().map(Into::into).collect();
        self
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The same with `deadline` for every call that does not bring its own.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same with quota minutes of `minute`, for simulators.
    #[must_use]
    pub fn with_minute(mut self, minute: Duration) -> Self {
        self.minute = minute;
        self
    }

    /// The same, sending only to locations in `only`: `eu`, `us`, or names of locations.
    #[must_use]
    pub fn with_residency(mut self, only: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.residency = only.into_iter().map(Into::into).collect();
        self
    }

    /// The same, keeping what it learns in the file `path`, which is made if it is not there.
    #[must_use]
    pub fn with_state(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }

    /// Whether `location` may be sent to.
    pub(crate) fn is_allowed(&self, location: &str) -> bool {
        let mut words = self.residency.iter();
        self.residency.is_empty() || words.any(|word| residency::holds(word, location))
    }

    /// The guard to start with.
    ///
    /// Shorter minutes are those of simulators, which are next door: the usual guard would be longer than the short
    /// windows by which a burst is tried out, and nothing would be learned.
    #[must_use]
    pub fn first_guard(&self) -> Duration {
        let usual = budget::Config::default();
        let part = self.minute.as_secs_f64() / usual.minute().as_secs_f64();
        self.guard.unwrap_or_else(|| usual.guard().mul_f64(part.min(1.0)))
    }

    /// How long a call may take if it does not say itself.
    pub(crate) fn usual_deadline(&self) -> Duration {
        self.deadline.unwrap_or(match self.profile {
            Profile::Interactive => Duration::from_secs(60),
            Profile::Batch => Duration::from_secs(3600),
            _ => Duration::from_secs(600),
        })
    }

    /// Checks what only the whole can tell.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.projects.is_empty() {
            return Err(ConfigError::new(
                "no project: add one with a key, or set GEMINI_API_KEY",
            ));
        }
        if self.models.is_empty() || self.models.len() > usize::from(u8::MAX) {
            return Err(ConfigError::new("the model chain needs 1 to 255 models"));
        }
        if let Some(twice) = first_twice(&self.models) {
            return Err(ConfigError::new(format!(
                "model `{twice}` stands twice in the chain"
            )));
        }
        if let Some(twice) = first_twice(self.projects.iter().map(|project| &project.id)) {
            return Err(ConfigError::new(format!("project `{twice}` is configured twice")));
        }
        let spans = [
            self.deadline,
            self.stream_idle,
            self.fallback_after,
            self.hedge_after,
        ];
        let given = spans.into_iter().flatten();
        if given
            .chain([self.minute, self.attempt_timeout])
            .any(|span| span.is_zero())
        {
            let spans =
                "`minute`, `attempt_timeout`, `stream_idle`, `deadline`, `fallback_after` and `hedge_after`";
            return Err(ConfigError::new(format!("{spans} must be above zero")));
        }
        self.check_quotas()?;
        self.projects.iter().try_for_each(Project::check)?;
        self.check_residency()
    }

    fn check_quotas(&self) -> Result<(), ConfigError> {
        if self.guard.is_some_and(|guard| guard >= self.minute) {
            return Err(ConfigError::new("`guard` must be shorter than `minute`"));
        }
        if self
            .burst_share
            .is_some_and(|share| !(0.01..=1.0).contains(&share))
        {
            return Err(ConfigError::new("`burst_share` must be from 0.01 to 1.0"));
        }
        Ok(())
    }

    /// A word that no location fits, and a rule that leaves none, would be found out only by the first call.
    fn check_residency(&self) -> Result<(), ConfigError> {
        let locations = || self.projects.iter().flat_map(|project| &project.locations);
        for word in &self.residency {
            if residency::is_known(word) || locations().any(|location| location == word) {
                continue;
            }
            let mut known: Vec<_> = residency::WORDS.to_vec();
            known.extend(locations().map(String::as_str));
            known.dedup();
            let near = error::nearest(word, &known).map(|near| format!("; did you mean `{near}`?"));
            let near = near.unwrap_or_else(|| format!("; write one of {}", known.join(", ")));
            return Err(ConfigError::new(format!("`residency` names `{word}`{near}")));
        }
        if locations().any(|location| self.is_allowed(location)) {
            return Ok(());
        }
        let only = self.residency.join(", ");
        Err(ConfigError::new(format!(
            "no location of any project lies within `residency` ({only})"
        )))
    }
}

fn first_twice<'a>(names: impl IntoIterator<Item = &'a String>) -> Option<&'a String> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}
