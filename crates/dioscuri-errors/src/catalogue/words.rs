//! The words around a diagnosis: headings, and phrases with gaps.

use super::{Book, Lang};
use std::{fmt::Write as _, time::Duration};

/// The words that a renderer puts around an [`Advice`](crate::Advice), in one language.
///
/// Headings are without a colon. Phrases have gaps in braces, which [`fill`] fills; each field says which.
///
/// ```
/// use dioscuri_errors::catalogue::{Lang, Words, fill};
///
/// let words = Words::of(Lang::De);
/// assert_eq!(words.do_now, "Jetzt tun");
/// assert_eq!(fill(words.seen, &[("count", "3")]), "3-mal gesehen");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Words {
    /// Heading: the server's own sentence.
    pub server_said: &'static str,
    /// Heading: its translation.
    pub translation: &'static str,
    /// Heading: what happened.
    pub what_happened: &'static str,
    /// Heading: why.
    pub why: &'static str,
    /// Heading: warnings, where the server comforts wrongly.
    pub beware: &'static str,
    /// Heading: what to do now.
    pub do_now: &'static str,
    /// Heading: what to do for good.
    pub do_for_good: &'static str,
    /// Heading: how to prevent it.
    pub prevent: &'static str,
    /// Heading: when to try again.
    pub try_again: &'static str,
    /// Heading: pages to read.
    pub read: &'static str,
    /// Heading: the status page.
    pub status_page: &'static str,
    /// How a class of failures is called.
    pub class: &'static str,
    /// How a reason of `google.rpc.ErrorInfo` is called.
    pub reason: &'static str,
    /// How a finish reason is called.
    pub finish_reason: &'static str,
    /// How a block reason is called.
    pub block_reason: &'static str,
    /// Heading: the table of what was found.
    pub summary: &'static str,
    /// Said where a text holds no failure.
    pub nothing_found: &'static str,
    /// Said of a name that is not in the catalogue: `{name}`.
    pub unknown_name: &'static str,
    /// How often it was seen: `{count}`.
    pub seen: &'static str,
    /// When it was seen: `{from}`, `{to}`.
    pub between: &'static str,
    /// How a time in the user's zone is marked: `{time}`.
    pub local: &'static str,
    /// How a time in `America/Los_Angeles` is marked: `{time}`.
    pub pacific: &'static str,
    /// [`Again::AfterChange`](crate::Again::AfterChange).
    pub again_after_change: &'static str,
    /// [`Again::After`](crate::Again::After): `{wait}`, and `{when}` as computed.
    pub again_after: &'static str,
    /// [`Again::NextPacificDay`](crate::Again::NextPacificDay): `{when}` as computed.
    pub again_next_pacific_day: &'static str,
    /// The single probe that a hint on a daily quota is worth: `{wait}`.
    pub again_probe: &'static str,
    /// [`Again::AtReset`](crate::Again::AtReset).
    pub again_at_reset: &'static str,
    /// [`Again::Backoff`](crate::Again::Backoff): `{first}` and `{last}` wait, `{attempts}`.
    pub again_backoff: &'static str,
    /// [`Again::Once`](crate::Again::Once).
    pub again_once: &'static str,
    /// The units of [`duration`](Self::duration): days, hours, minutes, seconds, milliseconds.
    pub(crate) units: [&'static str; 5],
    /// What stands between the thousands of a number.
    pub(crate) thousands: &'static str,
}

impl Words {
    /// The words of `lang`.
    #[must_use]
    pub const fn of(lang: Lang) -> &'static Self {
        Book::of(lang).words
    }

    /// A duration as people write it: its two largest units, rounded up so that nobody comes too early.
    ///
    /// ```
    /// use dioscuri_errors::catalogue::{Lang, Words};
    /// use std::time::Duration;
    ///
    /// let english = Words::of(Lang::En);
    /// assert_eq!(english.duration(Duration::from_millis(26_212)), "27 s");
    /// assert_eq!(english.duration(Duration::from_secs(39_043)), "10 h 51 min");
    /// assert_eq!(english.duration(Duration::from_millis(900)), "900 ms");
    /// ```
    #[must_use]
    pub fn duration(&self, duration: Duration) -> String {
        let [day, hour, minute, second, millisecond] = self.units;
        let ms = duration.as_nanos().div_ceil(1_000_000);
        if ms < 1_000 {
            return format!("{ms}{millisecond}");
        }
        let seconds = ms.div_ceil(1_000);
        let minutes = seconds.div_ceil(60);
        let hours = minutes.div_ceil(60);
        match seconds {
            ..60 => pair(seconds, second, 0, ""),
            60..3_600 => pair(seconds / 60, minute, seconds % 60, second),
            3_600..86_400 if minutes < 24 * 60 => pair(minutes / 60, hour, minutes % 60, minute),
            _ => pair(hours / 24, day, hours % 24, hour),
        }
    }

    /// A number with its thousands set apart: `1,048,576`.
    #[must_use]
    pub fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(self.thousands);
            }
            text.push(digit);
        }
        text
    }
}

fn pair(large: u128, unit: &str, small: u128, sub_unit: &str) -> String {
    let mut text = format!("{large}{unit}");
    if small > 0 {
        let gap = if unit.starts_with(' ') { " " } else { "" };
        write!(text, "{gap}{small}{sub_unit}").expect("writing to a string does not fail");
    }
    text
}

/// Fills the gaps of a phrase: `{name}` becomes its value. Gaps that are not in `values` stay.
///
/// Values are not looked at again, so a text from outside cannot open a gap.
///
/// ```
/// use dioscuri_errors::catalogue::fill;
///
/// let phrase = "{count} of {all}";
/// assert_eq!(fill(phrase, &[("count", "{all}"), ("all", "7")]), "{all} of 7");
/// ```
#[must_use]
pub fn fill(phrase: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(phrase.len());
    let mut rest = phrase;
    while let Some((before, gap, after)) = next_gap(rest) {
        filled.push_str(before);
        match values.iter().find(|(name, _)| *name == gap) {
            Some((_, value)) => filled.push_str(value),
            None => write!(filled, "{{{gap}}}").expect("writing to a string does not fail"),
        }
        rest = after;
    }
    filled + rest
}

fn next_gap(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (gap, after) = rest.split_once('}')?;
    Some((before, gap, after))
}
