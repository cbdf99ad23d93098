//! One `GenerateContentResponse`, of which only what decides is read.

use super::Progress;
use super::candidate::Candidates;
use super::reason::BlockReason;
use super::skip::{Skip, skip};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt, ops::Deref};

/// A string that is borrowed where JSON allows it.
#[derive(serde::Deserialize)]
pub(super) struct Word<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

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
    pub(super) feedback: PromptFeedback<'a>,
    pub(super) usage: Option<Usage<'a>>,
    pub(super) model: Option<Word<'a>>,
    /// Whether it is an error, not an answer.
    pub(super) error: bool,
    /// Whether it has fields of another method's answer and none of this one's.
    pub(super) foreign: bool,
    /// Whether it has a field that nothing but an answer has.
    pub(super) telling: bool,
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

/// `promptFeedback`, of a refused prompt.
#[derive(Default, serde::Deserialize)]
pub(super) struct PromptFeedback<'a> {
    #[serde(borrow, default, rename = "blockReason", alias = "block_reason")]
    pub(super) block_reason: Option<BlockReason<'a>>,
    #[serde(
        borrow,
        default,
        rename = "blockReasonMessage",
        alias = "block_reason_message"
    )]
    pub(super) message: Option<Word<'a>>,
}

/// `usageMetadata`, in tokens. Counters of zero are absent.
#[derive(Default)]
pub(super) struct Usage<'a> {
    pub(super) prompt: u64,
    pub(super) candidates: u64,
    pub(super) thoughts: u64,
    /// `serviceTier` of the Gemini API, `trafficType` of Vertex.
    pub(super) tier: Option<Word<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum UsageField {
    #[serde(alias = "prompt_token_count")]
    PromptTokenCount,
    #[serde(alias = "candidates_token_count", alias = "responseTokenCount")]
    CandidatesTokenCount,
    #[serde(alias = "thoughts_token_count")]
    ThoughtsTokenCount,
    #[serde(alias = "service_tier", alias = "trafficType", alias = "traffic_type")]
    ServiceTier,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Usage<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UsageVisitor)
    }
}

struct UsageVisitor;

impl<'de> Visitor<'de> for UsageVisitor {
    type Value = Usage<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the usage of an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Usage<'de>, A::Error> {
        let mut usage = Usage::default();
        while let Some(field) = map.next_key()? {
            match field {
                UsageField::PromptTokenCount => usage.prompt = count(&mut map)?,
                UsageField::CandidatesTokenCount => usage.candidates = count(&mut map)?,
                UsageField::ThoughtsTokenCount => usage.thoughts = count(&mut map)?,
                UsageField::ServiceTier => usage.tier = map.next_value::<Option<_>>()?.or(usage.tier),
                UsageField::Other => skip(&mut map)?,
            }
        }
        Ok(usage)
    }
}

fn count<'de, A: MapAccess<'de>>(map: &mut A) -> Result<u64, A::Error> {
    Ok(map.next_value::<Option<u64>>()?.unwrap_or_default())
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
            event.telling |= matches!(field, EventField::Candidates | EventField::PromptFeedback);
            match field {
                EventField::Candidates => {
                    event.candidates = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                EventField::PromptFeedback => {
                    event.feedback = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                EventField::UsageMetadata => event.usage = map.next_value()?,
                EventField::ModelVersion => event.model = map.next_value()?,
                EventField::Error => event.error = map.next_value::<Option<Skip>>()?.is_some(),
                EventField::ResponseId => skip(&mut map)?,
                EventField::Other => {
                    theirs = true;
                    skip(&mut map)?;
                }
            }
        }
        event.foreign = theirs && !ours;
        Ok(event)
    }
}

/// A whole body, one event or a list of them: each is handed on as soon as it is read.
pub(super) struct Events<F>(pub(super) F);

impl<'de, F: FnMut(Event<'de>)> DeserializeSeed<'de> for Events<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Event<'de>)> Visitor<'de> for Events<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer or a list of events")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<(), A::Error> {
        self.0(EventVisitor.visit_map(map)?);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(event) = seq.next_element()? {
            self.0(event);
        }
        Ok(())
    }
}
