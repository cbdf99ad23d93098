//! The time that a line of a log bears.

use jiff::{Timestamp, civil, tz::TimeZone};

/// How far before a failure its time may stand, in bytes: a stack trace or a body of many lines follows the
/// line that bears it.
const REACH: usize = 4096;

/// How much of a line is looked at, in bytes: times stand near its start.
const START: usize = 256;

/// A moment that a line bears.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Stamp {
    pub(super) at: Timestamp,
    /// The line itself says in which zone; else the user's was taken.
    pub(super) is_sure: bool,
}

/// The time of the line that begins or holds `place`, else that of the nearest line before that has one.
pub(super) fn of_place(text: &[u8], place: usize, zone: &TimeZone) -> Option<Stamp> {
    let line_end = text[place..].iter().position(|byte| *byte == b'\n');
    let end = line_end.map_or(text.len(), |end| place + end);
    let reach = &text[place.saturating_sub(REACH)..end];
    reach
        .rsplit(|byte| *byte == b'\n')
        .find_map(|line| of_line(line, zone))
}

/// The first time in a line: `2025-08-21T06:18:31.299Z`, `2025-08-21 06:18:31,299`, `2025/08/21 06:18:31`, or
/// seconds or milliseconds since 1970 at the start or behind a name such as `"ts":`.
pub(super) fn of_line(line: &[u8], zone: &TimeZone) -> Option<Stamp> {
    let line = &line[..line.len().min(START)];
    calendar(line, zone).or_else(|| epoch(line))
}

fn calendar(line: &[u8], zone: &TimeZone) -> Option<Stamp> {
    (0..line.len()).find_map(|start| {
        let is_inside = start > 0 && line[start - 1].is_ascii_digit();
        if is_inside || !line[start].is_ascii_digit() {
            return None;
        }
        calendar_at(&line[start..], zone)
    })
}

/// A date, `T` or a blank, a time, perhaps a fraction, perhaps a zone; nothing before it is skipped.
fn calendar_at(text: &[u8], zone: &TimeZone) -> Option<Stamp> {
    let mut reader = Reader(text);
    let year = reader.number(4)?;
    let separator = reader.one_of(b"-/")?;
    let month = reader.number(2)?;
    reader.one_of(&[separator])?;
    let day = reader.number(2)?;
    reader.one_of(b"Tt ")?;
    let hour = reader.number(2)?;
    reader.one_of(b":")?;
    let minute = reader.number(2)?;
    reader.one_of(b":")?;
    let second = reader.number(2)?;
    let milli = reader.fraction();
    let narrow = |number: i16| i8::try_from(number).ok();
    let moment = civil::DateTime::new(
        year,
        narrow(month)?,
        narrow(day)?,
        narrow(hour)?,
        narrow(minute)?,
        narrow(second)?,
        i32::from(milli) * 1_000_000,
    )
    .ok()?;
    if let Some(minutes) = reader.offset() {
        let utc = TimeZone::UTC.to_timestamp(moment).ok()?;
        let at = utc.checked_sub(jiff::SignedDuration::from_mins(minutes)).ok()?;
        return Some(Stamp { at, is_sure: true });
    }
    let at = zone.to_timestamp(moment).ok()?;
    Some(Stamp { at, is_sure: false })
}

/// Reads from the front, and stays where it is if what it looks for is not there.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// Exactly `digits` of them, four at most.
    fn number(&mut self, digits: usize) -> Option<i16> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let value = number.iter().try_fold(0, |value: i16, byte| {
            byte.is_ascii_digit().then(|| value * 10 + i16::from(byte - b'0'))
        })?;
        self.0 = rest;
        Some(value)
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Milliseconds; zero if there is no fraction.
    fn fraction(&mut self) -> i16 {
        let before = self.0;
        if self.one_of(b".,").is_none() {
            return 0;
        }
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            self.0 = before;
            return 0;
        }
        let (fraction, rest) = self.0.split_at(digits);
        self.0 = rest;
        (0..3).fold(0, |value, at| {
            value * 10 + fraction.get(at).map_or(0, |byte| i16::from(byte - b'0'))
        })
    }

    /// `Z`, `+02:00`, `-0800`, ` +00:00`: minutes east of Greenwich.
    fn offset(&mut self) -> Option<i64> {
        let _ = self.one_of(b" ");
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.number(2)?;
        let _ = self.one_of(b":");
        let minutes = self.number(2)?;
        (hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 60 + minutes))
    }
}

/// Names before a number of seconds or milliseconds in structured logs.
const NAMES: &[&[u8]] = &[b"ts", b"time", b"timestamp", b"epoch", b"@timestamp"];

fn epoch(line: &[u8]) -> Option<Stamp> {
    let start = line
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'[' | b'\t'))?;
    epoch_at(&line[start..]).or_else(|| {
        (0..line.len()).find_map(|at| {
            let name = NAMES.iter().find(|name| line[at..].starts_with(name))?;
            let rest = &line[at + name.len()..];
            let skipped = rest
                .iter()
                .take_while(|byte| matches!(byte, b'"' | b':' | b'=' | b' '))
                .count();
            (skipped > 0).then(|| epoch_at(&rest[skipped..])).flatten()
        })
    })
}

/// Seconds have ten digits from 2001 to 2286, milliseconds thirteen. Earlier ones are numbers of something else.
fn epoch_at(text: &[u8]) -> Option<Stamp> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value: i64 = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    let milliseconds = match digits {
        10 => value * 1000,
        13 => value,
        _ => return None,
    };
    // Something else would go on in letters: an id, an amount with its unit.
    let ends = text.get(digits).is_none_or(|next| !next.is_ascii_alphanumeric());
    let at = Timestamp::from_millisecond(milliseconds).ok()?;
    (ends && value >= 1_000_000_000).then_some(Stamp { at, is_sure: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, bool)>) {
        let found = of_line(line.as_bytes(), &berlin()).map(|stamp| (stamp.at.to_string(), stamp.is_sure));
        assert_eq!(
            found,
            expected.map(|(at, is_sure)| (at.to_owned(), is_sure)),
            "{line}"
        );
    }

    #[test]
    fn a_time_with_a_zone_is_sure() {
        check(
            "2025-08-21T06:18:31.299Z ERROR x",
            Some(("2025-08-21T06:18:31.299Z", true)),
        );
        check(
            "[2025-08-21 06:18:31+02:00] x",
            Some(("2025-08-21T04:18:31Z", true)),
        );
        check(
            "2025-08-21T06:18:31.299123456-0800",
            Some(("2025-08-21T14:18:31.299Z", true)),
        );
        check(
            r#"{"time":"2025-08-21T06:18:31Z","level":"error"}"#,
            Some(("2025-08-21T06:18:31Z", true)),
        );
    }

    #[test]
    fn a_time_without_a_zone_is_taken_as_the_users() {
        check(
            "2025-08-21 06:18:31,299 - WARNING - x",
            Some(("2025-08-21T04:18:31.299Z", false)),
        );
        check("2025/01/21 06:18:31 x", Some(("2025-01-21T05:18:31Z", false)));
        check(
            "pod-7 2025-08-21 06:18:31 -- x",
            Some(("2025-08-21T04:18:31Z", false)),
        );
    }

    #[test]
    fn seconds_and_milliseconds_since_1970_are_sure() {
        check("1755757111.299 x", Some(("2025-08-21T06:18:31Z", true)));
        check("[1755757111299] x", Some(("2025-08-21T06:18:31.299Z", true)));
        check(
            r#"{"level":"error","ts":1755757111.2,"msg":"x"}"#,
            Some(("2025-08-21T06:18:31Z", true)),
        );
        check(
            "time=1755757111 level=error",
            Some(("2025-08-21T06:18:31Z", true)),
        );
    }

    #[test]
    fn other_numbers_are_no_times() {
        check("x", None);
        check("", None);
        check("2025-13-21 06:18:31", None);
        check("2025-08-21 at noon", None);
        check("1755757111abc", None);
        check("0123456789 x", None);
        check("project 123456789012", None);
        check("12345-08-21 06:18:31", None);
    }

    #[test]
    fn a_failure_without_a_time_has_that_of_the_line_before() {
        let text = b"2025-08-21T06:00:00Z a\n2025-08-21T06:18:31Z ERROR\n  File x\n  {\n    boom\n2025-08-21T07:00:00Z b\n";
        let place = text.windows(4).position(|window| window == b"boom").unwrap();
        let stamp = of_place(text, place, &berlin()).unwrap();
        assert_eq!(stamp.at.to_string(), "2025-08-21T06:18:31Z");
        assert_eq!(of_place(b"\n\nboom", 2, &berlin()), None);
    }
}
