//! What of a request an answer depends on.

use dioscuri_vocab::SplitMix64;

use super::{continuation::Standing, form::ModalityTokens, words};
use crate::wire::{
    model_rules::Level,
    request::{CallingMode, Format, Function, Request},
    schema,
};

/// The longest text, in tokens: four times what any model says, and no danger to the memory.
const LONGEST: u64 = 1 << 22;

/// So many tokens of a text are more than those of its end that is cut away.
const SPARE: u64 = 16;

/// What of a request an answer depends on.
pub(super) struct Asked<'a> {
    /// The prompt's tokens, by modality.
    pub(super) prompt: &'a [(&'static str, u64)],
    pub(super) format: &'a Format,
    pub(super) stop_sequences: &'a [String],
    pub(super) max_output_tokens: Option<u64>,
    pub(super) candidates: u64,
    /// Whether the thoughts are to be told.
    pub(super) thoughts: bool,
    /// The most thinking, in tokens.
    pub(super) budget: Option<u64>,
    pub(super) level: Option<Level>,
    /// The functions of which one must be called, if one must be.
    pub(super) must_call: &'a [Function],
    pub(super) continuation: Option<&'a str>,
}

impl<'a> From<&'a Request> for Asked<'a> {
    fn from(request: &'a Request) -> Self {
        Self {
            prompt: &request.prompt_tokens,
            format: &request.format,
            stop_sequences: &request.stop_sequences,
            max_output_tokens: request.max_output_tokens,
            candidates: request.candidate_count,
            thoughts: request.thinking.include_thoughts,
            budget: request
                .thinking
                .budget
                .and_then(|budget| u64::try_from(budget).ok()),
            level: request.thinking.level,
            must_call: match request.calling.mode {
                CallingMode::Any => &request.calling.functions,
                CallingMode::Auto | CallingMode::None | CallingMode::Validated => &[],
            },
            continuation: request.continuation_token.as_deref(),
        }
    }
}

impl Asked<'_> {
    /// The prompt's tokens by modality. A later hop reads the first prompt and all that was said since.
    pub(super) fn prompt(&self, begun: Option<&Standing>) -> Vec<ModalityTokens> {
        let mut details: Vec<ModalityTokens> = self
            .prompt
            .iter()
            .map(|&(modality, token_count)| ModalityTokens {
                modality,
                token_count,
            })
            .collect();
        if let (Some(text), Some(begun)) = (details.first_mut(), begun) {
            text.token_count = begun.prompt.saturating_add(begun.spent);
        }
        details
    }

    /// The tokens thought, where a model would think `planned` by itself. How much more or less it thinks at
    /// other levels is a guess.
    pub(super) fn thinking(&self, planned: u64) -> u64 {
        let planned = match self.level {
            None | Some(Level::Medium) => planned,
            Some(Level::Minimal) => planned / 16,
            Some(Level::Low) => planned / 2,
            Some(Level::High) => planned.saturating_mul(2),
            Some(Level::XHigh) => planned.saturating_mul(4),
        };
        self.budget.map_or(planned, |budget| planned.min(budget))
    }

    /// The whole text as planned, up to the first stop sequence; or so much of it that there is more than `room`
    /// tokens can bring.
    pub(super) fn whole(&self, begun: &Standing, room: u64, rng: &mut SplitMix64) -> String {
        let needed = begun.at.saturating_add(room).saturating_add(SPARE);
        let length = begun.length.min(needed).min(LONGEST);
        let mut text = match self.format {
            Format::Text => words::prose(length, rng),
            Format::Json(Some(schema)) => schema::fill(schema, rng).to_string(),
            Format::Json(None) => serde_json::json!({ "answer": words::prose(length, rng) }).to_string(),
            Format::Enum(schema) => match schema::fill(schema, rng) {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            },
        };
        let stop = self
            .stop_sequences
            .iter()
            .filter(|stop| !stop.is_empty())
            .filter_map(|stop| text.find(stop.as_str()))
            .min();
        if let Some(stop) = stop {
            text.truncate(stop);
        }
        text
    }
}
