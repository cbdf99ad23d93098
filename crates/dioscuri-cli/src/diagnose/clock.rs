//! Now, and the user's time zone; both are given, so that what is written can be tested.

use crate::progress::print;
use dioscuri::parts::{
    budget::next_pacific_midnight,
    errors::catalogue::{Words, fill},
    vocab::UnixTime,
};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use std::time::Duration;

/// The moment of a diagnosis, and where the user lives.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    now: Timestamp,
    zone: TimeZone,
}

impl Clock {
    /// The system's clock and time zone; UTC, and a word about it, if `TZ` names none that is known.
    pub(super) fn of_system() -> Self {
        let zone = TimeZone::try_system().unwrap_or_else(|_| {
            if let Some(name) = std::env::var_os("TZ").filter(|name| !name.is_empty()) {
                print(&format!(
                    "the time zone `{}` of TZ is not known; times are in UTC",
                    name.display()
                ));
            }
            TimeZone::UTC
        });
        Self::new(Timestamp::now(), zone)
    }

    pub(super) const fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self { now, zone }
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Now, as the taxonomy reads it.
    pub(super) fn unix(&self) -> UnixTime {
        UnixTime(self.now.as_millisecond())
    }

    pub(super) const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The wait until `then`; `None` if it is over.
    pub(super) fn wait(&self, then: Timestamp) -> Option<Duration> {
        Duration::try_from(then.duration_since(self.now))
            .ok()
            .filter(|wait| !wait.is_zero())
    }

    /// `then` in the user's time and in Pacific time; once, where they are the same.
    pub(super) fn both(&self, then: Timestamp, words: &Words) -> String {
        let (here, there) = (then.to_zoned(self.zone.clone()), then.to_zoned(pacific()));
        let is_same = here.offset() == there.offset();
        let is_today = |then: &Zoned| self.now.to_zoned(then.time_zone().clone()).date() == then.date();
        // A date on one side only would leave open which day the other one means.
        let form = Form {
            dated: !is_today(&here) || !is_same && !is_today(&there),
            exact: soon(self.now, then),
        };
        let local = fill(words.local, &[("time", &form.show(&here))]);
        if is_same {
            return local;
        }
        let pacific = fill(words.pacific, &[("time", &form.show(&there))]);
        format!("{local} = {pacific}")
    }
}

/// How much of a moment is told.
struct Form {
    /// The day is left out while it is the same.
    dated: bool,
    /// The seconds, where they matter.
    exact: bool,
}

impl Form {
    fn show(&self, then: &Zoned) -> String {
        let form = match (self.dated, self.exact) {
            (false, false) => "%H:%M %Z",
            (false, true) => "%H:%M:%S %Z",
            (true, false) => "%Y-%m-%d %H:%M %Z",
            (true, true) => "%Y-%m-%d %H:%M:%S %Z",
        };
        then.strftime(form).to_string()
    }
}

/// Whether seconds matter: within the hour, either way.
fn soon(now: Timestamp, then: Timestamp) -> bool {
    then.duration_since(now).unsigned_abs() < Duration::from_secs(3600)
}

/// The next midnight in `America/Los_Angeles` after `at`.
pub(super) fn pacific_midnight(at: Timestamp) -> Timestamp {
    let midnight = next_pacific_midnight(UnixTime(at.as_millisecond()));
    Timestamp::from_millisecond(midnight.0).unwrap_or(Timestamp::MAX)
}

/// The rule of 2007, written out: no database of time zones is needed.
fn pacific() -> TimeZone {
    TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").expect("a valid POSIX time zone")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use dioscuri::parts::errors::catalogue::Lang;

    /// A quarter past two in the afternoon of a Sunday in Berlin; a quarter past five in the morning at Google's.
    pub(in crate::diagnose) fn berlin() -> Clock {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        Clock::new("2026-11-22T13:15:00Z".parse().unwrap(), zone)
    }

    #[track_caller]
    fn check(clock: &Clock, then: &str, expected: &str) {
        let words = Words::of(Lang::En);
        assert_eq!(clock.both(then.parse().unwrap(), words), expected);
    }

    #[test]
    fn a_moment_is_told_here_and_at_googles() {
        check(
            &berlin(),
            "2026-11-22T13:15:26Z",
            "14:15:26 CET local time = 05:15:26 PST Pacific time",
        );
        check(
            &berlin(),
            "2026-11-22T20:00:00Z",
            "21:00 CET local time = 12:00 PST Pacific time",
        );
    }

    #[test]
    fn another_day_in_one_zone_is_told_with_the_date_in_both() {
        check(
            &berlin(),
            "2026-11-22T23:30:00Z",
            "2026-11-23 00:30 CET local time = 2026-11-22 15:30 PST Pacific time",
        );
    }

    #[test]
    fn whoever_lives_in_pacific_time_reads_it_once() {
        let clock = Clock::new("2026-07-01T13:00:00Z".parse().unwrap(), pacific());
        check(&clock, "2026-07-02T07:00:00Z", "2026-07-02 00:00 PDT local time");
    }

    #[test]
    fn the_next_pacific_day_begins_at_eight_in_the_morning_utc_in_winter() {
        let midnight = pacific_midnight(berlin().now());
        assert_eq!(midnight, "2026-11-23T08:00:00Z".parse().unwrap());
        assert_eq!(berlin().wait(midnight), Some(Duration::from_secs(67_500)));
        assert_eq!(berlin().wait(berlin().now()), None);
    }
}
