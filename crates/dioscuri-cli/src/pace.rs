//! How many calls a run keeps started, so that the engine's queue never runs dry and memory stays bounded.
//!
//! The rate is not decided here: quotas are the budget's. This only keeps enough calls at hand for whatever
//! the budget lets through next.

use std::time::Duration;

/// Calls kept waiting in the engine's queue. When a minute opens, the budget lets many through at once; each
/// one that leaves the queue makes room for the next, so that this needs to cover only the time of a start.
const WAITING: usize = 32;

/// Bytes of request bodies held at once. Thirteen of the longest; a machine with a gigabyte bears it.
const BYTES: u64 = 256 << 20;

/// Calls outstanding at the start: below the smallest published quota of a paid tier, so that the first
/// answers say something about capacity before much is at stake.
const FIRST_LIMIT: usize = 16;

/// The limit is halved once in this time at most: one burst of refusals is one piece of news.
const HALVING_PAUSE: Duration = Duration::from_secs(1);

/// What a run holds just now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Load {
    /// Calls started and not done.
    pub(crate) outstanding: usize,
    /// Those of them that wait in the engine's queue, or have not reached it yet.
    pub(crate) waiting: usize,
    /// Bytes of their bodies.
    pub(crate) bytes: u64,
}

/// A limit on outstanding calls: one more after each answer, half after a refusal for lack of capacity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Pace {
    limit: usize,
    most: usize,
    halved: Option<Duration>,
}

impl Pace {
    /// The pace of a run that begins and has `most` calls outstanding at most: as many requests as its
    /// connections carry at once. More would queue within them, after their quota was charged.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            limit: FIRST_LIMIT.min(most),
            most,
            halved: None,
        }
    }

    /// Whether a call with a body of `next` bytes may start.
    ///
    /// One may always, or a single large body would end the run.
    pub(crate) fn allows(&self, load: Load, next: u64) -> bool {
        load.outstanding == 0
            || (load.waiting < WAITING
                && load.outstanding < self.limit
                && load.bytes.saturating_add(next) <= BYTES)
    }

    /// A call was answered.
    pub(crate) fn on_answer(&mut self) {
        self.limit = self.most.min(self.limit + 1);
    }

    /// The server refused for lack of capacity; `elapsed` since the run began.
    pub(crate) fn on_overload(&mut self, elapsed: Duration) {
        if self.halved.is_some_and(|last| elapsed < last + HALVING_PAUSE) {
            return;
        }
        self.limit = (self.limit / 2).max(1);
        self.halved = Some(elapsed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 100;

    fn load(outstanding: usize, waiting: usize, bytes: u64) -> Load {
        Load {
            outstanding,
            waiting,
            bytes,
        }
    }

    #[test]
    fn an_idle_run_starts_whatever_comes() {
        assert!(Pace::new(MOST).allows(Load::default(), u64::MAX));
    }

    #[test]
    fn each_of_three_bounds_holds_alone() {
        let pace = Pace::new(MOST);
        assert!(pace.allows(load(15, 15, BYTES - 1), 1));
        assert!(!pace.allows(load(16, 0, 0), 1));
        assert!(!pace.allows(load(1, 0, BYTES), 1));
        let mut fast = pace;
        (0..100).for_each(|_| fast.on_answer());
        assert!(fast.allows(load(31, 31, 0), 1));
        assert!(!fast.allows(load(32, 32, 0), 1));
    }

    #[test]
    fn answers_raise_the_limit_up_to_what_the_connections_carry() {
        let mut pace = Pace::new(MOST);
        (0..1000).for_each(|_| pace.on_answer());
        assert!(pace.allows(load(MOST - 1, 0, 0), 1));
        assert!(!pace.allows(load(MOST, 0, 0), 1));
    }

    #[test]
    fn a_narrow_connection_is_not_overfilled_at_the_start() {
        assert!(!Pace::new(4).allows(load(4, 0, 0), 1));
    }

    #[test]
    fn a_burst_of_refusals_halves_it_once() {
        let mut pace = Pace::new(MOST);
        for milli in 0..1000 {
            pace.on_overload(Duration::from_millis(milli));
        }
        assert_eq!(pace.limit, 8);
        pace.on_overload(Duration::from_secs(1));
        assert_eq!(pace.limit, 4);
    }

    #[test]
    fn one_call_is_always_left() {
        let mut pace = Pace::new(MOST);
        (0..10).for_each(|second| pace.on_overload(Duration::from_secs(second)));
        assert_eq!(pace.limit, 1);
    }
}
