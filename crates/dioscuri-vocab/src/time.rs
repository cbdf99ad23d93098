//! Two clocks that are never mixed: monotone ticks and the wall clock.

use std::{fmt, time::Duration};

/// A moment on a monotone clock: nanoseconds since an origin that only the driver knows.
///
/// All ticks that meet in one engine come from one driver. 2^64 ns are 584 years; arithmetic saturates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a number of nanoseconds will stay one")]
pub struct Tick(pub u64);

impl Tick {
    /// The origin of the driver's clock.
    pub const ZERO: Self = Self(0);
    /// Later than everything.
    pub const MAX: Self = Self(u64::MAX);

    /// The tick `duration` after this one, saturating at [`Tick::MAX`].
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }

    /// The tick `duration` before this one, saturating at [`Tick::ZERO`].
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(duration)))
    }

    /// The time from `earlier` to this tick; zero if `earlier` is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A moment on the wall clock: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Used for Pacific days and HTTP dates only, since the wall clock may jump.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a number of milliseconds will stay one")]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// The moment `seconds` after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded towards the past.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment `duration` after this one, saturating.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// The time from `earlier` to this moment; zero if `earlier` is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// One moment, read from both clocks at once.
///
/// A decision takes it as an argument and reads no clock of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a moment has these two readings")]
pub struct Now {
    /// The monotone reading, for waits and windows.
    pub tick: Tick,
    /// The wall-clock reading, for days and dates.
    pub unix: UnixTime,
}

impl Now {
    /// One moment from its two readings.
    #[must_use]
    pub const fn new(tick: Tick, unix: UnixTime) -> Self {
        Self { tick, unix }
    }

    /// The moment `duration` later, on both clocks.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self {
            tick: self.tick.after(duration),
            unix: self.unix.after(duration),
        }
    }

    /// The tick at which the wall clock will show `then`, if neither clock jumps.
    ///
    /// A moment that has passed is now.
    #[must_use]
    pub fn tick_at(self, then: UnixTime) -> Tick {
        self.tick.after(then.since(self.unix))
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}s", Duration::from_nanos(self.0).as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_saturate_at_both_ends() {
        assert_eq!(Tick::MAX.after(Duration::from_secs(1)), Tick::MAX);
        assert_eq!(Tick::ZERO.before(Duration::from_secs(1)), Tick::ZERO);
        assert_eq!(Tick::ZERO.after(Duration::MAX), Tick::MAX);
        assert_eq!(Tick(5).since(Tick(9)), Duration::ZERO);
    }

    #[test]
    fn seconds_round_towards_the_past() {
        assert_eq!(UnixTime(-1).as_secs(), -1);
        assert_eq!(UnixTime(1999).as_secs(), 1);
    }

    #[test]
    fn a_wall_clock_moment_has_a_tick() {
        let now = Now::new(Tick(7), UnixTime(1000));
        assert_eq!(now.tick_at(UnixTime(3000)), Tick(7 + 2_000_000_000));
        assert_eq!(now.tick_at(UnixTime(0)), Tick(7));
    }
}
