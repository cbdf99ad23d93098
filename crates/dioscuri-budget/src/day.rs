//! The Pacific day: civil days of 23, 24 or 25 hours, and what was charged in the present one.

use dioscuri_vocab::{Now, Tick, UnixTime};
use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};
use std::{sync::LazyLock, time::Duration};

/// The first midnight in `America/Los_Angeles` after `at`: when daily quotas are renewed.
///
/// The rule of 2007 is taken for all years: summer from the second Sunday of March to the first of
/// November. Beyond the year 9999 days have 24 hours.
///
/// Source: [rate limits](https://ai.google.dev/gemini-api/docs/rate-limits), "RPD quotas reset at midnight
/// Pacific time".
///
/// ```
/// use dioscuri_budget::next_pacific_midnight;
/// use dioscuri_vocab::UnixTime;
///
/// // Noon UTC on 2026-07-01 is five in the morning there; midnight is at 07:00 UTC.
/// let noon = UnixTime::from_secs(1_782_907_200);
/// assert_eq!(next_pacific_midnight(noon).as_secs() - noon.as_secs(), 19 * 3600);
/// ```
#[must_use]
pub fn next_pacific_midnight(at: UnixTime) -> UnixTime {
    Timestamp::from_millisecond(at.0)
        .and_then(|at| at.to_zoned(PACIFIC.clone()).start_of_day())
        .and_then(|today| today.checked_add(1.day()))
        .and_then(|tomorrow: Zoned| tomorrow.start_of_day())
        .map_or_else(
            |_| at.after(DAY),
            |midnight| UnixTime(midnight.timestamp().as_millisecond()),
        )
}

static PACIFIC: LazyLock<TimeZone> = LazyLock::new(|| {
    // Written out, so that no time-zone database is needed on the machine.
    TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").expect("a valid POSIX time zone")
});

/// A usual day. A wall clock that falls back by more than that was wrong before, not corrected by seconds.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What was charged in the present Pacific day.
#[derive(Debug)]
pub(crate) struct DayCount {
    charged: u64,
    latest: UnixTime,
    renewed_at: UnixTime,
}

impl DayCount {
    pub(crate) const fn new() -> Self {
        Self {
            charged: 0,
            latest: UnixTime(i64::MIN),
            renewed_at: UnixTime(i64::MIN),
        }
    }

    /// The soonest tick at which `amount` fits under `limit`: now, or the next midnight.
    pub(crate) fn opens(&mut self, amount: u64, limit: u64, now: Now) -> Tick {
        let charged = self.used(now);
        let fits = amount == 0 || charged == 0 || charged.saturating_add(amount) <= limit;
        if fits {
            now.tick
        } else {
            now.tick_at(self.renewed_at)
        }
    }

    /// What counts today.
    pub(crate) fn used(&mut self, now: Now) -> u64 {
        self.turn(now);
        self.charged
    }

    /// The end of the present day.
    pub(crate) fn renewed_at(&mut self, now: Now) -> UnixTime {
        self.turn(now);
        self.renewed_at
    }

    /// Charges `amount` to the day that ends at `renewed_at`, if that is today.
    pub(crate) fn charge(&mut self, amount: u64, renewed_at: UnixTime) {
        if self.renewed_at == renewed_at {
            self.charged = self.charged.saturating_add(amount);
        }
    }

    /// Takes back `amount` that was to count until `renewed_at`; another day's is gone.
    pub(crate) fn refund(&mut self, amount: u64, renewed_at: UnixTime) {
        if self.renewed_at == renewed_at {
            self.charged = self.charged.saturating_sub(amount);
        }
    }

    /// Goes on from what was `charged` in the day that ends at `renewed_at`, as it was known at `saved_at`. The larger
    /// count of one day counts.
    pub(crate) fn restore(&mut self, charged: u64, renewed_at: UnixTime, saved_at: UnixTime, now: Now) {
        let mut kept = Self {
            charged,
            latest: saved_at,
            renewed_at,
        };
        kept.turn(now);
        self.turn(now);
        if kept.renewed_at >= self.renewed_at {
            self.charged = self.charged.max(kept.charged);
            self.latest = self.latest.max(kept.latest);
            self.renewed_at = kept.renewed_at;
        }
    }

    /// Begins a new day if midnight has passed.
    ///
    /// A clock that falls back frees nothing: the latest reading counts. If it falls back by more than a
    /// day, the earlier reading was wrong; the count stays, and is renewed at the midnight that comes now.
    fn turn(&mut self, now: Now) {
        if now.unix.after(DAY) < self.latest {
            self.latest = now.unix;
            self.renewed_at = next_pacific_midnight(now.unix);
            return;
        }
        self.latest = self.latest.max(now.unix);
        if self.latest >= self.renewed_at {
            self.charged = 0;
            self.renewed_at = next_pacific_midnight(self.latest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(text: &str) -> UnixTime {
        UnixTime(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    fn now(text: &str) -> Now {
        let unix = unix(text);
        Now::new(
            Tick::ZERO.after(unix.since(self::unix("2026-01-01T00:00:00Z"))),
            unix,
        )
    }

    #[track_caller]
    fn check(at: &str, midnight: &str) {
        assert_eq!(next_pacific_midnight(unix(at)), unix(midnight));
    }

    #[test]
    fn winter_days_end_at_eight_utc_and_summer_days_at_seven() {
        check("2026-01-15T12:00:00Z", "2026-01-16T08:00:00Z");
        check("2026-07-15T12:00:00Z", "2026-07-16T07:00:00Z");
    }

    #[test]
    fn midnight_itself_begins_the_new_day() {
        check("2026-01-16T07:59:59.999Z", "2026-01-16T08:00:00Z");
        check("2026-01-16T08:00:00Z", "2026-01-17T08:00:00Z");
    }

    #[test]
    fn the_day_summer_begins_has_23_hours() {
        check("2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z");
        check("2026-03-08T10:00:00Z", "2026-03-09T07:00:00Z");
        check("2027-03-14T08:00:00Z", "2027-03-15T07:00:00Z");
    }

    #[test]
    fn the_day_summer_ends_has_25_hours() {
        check("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z");
        check("2026-11-01T09:30:00Z", "2026-11-02T08:00:00Z");
        check("2027-11-07T07:00:00Z", "2027-11-08T08:00:00Z");
    }

    #[test]
    fn times_beyond_the_calendar_have_days_of_24_hours() {
        assert_eq!(next_pacific_midnight(UnixTime(i64::MAX)), UnixTime(i64::MAX));
    }

    fn spend(day: &mut DayCount, amount: u64, now: Now) -> UnixTime {
        let renewed_at = day.renewed_at(now);
        day.charge(amount, renewed_at);
        renewed_at
    }

    #[test]
    fn a_spent_day_opens_at_midnight_and_not_before() {
        let mut day = DayCount::new();
        let noon = now("2026-03-08T20:00:00Z");
        spend(&mut day, 5, noon);
        let opens = day.opens(1, 5, noon);
        assert_eq!(opens, now("2026-03-09T07:00:00Z").tick);
        let before = now("2026-03-09T06:59:59.999Z");
        assert_eq!(day.opens(1, 5, before), opens);
        assert_eq!(day.opens(5, 5, now("2026-03-09T07:00:00Z")), opens);
    }

    #[test]
    fn a_clock_that_falls_back_over_midnight_frees_nothing() {
        let mut day = DayCount::new();
        spend(&mut day, 2, now("2026-01-16T07:59:00Z"));
        assert_eq!(day.used(now("2026-01-16T08:00:01Z")), 0);
        spend(&mut day, 3, now("2026-01-16T08:00:02Z"));
        assert_eq!(day.used(now("2026-01-16T07:59:50Z")), 3);
        assert_eq!(day.used(now("2026-01-16T08:00:03Z")), 3);
        assert_eq!(day.used(now("2026-01-17T08:00:00Z")), 0);
    }

    #[test]
    fn a_clock_that_was_a_year_ahead_locks_nobody_out() {
        let mut day = DayCount::new();
        spend(&mut day, 3, now("2027-01-16T20:00:00Z"));
        assert_eq!(day.used(now("2026-01-16T20:00:00Z")), 3);
        assert_eq!(day.used(now("2026-01-17T08:00:00Z")), 0);
    }

    #[test]
    fn a_refund_reaches_only_its_own_day() {
        let mut day = DayCount::new();
        let yesterday = spend(&mut day, 2, now("2026-01-16T07:59:00Z"));
        let today = spend(&mut day, 3, now("2026-01-16T08:00:00Z"));
        day.refund(2, yesterday);
        assert_eq!(day.used(now("2026-01-16T09:00:00Z")), 3);
        day.refund(1, today);
        day.charge(9, yesterday);
        assert_eq!(day.used(now("2026-01-16T09:00:00Z")), 2);
    }
}
