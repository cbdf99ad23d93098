//! The record that every answer carries, good or bad.

use dioscuri_vocab::{AttemptId, Class, CredentialId, EndpointId, Phase, Served, Tick, Timing};
use std::{fmt, time::Duration};

/// What one call cost: every try, where it went, how long it waited, and which rule decided.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Receipt {
    /// Every try in order, refused ones too.
    pub tries: Vec<Try>,
    /// Time with nothing in flight: queue and backoff together.
    pub waited: Duration,
    /// What the answer said about itself.
    pub served: Option<Served>,
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
