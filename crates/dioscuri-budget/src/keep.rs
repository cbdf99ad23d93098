//! Times that outlive a process: ticks as milliseconds on the wall clock, and back.

use crate::day::next_pacific_midnight;
use dioscuri_vocab::{Now, Tick, UnixTime};
use std::time::Duration;

/// Writes ticks down.
#[derive(Clone, Copy)]
pub(crate) struct Writing {
    pub(crate) now: Now,
}

impl Writing {
    /// `tick` on the wall clock, rounded up: rather too late than too early.
    pub(crate) fn ms(&self, tick: Tick) -> i64 {
        let (now, unix) = (self.now.tick, self.now.unix.0);
        let ahead = tick.since(now).as_nanos().div_ceil(NANOS_PER_MS);
        unix.saturating_sub(number(now.since(tick).as_millis()))
            .saturating_add(number(ahead))
    }

    /// The same of what is still to come.
    pub(crate) fn ahead(&self, tick: Tick) -> Option<i64> {
        (tick > self.now.tick).then(|| self.ms(tick))
    }
}

/// Reads them again, perhaps in another process with another origin of ticks.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    now: Now,
    saved_at: UnixTime,
}

impl Reading {
    pub(crate) const fn new(now: Now, saved_at_ms: i64) -> Self {
        Self {
            now,
            saved_at: UnixTime(saved_at_ms),
        }
    }

    pub(crate) const fn now(&self) -> Now {
        self.now
    }

    /// The tick of `ms`.
    ///
    /// If the wall clock fell back since, no time is taken to have passed. Nothing lies further ahead of what was saved
    /// than the longest day. What lies before the origin of ticks is taken to be there: too late, never too early.
    pub(crate) fn tick(&self, ms: i64) -> Tick {
        let saved_at = self.saved_at.0;
        let ahead = ms.saturating_sub(saved_at).min(number(LONGEST_DAY.as_millis()));
        let passed = self.now.unix.0.saturating_sub(saved_at).max(0);
        let left = ahead.saturating_sub(passed);
        let distance = Duration::from_millis(left.unsigned_abs());
        if left >= 0 {
            self.now.tick.after(distance)
        } else {
            self.now.tick.before(distance)
        }
    }

    /// The same of what is still to come.
    pub(crate) fn ahead(&self, ms: Option<i64>) -> Option<Tick> {
        ms.map(|ms| self.tick(ms)).filter(|tick| *tick > self.now.tick)
    }

    /// When it was saved, as far as that can be believed: a wall clock that is off by more than a day was wrong.
    pub(crate) fn saved_at(&self) -> UnixTime {
        if self.saved_at > self.now.unix.after(LONGEST_DAY) {
            self.now.unix
        } else {
            self.saved_at
        }
    }

    /// The midnight `ms`, not later than the next one.
    pub(crate) fn midnight(&self, ms: i64) -> UnixTime {
        UnixTime(ms).min(next_pacific_midnight(self.saved_at().max(self.now.unix)))
    }
}

/// `duration` in nanoseconds.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn number(count: u128) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

const NANOS_PER_MS: u128 = 1_000_000;

/// A day has 25 hours at most, and no quota is renewed later than the next day.
const LONGEST_DAY: Duration = Duration::from_secs(25 * 3600);
