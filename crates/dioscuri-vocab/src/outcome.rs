//! How an attempt ended, how far it had come, and what it cost.

use crate::{Class, Failure, Tick};
use std::sync::Arc;

/// How far an attempt had come when it ended.
///
/// Before [`Phase::Sent`] nothing can have been counted or billed; after [`Phase::Committed`] a retry would
/// repeat what the caller has already seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Phase {
    /// Nothing left for the server: no address, no connection, no TLS, or never begun.
    NotSent,
    /// At least one byte of the request may have left.
    Sent,
    /// The head of an answer has arrived.
    Answered,
    /// The first content has been handed to the caller.
    Committed,
}

/// When an attempt passed its milestones. What did not happen is `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Timing {
    /// The first byte of the request may have left.
    pub sent: Option<Tick>,
    /// The head of the answer arrived.
    pub head: Option<Tick>,
    /// The first content arrived.
    pub content: Option<Tick>,
}

impl Timing {
    /// An attempt that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same attempt, sent at `tick`.
    #[must_use]
    pub fn with_sent(mut self, tick: Tick) -> Self {
        self.sent = Some(tick);
        self
    }

    /// The same attempt, its head arrived at `tick`.
    #[must_use]
    pub fn with_head(mut self, tick: Tick) -> Self {
        self.head = Some(tick);
        self
    }

    /// The same attempt, its first content arrived at `tick`.
    #[must_use]
    pub fn with_content(mut self, tick: Tick) -> Self {
        self.content = Some(tick);
        self
    }
}

/// What a request costs: estimated before it is sent, or as the server reported it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Cost {
    /// Requests; 1 for every call but a batch.
    pub requests: u32,
    /// Tokens of the prompt, cached ones included: what TPM counts.
    pub input_tokens: u64,
    /// Tokens of the answer, thinking included.
    pub output_tokens: u64,
    /// Money, in millionths of a US dollar; 0 where it is not reckoned.
    pub micro_usd: u64,
}

impl Cost {
    /// One request of `input_tokens`.
    #[must_use]
    pub const fn tokens(input_tokens: u64) -> Self {
        Self {
            requests: 1,
            input_tokens,
            output_tokens: 0,
            micro_usd: 0,
        }
    }

    /// The same request with `output_tokens` in its answer.
    #[must_use]
    pub const fn with_output(mut self, output_tokens: u64) -> Self {
        self.output_tokens = output_tokens;
        self
    }
}

impl Default for Cost {
    /// One request of no tokens.
    fn default() -> Self {
        Self::tokens(0)
    }
}

/// What a successful answer says about itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Served {
    /// The model that really answered (`modelVersion`); aliases and retired models differ from what was asked.
    pub model: Option<Arc<str>>,
    /// The service tier that really answered, in the server's word.
    pub tier: Option<Arc<str>>,
    /// What the answer cost (`usageMetadata`).
    pub used: Option<Cost>,
    /// More is to come: the token to send with the same request (`finishReason: CONTINUATION`).
    pub continuation: Option<Arc<str>>,
}

impl Served {
    /// An answer that says nothing about itself.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same answer, which cost `used`.
    #[must_use]
    pub fn with_used(mut self, used: Cost) -> Self {
        self.used = Some(used);
        self
    }
}

/// How an attempt ended.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It was answered.
    Success(Served),
    /// It failed.
    Failed {
        /// How.
        failure: Failure,
        /// How far it had come.
        phase: Phase,
    },
    /// We gave it up: the caller left, or another attempt won.
    Cancelled {
        /// How far it had come.
        phase: Phase,
    },
}

impl Outcome {
    /// The failure, if it failed.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { failure, .. } => Some(failure),
            _ => None,
        }
    }

    /// The class of the failure, if it failed.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        self.failure().map(|failure| failure.class)
    }

    /// Whether nothing can have reached the server, so that nothing was counted.
    #[must_use]
    pub const fn is_unsent(&self) -> bool {
        matches!(
            self,
            Self::Failed {
                phase: Phase::NotSent,
                ..
            } | Self::Cancelled {
                phase: Phase::NotSent
            }
        )
    }
}
