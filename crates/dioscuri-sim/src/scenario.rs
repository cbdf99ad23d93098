//! What a world is made of, as a TOML file says it.

mod check;
mod error;
mod file;
mod library;
mod value;

use std::{fmt, time::Duration};

pub use error::ScenarioError;

/// A world to build: its minute, models, projects, keys, quotas and faults.
///
/// What it holds is checked: a scenario that exists names only models and locations that exist in it. Every
/// field of the file is described in the README of this crate.
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
    /// What it shows, in one sentence.
    pub about: String,
    /// The length of a minute in this world. A quota "per minute" counts over this time; days are real
    /// Pacific days all the same.
    pub minute: Duration,
    /// The seed of every draw, unless the world is given another.
    pub seed: u64,
    /// The models that a client of this world asks for, first choice first. Never empty.
    pub chain: Vec<String>,
    /// How long answers take, unless a model has its own.
    pub latency: Latency,
    /// What goes wrong by chance.
    pub faults: Faults,
    /// The models that exist. Never empty.
    pub models: Vec<Model>,
    /// The projects that exist. Never empty.
    pub projects: Vec<Project>,
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
        library::named(name)
    }

    /// The library: the name of each scenario and what it shows.
    #[must_use]
    pub const fn names() -> &'static [(&'static str, &'static str)] {
        library::NAMES
    }

    /// The model of that name.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// The project of that id.
    #[must_use]
    pub fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }
}

/// How long an answer takes, from the request's last byte to the answer's head.
///
/// Uniform in `min..=max`, plus `per_output_token` for each token of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Latency {
    /// The shortest time. Refusals take this long.
    pub min: Duration,
    /// The longest time; at least `min`.
    pub max: Duration,
    /// The time that each token of the answer adds.
    pub per_output_token: Duration,
}

/// What goes wrong by chance.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Faults {
    /// The share of admitted requests, `0.0..=1.0`, that are refused for lack of capacity all the same.
    /// They count against the quotas.
    pub capacity: f64,
}

/// A model that exists in the world. Every project may ask for it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Model {
    /// Its name in paths, quota bodies and `modelVersion`.
    pub name: String,
    /// How long its answers take, where it differs from the world's.
    pub latency: Option<Latency>,
    /// The shortest and the longest answer, in tokens; uniform between.
    pub output_tokens: (u64, u64),
}

/// A project: what quotas are counted against.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Project {
    /// Its id; on Vertex part of the path.
    pub id: String,
    /// Where it is served.
    pub surface: Surface,
    /// How its quotas are named.
    pub tier: Tier,
    /// Who pays. The id of the project, unless the file names an account.
    pub billing_account: String,
    /// The locations it may use; `["global"]` on [`Surface::Developer`]. Never empty.
    pub locations: Vec<String>,
    /// The API keys, or on [`Surface::Vertex`] the bearer tokens. Never empty.
    pub keys: Vec<Key>,
    /// The limits; what has none is unlimited.
    pub quotas: Vec<Quota>,
}

impl Project {
    /// The limits of `model` in `location`, if it has any there.
    ///
    /// A quota that names the location goes before one that names none.
    #[must_use]
    pub fn quota(&self, model: &str, location: &str) -> Option<&Quota> {
        let of_model = || self.quotas.iter().filter(|quota| quota.model == model);
        of_model()
            .find(|quota| quota.location.as_deref() == Some(location))
            .or_else(|| of_model().find(|quota| quota.location.is_none()))
    }
}

/// Which of Google's two surfaces serves a project.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Surface {
    /// The Gemini Developer API: API keys, no locations.
    Developer,
    /// Vertex AI: bearer tokens, the project and the location stand in the path.
    Vertex,
}

impl Surface {
    /// The name in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Vertex => "vertex",
        }
    }
}

/// The plan of a project: it decides how refusals name a quota.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Tier {
    /// The free tier.
    Free,
    /// A paid tier.
    #[default]
    Paid,
}

/// A credential of a project.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Key {
    /// What a client sends.
    pub secret: Secret,
    /// Whether it opens anything.
    pub state: KeyState,
}

/// Whether a credential opens anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum KeyState {
    /// It is accepted.
    #[default]
    Valid,
    /// It is refused as if it had never been issued.
    Invalid,
}

/// The text of a credential. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(crate) const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The text itself, to be sent. It opens nothing but this world; keep it out of logs all the same.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The limits of one model in a project. What is `None` is unlimited; 0 means "not offered".
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Quota {
    /// The model that it counts.
    pub model: String,
    /// The location that it counts. `None`: each location of the project has these limits, and each its own
    /// count.
    pub location: Option<String>,
    /// Requests in any window of one minute.
    pub rpm: Option<u64>,
    /// Tokens of prompts in any window of one minute.
    pub tpm: Option<u64>,
    /// Requests in a Pacific day.
    pub rpd: Option<u64>,
    /// Of these, how many are gone on the day of the first arrival.
    pub rpd_used: u64,
}
