//! A failure as a fact: what it is, whom it hits, and what the server said about when.

use crate::{Class, Scope, Violation};
use std::{fmt, time::Duration};

/// One failure, read from whatever arrived.
///
/// Facts only. `dioscuri-errors` makes it; the retry policy, the rate budget and the pool each read from
/// it what concerns them.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// What it is.
    pub class: Class,
    /// Who else is hit.
    pub scope: Scope,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The server's own hint when to come back, uncapped; each consumer caps it.
    pub retry_after: Option<Hint>,
    /// Whether the same request to the same endpoint may succeed within minutes, unchanged: as its class says,
    /// unless the server says more ("try again in a few minutes").
    pub transient: bool,
    /// Every quota that the body names, each its own domain.
    pub violations: Vec<Violation>,
    /// Whether the server likely counted the request against its quotas; `None` where nobody knows.
    pub counted: Option<bool>,
}

impl Failure {
    /// A failure of `class` with its usual scope, as lasting as the class is, and nothing else known.
    #[must_use]
    pub const fn new(class: Class) -> Self {
        Self {
            class,
            scope: class.usual_scope(),
            status: None,
            retry_after: None,
            transient: class.is_transient(),
            violations: Vec::new(),
            counted: None,
        }
    }

    /// The server's hint as a duration, uncapped.
    #[must_use]
    pub fn hint(&self) -> Option<Duration> {
        self.retry_after.map(|hint| hint.after)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} scope)", self.class, self.scope)?;
        if let Some(hint) = self.retry_after {
            write!(f, ", retry after {:?}", hint.after)?;
        }
        Ok(())
    }
}

/// The server's own hint when to come back, counted from the arrival of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Hint {
    /// How long to wait at least.
    pub after: Duration,
    /// Where the server said it.
    pub source: HintSource,
}

impl Hint {
    /// A hint and where it stood.
    #[must_use]
    pub const fn new(after: Duration, source: HintSource) -> Self {
        Self { after, source }
    }
}

/// Where a hint stood, the most trusted first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum HintSource {
    /// `google.rpc.RetryInfo` in the body.
    RetryInfo,
    /// A `Retry-After` or `retry-after-ms` header.
    Header,
    /// `ErrorInfo.metadata`.
    Metadata,
    /// A sentence in the message.
    Message,
}
