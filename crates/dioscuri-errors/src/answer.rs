//! Reads the answers of an HTTP 200, whole or event by event.

mod event;
mod sentence;

use crate::finish::{self, Finish};
use crate::{Classify, ClassifyStream, Fault, Seen, StreamStep, Taxonomy, connection};
use dioscuri_vocab::{Class, Cost, Failure, Outcome, Phase, Served, UnixTime};
use event::{Candidates, Event, Events, Usage};
pub use sentence::explain_answer;
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
    errors: Arc<dyn Classify>,
    served: Served,
    finish: Option<Finish>,
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
        Self::with_classifier(Arc::new(Taxonomy::new()))
    }

    /// A reader for one attempt that asks `errors` about events that hold an error.
    #[must_use]
    pub fn with_classifier(errors: Arc<dyn Classify>) -> Self {
        Self {
            errors,
            served: Served::new(),
            finish: None,
            progress: Progress::Nothing,
            ended: None,
        }
    }

    /// What the answer has said about itself so far: also of one that failed, whose tokens still count.
    #[must_use]
    pub const fn served(&self) -> &Served {
        &self.served
    }

    fn take(&mut self, event: Event<'_>, json: &[u8], now: UnixTime) -> StreamStep {
        self.progress = self.progress.max(event.progress());
        if let Some(usage) = event.usage {
            self.usage(&usage);
        }
        if let Some(model) = event.model.filter(|model| !model.is_empty()) {
            let known = self.served.model.as_deref() == Some(&*model);
            if !known {
                self.served.model = Some(Arc::from(&*model));
            }
        }
        if event.error || event.foreign {
            let failure = self.errors.classify(Seen::new(Some(200), json), now);
            let unread = || event.error.then(|| Failure::new(Class::Unknown));
            if let Some(failure) = failure.or_else(unread) {
                return self.end(failure);
            }
        }
        if event.block_reason.is_some_and(|reason| finish::blocks(&reason)) {
            return self.end(counted(Class::BlockedPrompt));
        }
        self.candidates(&event.candidates)
    }

    fn usage(&mut self, usage: &Usage<'_>) {
        let output = usage.candidates.saturating_add(usage.thoughts);
        self.served.used = Some(Cost::tokens(usage.prompt).with_output(output));
        if let Some(tier) = &usage.tier {
            self.served.tier = Some(Arc::from(&**tier));
        }
    }

    fn candidates(&mut self, candidates: &Candidates<'_>) -> StreamStep {
        let token = candidates.token.as_deref().filter(|token| !token.is_empty());
        // What pauses without a token cannot be continued: it is cut.
        let finish = match (candidates.finish, token) {
            (Some(Finish::Continues), None) => Some(Finish::Truncated),
            (finish, _) => finish,
        };
        // Of several candidates one that is complete makes the answer good.
        if self.finish != Some(Finish::Complete) {
            self.finish = finish.or(self.finish);
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

    /// An event that is not one of an answer: an error of another form, or no whole JSON.
    fn unreadable(&mut self, json: &[u8], now: UnixTime, category: Category) -> StreamStep {
        let failure = self.errors.classify(Seen::new(Some(200), json), now);
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
            .field("finish", &self.finish)
            .field("phase", &self.phase())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
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
    match serde_json::from_slice::<Events<'_>>(body) {
        Ok(Events(events)) => {
            for event in events {
                if matches!(reader.take(event, body, now), StreamStep::End(_)) {
                    break;
                }
            }
        }
        // The body is whole, so it is not the connection that has cut the JSON.
        Err(error) if error.classify() == Category::Eof && !body.is_empty() => {
            reader.end(counted(Class::MalformedOutput));
        }
        Err(error) => {
            reader.unreadable(body, now, error.classify());
        }
    }
    match reader.on_end() {
        Outcome::Failed { failure, .. } => Outcome::Failed {
            failure,
            phase: Phase::Answered,
        },
        outcome => outcome,
    }
}
