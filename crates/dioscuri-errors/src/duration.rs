//! Durations in every form that Google's servers write them.

use serde_json::Value;
use std::time::Duration;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Units by their names, in nanoseconds.
const UNITS: &[(&[&str], u128)] = &[
    (&["ns"], 1),
    (&["us", "µs"], 1_000),
    (&["ms", "millisecond", "milliseconds"], 1_000_000),
    (&["s", "sec", "secs", "second", "seconds"], NANOS_PER_SECOND),
    (&["m", "min", "mins", "minute", "minutes"], 60 * NANOS_PER_SECOND),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600 * NANOS_PER_SECOND),
    (&["d", "day", "days"], 86_400 * NANOS_PER_SECOND),
];

/// Reads all of `text`: `26s`, `45.837906927s`, `900ms`, `10h50m43.65s`.
///
/// Numbers too large for a [`Duration`] saturate. `None` if anything else stands there, or a sign.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let (duration, rest) = parse_prefix(text.trim())?;
    rest.is_empty().then_some(duration)
}

/// Reads a duration at the beginning of `text` and gives back what follows it.
pub(crate) fn parse_prefix(text: &str) -> Option<(Duration, &str)> {
    let mut total: u128 = 0;
    let mut rest = text;
    let mut found = false;
    // A terminal, or a writer, may have put a blank between them.
    while let Some((nanos, after)) = component(if found { rest.trim_start() } else { rest }) {
        total = total.saturating_add(nanos);
        rest = after;
        found = true;
    }
    found.then(|| (from_nanos(total), rest))
}

/// Reads a duration as JSON carries it: a string, `{"seconds", "nanos"}`, or a number of seconds.
pub(crate) fn from_json(value: &Value) -> Option<Duration> {
    match value {
        Value::String(text) => parse(text).or_else(|| seconds(text)),
        Value::Number(number) => seconds(&number.to_string()),
        Value::Object(fields) => {
            let field = |name| fields.get(name).map(scalar);
            let whole = field("seconds").unwrap_or_default();
            let nanos = field("nanos").and_then(|text| text.parse().ok());
            (fields.contains_key("seconds") || nanos.is_some()).then_some(())?;
            let whole = if whole.is_empty() {
                Duration::ZERO
            } else {
                seconds(&whole)?
            };
            Some(whole.saturating_add(Duration::from_nanos(nanos.unwrap_or(0))))
        }
        _ => None,
    }
}

/// Reads a bare number of seconds, with or without a fraction.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    number(text.trim(), NANOS_PER_SECOND)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(nanos, _)| from_nanos(nanos))
}

/// Reads a bare number of milliseconds, with or without a fraction.
pub(crate) fn milliseconds(text: &str) -> Option<Duration> {
    number(text.trim(), 1_000_000)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(nanos, _)| from_nanos(nanos))
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

/// One number with its unit, in nanoseconds, and what follows it.
fn component(text: &str) -> Option<(u128, &str)> {
    let (_, after) = number(text, 1)?;
    let after = after.strip_prefix(' ').unwrap_or(after);
    let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
    let (name, rest) = after.split_at(end);
    let (_, unit) = UNITS
        .iter()
        .find(|(names, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)))?;
    let (nanos, _) = number(text, *unit)?;
    Some((nanos, rest))
}

/// A decimal number at the beginning of `text`, times `unit`, and what follows it.
fn number(text: &str, unit: u128) -> Option<(u128, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, mut rest) = text.split_at(digits(text));
    if whole.is_empty() {
        return None;
    }
    // More digits than a `u64` holds saturate: nothing waits that long.
    let mut nanos = u128::from(whole.parse().unwrap_or(u64::MAX)).saturating_mul(unit);
    if let Some(after) = rest.strip_prefix('.') {
        let (fraction, after) = after.split_at(digits(after));
        if !fraction.is_empty() {
            // A nanosecond is the ninth digit; what is finer is cut off.
            let kept = &fraction[..fraction.len().min(9)];
            let scale = kept.bytes().fold(1_u128, |scale, _| scale * 10);
            nanos = nanos.saturating_add(kept.parse::<u128>().ok()?.saturating_mul(unit) / scale);
            rest = after;
        }
    }
    Some((nanos, rest))
}

fn from_nanos(nanos: u128) -> Duration {
    // Nearly always: up to 584 years, and much cheaper than dividing 128 bits.
    if let Ok(nanos) = u64::try_from(nanos) {
        return Duration::from_nanos(nanos);
    }
    let subsecond = u32::try_from(nanos % NANOS_PER_SECOND).unwrap_or(0);
    u64::try_from(nanos / NANOS_PER_SECOND).map_or(Duration::MAX, |seconds| Duration::new(seconds, subsecond))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[track_caller]
    fn check(text: &str, expected: Option<(u64, u32)>) {
        assert_eq!(parse(text), expected.map(|(s, n)| Duration::new(s, n)), "{text}");
    }

    #[test]
    fn every_form_of_text_is_read() {
        check("26s", Some((26, 0)));
        check("45.837906927s", Some((45, 837_906_927)));
        check("900ms", Some((0, 900_000_000)));
        check("10h50m43.65s", Some((39_043, 650_000_000)));
        check("5h59m59s", Some((21_599, 0)));
        check("5h 59m\n59s", Some((21_599, 0)));
        check("20 seconds", Some((20, 0)));
        check("0s", Some((0, 0)));
        check("1d", Some((86_400, 0)));
        check("1.0000000009s", Some((1, 0)));
    }

    #[test]
    fn what_is_no_duration_is_not_read() {
        for text in ["", "s", "26", "-3s", "soon", "1.s2", "3 parsecs", "26s later"] {
            check(text, None);
        }
    }

    #[test]
    fn huge_numbers_saturate() {
        check("99999999999999999999999999999s", Some((u64::MAX, 0)));
        assert_eq!(parse("99999999999999999999d"), Some(Duration::MAX));
    }

    #[test]
    fn json_carries_strings_numbers_and_objects() {
        let read = |value| from_json(&value).map(|d| d.as_millis());
        assert_eq!(read(json!("26s")), Some(26_000));
        assert_eq!(read(json!("26")), Some(26_000));
        assert_eq!(read(json!(1.5)), Some(1_500));
        assert_eq!(read(json!({"seconds": "3", "nanos": 500_000_000})), Some(3_500));
        assert_eq!(read(json!({"seconds": 3})), Some(3_000));
        assert_eq!(read(json!({"nanos": 7_000_000})), Some(7));
        assert_eq!(read(json!({"minutes": 3})), None);
        assert_eq!(read(json!(-1)), None);
        assert_eq!(read(json!(null)), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9.hmsdn µ]{0,40}|.{0,40}") {
            let _ = (parse(&text), parse_prefix(&text), seconds(&text), milliseconds(&text));
        }
    }
}
