//! What a quota counts, over which window, and how a refusal names it.

use std::{fmt, sync::Arc};

/// What a quota counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Unit {
    /// Requests (RPM, RPD).
    Requests,
    /// Tokens of the prompt, cached ones included (TPM).
    InputTokens,
    /// Tokens of the answer, thinking included.
    OutputTokens,
    /// Money, in millionths of a US dollar.
    MicroUsd,
    /// Requests in flight at once.
    InFlight,
}

impl Unit {
    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::InputTokens => "input_tokens",
            Self::OutputTokens => "output_tokens",
            Self::MicroUsd => "micro_usd",
            Self::InFlight => "in_flight",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The window over which a quota counts, as its name says it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Window {
    /// One second.
    Second,
    /// One minute.
    Minute,
    /// One civil day in `America/Los_Angeles`: 23, 24 or 25 hours.
    Day,
}

impl Window {
    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Day => "day",
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The kind of plan that a quota belongs to, as its name says it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum QuotaTier {
    /// The free tier.
    Free,
    /// A paid tier.
    Paid,
}

/// One quota that a refusal names, as the body states it.
///
/// The project is rarely in the body: it is the endpoint's. The rate budget resolves a violation to a
/// quota domain; one that it does not know becomes a learned domain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Violation {
    /// The metric, for example `generativelanguage.googleapis.com/generate_content_free_tier_requests`.
    pub metric: Option<Arc<str>>,
    /// The quota's id, for example `GenerateRequestsPerDayPerProjectPerModel-FreeTier`.
    pub quota_id: Option<Arc<str>>,
    /// The model it counts, where the body names one.
    pub model: Option<Arc<str>>,
    /// The location it counts, where the body names one.
    pub location: Option<Arc<str>>,
    /// What it counts, where the body or the names fix it.
    pub unit: Option<Unit>,
    /// The window it counts over, where the body or the names fix it.
    pub window: Option<Window>,
    /// The limit (`quotaValue`), in the quota's unit.
    pub limit: Option<u64>,
    /// Free or paid, where the names tell.
    pub tier: Option<QuotaTier>,
}

impl Violation {
    /// A violation of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
