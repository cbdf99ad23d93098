//! Who may be asked, with what, and how much: one TOML file or the environment.

mod env;
mod error;
mod file;

pub use error::ConfigError;

use dioscuri_retry::Profile;
use dioscuri_transport::{Credential, Surface};
use std::{path::Path, time::Duration};

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
    /// How long one attempt may take. Default: 15 min.
    pub attempt_timeout: Duration,
    /// How long a quota minute is. Default: 60 s; simulators share another.
    pub minute: Duration,
    /// After waiting this long for the first model of the chain, a call may use the others. Default: one
    /// quota minute.
    pub fallback_after: Option<Duration>,
    /// How many attempts may be in flight to a place that has never answered yet. Default by profile: 8; batch 1,
    /// so that a bad key costs one request.
    pub unproven_in_flight: Option<u32>,
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
            minute: Duration::from_secs(60),
            fallback_after: None,
            unproven_in_flight: None,
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
        if self.minute.is_zero()
            || self.attempt_timeout.is_zero()
            || self.deadline.is_some_and(|it| it.is_zero())
        {
            return Err(ConfigError::new(
                "`minute`, `attempt_timeout` and `deadline` must be above zero",
            ));
        }
        self.projects.iter().try_for_each(Project::check)
    }
}

fn first_twice<'a>(names: impl IntoIterator<Item = &'a String>) -> Option<&'a String> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}

/// One project: the quotas are its own, whatever the number of its keys.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Project {
    /// Its name; on Vertex the Google Cloud project id.
    pub id: String,
    /// Which of the two surfaces it is reached by.
    pub surface: Surface,
    /// Who pays: projects of one account stop together when its credit ends. Default: an account of its own.
    pub billing_account: Option<String>,
    /// Asked in place of Google: a gateway, a proxy, a simulator.
    pub base_url: Option<String>,
    /// Vertex locations; the Developer API has `global` only.
    pub locations: Vec<String>,
    /// Keys or token sources; one is sent with each request.
    pub credentials: Vec<Credential>,
    /// Its quotas, as AI Studio or the Cloud console show them. Without them, refusals teach.
    pub limits: Vec<ModelLimits>,
}

impl Project {
    /// A project of the Gemini Developer API.
    #[must_use]
    pub fn developer(id: impl Into<String>) -> Self {
        Self::new(id, Surface::Developer, vec!["global".to_owned()])
    }

    /// A project of Vertex AI with the locations that may be asked.
    #[must_use]
    pub fn vertex(id: impl Into<String>, locations: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(
            id,
            Surface::Vertex,
            locations.into_iter().map(Into::into).collect(),
        )
    }

    fn new(id: impl Into<String>, surface: Surface, locations: Vec<String>) -> Self {
        Self {
            id: id.into(),
            surface,
            billing_account: None,
            base_url: None,
            locations,
            credentials: Vec::new(),
            limits: Vec::new(),
        }
    }

    /// The same project with one more API key.
    #[must_use]
    pub fn with_key(self, key: &str) -> Self {
        self.with_credential(Credential::api_key(key))
    }

    /// The same project with one more credential.
    #[must_use]
    pub fn with_credential(mut self, credential: Credential) -> Self {
        self.credentials.push(credential);
        self
    }

    /// The same project with one more quota.
    #[must_use]
    pub fn with_limits(mut self, limits: ModelLimits) -> Self {
        self.limits.push(limits);
        self
    }

    /// The same project, paid for by `account`.
    #[must_use]
    pub fn with_billing_account(mut self, account: impl Into<String>) -> Self {
        self.billing_account = Some(account.into());
        self
    }

    /// The same project, reached at `url` (`https://host[:port][/prefix]`).
    #[must_use]
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The quotas of `model` at `location`: the most specific entry counts.
    pub(crate) fn limits_of(&self, model: &str, location: &str) -> Option<&ModelLimits> {
        let fits = |limits: &&ModelLimits, at: Option<&str>| {
            limits.model == model && limits.location.as_deref() == at
        };
        self.limits
            .iter()
            .find(|limits| fits(limits, Some(location)))
            .or_else(|| self.limits.iter().find(|limits| fits(limits, None)))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let id = &self.id;
        if id.is_empty() {
            return Err(ConfigError::new("a project has an empty id"));
        }
        if self.credentials.is_empty() {
            return Err(ConfigError::new(format!(
                "project `{id}` has no credential: add a key or a token source"
            )));
        }
        if self.locations.is_empty() {
            return Err(ConfigError::new(format!(
                "project `{id}` has no location: name one, for example `global`"
            )));
        }
        if let Some(twice) = first_twice(&self.locations) {
            return Err(ConfigError::new(format!(
                "project `{id}` has location `{twice}` twice"
            )));
        }
        if let Some(number) = self.credentials.iter().position(|one| !one.is_sendable()) {
            let number = number + 1;
            let why = "is empty or holds characters that no header may hold, such as a line break";
            return Err(ConfigError::new(format!("project `{id}`: key {number} {why}")));
        }
        self.check_limits()
    }

    /// A limit that nothing looks at would be sent past.
    fn check_limits(&self) -> Result<(), ConfigError> {
        let id = &self.id;
        for (at, limits) in self.limits.iter().enumerate() {
            let model = &limits.model;
            let known: Vec<_> = self.locations.iter().map(String::as_str).collect();
            if let Some(location) = limits
                .location
                .as_deref()
                .filter(|location| !known.contains(location))
            {
                let near = error::nearest(location, &known).map(|near| format!("; did you mean `{near}`?"));
                let near = near.unwrap_or_else(|| format!("; it has {}", known.join(", ")));
                let what = format!(
                    "project `{id}` has no location `{location}`, which a limit of `{model}` names{near}"
                );
                return Err(ConfigError::new(what));
            }
            let same =
                |other: &&ModelLimits| other.model == limits.model && other.location == limits.location;
            if self.limits[..at].iter().any(|other| same(&other)) {
                return Err(ConfigError::new(format!(
                    "project `{id}` has two limits of `{model}`; make them one"
                )));
            }
        }
        Ok(())
    }
}

/// The quotas of one model in one project. What is not set is not counted until a refusal names it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ModelLimits {
    /// The model.
    pub model: String,
    /// The location; `None` gives every location of the project a quota of this size.
    pub location: Option<String>,
    /// Requests a minute.
    pub rpm: Option<u64>,
    /// Input tokens a minute.
    pub tpm: Option<u64>,
    /// Requests a Pacific day.
    pub rpd: Option<u64>,
}

impl ModelLimits {
    /// No limits on `model` yet.
    #[must_use]
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            location: None,
            rpm: None,
            tpm: None,
            rpd: None,
        }
    }

    /// The same, at one location.
    #[must_use]
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// The same with `requests` a minute.
    #[must_use]
    pub fn with_rpm(mut self, requests: u64) -> Self {
        self.rpm = Some(requests);
        self
    }

    /// The same with `tokens` of input a minute.
    #[must_use]
    pub fn with_tpm(mut self, tokens: u64) -> Self {
        self.tpm = Some(tokens);
        self
    }

    /// The same with `requests` a Pacific day.
    #[must_use]
    pub fn with_rpd(mut self, requests: u64) -> Self {
        self.rpd = Some(requests);
        self
    }
}
