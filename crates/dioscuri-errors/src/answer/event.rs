//! One `GenerateContentResponse`, of which only what decides is read.

use super::Progress;
use crate::finish::Finish;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt, ops::Deref};

/// A string that is borrowed where JSON allows it.
#[derive(serde::Deserialize)]
pub(super) struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Word<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// What one event says.
#[derive(Default)]
pub(super) struct Event<'a> {
    pub(super) candidates: Candidates<'a>,
    pub(super) block_reason: Option<Word<'a>>,
    pub(super) usage: Option<Usage<'a>>,
    pub(super) model: Option<Word<'a>>,
    /// Whether it is an error, not an answer.
    pub(super) error: bool,
    /// Whether it has fields of another method's answer and none of this one's.
    pub(super) foreign: bool,
}

impl Event<'_> {
    pub(super) fn progress(&self) -> Progress {
        match &self.candidates {
            _ if self.foreign => Progress::Foreign,
            candidates if candidates.answer => Progress::Answer,
            candidates if candidates.content => Progress::Thought,
            _ => Progress::Event,
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum EventField {
    Candidates,
    #[serde(alias = "prompt_feedback")]
    PromptFeedback,
    #[serde(alias = "usage_metadata")]
    UsageMetadata,
    #[serde(alias = "model_version")]
    ModelVersion,
    #[serde(alias = "response_id")]
    ResponseId,
    Error,
    #[serde(other)]
    Other,
}

#[derive(Default, serde::Deserialize)]
struct PromptFeedback<'a> {
    #[serde(borrow, default, rename = "blockReason", alias = "block_reason")]
    block_reason: Option<Word<'a>>,
}

/// `usageMetadata`, in tokens. Counters of zero are absent.
#[derive(Default, serde::Deserialize)]
pub(super) struct Usage<'a> {
    #[serde(default, rename = "promptTokenCount", alias = "prompt_token_count")]
    pub(super) prompt: u64,
    #[serde(
        default,
        rename = "candidatesTokenCount",
        alias = "candidates_token_count",
        alias = "responseTokenCount"
    )]
    pub(super) candidates: u64,
    #[serde(default, rename = "thoughtsTokenCount", alias = "thoughts_token_count")]
    pub(super) thoughts: u64,
    /// `serviceTier` of the Gemini API, `trafficType` of Vertex.
    #[serde(borrow, default, rename = "serviceTier", alias = "trafficType")]
    pub(super) tier: Option<Word<'a>>,
}

impl<'de> Deserialize<'de> for Event<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = Event<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event of an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event<'de>, A::Error> {
        let mut event = Event::default();
        let (mut ours, mut theirs) = (false, false);
        while let Some(field) = map.next_key()? {
            ours |= !matches!(field, EventField::Other);
            match field {
                EventField::Candidates => {
                    event.candidates = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                EventField::PromptFeedback => {
                    let feedback: Option<PromptFeedback<'_>> = map.next_value()?;
                    event.block_reason = feedback.and_then(|feedback| feedback.block_reason);
                }
                EventField::UsageMetadata => event.usage = map.next_value()?,
                EventField::ModelVersion => event.model = map.next_value()?,
                EventField::Error => event.error = map.next_value::<Option<IgnoredAny>>()?.is_some(),
                EventField::ResponseId => drop(map.next_value::<IgnoredAny>()?),
                EventField::Other => {
                    theirs = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        event.foreign = theirs && !ours;
        Ok(event)
    }
}

/// All candidates of one event, taken together.
#[derive(Default)]
pub(super) struct Candidates<'a> {
    pub(super) finish: Option<Finish>,
    pub(super) token: Option<Word<'a>>,
    /// Whether there is a part that the caller sees, thoughts included.
    pub(super) content: bool,
    /// Whether there is a part of the answer itself.
    pub(super) answer: bool,
}

#[derive(serde::Deserialize)]
struct Candidate<'a> {
    #[serde(borrow, default, rename = "finishReason", alias = "finish_reason")]
    finish_reason: Option<Word<'a>>,
    #[serde(borrow, default, rename = "continuationToken")]
    token: Option<Word<'a>>,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Default, serde::Deserialize)]
struct Content {
    #[serde(default)]
    parts: Option<Parts>,
}

impl<'de> Deserialize<'de> for Candidates<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(CandidatesVisitor)
    }
}

struct CandidatesVisitor;

impl<'de> Visitor<'de> for CandidatesVisitor {
    type Value = Candidates<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of candidates")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Candidates<'de>, A::Error> {
        let mut all = Candidates::default();
        while let Some(candidate) = seq.next_element::<Candidate<'de>>()? {
            let parts = candidate.content.and_then(|content| content.parts);
            let parts = parts.unwrap_or_default();
            all.content |= parts.content;
            all.answer |= parts.answer;
            let finish = candidate.finish_reason.as_deref().and_then(Finish::read);
            if all.finish != Some(Finish::Complete) {
                all.finish = finish.or(all.finish);
            }
            all.token = candidate.token.or(all.token);
        }
        Ok(all)
    }
}

/// The parts of a candidate, taken together.
#[derive(Default)]
struct Parts {
    content: bool,
    answer: bool,
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(PartsVisitor)
    }
}

struct PartsVisitor;

impl<'de> Visitor<'de> for PartsVisitor {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of parts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Parts, A::Error> {
        let mut all = Parts::default();
        while let Some(Part { thought, content }) = seq.next_element()? {
            all.content |= content;
            all.answer |= content && !thought;
        }
        Ok(all)
    }
}

struct Part {
    thought: bool,
    content: bool,
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum PartField {
    Text,
    Thought,
    /// Goes with content, and is none.
    #[serde(
        alias = "thought_signature",
        alias = "videoMetadata",
        alias = "partMetadata",
        alias = "mediaResolution"
    )]
    ThoughtSignature,
    #[serde(other)]
    Content,
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PartVisitor)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part, A::Error> {
        let mut part = Part {
            thought: false,
            content: false,
        };
        while let Some(field) = map.next_key()? {
            match field {
                PartField::Text => part.content |= map.next_value::<Presence>()?.0,
                PartField::Thought => part.thought = map.next_value::<Option<bool>>()? == Some(true),
                PartField::ThoughtSignature => drop(map.next_value::<IgnoredAny>()?),
                PartField::Content => {
                    part.content |= map.next_value::<Option<IgnoredAny>>()?.is_some();
                }
            }
        }
        Ok(part)
    }
}

/// Whether a text is there and not empty; the text itself is not kept.
struct Presence(bool);

impl<'de> Deserialize<'de> for Presence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PresenceVisitor)
    }
}

struct PresenceVisitor;

impl Visitor<'_> for PresenceVisitor {
    type Value = Presence;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Presence, E> {
        Ok(Presence(!text.is_empty()))
    }

    fn visit_unit<E>(self) -> Result<Presence, E> {
        Ok(Presence(false))
    }
}

/// A whole body: one event, or a list of them.
pub(super) struct Events<'a>(pub(super) Vec<Event<'a>>);

impl<'de> Deserialize<'de> for Events<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EventsVisitor)
    }
}

struct EventsVisitor;

impl<'de> Visitor<'de> for EventsVisitor {
    type Value = Events<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer or a list of events")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Events<'de>, A::Error> {
        Ok(Events(vec![EventVisitor.visit_map(map)?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Events<'de>, A::Error> {
        let mut events = Vec::new();
        while let Some(event) = seq.next_element()? {
            events.push(event);
        }
        Ok(Events(events))
    }
}
