//! `GenerateContentResponse` as JSON (§3.1), whole or as a frame of a stream.

use std::borrow::Cow;

use serde::Serialize;

use crate::scenario::{ServiceTier, Surface};

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct Body<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::wire) candidates: Vec<Candidate<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) prompt_feedback: Option<PromptFeedback<'a>>,
    pub(in crate::wire) usage_metadata: Usage<'a>,
    pub(in crate::wire) model_version: &'a str,
    /// On Vertex only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) create_time: Option<&'a str>,
    pub(in crate::wire) response_id: &'a str,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct Candidate<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) content: Option<Content<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) finish_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) finish_message: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(in crate::wire) safety_ratings: &'a [SafetyRating],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) citation_metadata: Option<Citations>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) continuation_token: Option<Cow<'a, str>>,
}

/// Vertex writes the role first, the Developer API last, as captured.
#[derive(Serialize, Default)]
pub(in crate::wire) struct Content<'a> {
    #[serde(rename = "role", skip_serializing_if = "Option::is_none")]
    vertex_role: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part<'a>>,
    #[serde(rename = "role", skip_serializing_if = "Option::is_none")]
    developer_role: Option<&'static str>,
}

impl<'a> Content<'a> {
    pub(in crate::wire) fn new(surface: Surface, parts: Vec<Part<'a>>) -> Self {
        let role = |of| (surface == of).then_some("model");
        Self {
            vertex_role: role(Surface::Vertex),
            parts,
            developer_role: role(Surface::Developer),
        }
    }
}

#[derive(Serialize, Default, Clone)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct Part<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) text: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::wire) thought: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) function_call: Option<&'a FunctionCall>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) thought_signature: Option<&'a str>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub(in crate::wire) struct FunctionCall {
    pub(in crate::wire) name: String,
    pub(in crate::wire) args: serde_json::Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct PromptFeedback<'a> {
    pub(in crate::wire) block_reason: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(in crate::wire) safety_ratings: &'a [SafetyRating],
    /// On Vertex only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) block_reason_message: Option<&'a str>,
}

/// A rating of the Developer API, or of Vertex with its scores.
#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct SafetyRating {
    category: &'static str,
    probability: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability_score: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity_score: Option<f32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    blocked: bool,
}

/// The order and the probabilities are captured on the Developer API; Vertex's scores are made up.
pub(in crate::wire) const fn safety_ratings(surface: Surface) -> &'static [SafetyRating; 4] {
    const fn developer(category: &'static str) -> SafetyRating {
        SafetyRating {
            category,
            probability: "NEGLIGIBLE",
            probability_score: None,
            severity: None,
            severity_score: None,
            blocked: false,
        }
    }
    const fn vertex(category: &'static str) -> SafetyRating {
        SafetyRating {
            probability_score: Some(0.0625),
            severity: Some("HARM_SEVERITY_NEGLIGIBLE"),
            severity_score: Some(0.125),
            ..developer(category)
        }
    }
    const HATE: &str = "HARM_CATEGORY_HATE_SPEECH";
    const DANGEROUS: &str = "HARM_CATEGORY_DANGEROUS_CONTENT";
    const HARASSMENT: &str = "HARM_CATEGORY_HARASSMENT";
    const EXPLICIT: &str = "HARM_CATEGORY_SEXUALLY_EXPLICIT";
    const DEVELOPER: [SafetyRating; 4] = [
        developer(HATE),
        developer(DANGEROUS),
        developer(HARASSMENT),
        SafetyRating {
            probability: "HIGH",
            blocked: true,
            ..developer(EXPLICIT)
        },
    ];
    const VERTEX: [SafetyRating; 4] = [
        vertex(HATE),
        vertex(DANGEROUS),
        vertex(HARASSMENT),
        SafetyRating {
            probability: "HIGH",
            probability_score: Some(0.9375),
            severity: Some("HARM_SEVERITY_HIGH"),
            severity_score: Some(0.875),
            blocked: true,
            ..developer(EXPLICIT)
        },
    ];
    match surface {
        Surface::Developer => &DEVELOPER,
        Surface::Vertex => &VERTEX,
    }
}

/// The names of the list are those of the public protocol files; what it holds is made up.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct Citations {
    #[serde(skip_serializing_if = "Option::is_none")]
    citation_sources: Option<[Citation; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    citations: Option<[Citation; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Citation {
    start_index: u64,
    end_index: u64,
    uri: &'static str,
}

impl Citations {
    pub(in crate::wire) const fn new(surface: Surface) -> Self {
        const SOURCE: [Citation; 1] = [Citation {
            start_index: 4,
            end_index: 156,
            uri: "https://example.com/poem",
        }];
        match surface {
            Surface::Developer => Self {
                citation_sources: Some(SOURCE),
                citations: None,
            },
            Surface::Vertex => Self {
                citation_sources: None,
                citations: Some(SOURCE),
            },
        }
    }
}

/// What was counted (§3.5). A zero is absent, as proto3 JSON has it.
#[derive(Serialize, Default, Clone)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct Usage<'a> {
    #[serde(skip_serializing_if = "is_zero")]
    pub(in crate::wire) prompt_token_count: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub(in crate::wire) candidates_token_count: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub(in crate::wire) total_token_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) traffic_type: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(in crate::wire) prompt_tokens_details: &'a [ModalityTokens],
    /// Captured on Vertex, and absent where a newer model of the Developer API answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) candidates_tokens_details: Option<[ModalityTokens; 1]>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(in crate::wire) thoughts_token_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire) service_tier: Option<&'static str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Tokens of one modality.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct ModalityTokens {
    pub(in crate::wire) modality: &'static str,
    pub(in crate::wire) token_count: u64,
}

/// Vertex's word for how a request was paid for.
pub(in crate::wire) const fn traffic_type(tier: ServiceTier, provisioned: bool) -> &'static str {
    match tier {
        _ if provisioned => "PROVISIONED_THROUGHPUT",
        ServiceTier::Standard => "ON_DEMAND",
        ServiceTier::Priority => "ON_DEMAND_PRIORITY",
        ServiceTier::Flex => "ON_DEMAND_FLEX",
    }
}
