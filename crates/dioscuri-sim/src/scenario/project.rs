//! Projects, their keys and quotas, and who pays.

use std::{fmt, time::Duration};

/// A project: what quotas are counted against.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Project {
    /// Its id; on Vertex part of the path.
    pub id: String,
    /// Its number, which refusals name; on Vertex it may stand in the path for the id.
    pub number: u64,
    /// Where it is served.
    pub surface: Surface,
    /// How its quotas are named.
    pub tier: Tier,
    /// Who pays. The id of the project, unless the file names an account.
    pub billing_account: String,
    /// The locations it may use; `["global"]` on [`Surface::Developer`]. Never empty.
    pub locations: Vec<String>,
    /// Whether it is new: models that are closed to new users are not found.
    pub new_user: bool,
    /// The share of its limits, `0.0..=1.0`, that the service tier "priority" may use; what is above it is
    /// served as standard.
    pub priority_share: f64,
    /// The API keys or bearer tokens. Never empty.
    pub keys: Vec<Key>,
    /// The limits; what has none is unlimited.
    pub quotas: Vec<Quota>,
    /// The provisioned throughput; on [`Surface::Vertex`] only.
    pub throughputs: Vec<Throughput>,
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
    /// Vertex AI: bearer tokens, the project and the location stand in the path; in express mode API keys and
    /// neither.
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
    /// How it is sent.
    pub kind: KeyKind,
    /// Whether it opens anything.
    pub state: KeyState,
}

/// How a credential is sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum KeyKind {
    /// As `x-goog-api-key` or `?key=`; on Vertex it opens the paths of express mode as well.
    ApiKey,
    /// As `Authorization: Bearer`.
    Token,
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
    /// It is refused as one whose time is over.
    Expired,
    /// It was reported as leaked.
    Leaked,
    /// Its consumer is suspended.
    Suspended,
    /// It is restricted to other services.
    Blocked,
    /// The API is not enabled in its project.
    ServiceDisabled,
    /// It is refused as a credential of a kind that is not accepted, as some `AQ.` keys were in 2026.
    WrongTokenType,
}

/// The text of a credential. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(super) const fn new(secret: String) -> Self {
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
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Quota {
    /// The model that it counts.
    pub model: String,
    /// The location that it counts. `None`: each location of the project has these limits, and each its own
    /// count.
    pub location: Option<String>,
    /// Requests in a minute.
    pub rpm: Option<u64>,
    /// Tokens of prompts in a minute.
    pub tpm: Option<u64>,
    /// Requests in a Pacific day.
    pub rpd: Option<u64>,
    /// Of these, how many are gone on the world's first day.
    pub rpd_used: u64,
    /// How the limits of a minute are enforced. Google has not published how it does.
    pub enforcement: Enforcement,
    /// Whether a refused request is counted all the same. Google has not published that either.
    pub count_refused: bool,
    /// How true the waits are that its refusals ask for, where it differs from the world's.
    pub retry_info: Option<RetryHint>,
}

/// How a limit per minute is enforced.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[non_exhaustive]
pub enum Enforcement {
    /// At most the limit in any window of a minute.
    #[default]
    Sliding,
    /// At most the limit in each minute of the clock.
    Fixed,
    /// A bucket that holds `burst` times the limit, is full at first, and refills by the limit in a minute.
    Bucket {
        /// What the bucket holds, as a share of the limit; above 0, perhaps above 1.
        burst: f64,
    },
    /// At most the limit in any minute, and a tenth of it (rounded up) in any tenth of a minute.
    Smoothed,
}

/// How true the waits are that refusals ask for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum RetryHint {
    /// The message and `RetryInfo` have the true wait; that of a day ends at midnight.
    Honest,
    /// As [`Honest`](Self::Honest), with `RetryInfo` cut to whole seconds.
    Rounded,
    /// Neither the message nor `RetryInfo` has one.
    Absent,
    /// As [`Honest`](Self::Honest) for a minute; a day's asks for some seconds below a minute, as captured.
    #[default]
    Lying,
}

/// Provisioned throughput of one model in one location.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Throughput {
    /// The model.
    pub model: String,
    /// The location; `None`: each location of the project has this much.
    pub location: Option<String>,
    /// Tokens in a second; those of an answer weigh `output_weight`.
    pub tokens_per_second: u64,
    /// Over which time it is enforced.
    pub window: Duration,
    /// What a token of an answer weighs, in tokens of a prompt.
    pub output_weight: f64,
}

/// Who pays for projects.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct BillingAccount {
    /// Its id.
    pub id: String,
    /// The most that its projects may spend in any ten minutes of the world, in USD.
    pub spend_limit: Option<f64>,
    /// What is prepaid, in USD; at zero every key of every project is refused.
    pub prepaid: Option<f64>,
    /// The HTTP status of refusals for want of prepaid credits: 429 or 402.
    pub prepaid_status: u16,
    /// Whether it pays at all.
    pub state: AccountState,
}

impl BillingAccount {
    /// The account `id`, which pays everything.
    #[must_use]
    pub const fn open(id: String) -> Self {
        Self {
            id,
            spend_limit: None,
            prepaid: None,
            prepaid_status: 429,
            state: AccountState::Open,
        }
    }
}

/// Whether a billing account pays.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum AccountState {
    /// It does.
    #[default]
    Open,
    /// The cap of the month is reached.
    Capped,
    /// Billing is off.
    Closed,
}

/// The service tier of a request or an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum ServiceTier {
    /// The usual one.
    #[default]
    Standard,
    /// Cheaper, and the first to be shed.
    Flex,
    /// Dearer, and the last to be shed.
    Priority,
}

impl ServiceTier {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Flex, Self::Priority];

    /// The name on the wire and in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Flex => "flex",
            Self::Priority => "priority",
        }
    }
}
