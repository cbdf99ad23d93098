//! How many tokens a prompt has, estimated before it is sent.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// What a prompt holds, as far as it costs tokens: counts only, nothing of its content.
///
/// ```
/// use dioscuri_budget::Measure;
///
/// let mut prompt = Measure::default();
/// prompt.text("What is the highest mountain in Africa? 非洲最高的山是哪座?");
/// prompt.images = 1;
/// assert_eq!((prompt.latin, prompt.dense), (41, 9));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Measure {
    /// Characters of ASCII and the Latin scripts.
    pub latin: u64,
    /// Characters of Chinese, Japanese and Korean, and emoji: about a token each.
    pub dense: u64,
    /// Characters of all other scripts.
    pub other: u64,
    /// Images.
    pub images: u64,
    /// Seconds of audio.
    pub audio_seconds: u64,
    /// Seconds of video, its sound included.
    pub video_seconds: u64,
    /// Pages of PDF.
    pub pdf_pages: u64,
    /// Turns of the conversation, the system instruction included.
    pub turns: u64,
    /// Characters of the JSON of tool declarations and response schemas.
    pub tool_chars: u64,
}

impl Measure {
    /// Adds the characters of `text`, by script.
    pub fn text(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                '\0'..='\u{24F}' | '\u{2000}'..='\u{206F}' => self.latin += 1,
                '\u{1100}'..='\u{11FF}'
                | '\u{2E80}'..='\u{A4CF}'
                | '\u{AC00}'..='\u{D7FF}'
                | '\u{F900}'..='\u{FAFF}'
                | '\u{FF00}'..='\u{FFEF}'
                | '\u{1F000}'.. => self.dense += 1,
                _ => self.other += 1,
            }
        }
    }
}

/// Estimates the input tokens of a prompt.
///
/// ```
/// use dioscuri_budget::{Measure, TokenEstimator};
///
/// /// Knows its prompts.
/// struct Fixed;
/// impl TokenEstimator for Fixed {
///     fn estimate(&self, _model: &str, _prompt: &Measure) -> u64 {
///         1_000
///     }
/// }
/// assert_eq!(Fixed.estimate("gemini-4-argon", &Measure::default()), 1_000);
/// ```
pub trait TokenEstimator: Send + Sync {
    /// The tokens to reserve for `prompt` on `model`: rather too many, since too few end in a refusal.
    fn estimate(&self, model: &str, prompt: &Measure) -> u64;

    /// `prompt` had `actual` tokens on `model` (`usageMetadata.promptTokenCount`).
    fn learn(&self, _model: &str, _prompt: &Measure, _actual: u64) {}
}

/// The default [`TokenEstimator`]: the published rules, corrected per model within bounds.
///
/// ```
/// use dioscuri_budget::{Measure, Rules, TokenEstimator};
///
/// let rules = Rules::new();
/// let mut prompt = Measure::default();
/// prompt.text(&"four".repeat(100));
/// assert_eq!(rules.estimate("gemini-4-argon", &prompt), 125); // 400 / 4, and a quarter more
///
/// // A model that needs twice as many: the estimate follows, slowly.
/// for _ in 0..200 {
///     rules.learn("gemini-4-argon", &prompt, 200);
/// }
/// assert_eq!(rules.estimate("gemini-4-argon", &prompt), 250);
/// assert_eq!(rules.estimate("gemini-4-neon", &prompt), 125);
/// ```
#[derive(Debug, Default)]
pub struct Rules {
    /// Actual over estimated, by model.
    ratios: Mutex<HashMap<Box<str>, f64>>,
}

impl Rules {
    /// Rules that have seen no model yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl TokenEstimator for Rules {
    fn estimate(&self, model: &str, prompt: &Measure) -> u64 {
        let ratios = self.ratios.lock().unwrap_or_else(PoisonError::into_inner);
        let ratio = ratios.get(model).copied().unwrap_or(1.0);
        whole(by_rule(prompt) * ratio * MARGIN)
    }

    fn learn(&self, model: &str, prompt: &Measure, actual: u64) {
        let expected = by_rule(prompt);
        if expected < SMALLEST_LESSON {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "an estimate is compared")]
        let seen = (actual as f64 / expected).clamp(LEAST_RATIO, MOST_RATIO);
        let mut ratios = self.ratios.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ratio) = ratios.get_mut(model) {
            *ratio += LEARNING_RATE * (seen - *ratio);
        } else if ratios.len() < MOST_MODELS {
            ratios.insert(model.into(), 1.0 + LEARNING_RATE * (seen - 1.0));
        }
    }
}

/// Tokens by the published rules, without a margin.
///
/// Source: [tokens](https://ai.google.dev/gemini-api/docs/tokens) and
/// [media resolution](https://ai.google.dev/gemini-api/docs/media-resolution), read in September 2026.
fn by_rule(prompt: &Measure) -> f64 {
    // Tokens per one of each. "A token is equivalent to about 4 characters" holds for Latin script. A CJK
    // character takes 1 / 1.3 of a token and other scripts lie between: ours, to be corrected by `learn`.
    // JSON has more punctuation than prose: a token for every 3 characters.
    // An image has 1,120 at the default resolution of 3.x, and a square of 1,536 px has four tiles of 258
    // on 2.x. Video has about 300 a second, audio 32, a PDF page 560 on 3.x (258 on 2.x). What a turn
    // costs is not published; the markers of its role and its end are four in open models.
    let parts = [
        (prompt.latin, 1.0 / 4.0),
        (prompt.dense, 1.0 / 1.3),
        (prompt.other, 1.0 / 2.0),
        (prompt.images, 1_120.0),
        (prompt.audio_seconds, 32.0),
        (prompt.video_seconds, 300.0),
        (prompt.pdf_pages, 560.0),
        (prompt.turns, 4.0),
        (prompt.tool_chars, 1.0 / 3.0),
    ];
    #[expect(clippy::cast_precision_loss, reason = "counts of a prompt are far below 2^52")]
    let tokens = parts.iter().map(|&(count, each)| count as f64 * each).sum();
    tokens
}

/// Rounded up: a prompt that holds anything has a token.
fn whole(tokens: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "never negative, and saturating is what is wanted"
    )]
    let tokens = tokens.ceil() as u64;
    tokens
}

/// How much more is reserved than expected. The reference names 1.1 to 1.25; the upper end, since too little
/// ends in a refusal and too much is given back with the answer.
const MARGIN: f64 = 1.25;

/// The share of one answer in the correction: some 14 answers halve an error, and no single one counts.
const LEARNING_RATE: f64 = 0.05;

/// Bounds of the correction. Beyond them something else is wrong than the rules, such as a file that was not
/// measured, and other prompts must not pay for it.
const LEAST_RATIO: f64 = 0.5;
const MOST_RATIO: f64 = 2.0;

/// Below this many tokens, whatever a turn costs outweighs the text and would teach a wrong ratio.
const SMALLEST_LESSON: f64 = 32.0;

/// Models whose ratio is kept. There are some 60; a caller that makes names up must not fill the memory.
const MOST_MODELS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(text: &str) -> Measure {
        let mut prompt = Measure::default();
        prompt.text(text);
        prompt
    }

    #[track_caller]
    fn check(prompt: Measure, tokens: u64) {
        assert_eq!(Rules::new().estimate("gemini-4-argon", &prompt), tokens);
    }

    #[test]
    fn an_empty_prompt_has_no_tokens() {
        check(Measure::default(), 0);
    }

    #[test]
    fn a_published_example_is_not_underestimated() {
        // The tokens page counts 10.
        check(prompt("What's the highest mountain in Africa?"), 12);
    }

    #[test]
    fn scripts_differ_in_density() {
        check(prompt(&"a".repeat(104)), 33);
        check(prompt(&"字".repeat(104)), 100);
        check(prompt(&"한".repeat(104)), 100);
        check(prompt(&"🚀".repeat(104)), 100);
        check(prompt(&"ж".repeat(104)), 65);
        check(prompt(&"ع".repeat(104)), 65);
        check(prompt(&"ü".repeat(104)), 33);
    }

    #[test]
    fn media_turns_and_tools_have_prices() {
        let one = Measure::default();
        check(Measure { images: 1, ..one }, 1_400);
        check(
            Measure {
                audio_seconds: 10,
                ..one
            },
            400,
        );
        check(
            Measure {
                video_seconds: 10,
                ..one
            },
            3_750,
        );
        check(Measure { pdf_pages: 2, ..one }, 1_400);
        check(Measure { turns: 4, ..one }, 20);
        check(
            Measure {
                tool_chars: 300,
                ..one
            },
            125,
        );
    }

    #[test]
    fn corrections_stay_within_bounds() {
        let (rules, prompt) = (Rules::new(), prompt(&"a".repeat(400)));
        for _ in 0..1_000 {
            rules.learn("m", &prompt, 1_000_000);
        }
        assert_eq!(rules.estimate("m", &prompt), 250);
        for _ in 0..1_000 {
            rules.learn("m", &prompt, 0);
        }
        assert_eq!(rules.estimate("m", &prompt), 63);
    }

    #[test]
    fn one_outlier_moves_an_estimate_by_a_twentieth_at_most() {
        let (rules, prompt) = (Rules::new(), prompt(&"a".repeat(400)));
        rules.learn("m", &prompt, 1_000_000);
        assert_eq!(rules.estimate("m", &prompt), 132);
    }

    #[test]
    fn short_prompts_teach_nothing() {
        let rules = Rules::new();
        rules.learn("m", &prompt("hi"), 300);
        assert_eq!(rules.estimate("m", &prompt(&"a".repeat(400))), 125);
    }
}
