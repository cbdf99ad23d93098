//! Why a request with a pool has no answer.

use crate::attempt::BoxError;
use dioscuri_vocab::{Class, Failure, Hint, HintSource, Phase, Tick};
use std::{error::Error, fmt, time::Duration};

/// No answer: no endpoint is open, or the service below failed.
#[derive(Debug)]
pub struct PoolError(Kind);

#[derive(Debug)]
enum Kind {
    Closed {
        opens_at: Option<Tick>,
        /// Somebody is finding out whether a place has recovered: it may open at any time.
        is_probing: bool,
        now: Tick,
    },
    Service {
        error: BoxError,
        is_unready: bool,
    },
}

impl PoolError {
    pub(super) const fn closed(opens_at: Option<Tick>, is_probing: bool, now: Tick) -> Self {
        Self(Kind::Closed {
            opens_at,
            is_probing,
            now,
        })
    }

    /// The service failed, having come as far as `phase` at least.
    pub(super) fn service(error: BoxError, phase: Phase) -> Self {
        let is_unready = phase == Phase::NotSent;
        Self(Kind::Service { error, is_unready })
    }

    /// Whether the service below was never ready, so that nothing was sent.
    pub(crate) const fn is_unready(&self) -> bool {
        matches!(self.0, Kind::Service { is_unready: true, .. })
    }

    /// Whether no endpoint is open: come back at [`PoolError::retry_at`]. Nothing was sent.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.0, Kind::Closed { .. })
    }

    /// When the first endpoint opens at the latest, on the clock of the layer. `None` if the service has failed, or
    /// where only an operator can tell, or somebody who is just finding out.
    #[must_use]
    pub const fn retry_at(&self) -> Option<Tick> {
        match self.0 {
            Kind::Closed { opens_at, .. } => opens_at,
            Kind::Service { .. } => None,
        }
    }

    /// As [`PoolError::retry_at`], counted from the refusal.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.0 {
            Kind::Closed { opens_at, now, .. } => opens_at.map(|at| at.since(now)),
            Kind::Service { .. } => None,
        }
    }

    const fn is_probing(&self) -> bool {
        matches!(self.0, Kind::Closed { is_probing: true, .. })
    }

    /// The error of the service below, if it was that.
    ///
    /// # Errors
    ///
    /// Itself, if no endpoint was open.
    pub fn into_inner(self) -> Result<Box<dyn Error + Send + Sync>, Self> {
        match self.0 {
            Kind::Service { error, .. } => Ok(error),
            closed @ Kind::Closed { .. } => Err(Self(closed)),
        }
    }

    /// What no open endpoint means to whoever repeats; `None` if it is the service's error.
    pub(crate) fn as_failure(&self) -> Option<Failure> {
        let mut failure = Failure::new(Class::Unavailable);
        // While somebody finds out, looking again soon is better than waiting for the others.
        let hint = self.retry_after().filter(|_| !self.is_probing());
        failure.retry_after = hint.map(|after| Hint::new(after, HintSource::Metadata));
        self.is_closed().then_some(failure)
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0, self.retry_after()) {
            (Kind::Closed { is_probing: true, .. }, _) => {
                f.write_str("no endpoint is open; whether one has recovered is being found out")
            }
            (Kind::Closed { .. }, Some(after)) => {
                write!(f, "no endpoint is open; the first opens in {after:.1?}")
            }
            (Kind::Closed { .. }, None) => f.write_str("no endpoint is open, nor known to open"),
            (Kind::Service { .. }, _) => f.write_str("the attempt failed at its endpoint"),
        }
    }
}

impl Error for PoolError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::Closed { .. } => None,
            Kind::Service { error, .. } => Some(&**error),
        }
    }
}
