//! Numbers as people read them.

use std::time::Duration;

/// A whole number in groups of three: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 request`, `1,200 requests`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// A span of time with two units at most: `31.4 s`, `7 min 12 s`, `7 h 12 min`.
pub(crate) fn span(time: Duration) -> String {
    // Halves round up at the unit that is shown, so that nothing ever reads `60.0 s` or `60 min`.
    let tenths = (time.as_millis() + 50) / 100;
    let seconds = (time.as_millis() + 500) / 1000;
    let minutes = (seconds + 30) / 60;
    if tenths < 600 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else if seconds < 3600 {
        two(seconds / 60, "min", seconds % 60, "s")
    } else {
        two(minutes / 60, "h", minutes % 60, "min")
    }
}

fn two(large: u128, large_unit: &str, small: u128, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

/// Seconds with three decimals at most, as JSON shows them.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of 285,000 years are exact in an f64"
)]
pub(crate) fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let grouped: Vec<_> = [0, 999, 1000, 1_234_567].map(count).into();
        assert_eq!(grouped, ["0", "999", "1,000", "1,234,567"]);
    }

    #[track_caller]
    fn check(millis: u64, text: &str) {
        assert_eq!(span(Duration::from_millis(millis)), text);
    }

    #[test]
    fn spans_have_two_units_at_most() {
        check(0, "0.0 s");
        check(31_449, "31.4 s");
        check(59_960, "1 min");
        check(432_000, "7 min 12 s");
        check(3_599_600, "1 h");
        check(25_920_000, "7 h 12 min");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(1, "request"), "1 request");
        assert_eq!(counted(1200, "request"), "1,200 requests");
    }
}
