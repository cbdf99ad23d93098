//! The day of daily quotas: from midnight to midnight in `America/Los_Angeles`.

use dioscuri_vocab::UnixTime;
use jiff::{Timestamp, ToSpan, tz::TimeZone};

/// The rules of US Pacific time since 2007, so that no time-zone database is needed.
const PACIFIC: &str = "PST8PDT,M3.2.0,M11.1.0";

/// A usual day, in milliseconds.
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// Tells Pacific days apart.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    zone: TimeZone,
    /// The day that was asked for last: nearly every question is about the same one.
    day: Day,
}

/// A Pacific day: 23, 24 or 25 hours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Day {
    pub(super) start: UnixTime,
    pub(super) end: UnixTime,
}

impl Day {
    const fn contains(self, unix: UnixTime) -> bool {
        self.start.0 <= unix.0 && unix.0 < self.end.0
    }

    /// Beyond the years of the calendar: 24 hours, from midnight UTC.
    const fn plain(unix: UnixTime) -> Self {
        let start = unix.0.saturating_sub(unix.0.rem_euclid(DAY_MS));
        Self {
            start: UnixTime(start),
            end: UnixTime(start.saturating_add(DAY_MS)),
        }
    }
}

impl Calendar {
    pub(super) fn new() -> Self {
        Self {
            zone: TimeZone::posix(PACIFIC).expect("a constant that a test reads"),
            day: Day {
                start: UnixTime(0),
                end: UnixTime(0),
            },
        }
    }

    /// The day that `unix` lies in. Beyond the years of the calendar (±9999) days have 24 hours.
    pub(super) fn day(&mut self, unix: UnixTime) -> Day {
        if !self.day.contains(unix) {
            self.day = self.find(unix).unwrap_or(Day::plain(unix));
        }
        self.day
    }

    fn find(&self, unix: UnixTime) -> Option<Day> {
        let moment = Timestamp::from_millisecond(unix.0)
            .ok()?
            .to_zoned(self.zone.clone());
        let start = moment.start_of_day().ok()?;
        let end = start
            .date()
            .checked_add(1.day())
            .ok()?
            .to_zoned(self.zone.clone())
            .ok()?;
        Some(Day {
            start: UnixTime(start.timestamp().as_millisecond()),
            end: UnixTime(end.timestamp().as_millisecond()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(time: &str) -> UnixTime {
        UnixTime(time.parse::<Timestamp>().unwrap().as_millisecond())
    }

    /// The length in hours of the day that `time` lies in, and the hours from midnight to `time`.
    fn hours(time: &str) -> (i64, i64) {
        let unix = unix(time);
        let day = Calendar::new().day(unix);
        assert!(day.contains(unix));
        let hours = |from: UnixTime, to: UnixTime| (to.as_secs() - from.as_secs()) / 3600;
        (hours(day.start, day.end), hours(day.start, unix))
    }

    #[test]
    fn days_begin_at_midnight_pacific() {
        assert_eq!(hours("2026-01-15T08:00:00Z"), (24, 0));
        assert_eq!(hours("2026-01-15T07:59:59Z"), (24, 23));
        assert_eq!(hours("2026-07-15T07:00:00Z"), (24, 0));
    }

    #[test]
    fn days_of_change_have_23_and_25_hours() {
        assert_eq!(hours("2026-03-08T20:00:00Z").0, 23);
        assert_eq!(hours("2026-11-01T20:00:00Z").0, 25);
    }

    #[test]
    fn beyond_the_calendar_days_have_24_hours() {
        let mut calendar = Calendar::new();
        let late = UnixTime(i64::MAX / 2);
        let day = calendar.day(late);
        assert!(day.contains(late));
        assert_eq!(day.end.0 - day.start.0, DAY_MS);
        assert_ne!(calendar.day(UnixTime(i64::MAX)), calendar.day(UnixTime(i64::MIN)));
    }
}
