//! The candidates of one event, of which only what decides is read.

use super::event::Word;
use super::reason::{FinishReason, Reason};
use super::skip::{Presence, Skip, skip};
use crate::finish::Finish;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt};

/// All candidates of one event, taken together.
#[derive(Default)]
pub(super) struct Candidates<'a> {
    /// Whether there is one at all.
    pub(super) any: bool,
    pub(super) ending: Option<Ending<'a>>,
    pub(super) token: Option<Word<'a>>,
    /// Whether there is a part that the caller sees, thoughts included.
    pub(super) content: bool,
    /// Whether there is a part of the answer itself.
    pub(super) answer: bool,
}

/// How a candidate ended.
pub(super) struct Ending<'a> {
    pub(super) finish: Finish,
    pub(super) reason: Reason<'a>,
    /// `finishMessage`.
    pub(super) message: Option<Cow<'a, str>>,
}

impl<'a> Ending<'a> {
    fn read(reason: Option<FinishReason<'a>>, message: Option<Word<'a>>) -> Option<Self> {
        let FinishReason(reason) = reason?;
        Some(Self {
            finish: Finish::read(reason.as_str())?,
            reason,
            message: message.map(|Word(message)| message),
        })
    }

    /// Of several candidates one that is complete makes the answer good; else the last one speaks.
    fn or(known: Option<Self>, next: Option<Self>) -> Option<Self> {
        let complete = |ending: &Self| ending.finish == Finish::Complete;
        if known.as_ref().is_some_and(complete) {
            known
        } else {
            next.or(known)
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum CandidateField {
    #[serde(alias = "finish_reason")]
    FinishReason,
    #[serde(alias = "finish_message")]
    FinishMessage,
    #[serde(alias = "continuation_token")]
    ContinuationToken,
    Content,
    #[serde(other)]
    Other,
}

/// One candidate.
struct Candidate<'a> {
    ending: Option<Ending<'a>>,
    token: Option<Word<'a>>,
    parts: Parts,
}

impl<'de> Deserialize<'de> for Candidate<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CandidateVisitor)
    }
}

struct CandidateVisitor;

impl<'de> Visitor<'de> for CandidateVisitor {
    type Value = Candidate<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a candidate")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Candidate<'de>, A::Error> {
        let (mut reason, mut message, mut token, mut content) = (None, None, None, None::<Content>);
        while let Some(field) = map.next_key()? {
            match field {
                CandidateField::FinishReason => reason = map.next_value()?,
                CandidateField::FinishMessage => message = map.next_value()?,
                CandidateField::ContinuationToken => token = map.next_value()?,
                CandidateField::Content => content = map.next_value()?,
                CandidateField::Other => skip(&mut map)?,
            }
        }
        Ok(Candidate {
            ending: Ending::read(reason, message),
            token,
            parts: content.unwrap_or_default().0,
        })
    }
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
            all.any = true;
            all.content |= candidate.parts.content;
            all.answer |= candidate.parts.answer;
            all.ending = Ending::or(all.ending, candidate.ending);
            all.token = candidate.token.or(all.token);
        }
        Ok(all)
    }
}

/// The content of a candidate, of which its parts are read.
#[derive(Default)]
struct Content(Parts);

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum ContentField {
    Parts,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a content")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
        let mut parts = None;
        while let Some(field) = map.next_key()? {
            match field {
                ContentField::Parts => parts = map.next_value()?,
                ContentField::Other => skip(&mut map)?,
            }
        }
        Ok(Content(parts.unwrap_or_default()))
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
                // A flat value mostly, and a long one: passing over it costs no heap.
                PartField::ThoughtSignature => drop(map.next_value::<IgnoredAny>()?),
                PartField::Content => {
                    part.content |= map.next_value::<Option<Skip>>()?.is_some();
                }
            }
        }
        Ok(part)
    }
}
