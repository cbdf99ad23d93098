//! How the simulator counts tokens.
//!
//! A character costs a quarter of a token if it is Latin (or a digit, a blank, a sign), two thirds if it is
//! Chinese, Japanese or Korean, and two fifths in any other script. A picture of an older model costs 258.
//! Each content adds 2. The sum of the text is then off by up to 8 % either way, drawn from the text
//! itself: real tokenizers are not a formula, and a client that takes one for exact shall be found out.
//!
//! The four characters a token and the 258 are Google's published rules; the rest are guesses.

use dioscuri_vocab::{Rng, SplitMix64};

use super::proto::json::Json;

/// The tokens of one picture up to 384 pixels, before Gemini 3.
pub(super) const PER_MEDIUM: u64 = 258;

/// What the role and the borders of a content cost.
pub(super) const PER_CONTENT: u64 = 2;

/// How far the count may be off the formula, as a share of it.
const DEVIATION: f64 = 0.08;

/// Sixtieths of a token: 4, 1.5 and 2.5 characters a token have no smaller common measure.
const SIXTIETHS: u64 = 60;

/// The tokens of `text` by the formula, rounded up.
pub(super) fn of_text(text: &str) -> u64 {
    sixtieths(text).div_ceil(SIXTIETHS)
}

/// The tokens of `value` written as compact JSON.
pub(super) fn of_json(value: &Json<'_>) -> u64 {
    json_sixtieths(value).div_ceil(SIXTIETHS)
}

/// The weight of `text` in sixtieths of a token.
fn sixtieths(text: &str) -> u64 {
    if text.is_ascii() {
        return text.len() as u64 * SIGN;
    }
    text.chars().map(weight).sum()
}

/// The weight of one Latin character.
const SIGN: u64 = 15;

fn json_sixtieths(value: &Json<'_>) -> u64 {
    match value {
        Json::Text(text) => sixtieths(text) + 2 * SIGN,
        // Brackets, and a comma after each element.
        Json::List(items) => items.iter().map(|item| json_sixtieths(item) + SIGN).sum::<u64>() + 2 * SIGN,
        // Braces, and quotes, a colon and a comma for each member.
        Json::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, value)| sixtieths(name) + json_sixtieths(value) + 4 * SIGN)
                .sum::<u64>()
                + 2 * SIGN
        }
        // As many digits as most numbers have.
        Json::Null | Json::Bool(_) | Json::Int(_) | Json::UInt(_) | Json::Float(_) => 4 * SIGN,
    }
}

/// As much of the beginning of `text` as `max` tokens hold.
pub(super) fn beginning(text: &str, max: u64) -> &str {
    let room = max.saturating_mul(SIXTIETHS);
    // No character is lighter than a sign of ASCII.
    let signs = usize::try_from(room / SIGN).unwrap_or(usize::MAX);
    let most = text.len().min(signs);
    if text.as_bytes()[..most].is_ascii() {
        return &text[..most];
    }
    let end = text
        .char_indices()
        .scan(0_u64, |sum, (index, c)| {
            *sum += weight(c);
            Some((*sum, index))
        })
        .find(|(sum, _)| *sum > room);
    end.map_or(text, |(_, index)| &text[..index])
}

const fn weight(c: char) -> u64 {
    match c {
        // Latin with its accents and extensions; punctuation and currency signs.
        '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2000}'..='\u{20CF}' => SIGN,
        // Kana, ideographs, hangul, their punctuation and wide forms.
        '\u{1100}'..='\u{11FF}'
        | '\u{2E80}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF00}'..='\u{FFEF}'
        | '\u{20000}'..='\u{3FFFF}' => 40,
        _ => 24,
    }
}

/// `tokens`, off by as much as `rng` draws. At least 1.
pub(super) fn deviated(tokens: u64, rng: &mut SplitMix64) -> u64 {
    let share = DEVIATION * (2.0 * rng.next_f64() - 1.0);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a body of 100 MB has far fewer than 2^52 tokens, and a cast of floats saturates"
    )]
    let off = (tokens as f64 * share) as i64;
    tokens.saturating_add_signed(off).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, tokens: u64) {
        assert_eq!(of_text(text), tokens, "{text}");
    }

    #[test]
    fn scripts_weigh_as_the_rule_says() {
        check("", 0);
        check("four", 1);
        check("fives", 2);
        check("Grüße, Jürgen", 4);
        check("你好世", 2);
        check("こんにちは世界", 5);
        check("مرحبا", 2);
        check("привет мир", 4);
    }

    #[test]
    fn json_costs_about_what_its_text_does() {
        let body = br#"{"name": "f", "args": {"city": "Sparta", "days": [1, 2, 3], "deep": {"a": null}}}"#;
        let value = Json::parse(body).unwrap();
        let written = of_text(&value.to_value().to_string());
        assert!(
            of_json(&value).abs_diff(written) <= 5,
            "{} {written}",
            of_json(&value)
        );
    }

    #[test]
    fn a_beginning_costs_no_more_than_its_room() {
        assert_eq!(beginning("eight or more", 2), "eight or");
        assert_eq!(beginning("世界世界", 2), "世界世");
        assert_eq!(beginning("short", 9), "short");
        assert_eq!(beginning("none", 0), "");
        assert_eq!(beginning("", 1), "");
        assert_eq!(beginning("four世", 1), "four");
        assert_eq!(beginning("four世", 2), "four世");
        assert_eq!(beginning("whole", u64::MAX), "whole");
    }

    #[test]
    fn the_deviation_stays_within_its_share() {
        for stream in 0..1000 {
            let off = deviated(10_000, &mut SplitMix64::split(1, stream));
            assert!((9_200..=10_800).contains(&off), "{off}");
        }
        assert_eq!(deviated(0, &mut SplitMix64::new(1)), 1);
    }
}
