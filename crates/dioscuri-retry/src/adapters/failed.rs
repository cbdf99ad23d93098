//! How an attempt failed, as whoever read it tells us.

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
    #[cfg(feature = "retry-policies")]
    pub(super) counted: Option<u32>,
    #[cfg(feature = "retry-policies")]
    pub(super) call: Option<super::Call>,
}

impl Failed {
    /// An attempt that came as far as `phase` and then failed with `failure`.
    #[must_use]
    pub const fn new(failure: Failure, phase: Phase) -> Self {
        Self {
            failure,
            phase,
            #[cfg(feature = "retry-policies")]
            counted: None,
            #[cfg(feature = "retry-policies")]
            call: None,
        }
    }
}

/// What only [`Schedule::hand_over`](super::Schedule::hand_over) asks for.
#[cfg(feature = "retry-policies")]
impl Failed {
    /// The same, of a call that has made `counted` attempts that count, this one included if it does.
    ///
    /// Refusals by quota and failures before anything was sent do not count. Without it every earlier try is taken for
    /// one that did.
    #[must_use]
    pub const fn after_attempts(mut self, counted: u32) -> Self {
        self.counted = Some(counted);
        self
    }

    /// The same, of `call`, which then counts by itself and has it in its log.
    ///
    /// It goes before [`Failed::after_attempts`].
    #[must_use]
    pub fn of_call(mut self, call: super::Call) -> Self {
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
