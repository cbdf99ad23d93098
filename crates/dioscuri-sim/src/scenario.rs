//! What a world is made of, as a TOML file says it.

mod check;
mod error;
mod file;
mod incident;
mod library;
mod model;
mod project;
mod timetable;
mod value;

use std::time::Duration;

use dioscuri_vocab::UnixTime;

pub(crate) use self::incident::LARGEST_ERROR;
#[cfg(feature = "http")]
pub(crate) use self::value::duration;
pub use self::{
    error::ScenarioError,
    incident::{CustomError, Incident, Place, RefusalKind, StreamFault, What, WireFault},
    model::{Latency, Model, ModelKind, ModelState, Price},
    project::{
        AccountState, BillingAccount, Enforcement, Key, KeyKind, KeyState, Project, Quota, RetryHint, Secret,
        ServiceTier, Surface, Throughput, Tier,
    },
    timetable::{Capacity, Change, Load, Method, Period},
};

/// A world to build: its minute, models, projects, keys, quotas and faults.
///
/// What it holds is checked: a scenario that exists names only models and locations that exist in it. Every
/// field of the file is described in [the page of scenario files](crate::scenario_file).
///
/// ```
/// use dioscuri_sim::Scenario;
/// use std::time::Duration;
///
/// # fn main() -> Result<(), dioscuri_sim::ScenarioError> {
/// let scenario = Scenario::parse(
///     r#"
///     minute = "6s"
///     [[model]]
///     name = "gemini-3.8-flash"
///     [[project]]
///     id = "castor"
///     surface = "developer"
///     key = [{ secret = "AQ.castor" }]
///     quota = [{ model = "gemini-3.8-flash", rpm = 60 }]
///     "#,
/// )?;
/// assert_eq!(scenario.minute, Duration::from_secs(6));
/// assert_eq!(scenario.projects[0].locations, ["global"]);
///
/// let mistake = Scenario::parse("minut = \"6s\"").unwrap_err();
/// assert_eq!(mistake.to_string(), "unknown key `minut` at line 1; did you mean `minute`?");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Scenario {
    /// Its name in the library, if it comes from there.
    pub name: Option<String>,
    /// The text that it was read from. It holds the keys, and so `Debug` shows nothing of it.
    pub toml: Secret,
    /// What it shows, in one sentence.
    pub about: String,
    /// The length of a minute in this world. A quota "per minute" counts over this time; days are real
    /// Pacific days all the same.
    pub minute: Duration,
    /// The date of its first moment; `None`: what the clock says then.
    pub start: Option<UnixTime>,
    /// The seed of every draw, unless the world is given another.
    pub seed: u64,
    /// The models that a client of this world asks for, first choice first. Never empty.
    pub chain: Vec<String>,
    /// How long answers take, unless a model has its own.
    pub latency: Latency,
    /// How true the waits are that refusals ask for, unless a quota has its own.
    pub retry_info: RetryHint,
    /// The models that exist. Never empty.
    pub models: Vec<Model>,
    /// Who pays for the projects: every account that is named, and one for each project without.
    pub accounts: Vec<BillingAccount>,
    /// The projects that exist. Never empty.
    pub projects: Vec<Project>,
    /// What all projects share, besides their own quotas.
    pub capacities: Vec<Capacity>,
    /// What other users send.
    pub loads: Vec<Load>,
    /// Limits that change, in the order of the file.
    pub changes: Vec<Change>,
    /// What goes wrong, in the order of the file. Of several that strike one request the first decides.
    pub incidents: Vec<Incident>,
}

impl Scenario {
    /// The scenario that `toml` describes.
    ///
    /// # Errors
    ///
    /// If the text is not TOML, or has an unknown key, a wrong value or a name that stands for nothing. The
    /// error names the line, and the nearest known name where there is one.
    pub fn parse(toml: &str) -> Result<Self, ScenarioError> {
        check::scenario(toml)
    }

    /// The scenario of that name from the library of this crate.
    ///
    /// # Errors
    ///
    /// If there is none of that name; the error names the nearest one.
    ///
    /// ```
    /// use dioscuri_sim::Scenario;
    ///
    /// assert_eq!(Scenario::named("demo").unwrap().chain[0], "gemini-3.8-flash");
    /// let mistake = Scenario::named("dmeo").unwrap_err();
    /// assert_eq!(mistake.to_string(), "unknown scenario `dmeo`; did you mean `demo`?");
    /// ```
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let named = library::named(name)?;
        Ok(Self {
            name: Some(name.to_owned()),
            ..named
        })
    }

    /// The library: the name of each scenario and what it shows.
    #[must_use]
    pub const fn names() -> &'static [(&'static str, &'static str)] {
        library::NAMES
    }

    /// The same world with a minute of another length. What stands in the timetable and goes by the world's
    /// minutes shrinks or grows with it; latencies and Pacific days stay.
    ///
    /// ```
    /// use dioscuri_sim::Scenario;
    /// use std::time::Duration;
    ///
    /// let quick = Scenario::named("calm").unwrap().with_minute(Duration::from_secs(1));
    /// assert_eq!(quick.minute, Duration::from_secs(1));
    /// ```
    ///
    /// # Panics
    ///
    /// If `minute` is zero.
    #[must_use]
    pub fn with_minute(mut self, minute: Duration) -> Self {
        assert!(!minute.is_zero(), "a minute has a length");
        let before = self.minute;
        let scale = |time: &mut Duration| {
            let nanos = time.as_nanos().saturating_mul(minute.as_nanos()) / before.as_nanos().max(1);
            *time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        };
        let periods = self.incidents.iter_mut().map(|incident| &mut incident.period);
        for period in periods.chain(self.loads.iter_mut().map(|load| &mut load.period)) {
            scale(&mut period.at);
            period.lasts.iter_mut().for_each(scale);
            period.every.iter_mut().for_each(scale);
        }
        self.loads
            .iter_mut()
            .for_each(|load| scale(&mut load.change_every));
        self.changes.iter_mut().for_each(|change| scale(&mut change.at));
        for project in &mut self.projects {
            project
                .throughputs
                .iter_mut()
                .for_each(|order| scale(&mut order.window));
        }
        self.minute = minute;
        self
    }

    /// The model of that name or alias.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models
            .iter()
            .find(|model| model.name == name || model.aliases.iter().any(|alias| alias == name))
    }

    /// The project of that id.
    #[must_use]
    pub fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }
}
