//! The numbers of a pool, each with its reason.

use std::{num::NonZeroU32, time::Duration};

/// How soon a pool closes and how long it leaves alone.
///
/// The defaults fit a service; a batch job that must not waste a request sets
/// [`Config::with_unproven_in_flight`] to 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    pub(crate) unproven_in_flight: NonZeroU32,
    pub(crate) capacity: Rule,
    pub(crate) breaker: Rule,
    pub(crate) standing: Rule,
}

/// When a memory closes, and how the pauses before its probes grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rule {
    /// Failures in a row that close.
    pub(crate) streak: NonZeroU32,
    /// Whether one failure closes if the server says when to come back.
    pub(crate) closes_at_hint: bool,
    /// Whether only somebody's work opens it again: the time of the next probe is then a hope, not an opening.
    pub(crate) needs_mending: bool,
    /// The pause before the first probe; doubles with each probe that fails.
    pub(crate) first: Duration,
    /// The longest pause.
    pub(crate) longest: Duration,
}

/// Attempts in flight where nothing has succeeded yet. An invalid key or a spent project then costs at
/// most so many refusals, while a sound one is proven after one round trip. Without a word for two seconds twice
/// as many may go, and so on: slow answers are no refusals.
const UNPROVEN_IN_FLIGHT: NonZeroU32 = NonZeroU32::new(8).expect("8 is not zero");

/// Refusals in a row for lack of capacity that close a place. Of sound places 0.2 to 1 % of the answers are
/// 503: one of them must not stop a region, three in a row are an overload (at 50 % refused, one in eight).
const CAPACITY_STREAK: NonZeroU32 = NonZeroU32::new(3).expect("3 is not zero");

/// Faults in a row that open the circuit breaker of an endpoint. Source: Envoy's `consecutive_5xx`, and
/// Finagle's failure accrual; likewise the pauses of 5 s to 300 s.
const BREAKER_STREAK: NonZeroU32 = NonZeroU32::new(5).expect("5 is not zero");

/// The pause before something is first probed that an operator has to mend: a key, a billing account, an
/// endpoint that does not exist. It is the window of the spend limit, and soon enough after a repair.
const STANDING_PAUSE: Duration = Duration::from_secs(600);

/// The pause between later probes of the same: what was not mended in an hour may never be.
const LONGEST_STANDING_PAUSE: Duration = Duration::from_secs(6 * 3600);

/// The shortest pause that a configuration can ask for: one probe a second is not hammering yet.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

impl Rule {
    /// The same rule, by which a hint alone does not close.
    pub(crate) const fn by_streak_alone(mut self) -> Self {
        self.closes_at_hint = false;
        self
    }

    /// The pause after closing for the `rounds`th time in a row, from 1.
    pub(crate) fn pause(&self, rounds: u32) -> Duration {
        // 32 doublings carry any pause that is not zero past any longest one that is sensible.
        let factor = 1_u32.checked_shl(rounds.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

impl Config {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            unproven_in_flight: UNPROVEN_IN_FLIGHT,
            capacity: Rule {
                streak: CAPACITY_STREAK,
                closes_at_hint: true,
                needs_mending: false,
                first: Duration::from_secs(1),
                longest: Duration::from_secs(60),
            },
            breaker: Rule {
                streak: BREAKER_STREAK,
                closes_at_hint: true,
                needs_mending: false,
                first: Duration::from_secs(5),
                longest: Duration::from_secs(300),
            },
            standing: Rule {
                streak: NonZeroU32::MIN,
                closes_at_hint: true,
                needs_mending: true,
                first: STANDING_PAUSE,
                longest: LONGEST_STANDING_PAUSE,
            },
        }
    }

    /// At most `attempts` in flight with a credential at an endpoint until the first success there; and at all
    /// endpoints together until its first success at any.
    ///
    /// Default: 8.
    #[must_use]
    pub const fn with_unproven_in_flight(mut self, attempts: NonZeroU32) -> Self {
        self.unproven_in_flight = attempts;
        self
    }

    /// `refusals` in a row for lack of capacity close a place (location × model).
    ///
    /// Default: 3. An overload that says when to come back closes at once.
    #[must_use]
    pub const fn with_capacity_streak(mut self, refusals: NonZeroU32) -> Self {
        self.capacity.streak = refusals;
        self
    }

    /// `faults` in a row open the circuit breaker of an endpoint.
    ///
    /// Default: 5. A fault that says when to come back opens it at once.
    #[must_use]
    pub const fn with_breaker_streak(mut self, faults: NonZeroU32) -> Self {
        self.breaker.streak = faults;
        self
    }

    /// What an operator has to mend is first probed after `pause`, later after twice that, and so on up to
    /// 6 h (or `pause`, if longer). [`Duration::MAX`]: never, only
    /// [`RegionPool::reopen`](crate::RegionPool::reopen) opens it.
    ///
    /// Default: 10 min. Less than 1 s counts as 1 s.
    #[must_use]
    pub fn with_standing_pause(mut self, pause: Duration) -> Self {
        self.standing.first = pause.max(SHORTEST_PAUSE);
        self.standing.longest = LONGEST_STANDING_PAUSE.max(pause);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rounds: u32, seconds: u64) {
        let pause = Config::new().breaker.pause(rounds);
        assert_eq!(pause, Duration::from_secs(seconds));
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        check(1, 5);
        check(2, 10);
        check(6, 160);
        check(7, 300);
        check(u32::MAX, 300);
    }
}
