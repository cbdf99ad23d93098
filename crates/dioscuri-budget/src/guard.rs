//! The guard: how much longer than its period a window is kept, learned from refusals.

use std::time::Duration;

/// How much the travel times of two requests may differ, as far as refusals have shown.
///
/// A refusal that our own count says should not have happened, and that a somewhat longer window would have
/// prevented, widens the guard by a step. Each request that went when its window was tight and was let through
/// takes back a small part of a step: so refusals and successes balance at a rate of refusals that is worth it,
/// whatever the network is like. The longer the window, the less a guard costs, and the rarer refusals may be: one in
/// two thousand for six seconds, one in twenty thousand for a minute.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Guard {
    first: Duration,
    now: Duration,
    most: Duration,
}

impl Guard {
    /// A guard that starts at `first`.
    pub(crate) fn new(first: Duration) -> Self {
        Self {
            first,
            now: first,
            most: MOST.max(first.saturating_mul(2)),
        }
    }

    /// What is added to the period.
    pub(crate) const fn get(&self) -> Duration {
        self.now
    }

    /// The most that may be added: travel times differ by that much, not by more.
    pub(crate) const fn most(&self) -> Duration {
        self.most
    }

    /// The same guard at `now`, within its bounds.
    pub(crate) fn set(&mut self, now: Duration) {
        self.now = now.min(self.most);
    }

    /// What was learned does not hold any more.
    pub(crate) const fn reset(&mut self) {
        self.now = self.first;
    }

    /// A refusal that a longer window would have prevented.
    pub(crate) fn widen(&mut self) {
        self.now = self.now.saturating_add(STEP).min(self.most);
    }

    /// A request went when its window of `period` was tight, and was let through.
    pub(crate) fn ease(&mut self, period: Duration) {
        let worth = EASE_AT.as_secs_f64() / period.max(EASE_AT).as_secs_f64();
        self.now = self.now.saturating_sub(EASE.mul_f64(worth));
    }
}

/// What one refusal adds: a quarter of the spread within a continent. Less learns slowly, more overshoots.
const STEP: Duration = Duration::from_millis(100);

/// What one success takes back in a window of [`EASE_AT`] and less, a two-thousandth of [`STEP`]. A simulation of 100
/// windows reached a rate of refusals of 0.0005 with it, where 0.002 were allowed.
const EASE: Duration = Duration::from_micros(50);

/// The window in which a guard of 400 ms costs 7 % of the throughput; in a minute it costs a tenth of that.
const EASE_AT: Duration = Duration::from_secs(6);

/// Requests of one connection to one place differ by less than this; what a longer window would be needed for has
/// another reason.
const MOST: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_refusal_weighs_as_much_as_many_successes() {
        let mut guard = Guard::new(400 * MS);
        guard.widen();
        assert_eq!(guard.get(), 500 * MS);
        (0..2_000).for_each(|_| guard.ease(6 * SECOND));
        assert_eq!(guard.get(), 400 * MS);
        guard.widen();
        (0..20_000).for_each(|_| guard.ease(60 * SECOND));
        assert_eq!(guard.get(), 400 * MS);
    }

    #[test]
    fn it_stays_within_its_bounds() {
        let mut guard = Guard::new(400 * MS);
        (0..100_000).for_each(|_| guard.ease(SECOND));
        assert_eq!(guard.get(), Duration::ZERO);
        (0..100).for_each(|_| guard.widen());
        assert_eq!(guard.get(), guard.most());
    }
}
