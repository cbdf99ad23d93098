//! How many failures there were when, in rows of equal length, few enough to be read.

use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeMap;

/// Rows at most. More than fit a screen say less.
const ROWS: i64 = 20;

/// The lengths of a row, in seconds: what people count in, each a multiple of the one before. Beyond the last
/// they double.
const LENGTHS: &[i64] = &[
    1,
    5,
    15,
    60,
    300,
    900,
    3600,
    3 * 3600,
    6 * 3600,
    86_400,
    7 * 86_400,
    28 * 86_400,
];

/// Counts by class and time, in memory that does not grow with the length of the log.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    /// Seconds east of Greenwich, so that hours and days begin when the user's do.
    shift: Option<i64>,
    zone: TimeZone,
    length: i64,
    rows: BTreeMap<i64, BTreeMap<&'static str, u64>>,
    /// Failures whose lines bear no time, by class.
    without: BTreeMap<&'static str, u64>,
}

/// What happened in one row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) start: Timestamp,
    /// By class, the most frequent first.
    pub(super) counts: Vec<(&'static str, u64)>,
}

impl Timeline {
    pub(super) const fn new(zone: TimeZone) -> Self {
        Self {
            shift: None,
            zone,
            length: LENGTHS[0],
            rows: BTreeMap::new(),
            without: BTreeMap::new(),
        }
    }

    /// One failure of `class`.
    pub(super) fn add(&mut self, class: &'static str, at: Option<Timestamp>) {
        let Some(at) = at else {
            *self.without.entry(class).or_default() += 1;
            return;
        };
        let zone = &self.zone;
        let shift = *self
            .shift
            .get_or_insert_with(|| i64::from(zone.to_offset(at).seconds()));
        let row = (at.as_second() + shift).div_euclid(self.length);
        *self.rows.entry(row).or_default().entry(class).or_default() += 1;
        while self.span() > ROWS {
            self.widen();
        }
    }

    /// The seconds that a row lasts.
    pub(super) const fn length(&self) -> i64 {
        self.length
    }

    /// Every row from the first to the last, those in which nothing happened included.
    pub(super) fn rows(&self) -> Vec<Row> {
        let (Some(first), Some(last)) = (self.rows.keys().next(), self.rows.keys().next_back()) else {
            return Vec::new();
        };
        let row = |number: i64| Row {
            start: Timestamp::from_second(number * self.length - self.shift.unwrap_or(0))
                .unwrap_or(Timestamp::MIN),
            counts: self.rows.get(&number).map(sorted).unwrap_or_default(),
        };
        (*first..=*last).map(row).collect()
    }

    /// What bears no time.
    pub(super) fn without(&self) -> Vec<(&'static str, u64)> {
        sorted(&self.without)
    }

    fn span(&self) -> i64 {
        match (self.rows.keys().next(), self.rows.keys().next_back()) {
            (Some(first), Some(last)) => last - first + 1,
            _ => 0,
        }
    }

    /// Takes the next length.
    fn widen(&mut self) {
        let next = LENGTHS.iter().copied().find(|length| *length > self.length);
        let length = next.unwrap_or(self.length * 2);
        for (row, counts) in std::mem::take(&mut self.rows) {
            let merged = self
                .rows
                .entry((row * self.length).div_euclid(length))
                .or_default();
            for (class, count) in counts {
                *merged.entry(class).or_default() += count;
            }
        }
        self.length = length;
    }
}

fn sorted(counts: &BTreeMap<&'static str, u64>) -> Vec<(&'static str, u64)> {
    let mut sorted: Vec<_> = counts.iter().map(|(class, count)| (*class, *count)).collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(seconds: impl IntoIterator<Item = i64>) -> Timeline {
        let mut timeline = Timeline::new(TimeZone::UTC);
        for second in seconds {
            timeline.add("capacity", Some(Timestamp::from_second(second).unwrap()));
        }
        timeline
    }

    #[track_caller]
    fn check(seconds: impl IntoIterator<Item = i64>, length: i64, rows: usize) {
        let timeline = timeline(seconds);
        assert_eq!((timeline.length(), timeline.rows().len()), (length, rows));
    }

    #[test]
    fn rows_are_as_short_as_twenty_of_them_can_be() {
        check([0, 19], 1, 20);
        check([0, 20], 5, 5);
        check((0..86_400).step_by(60), 3 * 3600, 8);
        check([0, 40 * 365 * 86_400], 32 * 28 * 86_400, 17);
    }

    #[test]
    fn nothing_is_lost_by_longer_rows() {
        let timeline = timeline((0..10_000).map(|second| second * 7));
        let total: u64 = timeline
            .rows()
            .iter()
            .flat_map(|row| &row.counts)
            .map(|(_, count)| count)
            .sum();
        assert_eq!(total, 10_000);
    }

    #[test]
    fn the_order_of_lines_does_not_matter() {
        let forth = timeline([0, 30, 500]);
        let back = timeline([500, 30, 0]);
        assert_eq!(forth.rows(), back.rows());
    }

    #[test]
    fn a_row_begins_where_the_users_day_does() {
        let zone = TimeZone::posix("<+0530>-5:30").unwrap();
        let mut timeline = Timeline::new(zone);
        for day in 0..10 {
            timeline.add("capacity", Some(Timestamp::from_second(day * 86_400).unwrap()));
        }
        assert_eq!(timeline.length(), 86_400);
        assert_eq!(timeline.rows()[0].start.to_string(), "1969-12-31T18:30:00Z");
    }

    #[test]
    fn lines_without_a_time_are_counted_apart() {
        let mut timeline = Timeline::new(TimeZone::UTC);
        timeline.add("capacity", None);
        timeline.add("quota_day", None);
        timeline.add("quota_day", None);
        assert_eq!(timeline.rows(), []);
        assert_eq!(timeline.without(), [("quota_day", 2), ("capacity", 1)]);
    }
}
