//! What a prompt costs, by §8 of the reference.
//!
//! The tokens of a picture are Google's published figures. The length of what is played or paged is not read
//! out of it: it is guessed from its size where it comes inline, and taken for a minute or a page where it does
//! not; a video that says from when to when it is wanted has that length.

use dioscuri_vocab::SplitMix64;

use super::items;
use crate::wire::{
    hash::Fnv,
    model_rules::{Family, ModelRules},
    proto::json::Json,
    tokens,
};

/// Tokens of each modality, the text first.
pub(super) fn tokens(tree: &Json<'_>, rules: &ModelRules) -> Vec<(&'static str, u64)> {
    let mut count = Count::new(rules, resolution(tree.get("generation_config")));
    for content in items(tree, "contents") {
        count.content(content);
    }
    if let Some(content) = tree.get("system_instruction") {
        count.content(content);
    }
    if let Some(tools) = tree.get("tools") {
        count.json(tools);
    }
    count.all()
}

/// As [`tokens`] of a single content.
pub(super) fn tokens_of_content(content: &Json<'_>, rules: &ModelRules) -> Vec<(&'static str, u64)> {
    let mut count = Count::new(rules, None);
    count.content(content);
    count.all()
}

pub(super) fn sum(tokens: &[(&'static str, u64)]) -> u64 {
    tokens
        .iter()
        .fold(0, |sum, (_, tokens)| sum.saturating_add(*tokens))
}

struct Count<'r> {
    rules: &'r ModelRules,
    /// Of the whole request.
    resolution: Option<Resolution>,
    text: u64,
    media: Vec<(&'static str, u64)>,
    /// Stands for all texts: equal prompts cost the same, in whatever request.
    fingerprint: Fnv,
}

impl<'r> Count<'r> {
    const fn new(rules: &'r ModelRules, resolution: Option<Resolution>) -> Self {
        Self {
            rules,
            resolution,
            text: 0,
            media: Vec::new(),
            fingerprint: Fnv::new(),
        }
    }

    fn content(&mut self, content: &Json<'_>) {
        self.text += tokens::PER_CONTENT;
        for part in items(content, "parts") {
            self.part(part);
        }
    }

    fn part(&mut self, part: &Json<'_>) {
        for (name, value) in part.members() {
            match name.as_ref() {
                "text" => self.words(value.text().unwrap_or_default()),
                "inline_data" | "file_data" => self.medium(part, value),
                "function_call"
                | "function_response"
                | "executable_code"
                | "code_execution_result"
                | "tool_call"
                | "tool_response" => self.json(value),
                _ => {}
            }
        }
    }

    fn words(&mut self, text: &str) {
        let count = tokens::of_text(text);
        self.text = self.text.saturating_add(count);
        let bytes = text.as_bytes();
        let ends = bytes.iter().take(16).chain(bytes.iter().rev().take(16));
        self.fingerprint = self.fingerprint.with(count).with_bytes(ends);
    }

    /// Declarations, calls and their results count as the text that they are.
    fn json(&mut self, value: &Json<'_>) {
        let count = tokens::of_json(value);
        self.text = self.text.saturating_add(count);
        self.fingerprint = self.fingerprint.with(count);
    }

    fn medium(&mut self, part: &Json<'_>, medium: &Json<'_>) {
        let mime = medium.get("mime_type").and_then(Json::text).unwrap_or_default();
        // Base64 makes four characters of three bytes.
        let size = medium
            .get("data")
            .and_then(Json::text)
            .map(|data| data.len() as u64 / 4 * 3);
        let resolution = part
            .get("media_resolution")
            .and_then(|resolution| resolution.get("level"))
            .and_then(Resolution::of)
            .or(self.resolution);
        let is_new = self.rules.family >= Family::Gemini3;
        let (modality, tokens) = match mime.split('/').next() {
            Some("audio") => (
                "AUDIO",
                seconds(size, AUDIO_BYTES).saturating_mul(PER_SECOND_OF_AUDIO),
            ),
            Some("video") => {
                let metadata = part.get("video_metadata");
                let seconds = metadata
                    .and_then(wanted_seconds)
                    .unwrap_or(seconds(size, VIDEO_BYTES));
                let rate = metadata
                    .and_then(|data| data.get("fps"))
                    .and_then(Json::float)
                    .unwrap_or(1.0);
                (
                    "VIDEO",
                    frames(seconds, rate).saturating_mul(per_frame(is_new, resolution)),
                )
            }
            Some("application" | "text") => {
                let pages = size.map_or(1, |size| size.div_ceil(PAGE_BYTES).max(1));
                ("DOCUMENT", pages.saturating_mul(per_page(is_new, resolution)))
            }
            _ => ("IMAGE", per_image(is_new, resolution)),
        };
        match self.media.iter_mut().find(|(name, _)| *name == modality) {
            Some((_, sum)) => *sum = sum.saturating_add(tokens),
            None => self.media.push((modality, tokens)),
        }
    }

    fn all(mut self) -> Vec<(&'static str, u64)> {
        let text = tokens::deviated(self.text, &mut SplitMix64::new(self.fingerprint.value()));
        let mut all = Vec::with_capacity(1 + self.media.len());
        all.push(("TEXT", text));
        all.append(&mut self.media);
        all
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Resolution {
    Low,
    Medium,
    High,
    UltraHigh,
}

impl Resolution {
    fn of(name: &Json<'_>) -> Option<Self> {
        Some(match name.text()? {
            "MEDIA_RESOLUTION_LOW" => Self::Low,
            "MEDIA_RESOLUTION_MEDIUM" => Self::Medium,
            "MEDIA_RESOLUTION_HIGH" => Self::High,
            "MEDIA_RESOLUTION_ULTRA_HIGH" => Self::UltraHigh,
            _ => return None,
        })
    }
}

fn resolution(config: Option<&Json<'_>>) -> Option<Resolution> {
    config?.get("media_resolution").and_then(Resolution::of)
}

const PER_SECOND_OF_AUDIO: u64 = 32;

/// A guess: 128 kbit a second.
const AUDIO_BYTES: u64 = 16_000;

/// A guess: 2 Mbit a second.
const VIDEO_BYTES: u64 = 250_000;

/// A guess: a page of text with a small picture.
const PAGE_BYTES: u64 = 50_000;

/// A guess for what is only named by its address.
const UNKNOWN_SECONDS: u64 = 60;

fn seconds(size: Option<u64>, bytes_per_second: u64) -> u64 {
    size.map_or(UNKNOWN_SECONDS, |size| size.div_ceil(bytes_per_second).max(1))
}

/// The length that `videoMetadata` asks for, where it names both ends.
fn wanted_seconds(metadata: &Json<'_>) -> Option<u64> {
    let offset = |name: &str| metadata.get(name)?.text()?.strip_suffix('s')?.parse::<f64>().ok();
    let length = offset("end_offset")? - offset("start_offset").unwrap_or(0.0);
    Some(rounded(length))
}

fn frames(seconds: u64, rate: f64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "no video is so long")]
    rounded(seconds as f64 * rate.clamp(0.0, 24.0))
}

/// Up to a whole number, and at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of floats saturates"
)]
fn rounded(number: f64) -> u64 {
    (number.ceil() as u64).max(1)
}

/// From Gemini 3 on a picture costs what the resolution says, which is high if nothing is said.
const fn per_image(is_new: bool, resolution: Option<Resolution>) -> u64 {
    match (is_new, resolution) {
        (true, Some(Resolution::Low)) => 280,
        (true, Some(Resolution::Medium)) => 560,
        (true, Some(Resolution::High) | None) => 1_120,
        (true, Some(Resolution::UltraHigh)) => 2_240,
        (false, Some(Resolution::Low)) => 64,
        (false, Some(Resolution::Medium | Resolution::High | Resolution::UltraHigh)) => 256,
        (false, None) => tokens::PER_MEDIUM,
    }
}

/// Of Gemini 3 on, without the text of the page.
const fn per_page(is_new: bool, resolution: Option<Resolution>) -> u64 {
    match (is_new, resolution) {
        (true, None) => 560,
        (true, given) => per_image(true, given),
        (false, _) => tokens::PER_MEDIUM,
    }
}

const fn per_frame(is_new: bool, resolution: Option<Resolution>) -> u64 {
    match (is_new, resolution) {
        (true, Some(Resolution::High | Resolution::UltraHigh)) => 280,
        (true, _) => 70,
        (false, Some(Resolution::Low)) => 100,
        (false, _) => 263,
    }
}
