//! How long to wait before the next attempt: exponential growth, full jitter, the server's hint as a floor.

use dioscuri_vocab::Rng;
use std::{error::Error, fmt, time::Duration};

/// Exponential backoff with full jitter.
///
/// The wait before attempt `n` is drawn uniformly from `0..=ceiling(n)`; the ceiling doubles with every
/// attempt and saturates. A hint of the server is a floor under it: see [`Backoff::wait`].
///
/// ```
/// use dioscuri_retry::Backoff;
/// use dioscuri_vocab::SplitMix64;
/// use std::time::Duration;
///
/// let backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(20))?;
/// assert_eq!(backoff.ceiling(3), Duration::from_millis(400));
///
/// let hint = Some(Duration::from_secs(26));
/// let wait = backoff.wait(3, hint, &mut SplitMix64::new(7));
/// assert!(wait >= Duration::from_secs(26) && wait <= Duration::from_millis(26_200));
/// # Ok::<(), dioscuri_retry::InvalidBackoff>(())
/// ```
///
/// Source: [Exponential Backoff And Jitter][aws].
///
/// [aws]: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
}

impl Backoff {
    /// A backoff whose ceiling starts at `initial` and doubles up to `max`.
    ///
    /// # Errors
    ///
    /// If `initial` is zero (every attempt would follow at once) or longer than `max`.
    pub const fn new(initial: Duration, max: Duration) -> Result<Self, InvalidBackoff> {
        if initial.is_zero() || max.as_nanos() < initial.as_nanos() {
            return Err(InvalidBackoff { initial, max });
        }
        Ok(Self { initial, max })
    }

    /// The ceiling of the first wait; also the width of the jitter above a hint.
    #[must_use]
    pub const fn initial(&self) -> Duration {
        self.initial
    }

    /// The ceiling of every wait that follows no hint.
    #[must_use]
    pub const fn max(&self) -> Duration {
        self.max
    }

    /// The same backoff, never longer than `longest` (nor shorter than its first wait).
    #[must_use]
    pub fn at_most(self, longest: Duration) -> Self {
        Self {
            initial: self.initial,
            max: self.max.min(longest.max(self.initial)),
        }
    }

    /// The longest wait before attempt number `attempt`.
    ///
    /// `initial × 2^(attempt − 2)`, saturating at `max`. Attempts count from 1 and the first never
    /// waits, so 0 and 1 give [`Duration::ZERO`].
    #[must_use]
    pub fn ceiling(&self, attempt: u32) -> Duration {
        if attempt < 2 {
            return Duration::ZERO;
        }
        // A `Duration` saturates within 94 doublings, so later attempts need no further rounds.
        (2..attempt.min(96))
            .fold(self.initial, |wait, _| wait.saturating_mul(2))
            .min(self.max)
    }

    /// A wait before attempt number `attempt`, uniform in `0..=ceiling(attempt)`.
    #[must_use]
    pub fn draw(&self, attempt: u32, rng: &mut dyn Rng) -> Duration {
        rng.up_to(self.ceiling(attempt))
    }

    /// A wait before attempt number `attempt`, after the server said to stay away for `hint`.
    ///
    /// The hint is a floor: the wait is `hint + U(0, initial)` or a draw without the hint, whichever is
    /// longer. So it is never shorter than the hint, callers refused together do not come back
    /// together, and a hint that keeps being too short gives way to the growing backoff.
    #[must_use]
    pub fn wait(&self, attempt: u32, hint: Option<Duration>, rng: &mut dyn Rng) -> Duration {
        let drawn = self.draw(attempt, rng);
        match hint {
            Some(hint) => hint.saturating_add(rng.up_to(self.initial)).max(drawn),
            None => drawn,
        }
    }
}

/// The two durations make no backoff: the first is zero, or longer than the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidBackoff {
    initial: Duration,
    max: Duration,
}

impl fmt::Display for InvalidBackoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { initial, max } = self;
        if initial.is_zero() {
            return f.write_str("a backoff must start above zero");
        }
        write!(f, "a backoff cannot start at {initial:?} and end at {max:?}")
    }
}

impl Error for InvalidBackoff {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(attempt: u32, ceiling_ms: u64) {
        let backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(20)).unwrap();
        assert_eq!(backoff.ceiling(attempt), Duration::from_millis(ceiling_ms));
    }

    #[test]
    fn first_attempt_never_waits() {
        check(0, 0);
        check(1, 0);
    }

    #[test]
    fn the_ceiling_doubles_up_to_the_maximum() {
        check(2, 200);
        check(3, 400);
        check(8, 12_800);
        check(9, 20_000);
        check(u32::MAX, 20_000);
    }

    #[test]
    fn a_bound_shortens_the_longest_wait_and_nothing_else() {
        let secs = Duration::from_secs;
        let backoff = Backoff::new(secs(2), secs(60)).unwrap();
        assert_eq!(backoff.at_most(secs(4)), Backoff::new(secs(2), secs(4)).unwrap());
        assert_eq!(backoff.at_most(secs(1)), Backoff::new(secs(2), secs(2)).unwrap());
        assert_eq!(backoff.at_most(secs(99)), backoff);
    }

    #[test]
    fn nonsense_is_refused_when_built() {
        let (zero, one, two) = (Duration::ZERO, Duration::from_secs(1), Duration::from_secs(2));
        assert!(Backoff::new(one, one).is_ok());
        assert_eq!(
            Backoff::new(zero, one).unwrap_err().to_string(),
            "a backoff must start above zero"
        );
        assert_eq!(
            Backoff::new(two, one).unwrap_err().to_string(),
            "a backoff cannot start at 2s and end at 1s"
        );
    }
}
