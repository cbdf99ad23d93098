//! Puts an answer into the form of the wire.

use dioscuri_vocab::{Rng, SplitMix64};
use jiff::Timestamp;

use super::{
    Answer, Said, Scene,
    form::{
        Body, Candidate, Citations, Content, ModalityTokens, Part, PromptFeedback, Usage, safety_ratings,
        traffic_type,
    },
};
use crate::{scenario::Surface, wire::layout};

/// The length of a response id, as seen on the wire.
const ID_LENGTH: usize = 22;

/// What stands on every frame of an answer.
///
/// That the id is the same on all frames of a stream is a guess.
pub(in crate::wire) struct Head<'a> {
    model: &'a str,
    created: Option<String>,
    id: String,
}

impl<'a> Head<'a> {
    pub(in crate::wire) fn new(scene: &Scene<'a>, rng: &mut SplitMix64) -> Self {
        Self {
            model: scene.model,
            created: (scene.surface == Surface::Vertex)
                .then(|| Timestamp::from_millisecond(scene.unix.0).ok())
                .flatten()
                .map(|time| time.to_string()),
            id: response_id(rng),
        }
    }

    pub(in crate::wire) fn body<'b>(
        &'b self,
        candidates: Vec<Candidate<'b>>,
        prompt_feedback: Option<PromptFeedback<'b>>,
        usage_metadata: Usage<'b>,
    ) -> Body<'b> {
        Body {
            candidates,
            prompt_feedback,
            usage_metadata,
            model_version: self.model,
            create_time: self.created.as_deref(),
            response_id: &self.id,
        }
    }
}

fn response_id(rng: &mut SplitMix64) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut id = String::with_capacity(ID_LENGTH);
    let mut bits = 0;
    for at in 0..ID_LENGTH {
        // Ten characters of six bits come out of one draw.
        if at % 10 == 0 {
            bits = rng.next_u64();
        }
        id.push(char::from(ALPHABET[(bits & 63) as usize]));
        bits >>= 6;
    }
    id
}

impl Answer {
    /// The body's bytes; `rng` draws the response id.
    pub(crate) fn bytes(&self, scene: &Scene<'_>, rng: &mut SplitMix64) -> Vec<u8> {
        let head = Head::new(scene, rng);
        let candidates = self
            .said
            .iter()
            .zip(0..)
            .map(|(said, index)| said.end(scene.surface, index, said.parts()));
        let body = head.body(
            candidates.collect(),
            self.feedback(scene.surface),
            self.usage(scene, self.thoughts, self.text_tokens()),
        );
        layout::body(&body)
    }

    /// Why there is no answer (§3.3). The ratings are captured on the Developer API, as an SDK shows them;
    /// the message is a guess.
    pub(in crate::wire) fn feedback(&self, surface: Surface) -> Option<PromptFeedback<'_>> {
        let reason = self.block_reason.as_deref()?;
        Some(PromptFeedback {
            block_reason: reason,
            safety_ratings: if reason == "SAFETY" {
                safety_ratings(surface)
            } else {
                &[]
            },
            block_reason_message: (surface == Surface::Vertex)
                .then_some("The prompt could not be submitted. Please rephrase it and try again."),
        })
    }

    /// The counts of so much thinking and so much text.
    pub(in crate::wire) fn usage(&self, scene: &Scene<'_>, thoughts: u64, text: u64) -> Usage<'_> {
        let prompt = self.prompt_tokens();
        let is_vertex = scene.surface == Surface::Vertex;
        Usage {
            prompt_token_count: prompt,
            candidates_token_count: text,
            total_token_count: prompt.saturating_add(thoughts).saturating_add(text),
            traffic_type: is_vertex.then(|| traffic_type(scene.service_tier, scene.provisioned)),
            prompt_tokens_details: &self.prompt,
            candidates_tokens_details: (is_vertex && text > 0).then_some([ModalityTokens {
                modality: "TEXT",
                token_count: text,
            }]),
            thoughts_token_count: thoughts,
            service_tier: (!is_vertex).then(|| scene.service_tier.name()),
        }
    }
}

impl Said {
    /// All that is said, in parts.
    fn parts(&self) -> Vec<Part<'_>> {
        let thought = self.thought.as_deref().map(Part::thought);
        let said = (self.call.is_some() || !self.text.is_empty()).then(|| Part {
            text: self.call.is_none().then_some(self.text.as_str()),
            function_call: self.call.as_ref(),
            thought_signature: self.signature.as_deref(),
            ..Part::default()
        });
        thought.into_iter().chain(said).collect()
    }

    /// The candidate that ends with these parts.
    pub(in crate::wire) fn end<'a>(
        &'a self,
        surface: Surface,
        index: u64,
        parts: Vec<Part<'a>>,
    ) -> Candidate<'a> {
        Candidate {
            content: self.content(surface, parts),
            finish_reason: Some(&self.finish),
            finish_message: self.finish_message(),
            safety_ratings: if self.finish == "SAFETY" {
                safety_ratings(surface)
            } else {
                &[]
            },
            citation_metadata: (self.finish == "RECITATION").then(|| Citations::new(surface)),
            continuation_token: self.token.as_deref().map(Into::into),
            ..Candidate::at(surface, index)
        }
    }

    /// What holds the parts. Where there are none, as captured: the Developer API has no content then, but an
    /// empty one of a recitation, and the role alone of an answer that was cut before it began; Vertex has the
    /// role.
    fn content<'a>(&self, surface: Surface, parts: Vec<Part<'a>>) -> Option<Content<'a>> {
        let is_withheld =
            parts.is_empty() && !matches!(self.finish.as_ref(), "STOP" | "MAX_TOKENS" | "CONTINUATION");
        match surface {
            Surface::Developer if is_withheld => (self.finish == "RECITATION").then(Content::default),
            _ => Some(Content::new(surface, parts)),
        }
    }

    /// Captured, but for the arguments, and up to the last words of the recitation. Other reasons were seen
    /// without a message.
    fn finish_message(&self) -> Option<&'static str> {
        Some(match self.finish.as_ref() {
            "MALFORMED_FUNCTION_CALL" => "Malformed function call: print(default_api.archive(cities=[\"New",
            "UNEXPECTED_TOOL_CALL" => {
                "Unexpected tool call: Model tried to call an undeclared function: undeclaredTool"
            }
            "RECITATION" => {
                "The generated content was filtered because it may contain material that resembles existing \
                 copyrighted works."
            }
            "IMAGE_PROHIBITED_CONTENT" => {
                "The model output could not be generated. This output contains sensitive words that violate \
                 Google's Responsible AI practices. If you think this was an error, send feedback. Support code: \
                 42876398."
            }
            _ => return None,
        })
    }
}

impl Candidate<'_> {
    /// A candidate that has neither said anything nor ended.
    pub(in crate::wire) fn at(surface: Surface, index: u64) -> Self {
        Self {
            // A zero is absent in proto3 JSON, and yet the Developer API writes this one.
            index: (surface == Surface::Developer || index > 0).then_some(index),
            ..Self::default()
        }
    }
}

impl<'a> Part<'a> {
    pub(in crate::wire) fn text(text: &'a str) -> Self {
        Self {
            text: Some(text),
            ..Self::default()
        }
    }

    pub(in crate::wire) fn thought(text: &'a str) -> Self {
        Self {
            thought: true,
            ..Self::text(text)
        }
    }
}
