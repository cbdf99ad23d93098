//! The numbers of a pool, each with its reason.

use crate::{JurisdictionId, Tier, tier::TierOrder};
use std::{num::NonZeroU32, time::Duration};

/// How soon a pool closes, how long it leaves alone, and what it offers at all.
///
/// The defaults fit a service; a batch job that must not waste a request sets
/// [`Config::with_unproven_in_flight`] to 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    pub(crate) unproven_in_flight: NonZeroU32,
    pub(crate) capacity: Rule,
    pub(crate) breaker: Rule,
    pub(crate) standing: Rule,
    pub(crate) tiers: TierOrder,
    pub(crate) price_limit: Option<u64>,
    pub(crate) residency: Option<Vec<JurisdictionId>>,
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
    /// The longest pause while the closing is young.
    pub(crate) longest: Duration,
    /// The longest pause of all: see [`SHARE_OF_CLOSING`].
    pub(crate) slowest: Duration,
}

/// Attempts in flight where nothing has succeeded yet. An invalid key or a spent project then costs at
/// most so many refusals, while a sound one is proven after one round trip. Without a word for two seconds twice
/// as many may go, and so on: slow answers are no refusals.
const UNPROVEN_IN_FLIGHT: NonZeroU32 = NonZeroU32::new(8).expect("8 is not zero");

/// Refusals in a row for lack of capacity that close a place. Of sound places 0.2 to 1 % of the answers are
/// 503: one of them must not stop a region, three in a row are an overload (at 50 % refused, one in eight).
const CAPACITY_STREAK: NonZeroU32 = NonZeroU32::new(3).expect("3 is not zero");

/// Faults in a row that open the circuit breaker of an endpoint. Source: Envoy's `consecutive_5xx`, and
/// Finagle's failure accrual.
const BREAKER_STREAK: NonZeroU32 = NonZeroU32::new(5).expect("5 is not zero");

/// The pause before the first probe of what may recover by itself: many an overload is over by then, and one probe
/// a second is not hammering.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause in a young outage: whoever has waited through it is served within 4 s of its end, a round trip
/// included, and at 5 calls a second the probes are 6 % of them.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// An old outage is probed more rarely, so that its end is noticed late by at most a 300th of its length: 4 s after
/// 20 minutes, 12 s after an hour.
const SHARE_OF_CLOSING: u32 = 300;

/// The longest pause of all, reached after 5 hours. Somebody waits for the end of it.
const SLOWEST_PAUSE: Duration = Duration::from_secs(60);

/// The pause before something is first probed that an operator has to mend: a key, a billing account, an
/// endpoint that does not exist. It is the window of the spend limit, and soon enough after a repair.
const STANDING_PAUSE: Duration = Duration::from_secs(600);

/// The pause between later probes of the same: what was not mended in ten minutes is not being mended, and each
/// further request to it would be wasted.
const LONGEST_STANDING_PAUSE: Duration = Duration::from_secs(6 * 3600);

/// The shortest pause that a configuration can ask for: one probe a second is not hammering yet.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

impl Rule {
    /// The same rule, by which a hint alone does not close.
    pub(crate) const fn by_streak_alone(mut self) -> Self {
        self.closes_at_hint = false;
        self
    }

    /// The pause after closing for the `rounds`th time in a row, from 1, closed for `closed` so far; `hint`: for how
    /// long at least.
    pub(crate) fn pause(&self, rounds: u32, closed: Duration, hint: Option<Duration>) -> Duration {
        let pause = if self.needs_mending && hint.is_none() && rounds > 1 {
            self.longest
        } else {
            // 32 doublings carry any pause that is not zero past any longest one that is sensible.
            let factor = 1_u32.checked_shl(rounds.saturating_sub(1)).unwrap_or(u32::MAX);
            let longest = (closed / SHARE_OF_CLOSING).min(self.slowest).max(self.longest);
            self.first.saturating_mul(factor).min(longest)
        };
        pause.max(hint.unwrap_or_default())
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
                first: FIRST_PAUSE,
                longest: LONGEST_PAUSE,
                slowest: SLOWEST_PAUSE,
            },
            breaker: Rule {
                streak: BREAKER_STREAK,
                closes_at_hint: true,
                needs_mending: false,
                first: FIRST_PAUSE,
                longest: LONGEST_PAUSE,
                slowest: SLOWEST_PAUSE,
            },
            standing: Rule {
                streak: NonZeroU32::MIN,
                closes_at_hint: true,
                needs_mending: true,
                first: STANDING_PAUSE,
                longest: LONGEST_STANDING_PAUSE,
                slowest: LONGEST_STANDING_PAUSE,
            },
            tiers: TierOrder::new(),
            price_limit: None,
            residency: None,
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

    /// What an operator has to mend is first probed after `pause`, later every 6 h (or `pause`, if longer). Where the
    /// server said when it opens, the pauses double up to that. [`Duration::MAX`]: never, only
    /// [`RegionPool::reopen`](crate::RegionPool::reopen) opens it.
    ///
    /// Default: 10 min. Less than 1 s counts as 1 s.
    #[must_use]
    pub fn with_standing_pause(mut self, pause: Duration) -> Self {
        self.standing.first = pause.max(SHORTEST_PAUSE);
        self.standing.longest = LONGEST_STANDING_PAUSE.max(pause);
        self.standing.slowest = self.standing.longest;
        self
    }

    /// Endpoints of an earlier tier are taken whenever one is ready, those of the next only when none is. Tiers that
    /// are not named come after those that are, in their usual order.
    ///
    /// Default: provisioned, standard, flex, priority.
    #[must_use]
    pub fn with_tiers(mut self, order: impl IntoIterator<Item = Tier>) -> Self {
        self.tiers = TierOrder::of(order);
        self
    }

    /// No endpoint is offered whose price is above `micro_usd` per million input tokens. One without a price is.
    ///
    /// Default: no limit.
    #[must_use]
    pub const fn with_price_limit(mut self, micro_usd: u64) -> Self {
        self.price_limit = Some(micro_usd);
        self
    }

    /// Only endpoints in these jurisdictions are ever offered; one that names none is not. Endpoints elsewhere may be
    /// added, and stand in the snapshot as excluded.
    ///
    /// Default: anywhere.
    #[must_use]
    pub fn with_residency(mut self, only: impl IntoIterator<Item = JurisdictionId>) -> Self {
        self.residency = Some(only.into_iter().collect());
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

    const HOUR: Duration = Duration::from_secs(3600);

    #[track_caller]
    fn check(rule: Rule, rounds: u32, closed: Duration, hint: Option<u64>, seconds: u64) {
        let pause = rule.pause(rounds, closed, hint.map(Duration::from_secs));
        assert_eq!(pause, Duration::from_secs(seconds));
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let rule = Config::new().breaker;
        check(rule, 1, Duration::ZERO, None, 1);
        check(rule, 2, Duration::ZERO, None, 2);
        check(rule, 3, Duration::ZERO, None, 3);
        check(rule, u32::MAX, Duration::ZERO, None, 3);
    }

    #[test]
    fn an_old_outage_is_probed_more_rarely() {
        let rule = Config::new().capacity;
        check(rule, 99, HOUR / 3, None, 4);
        check(rule, 99, HOUR, None, 12);
        check(rule, 99, HOUR * 100, None, 60);
    }

    #[test]
    fn a_hint_is_a_floor() {
        let rule = Config::new().capacity;
        check(rule, 1, Duration::ZERO, Some(30), 30);
        check(rule, 9, HOUR, Some(2), 12);
    }

    #[test]
    fn what_was_not_mended_at_the_first_probe_is_left_alone() {
        let rule = Config::new().standing;
        check(rule, 1, Duration::ZERO, None, 600);
        check(rule, 2, HOUR / 6, None, 6 * 3600);
        check(rule, 2, HOUR / 6, Some(5), 1200);
    }
}
