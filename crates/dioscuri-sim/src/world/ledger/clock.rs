//! The moments of the world on one scale, so that all counting is a function of the tick.

use dioscuri_vocab::{Now, Tick, UnixTime};

use crate::world::pacific::Calendar;

const NANOS_PER_MILLI: i128 = 1_000_000;

/// How far the wall clock may stray before it counts as set anew, in milliseconds. Its reading is cut to whole
/// milliseconds, so two readings of a clock that keeps time differ by up to one.
const TOLERANCE_MS: u64 = 1;

/// What time it is, and which minute of the clock and which day that is.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// In nanoseconds, at least one.
    minute: u64,
    latest: Option<Tick>,
    /// What the wall clock shows at tick 0, in milliseconds.
    origin: i64,
    /// How often the wall clock was set.
    settings: u32,
    calendar: Calendar,
}

/// A stretch between two moments of the wall clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// Nanoseconds since 1970.
    start: i128,
    pub(super) starts: Tick,
    pub(super) ends: Tick,
    settings: u32,
}

impl Span {
    /// Whether it is the same stretch, wherever its ends lie on the scale of ticks.
    pub(super) const fn is(&self, other: &Self) -> bool {
        self.start == other.start
    }
}

/// Which stretches a window of the clock is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rhythm {
    Minute,
    Day,
}

impl Clock {
    pub(super) fn new(minute: u64) -> Self {
        Self {
            minute: minute.max(1),
            latest: None,
            origin: 0,
            settings: 0,
            calendar: Calendar::new(),
        }
    }

    /// The length of a minute, in nanoseconds.
    pub(super) const fn minute(&self) -> u64 {
        self.minute
    }

    /// Reads both clocks. A tick that is no later than one before tells nothing: time stands still.
    pub(super) fn read(&mut self, now: Now) -> Tick {
        if let Some(latest) = self.latest
            && now.tick <= latest
        {
            return latest;
        }
        let since_origin = i64::try_from(now.tick.0 / 1_000_000).unwrap_or(i64::MAX);
        let origin = now.unix.0.saturating_sub(since_origin);
        if self.latest.is_none() || origin.abs_diff(self.origin) > TOLERANCE_MS {
            self.origin = origin;
            self.settings = self.settings.wrapping_add(1);
        }
        self.latest = Some(now.tick);
        now.tick
    }

    /// Whether `span` holds `tick`, as the wall clock is set now.
    pub(super) const fn is_within(&self, tick: Tick, span: &Span) -> bool {
        span.starts.0 <= tick.0 && tick.0 < span.ends.0 && span.settings == self.settings
    }

    /// The minute of the clock or the Pacific day that `tick` lies in.
    pub(super) fn span(&mut self, rhythm: Rhythm, tick: Tick) -> Span {
        let origin = i128::from(self.origin) * NANOS_PER_MILLI;
        let unix = i128::from(tick.0) + origin;
        let (start, end) = match rhythm {
            Rhythm::Minute => {
                let minute = i128::from(self.minute);
                let start = unix.div_euclid(minute) * minute;
                (start, start + minute)
            }
            Rhythm::Day => {
                let millis = unix.div_euclid(NANOS_PER_MILLI);
                let millis = i64::try_from(millis).unwrap_or(i64::MAX);
                let day = self.calendar.day(UnixTime(millis));
                (
                    i128::from(day.start.0) * NANOS_PER_MILLI,
                    i128::from(day.end.0) * NANOS_PER_MILLI,
                )
            }
        };
        Span {
            start,
            starts: tick_of(start - origin),
            ends: tick_of(end - origin),
            settings: self.settings,
        }
    }
}

/// The nearest tick there is.
fn tick_of(nanos: i128) -> Tick {
    Tick(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MINUTE: u64 = 60_000_000_000;

    fn at(secs: u64, unix_secs: i64) -> Now {
        Now::new(Tick(secs * 1_000_000_000), UnixTime::from_secs(unix_secs))
    }

    #[test]
    fn minutes_begin_with_second_zero_of_the_wall_clock() {
        let mut clock = Clock::new(MINUTE);
        let tick = clock.read(at(100, 150));
        let span = clock.span(Rhythm::Minute, tick);
        assert_eq!(
            (span.starts, span.ends),
            (Tick(70_000_000_000), Tick(130_000_000_000))
        );
    }

    #[test]
    fn a_reading_that_is_cut_to_milliseconds_sets_nothing() {
        let mut clock = Clock::new(MINUTE);
        let start = Now::default().after(Duration::from_micros(400));
        let tick = clock.read(start);
        let span = clock.span(Rhythm::Minute, tick);
        assert_eq!(span.ends, Tick(MINUTE));
        for micros in (0..100_000).step_by(700) {
            let tick = clock.read(start.after(Duration::from_micros(micros)));
            assert!(clock.is_within(tick, &span));
        }
    }

    #[test]
    fn a_clock_that_is_set_begins_other_minutes() {
        let mut clock = Clock::new(MINUTE);
        let tick = clock.read(at(0, 0));
        let span = clock.span(Rhythm::Minute, tick);
        let tick = clock.read(at(1, 31));
        assert!(!clock.is_within(tick, &span));
        let other = clock.span(Rhythm::Minute, tick);
        assert!(span.is(&other));
        assert_eq!(other.ends, Tick(30_000_000_000));
    }

    #[test]
    fn time_that_goes_backwards_stands_still() {
        let mut clock = Clock::new(MINUTE);
        assert_eq!(clock.read(at(50, 50)), Tick(50_000_000_000));
        assert_eq!(clock.read(at(10, 10)), Tick(50_000_000_000));
        assert_eq!(clock.read(at(50, 10)), Tick(50_000_000_000));
        assert_eq!(clock.settings, 1);
    }

    #[test]
    fn the_ends_of_time_are_no_panic() {
        for minute in [0, 1, MINUTE, u64::MAX] {
            for unix in [i64::MIN, 0, i64::MAX] {
                for tick in [Tick::ZERO, Tick::MAX] {
                    let mut clock = Clock::new(minute);
                    let tick = clock.read(Now::new(tick, UnixTime(unix)));
                    for rhythm in [Rhythm::Minute, Rhythm::Day] {
                        let span = clock.span(rhythm, tick);
                        assert!(span.starts <= span.ends, "{span:?}");
                    }
                }
            }
        }
    }
}
