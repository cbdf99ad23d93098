//! Words without sense, as many as are wanted.

use std::fmt::Write as _;

use dioscuri_vocab::{Rng, SplitMix64};

use crate::wire::{base64, schema};

/// Latin characters in a token, as [`tokens`](crate::wire::tokens) has it.
const CHARS_PER_TOKEN: usize = 4;

/// The most tokens of a summary of thoughts; a guess.
const LONGEST_SUMMARY: u64 = 64;

/// The bytes of a thought signature; real ones are longer, the longer the thoughts were.
const SIGNATURE: usize = 48;

/// `length` tokens of words after a number that makes every answer different.
pub(super) fn prose(length: u64, rng: &mut SplitMix64) -> String {
    let length = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .saturating_mul(CHARS_PER_TOKEN);
    // Whoever plans for more has the memory for it.
    let mut text = String::with_capacity(length.min(1 << 16) + 32);
    let _ = write!(text, "Answer {:016x}:", rng.next_u64());
    while text.len() < length {
        text.push(' ');
        text.push_str(schema::word(rng));
    }
    text.truncate(length.saturating_sub(1));
    text.push('.');
    text
}

/// A summary of so many tokens of thoughts. Its heading is captured in this form.
pub(super) fn summary(thoughts: u64, rng: &mut SplitMix64) -> String {
    let mut text = format!(
        "**Thinking of {} and {}**\n\n",
        schema::word(rng),
        schema::word(rng)
    );
    for _ in 0..thoughts.min(LONGEST_SUMMARY) {
        text.push_str(schema::word(rng));
        text.push(' ');
    }
    text.pop();
    text.push_str(".\n");
    text
}

/// Whether the model signs its thoughts: Gemini 3 and later.
pub(super) fn are_signed(model: &str) -> bool {
    model
        .strip_prefix("gemini-")
        .and_then(|version| version.bytes().next())
        .is_some_and(|major| (b'3'..=b'9').contains(&major))
}

pub(super) fn signature(rng: &mut SplitMix64) -> String {
    let mut bytes = [0; SIGNATURE];
    for word in bytes.chunks_exact_mut(8) {
        word.copy_from_slice(&rng.next_u64().to_be_bytes());
    }
    base64::encode(&bytes)
}
