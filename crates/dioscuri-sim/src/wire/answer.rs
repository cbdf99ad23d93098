//! A body that answers: `GenerateContentResponse`.

use dioscuri_vocab::{Rng, SplitMix64, UnixTime};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    request::{Format, Request},
    schema, tokens,
};
use crate::scenario::Surface;

/// Latin characters in a token, as [`tokens`] has it.
const CHARS_PER_TOKEN: usize = 4;

/// The length of a response id, as seen on the wire.
const ID_LENGTH: usize = 22;

/// What a model says to a request.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Text {
    content: String,
    pub(crate) tokens: u64,
    finish_reason: &'static str,
}

impl Text {
    /// An answer of about `length` tokens that `rng` alone decides; in JSON, as long as it must be.
    pub(crate) fn draw(request: &Request, length: u64, rng: &mut SplitMix64) -> Self {
        let whole = match &request.format {
            Format::Text => prose(length, rng),
            Format::Json(Some(schema)) => schema::fill(schema, rng).to_string(),
            Format::Json(None) => serde_json::json!({ "answer": prose(length, rng) }).to_string(),
            Format::Enum(schema) => match schema::fill(schema, rng) {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            },
        };
        Self::cut(whole, request.max_output_tokens)
    }

    /// `whole`, or as much of it as `max` tokens hold.
    fn cut(whole: String, max: Option<u64>) -> Self {
        let tokens = tokens::of_text(&whole);
        match max.filter(|max| *max < tokens) {
            None => Self {
                content: whole,
                tokens,
                finish_reason: "STOP",
            },
            Some(max) => {
                let text = tokens::beginning(&whole, max).to_owned();
                Self {
                    tokens: tokens::of_text(&text),
                    content: text,
                    finish_reason: "MAX_TOKENS",
                }
            }
        }
    }
}

/// `length` tokens of words after a number that makes every answer different.
fn prose(length: u64, rng: &mut SplitMix64) -> String {
    let length = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .saturating_mul(CHARS_PER_TOKEN);
    let mut text = format!("Answer {:016x}:", rng.next_u64());
    while text.len() < length {
        text.push(' ');
        text.push_str(schema::word(rng));
    }
    text.truncate(length.saturating_sub(1));
    text.push('.');
    text
}

/// Where and when an answer is given.
pub(crate) struct Scene<'a> {
    pub(crate) surface: Surface,
    pub(crate) model: &'a str,
    pub(crate) unix: UnixTime,
}

/// The body's bytes; `rng` draws the response id.
pub(crate) fn bytes(scene: &Scene<'_>, request: &Request, answer: &Text, rng: &mut SplitMix64) -> Vec<u8> {
    let prompt = request.tokens();
    let is_vertex = scene.surface == Surface::Vertex;
    let response = Body {
        candidates: [Candidate {
            content: Content {
                parts: [Part {
                    text: &answer.content,
                }],
                role: "model",
            },
            finish_reason: answer.finish_reason,
            // A zero is absent in proto3 JSON, and yet the Developer API writes this one.
            index: (!is_vertex).then_some(0),
        }],
        usage_metadata: Usage {
            prompt_token_count: prompt,
            candidates_token_count: answer.tokens,
            total_token_count: prompt.saturating_add(answer.tokens),
            traffic_type: is_vertex.then_some("ON_DEMAND"),
            prompt_tokens_details: request
                .prompt_tokens
                .iter()
                .map(|&(modality, token_count)| ModalityTokens {
                    modality,
                    token_count,
                })
                .collect(),
        },
        model_version: scene.model,
        create_time: is_vertex
            .then(|| Timestamp::from_millisecond(scene.unix.0).ok())
            .flatten()
            .map(|time| time.to_string()),
        response_id: response_id(rng),
    };
    let mut bytes = serde_json::to_vec_pretty(&response).expect("strings and numbers are JSON");
    bytes.push(b'\n');
    bytes
}

fn response_id(rng: &mut SplitMix64) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..ID_LENGTH)
        .map(|_| char::from(ALPHABET[rng.index(64)]))
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    candidates: [Candidate<'a>; 1],
    usage_metadata: Usage,
    model_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<String>,
    response_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Candidate<'a> {
    content: Content<'a>,
    finish_reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
}

#[derive(Serialize)]
struct Content<'a> {
    parts: [Part<'a>; 1],
    role: &'static str,
}

#[derive(Serialize)]
struct Part<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    prompt_token_count: u64,
    #[serde(skip_serializing_if = "is_zero")]
    candidates_token_count: u64,
    total_token_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic_type: Option<&'static str>,
    prompt_tokens_details: Vec<ModalityTokens>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModalityTokens {
    modality: &'static str,
    token_count: u64,
}
