//! The record that every answer carries, good or bad.

use dioscuri_vocab::{AttemptId, Class, CredentialId, EndpointId, Phase, Served, Tick, Timing};
use std::{fmt, time::Duration};

/// What one call cost: every try, where it went, how long it waited, and which rule decided.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Receipt {
    /// Every try in order, refused ones too.
    pub tries: Vec<Try>,
    /// Time with nothing in flight: the sum of `waits`.
    pub waited: Duration,
    /// The same time by what was waited for.
    pub waits: Waits,
    /// What the answer said about itself: the model and the tier that really served.
    pub served: Option<Served>,
    /// For a call that ended unserved: the soonest it could have been served, as far as was known then.
    pub could_be_served: Option<Tick>,
}

/// Why a call waits for its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Why {
    /// For a turn: others came first, or all that may be in flight at once is.
    Queue,
    /// For a quota to have room.
    Quota,
    /// For a place that is closed to all since it had failed: no capacity, faults, a key that is not proven.
    Capacity,
    /// For the end of a backoff of its own after a failure.
    Backoff,
}

impl Why {
    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Quota => "quota",
            Self::Capacity => "capacity",
            Self::Backoff => "backoff",
        }
    }
}

/// How long a call has waited for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Waits {
    /// For its turn.
    pub queue: Duration,
    /// For a quota to have room.
    pub quota: Duration,
    /// For a place that had failed to recover.
    pub capacity: Duration,
    /// In backoffs of its own.
    pub backoff: Duration,
}

impl Waits {
    pub(crate) fn add(&mut self, why: Why, time: Duration) {
        *match why {
            Why::Queue => &mut self.queue,
            Why::Quota => &mut self.quota,
            Why::Capacity => &mut self.capacity,
            Why::Backoff => &mut self.backoff,
        } += time;
    }

    /// All of them together.
    #[must_use]
    pub fn sum(&self) -> Duration {
        self.queue + self.quota + self.capacity + self.backoff
    }
}

impl Receipt {
    /// The rule by which the last try came about; `None` if nothing was tried.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        self.tries.last().map(|last| last.rule)
    }
}

/// One try of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Try {
    /// Its number.
    pub attempt: AttemptId,
    /// Where it went.
    pub endpoint: EndpointId,
    /// With which credential.
    pub credential: CredentialId,
    /// Why there and then.
    pub rule: Rule,
    /// How long the call had waited before it, since the try before.
    pub waited: Duration,
    /// When it began.
    pub begun: Tick,
    /// Its milestones.
    pub timing: Timing,
    /// When it ended; `None` while it is in flight.
    pub ended: Option<Tick>,
    /// What went wrong; `None` while it is in flight, if it was answered, or if it was given up.
    pub class: Option<Class>,
    /// How far it had come when it failed or was given up.
    pub phase: Option<Phase>,
    /// Whether it was let through alone, to see whether a place that is closed to all has recovered.
    pub probe: bool,
    /// Whether it counts against the attempts of its call; known once it has ended.
    pub counted: bool,
}

/// Why an attempt went where it went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Rule {
    /// The first attempt, on the first model of the chain.
    FirstChoice,
    /// Again on the same endpoint.
    Retry,
    /// Another endpoint of the same model.
    Failover,
    /// A later model of the chain, since an earlier one failed.
    FallbackAfterFailure,
    /// A later model of the chain, since an earlier one had no room for too long.
    FallbackAfterWait,
    /// Beside an attempt in flight that takes long.
    Hedge,
}

impl Rule {
    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstChoice => "first_choice",
            Self::Retry => "retry",
            Self::Failover => "failover",
            Self::FallbackAfterFailure => "fallback_after_failure",
            Self::FallbackAfterWait => "fallback_after_wait",
            Self::Hedge => "hedge",
        }
    }

    /// Whether a later model of the chain was asked.
    #[must_use]
    pub const fn is_fallback(self) -> bool {
        matches!(self, Self::FallbackAfterFailure | Self::FallbackAfterWait)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
