//! Why a request with a budget has no answer.

use crate::attempt::BoxError;
use dioscuri_budget::TurnError;
use dioscuri_vocab::{Class, Failure, Phase};
use std::{error::Error, fmt};

/// No answer: the budget let the request not through, or the service below failed.
#[derive(Debug)]
pub struct BudgetError(Kind);

#[derive(Debug)]
enum Kind {
    Turn(TurnError),
    Service { error: BoxError, is_unready: bool },
}

impl BudgetError {
    pub(super) const fn turn(error: TurnError) -> Self {
        Self(Kind::Turn(error))
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

    /// Whether a limit is zero: ask another endpoint. Nothing was sent.
    #[must_use]
    pub const fn is_never(&self) -> bool {
        matches!(&self.0, Kind::Turn(turn) if turn.is_never())
    }

    /// Whether the deadline has passed while the request waited: tell whoever set it. Nothing was sent.
    #[must_use]
    pub const fn is_expired(&self) -> bool {
        matches!(&self.0, Kind::Turn(turn) if turn.is_expired())
    }

    /// Whether too many wait already: come back later, or raise the bound. Nothing was sent.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(&self.0, Kind::Turn(turn) if turn.is_full())
    }

    /// The error of the service below, if it was that.
    ///
    /// # Errors
    ///
    /// Itself, if the budget did not let the request through.
    pub fn into_inner(self) -> Result<Box<dyn Error + Send + Sync>, Self> {
        match self.0 {
            Kind::Service { error, .. } => Ok(error),
            turn @ Kind::Turn(_) => Err(Self(turn)),
        }
    }

    /// What this refusal means to whoever repeats; `None` if it is the service's error.
    pub(crate) const fn as_failure(&self) -> Option<Failure> {
        let Kind::Turn(turn) = &self.0 else { return None };
        Some(Failure::new(if turn.is_never() {
            Class::QuotaZero
        } else if turn.is_expired() {
            Class::DeadlineExceeded
        } else {
            Class::Capacity
        }))
    }
}

impl fmt::Display for BudgetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Turn(_) => "the rate budget did not let the request through",
            Kind::Service { .. } => "the request failed below the rate budget",
        })
    }
}

impl Error for BudgetError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match &self.0 {
            Kind::Turn(error) => error,
            Kind::Service { error, .. } => &**error,
        })
    }
}
