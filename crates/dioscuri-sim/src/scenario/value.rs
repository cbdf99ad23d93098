//! Values of a scenario file that are more than a number: durations and shares.

use std::time::Duration;

use dioscuri_vocab::UnixTime;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::Error};

/// The units of durations. Longer names first, so that "ms" is not read as "m" and "s".
const UNITS: [(&str, f64); 5] = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// The longest duration, a year: no world runs so long, and sums of such times still fit every clock.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The duration that `text` says: a number and a unit, such as "6s", "250ms" or "1.5h".
fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(digits);
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    // What no Duration holds is too long as well, and said to be.
    Some(Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).unwrap_or(Duration::MAX))
}

/// A duration, zero included.
pub(crate) fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    match parse_duration(&text) {
        Some(duration) if duration <= LONGEST => Ok(duration),
        Some(_) => Err(D::Error::custom(format!(
            "`{text}` is too long; the longest duration is a year, \"8760h\""
        ))),
        None => Err(D::Error::custom(format!(
            "`{text}` is no duration; write a number with us, ms, s, m or h, such as \"250ms\""
        ))),
    }
}

/// A duration above zero.
pub(super) fn positive_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let duration = duration(from)?;
    if duration.is_zero() {
        return Err(D::Error::custom("this duration must be above zero"));
    }
    Ok(duration)
}

/// The moment that an RFC 3339 date says.
pub(super) fn date(text: &str) -> Option<UnixTime> {
    let timestamp: Timestamp = text.parse().ok()?;
    Some(UnixTime(timestamp.as_millisecond()))
}

/// A share, `0.0..=1.0`.
pub(super) fn share<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let share = f64::deserialize(from)?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err(D::Error::custom(format!(
            "`{share}` is no share; it must lie in 0.0 to 1.0"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Duration>) {
        assert_eq!(parse_duration(text), expected, "{text}");
    }

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        check("6s", Some(Duration::from_secs(6)));
        check("250ms", Some(Duration::from_millis(250)));
        check("10us", Some(Duration::from_micros(10)));
        check("1.5 h", Some(Duration::from_secs(5400)));
        check("2m", Some(Duration::from_secs(120)));
    }

    #[test]
    fn what_lacks_either_is_none() {
        check("6", None);
        check("s", None);
        check("", None);
        check("-6s", None);
        check("1.2.3s", None);
        check("6 parsecs", None);
    }
}
