//! What comes back of an attempt: answers whole, streams up to their first content, refusals.

use super::attempt::{Came, Landed, Sender, Stream};
use crate::{Refusal, SendError, credential::Shield, outgoing::is_generating, transport::BodyBox};
use bytes::{Bytes, BytesMut};
use dioscuri_errors::{ApiError, Fault, Seen, ServerText, connection, explain_answer, read_answer};
use dioscuri_http::{Gate, Gated, ReadFailure as _, Reader, StreamReader};
use dioscuri_vocab::{Class, Failure, Outcome, Phase, Scope, Served};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE, response::Parts};
use http_body_util::BodyExt as _;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// How much of an answer is read before its attempt is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reading {
    /// All of it.
    Whole,
    /// A stream up to its first content, everything else whole.
    Gated,
}

impl Sender {
    /// Reads an answer to its end.
    pub(super) async fn read(&self, head: Parts, body: BodyBox, form: Form) -> Landed {
        let (bytes, whole) = match read(body, self.config.max_answer).await {
            Ok(read) => read,
            Err(error) => return Landed::broken(&error),
        };
        if !whole {
            return self.too_long(head, bytes);
        }
        let now = self.clock.now().unix;
        match form {
            Form::Stream => {
                let mut reader = self.reader();
                reader.feed(&bytes, now);
                let outcome = before_content(reader.end(now));
                self.answered(head, bytes.clone(), outcome, reader.last_words())
            }
            Form::Answer => {
                let outcome = read_answer(&bytes, now);
                self.answered(head, bytes.clone(), outcome, &bytes)
            }
            Form::Other | Form::Refusal => Landed::answered(Outcome::Success(Served::new()), head, bytes),
        }
    }

    /// Reads a stream up to its first content, or to the outcome that comes in its place.
    pub(super) async fn open(
        &self,
        head: Parts,
        body: BodyBox,
        shield: Shield,
    ) -> Result<Came, (Box<Stream>, Outcome)> {
        let mut body = Gated::new(body, self.reader(), self.clock);
        let outcome = match body.open(self.config.max_answer).await {
            Gate::Open => return Ok(Came::Content(Box::new(Stream { head, body, shield }))),
            Gate::Ended(outcome) => outcome,
            Gate::Broken => {
                let fault = body.error().map_or(Fault::Other, |error| error.fault);
                let failure = connection(Phase::Answered, fault);
                let said = body.error().map(ToString::to_string).unwrap_or_default();
                let landed = Landed::failed(failure, Phase::Answered, said);
                return Ok(Came::Landed(shielded(landed, &shield)));
            }
            _ => return Ok(Came::Landed(self.too_long(head, body.held()))),
        };
        Err((Box::new(Stream { head, body, shield }), outcome))
    }

    /// A stream that has ended with `outcome` before its first content. Reads the rest for `patience`: after an error
    /// that stands in the stream that is a few bytes.
    pub(super) async fn ended(&self, stream: Stream, outcome: Outcome, patience: Duration) -> Landed {
        let Stream {
            head,
            mut body,
            shield,
        } = stream;
        let rest = body.hold(self.config.max_error);
        let whole = timeout(patience, rest).await.unwrap_or(false);
        let mut landed = self.answered(
            head,
            body.held(),
            before_content(outcome),
            body.reader().last_words(),
        );
        if let Some(refusal) = &mut landed.refusal {
            refusal.whole &= whole;
        }
        shielded(landed, &shield)
    }

    fn reader(&self) -> StreamReader {
        StreamReader::new(Arc::clone(&self.classify)).with_max_event(self.config.max_answer)
    }

    /// An answer that is longer than its bound: the next one would be as long.
    fn too_long(&self, head: Parts, bytes: Bytes) -> Landed {
        let mut failure = Failure::new(Class::TruncatedOutput);
        failure.status = Some(head.status.as_u16());
        let why = format!(
            "the answer is longer than `max_answer` of {} bytes",
            self.config.max_answer
        );
        let mut landed = Landed::failed(failure, Phase::Answered, why);
        landed.refusal = Some(self.refusal(head, bytes, false));
        landed
    }

    /// An answer that has been read to its end; `telling` is the event of it that tells why, if it is no good.
    fn answered(&self, head: Parts, bytes: Bytes, outcome: Outcome, telling: &[u8]) -> Landed {
        let Some(failure) = outcome.failure() else {
            return Landed::answered(outcome, head, bytes);
        };
        let message = Some(said_in_answer(failure, telling));
        Landed {
            outcome,
            answer: None,
            refusal: Some(self.refusal(head, bytes, true)),
            message,
        }
    }

    /// Reads what a refusal says, for `patience`.
    pub(super) async fn refused(&self, head: Parts, body: BodyBox, verb: &str, patience: Duration) -> Landed {
        let mut bytes = BytesMut::new();
        let mut body = body;
        let reading = read_into(&mut body, &mut bytes, self.config.max_error);
        let whole = matches!(timeout(patience, reading).await, Ok(Ok(true)));
        let status = head.status;
        let reader = Reader(Arc::clone(&self.classify));
        let failure = reader.read(&head, &bytes, whole);
        let mut failure = failure.unwrap_or_else(|| Failure::new(Class::Unknown));
        failure.status = failure.status.or(Some(status.as_u16()));
        // A method that an endpoint does not have says nothing of the model it serves.
        if failure.class == Class::NotFound && !is_generating(verb) {
            failure.scope = Scope::Caller;
        }
        let message = said(status, &failure, &bytes);
        let mut landed = Landed::failed(failure, Phase::Answered, message);
        landed.refusal = Some(self.refusal(head, bytes.freeze(), whole));
        landed
    }

    /// The answer as it came, as far as it is kept.
    fn refusal(&self, head: Parts, mut body: Bytes, whole: bool) -> Refusal {
        let whole = whole && body.len() <= self.config.max_error;
        body.truncate(self.config.max_error);
        Refusal {
            status: head.status,
            version: head.version,
            headers: head.headers,
            extensions: head.extensions,
            body,
            whole,
        }
    }
}

/// What an answer is read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// A status that is no success.
    Refusal,
    /// Events, one after the other.
    Stream,
    /// One answer.
    Answer,
    /// That of another method: its status tells what became of it.
    Other,
}

impl Form {
    pub(super) fn of(head: &Parts, verb: &str) -> Self {
        let kind = head.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        match verb {
            _ if !head.status.is_success() => Self::Refusal,
            "streamGenerateContent" => Self::Stream,
            "generateContent" if kind.is_some_and(|kind| kind.starts_with(b"text/event-stream")) => {
                Self::Stream
            }
            "generateContent" => Self::Answer,
            _ => Self::Other,
        }
    }
}

/// What was read whole has not been handed on, whatever it holds.
fn before_content(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed { failure, .. } => Outcome::Failed {
            failure,
            phase: Phase::Answered,
        },
        outcome => outcome,
    }
}

/// The same without the credential in what was said.
pub(super) fn shielded(mut landed: Landed, shield: &Shield) -> Landed {
    landed.message = landed.message.map(|said| shield.redact(&said));
    landed
}

/// What an HTTP 200 that is no answer says in `event`, with keys masked.
pub(crate) fn said_in_answer(failure: &Failure, event: &[u8]) -> String {
    match (explain_answer(event), failure.class) {
        (_, Class::Connection) => "the answer stopped before its end".to_owned(),
        (Some(explained), _) => ServerText::from(explained).masked(),
        (None, Class::MalformedOutput) => "the answer is cut off, or not JSON at all".to_owned(),
        (None, _) => said(StatusCode::OK, failure, event),
    }
}

/// What the server said, with keys masked.
fn said(status: StatusCode, failure: &Failure, body: &[u8]) -> String {
    let error = ApiError::parse(Seen::new(Some(status.as_u16()), body));
    match error.message() {
        "" => format!("HTTP {status}: {}", failure.class),
        message => ServerText::from(message).masked(),
    }
}

/// Reads a body of at most `cap` bytes; `false` if there was more.
async fn read(mut body: BodyBox, cap: usize) -> Result<(Bytes, bool), SendError> {
    let mut bytes = BytesMut::new();
    let whole = read_into(&mut body, &mut bytes, cap).await?;
    Ok((bytes.freeze(), whole))
}

async fn read_into(body: &mut BodyBox, bytes: &mut BytesMut, cap: usize) -> Result<bool, SendError> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            let room = cap - bytes.len();
            bytes.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
