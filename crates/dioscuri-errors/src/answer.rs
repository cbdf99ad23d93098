//! Reads the answers of an HTTP 200, whole or event by event.

mod candidate;
mod event;
mod reason;
mod sentence;
mod skip;

use crate::finish::{self, Finish};
use crate::{Classify, ClassifyStream, Fault, Seen, ServerText, StreamStep, Taxonomy, connection};
use candidate::{Candidates, Ending};
use dioscuri_vocab::{Class, Cost, Failure, Outcome, Phase, Served, UnixTime};
use event::{Event, Events, PromptFeedback, Usage};
use reason::Reason;
pub use sentence::explain_answer;
use serde::de::DeserializeSeed as _;
use serde_json::error::Category;
use std::{fmt, sync::Arc};

/// Reads the events of one attempt's answer, in order.
///
/// Only what decides is kept: the text of the answer is skipped over, not copied.
///
/// ```
/// use dioscuri_errors::{ClassifyStream, ResponseReader, StreamStep};
/// use dioscuri_vocab::{Class, UnixTime};
///
/// let mut reader = ResponseReader::new();
/// let event = br#"{"candidates": [{"content": {"parts": [{"text": "Hel"}]}}]}"#;
/// assert_eq!(reader.on_event(event, UnixTime(0)), StreamStep::Content);
///
/// // The body ends, and no finish reason has come: the answer is incomplete.
/// assert_eq!(reader.on_end().class(), Some(Class::Connection));
/// ```
pub struct ResponseReader {
    /// Whom to ask about events that hold an error; the default taxonomy if nobody.
    errors: Option<Arc<dyn Classify>>,
    served: Served,
    finish: Option<Finish>,
    finish_reason: Option<Reason<'static>>,
    finish_message: Option<ServerText>,
    block_reason: Option<Reason<'static>>,
    block_message: Option<ServerText>,
    progress: Progress,
    ended: Option<Failure>,
}

/// How far an answer has come. It only grows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Progress {
    /// No event has come.
    Nothing,
    /// Only JSON of another method.
    Foreign,
    /// Events without content.
    Event,
    /// Thoughts: the caller has seen something, but no answer yet.
    Thought,
    /// Parts of the answer itself.
    Answer,
}

impl ResponseReader {
    /// A reader for one attempt, with the default taxonomy for errors in place of an event.
    #[must_use]
    pub fn new() -> Self {
        Self {
            errors: None,
            served: Served::new(),
            finish: None,
            finish_reason: None,
            finish_message: None,
            block_reason: None,
            block_message: None,
            progress: Progress::Nothing,
            ended: None,
        }
    }

    /// A reader for one attempt that asks `errors` about events that hold an error.
    #[must_use]
    pub fn with_classifier(errors: Arc<dyn Classify>) -> Self {
        Self {
            errors: Some(errors),
            ..Self::new()
        }
    }

    /// What the answer has said about itself so far: also of one that failed, whose tokens still count.
    #[must_use]
    pub const fn served(&self) -> &Served {
        &self.served
    }

    /// Why the answer ended, for example `MAX_TOKENS`, also if it is a failure: the name of the API, whatever the
    /// spelling or the number of it on the wire; of a reason that is not known, what the server wrote.
    ///
    /// `None` while the answer goes on. Of several candidates the first complete one speaks, else the last.
    ///
    /// ```
    /// use dioscuri_errors::{ClassifyStream, ResponseReader};
    /// use dioscuri_vocab::UnixTime;
    ///
    /// let mut reader = ResponseReader::new();
    /// reader.on_event(br#"{"candidates": [{"finishReason": "SAFETY"}]}"#, UnixTime(0));
    /// assert_eq!(reader.finish_reason(), Some("SAFETY"));
    /// ```
    #[must_use]
    pub fn finish_reason(&self) -> Option<&str> {
        self.finish_reason.as_ref().map(Reason::as_str)
    }

    /// What the server said about the finish reason. It may quote the answer: not for logs.
    #[must_use]
    pub const fn finish_message(&self) -> Option<&ServerText> {
        self.finish_message.as_ref()
    }

    /// Why the prompt was refused, for example `PROHIBITED_CONTENT`: named as a finish reason is.
    #[must_use]
    pub fn block_reason(&self) -> Option<&str> {
        self.block_reason.as_ref().map(Reason::as_str)
    }

    /// What the server said about the block reason. It may quote the prompt: not for logs.
    #[must_use]
    pub const fn block_message(&self) -> Option<&ServerText> {
        self.block_message.as_ref()
    }

    fn take(&mut self, event: Event<'_>, json: &[u8], now: UnixTime) -> StreamStep {
        self.progress = self.progress.max(event.progress());
        if let Some(usage) = event.usage {
            self.usage(&usage);
        }
        if let Some(model) = event.model.filter(|model| !model.is_empty()) {
            keep(&mut self.served.model, &model);
        }
        if event.error || event.foreign {
            let failure = self.classify(json, now);
            let unread = || event.error.then(|| Failure::new(Class::Unknown));
            if let Some(failure) = failure.or_else(unread) {
                return self.end(failure);
            }
        }
        if self.refuses(event.feedback) {
            return self.end(counted(Class::BlockedPrompt));
        }
        self.candidates(event.candidates)
    }

    fn classify(&self, json: &[u8], now: UnixTime) -> Option<Failure> {
        let seen = Seen::new(Some(200), json);
        match &self.errors {
            Some(errors) => errors.classify(seen, now),
            None => Taxonomy::new().classify(seen, now),
        }
    }

    fn refuses(&mut self, feedback: PromptFeedback<'_>) -> bool {
        let reason = feedback.block_reason.map(|reason| reason.0);
        let Some(reason) = reason.filter(|reason| finish::blocks(reason.as_str())) else {
            return false;
        };
        self.block_reason = Some(reason.into_owned());
        self.block_message = feedback.message.map(|message| ServerText::from(&*message));
        true
    }

    fn usage(&mut self, usage: &Usage<'_>) {
        let output = usage.candidates.saturating_add(usage.thoughts);
        self.served.used = Some(Cost::tokens(usage.prompt).with_output(output));
        if let Some(tier) = &usage.tier {
            keep(&mut self.served.tier, tier);
        }
    }

    fn candidates(&mut self, mut candidates: Candidates<'_>) -> StreamStep {
        let token = candidates.token.as_deref().filter(|token| !token.is_empty());
        if let Some(ending) = &mut candidates.ending {
            // What pauses without a token cannot be continued: it is cut.
            if ending.finish == Finish::Continues && token.is_none() {
                ending.finish = Finish::Truncated;
            }
        }
        let finish = candidates.ending.as_ref().map(|ending| ending.finish);
        if let Some(ending) = candidates.ending {
            self.ending(ending);
        }
        if let (Some(Finish::Continues), Some(token)) = (finish, token) {
            let token: Arc<str> = token.into();
            self.served.continuation = Some(token.clone());
            return StreamStep::Continue { token };
        }
        if candidates.content {
            StreamStep::Content
        } else {
            StreamStep::Metadata
        }
    }

    /// Of several candidates one that is complete makes the answer good; else the last one speaks.
    fn ending(&mut self, ending: Ending<'_>) {
        if self.finish != Some(Finish::Complete) {
            self.finish = Some(ending.finish);
            self.finish_reason = Some(ending.reason.into_owned());
            self.finish_message = ending.message.as_deref().map(ServerText::from);
        }
    }

    /// Takes a whole body: one answer, or a list of events.
    fn whole(&mut self, body: &[u8], now: UnixTime) {
        let mut json = serde_json::Deserializer::from_slice(body);
        let events = Events(|event: Event<'_>| {
            if self.ended.is_none() {
                self.take(event, body, now);
            }
        });
        match events.deserialize(&mut json).and_then(|()| json.end()) {
            Ok(()) => {}
            Err(_) if self.ended.is_some() => {}
            // The body is whole, so it is not the connection that has cut the JSON.
            Err(error) if error.classify() == Category::Eof && !body.is_empty() => {
                self.end(counted(Class::MalformedOutput));
            }
            Err(error) => {
                self.unreadable(body, now, error.classify());
            }
        }
    }

    /// An event that is not one of an answer: an error of another form, or no whole JSON.
    fn unreadable(&mut self, json: &[u8], now: UnixTime, category: Category) -> StreamStep {
        let failure = self.classify(json, now);
        self.end(failure.unwrap_or_else(|| match category {
            Category::Eof => connection(self.phase(), Fault::Truncated),
            Category::Data => Failure::new(Class::Unknown),
            Category::Syntax | Category::Io => Failure::new(Class::GatewayError),
        }))
    }

    fn end(&mut self, failure: Failure) -> StreamStep {
        self.ended = Some(failure);
        StreamStep::End(self.on_end())
    }

    fn phase(&self) -> Phase {
        if self.progress >= Progress::Thought {
            Phase::Committed
        } else {
            Phase::Answered
        }
    }

    fn failure(&self) -> Option<Failure> {
        if self.ended.is_some() {
            return self.ended.clone();
        }
        let answered = self.progress == Progress::Answer;
        match self.finish {
            Some(Finish::Failed(class)) => Some(counted(class)),
            Some(Finish::Truncated) if !answered => Some(counted(Class::TruncatedOutput)),
            Some(Finish::Complete) if !answered => Some(counted(Class::EmptyResponse)),
            Some(_) => None,
            None => match self.progress {
                Progress::Foreign => None,
                Progress::Event => Some(counted(Class::EmptyResponse)),
                // Without a finish reason it broke off, however the connection was closed.
                Progress::Nothing | Progress::Thought | Progress::Answer => {
                    Some(connection(self.phase(), Fault::Truncated))
                }
            },
        }
    }
}

/// Keeps `name`, unless it is known already: events of a stream repeat it.
fn keep(known: &mut Option<Arc<str>>, name: &str) {
    if known.as_deref() != Some(name) {
        *known = Some(Arc::from(name));
    }
}

/// A failure of an answer that was generated, and so was counted.
fn counted(class: Class) -> Failure {
    let mut failure = Failure::new(class);
    failure.status = Some(200);
    failure.counted = Some(true);
    failure
}

impl ClassifyStream for ResponseReader {
    /// [`StreamStep::End`] comes for an error and for a refused prompt only. A finish reason does not end the
    /// answer, since usage or another candidate may follow: the end of the body does.
    /// [`StreamStep::Continue`] may stand on an event that also holds content.
    fn on_event(&mut self, json: &[u8], now: UnixTime) -> StreamStep {
        if self.ended.is_some() {
            return StreamStep::End(self.on_end());
        }
        match serde_json::from_slice(json) {
            Ok(event) => self.take(event, json, now),
            Err(error) => self.unreadable(json, now, error.classify()),
        }
    }

    fn on_end(&mut self) -> Outcome {
        match self.failure() {
            Some(failure) => Outcome::Failed {
                failure,
                phase: self.phase(),
            },
            None => Outcome::Success(self.served.clone()),
        }
    }
}

impl Default for ResponseReader {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ResponseReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseReader")
            .field("served", &self.served)
            .field("finish_reason", &self.finish_reason())
            .field("block_reason", &self.block_reason())
            .field("phase", &self.phase())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// Whether `body` is one answer or a list of events, and no error among them. Costs no heap.
pub(crate) fn is_answer(body: &[u8]) -> bool {
    let (mut told, mut failed) = (false, false);
    let events = Events(|event: Event<'_>| {
        told |= event.telling;
        failed |= event.error || event.foreign;
    });
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = events.deserialize(&mut json).and_then(|()| json.end());
    read.is_ok() && told && !failed
}

/// Reads a whole body that came with HTTP 200 at `now`: one answer, or a JSON array of events.
///
/// A failure is in phase [`Phase::Answered`]: nothing has been handed to the caller. JSON of another method,
/// such as `countTokens`, is a success that says nothing about itself.
///
/// ```
/// use dioscuri_errors::read_answer;
/// use dioscuri_vocab::{Class, UnixTime};
///
/// let body = br#"{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}"#;
/// assert_eq!(read_answer(body, UnixTime(0)).class(), Some(Class::BlockedPrompt));
/// ```
#[must_use]
pub fn read_answer(body: &[u8], now: UnixTime) -> Outcome {
    let mut reader = ResponseReader::new();
    reader.whole(body, now);
    match reader.on_end() {
        Outcome::Failed { failure, .. } => Outcome::Failed {
            failure,
            phase: Phase::Answered,
        },
        outcome => outcome,
    }
}
