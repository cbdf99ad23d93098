//! Now, and the user's time zone; both are given, so that what is written can be tested.

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
    /// The system's clock and time zone.
    pub(super) fn of_system() -> Self {
        Self::new(Timestamp::now(), TimeZone::system())
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
        let local = fill(words.local, &[("time", &self.show(then, &self.zone))]);
        let (here, there) = (then.to_zoned(self.zone.clone()), then.to_zoned(pacific()));
        if here.offset() == there.offset() {
            return local;
        }
        let pacific = fill(words.pacific, &[("time", &self.show(then, &pacific()))]);
        format!("{local} = {pacific}")
    }

    /// The day is left out while it is the same, the seconds where they do not matter.
    fn show(&self, then: Timestamp, zone: &TimeZone) -> String {
        let (now, then) = (self.now.to_zoned(zone.clone()), then.to_zoned(zone.clone()));
        let time = if soon(&now, &then) {
            "%H:%M:%S %Z"
        } else {
            "%H:%M %Z"
        };
        if now.date() == then.date() {
            then.strftime(time).to_string()
        } else {
            then.strftime(&format!("%Y-%m-%d {time}")).to_string()
        }
    }
}

/// Whether seconds matter: within the hour, either way.
fn soon(now: &Zoned, then: &Zoned) -> bool {
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
    fn another_day_is_told_with_its_date_in_each_zone() {
        check(
            &berlin(),
            "2026-11-22T23:30:00Z",
            "2026-11-23 00:30 CET local time = 15:30 PST Pacific time",
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
