//! How an attempt failed, as whoever read it tells us.

use super::Call;
use dioscuri_vocab::{Failure, Phase};

/// How an attempt failed: what it was, and how far the attempt had come.
///
/// A [`Failure`] alone is one of an attempt that was answered; a pair says the phase.
///
/// ```
/// use dioscuri_retry::adapters::Failed;
/// use dioscuri_vocab::{Class, Failure, Phase};
///
/// let refused: Failed = Failure::new(Class::QuotaMinute).into();
/// let unsent: Failed = (Failure::new(Class::Connection), Phase::NotSent).into();
/// # let _ = (refused, unsent);
/// ```
#[derive(Clone, Debug)]
pub struct Failed {
    pub(super) failure: Failure,
    pub(super) phase: Phase,
    pub(super) counted: Option<u32>,
    pub(super) call: Option<Call>,
}

impl Failed {
    /// An attempt that came as far as `phase` and then failed with `failure`.
    #[must_use]
    pub const fn new(failure: Failure, phase: Phase) -> Self {
        Self {
            failure,
            phase,
            counted: None,
            call: None,
        }
    }

    /// The same, of a call that has made `counted` attempts that count, this one included if it does.
    ///
    /// Refusals by quota and failures before anything was sent do not count. Only
    /// [`Schedule::hand_over`](super::Schedule::hand_over) asks for it: without, every earlier try is taken for one.
    #[must_use]
    pub const fn after_attempts(mut self, counted: u32) -> Self {
        self.counted = Some(counted);
        self
    }

    /// The same, of `call`, which then counts by itself and has it in its log.
    ///
    /// Only [`Schedule::hand_over`](super::Schedule::hand_over) asks for it, and it goes before
    /// [`Failed::after_attempts`].
    #[must_use]
    pub fn of_call(mut self, call: Call) -> Self {
        self.call = Some(call);
        self
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self::new(failure, Phase::Answered)
    }
}

impl From<(Failure, Phase)> for Failed {
    fn from((failure, phase): (Failure, Phase)) -> Self {
        Self::new(failure, phase)
    }
}
