//! The gate: holds a stream until its first content, so that an error before it can still be tried again.

mod events;
mod reader;

use crate::{Bounds, Clock, Peeked, error_body::in_one_piece};
use bytes::Bytes;
use dioscuri_errors::{Classify, Fault, connection};
use dioscuri_vocab::{Outcome, Phase};
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
    response::Parts,
};
use http_body::{Body, Frame, SizeHint};
pub use reader::StreamReader;
use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// Holds the stream of `response` until its first content. If it ends before, in whatever way, the
/// [`Failure`](dioscuri_vocab::Failure) is put among the extensions. The response is otherwise the same.
///
/// For answers of `streamGenerateContent`; those of `generateContent` are streams of one event. What cannot be read as
/// one is handed on at once and unjudged: an answer that is no success, one without a body (204, 205), one that is encoded
/// (`content-encoding`), one that says it is neither JSON nor server-sent events.
/// `errors` is asked about events that hold an error. What is longer than `bounds.cap` without content is handed on
/// unjudged; their patience does not count here, since a model may think for long.
///
/// ```
/// use dioscuri_errors::Taxonomy;
/// use dioscuri_http::{Bounds, Clock, gate};
/// use dioscuri_vocab::{Class, Failure};
/// use http_body_util::Full;
/// use std::sync::Arc;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let body = "data: {\"error\": {\"code\": 503, \"status\": \"UNAVAILABLE\", \"message\": \"overloaded\"}}\n\n";
/// let response = http::Response::new(Full::new(bytes::Bytes::from(body)));
/// let response = gate(response, Bounds::default(), Arc::new(Taxonomy::new()), Clock::start()).await;
/// let failure = response.extensions().get::<Failure>().expect("an error came before any content");
/// assert!(failure.transient);
/// # });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cancel safety
///
/// Dropping the future drops the response.
pub async fn gate<B: Body>(
    response: Response<B>,
    bounds: Bounds,
    errors: Arc<dyn Classify>,
    clock: Clock,
) -> Response<Gated<B>> {
    let (mut head, body) = response.into_parts();
    let reader = StreamReader::new(errors);
    if !is_readable(&head) {
        // What passes is not kept.
        let body = Gated::new(body, reader.with_max_event(0), clock);
        return Response::from_parts(head, body);
    }
    let mut body = Gated::new(body, reader, clock);
    let failure = match body.open(bounds.cap).await {
        Gate::Ended(Outcome::Failed { failure, .. }) => Some(failure),
        Gate::Broken => Some(connection(Phase::Answered, Fault::Truncated)),
        _ => None,
    };
    if let Some(mut failure) = failure {
        failure.status = failure.status.or(Some(head.status.as_u16()));
        head.extensions.insert(failure);
    }
    Response::from_parts(head, body)
}

/// Whether what follows `head` can be read as a stream of answers.
fn is_readable(head: &Parts) -> bool {
    let has_body = head.status.is_success()
        && !matches!(head.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT);
    let says = |name, known: &[&str]| {
        let value = head.headers.get(name).map(HeaderValue::as_bytes);
        value.is_none_or(|value| {
            let value = value.split(|byte| *byte == b';').next().unwrap_or_default();
            known
                .iter()
                .any(|known| value.trim_ascii().eq_ignore_ascii_case(known.as_bytes()))
        })
    };
    has_body && says(CONTENT_ENCODING, &["identity"]) && says(CONTENT_TYPE, FORMS)
}

/// What streams of answers come as.
const FORMS: &[&str] = &["application/json", "text/event-stream"];

/// What came first.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Gate {
    /// Content.
    Open,
    /// The end of the answer: an error, a refused prompt, the end of the body.
    Ended(Outcome),
    /// A read error: the body gives it in its place, and [`Gated::error`] shows it.
    Broken,
    /// More than is held, and no content among it.
    TooLong,
}

/// The body of a stream that is read as it passes: frames are handed on as they come.
pub struct Gated<B: Body> {
    body: Peeked<B>,
    reader: StreamReader,
    clock: Clock,
}

impl<B: Body> Gated<B> {
    /// A body of which nothing has been read; `clock` tells when its events come.
    pub fn new(body: B, reader: StreamReader, clock: Clock) -> Self {
        Self {
            body: Peeked::new(body),
            reader,
            clock,
        }
    }

    /// Reads up to the first content, and holds at most `cap` bytes and a frame. What is held is handed on first.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what has been read is held.
    pub async fn open(&mut self, cap: usize) -> Gate {
        let mut held = self.body.held_bytes();
        while !self.reader.has_content() {
            if let Some(outcome) = self.reader.ended() {
                return Gate::Ended(outcome.clone());
            }
            if held > cap {
                return Gate::TooLong;
            }
            let Some(frame) = self.body.peek().await else {
                if self.body.error().is_some() {
                    return Gate::Broken;
                }
                // Its last event may be without its blank line.
                let outcome = self.end();
                return if self.reader.has_content() {
                    Gate::Open
                } else {
                    Gate::Ended(outcome)
                };
            };
            if let Some(data) = frame.data_ref() {
                held += data.len();
                self.reader.feed(data, self.clock.now().unix);
            }
        }
        Gate::Open
    }

    /// Reads the rest, and holds at most `cap` bytes and a frame of the whole. True if that is all of it.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what has been read is held.
    pub async fn hold(&mut self, cap: usize) -> bool {
        let mut held = self.body.held_bytes();
        while held <= cap {
            let Some(frame) = self.body.peek().await else {
                return self.body.is_whole();
            };
            if let Some(data) = frame.data_ref() {
                held += data.len();
                self.reader.feed(data, self.clock.now().unix);
            }
        }
        false
    }

    /// What is held, in one piece.
    #[must_use]
    pub fn held(&self) -> Bytes {
        in_one_piece(self.body.held())
    }

    /// Whether something is held that has not been handed on.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.body.held_frames() > 0
    }

    /// The read error that the body will give, if one has come.
    #[must_use]
    pub const fn error(&self) -> Option<&B::Error> {
        self.body.error()
    }

    /// What has been read of the answer.
    #[must_use]
    pub const fn reader(&self) -> &StreamReader {
        &self.reader
    }

    /// How the answer ended, if its body ends here.
    pub fn end(&mut self) -> Outcome {
        self.reader.end(self.clock.now().unix)
    }
}

impl<B: Body> Body for Gated<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        // What is held has been read already.
        let is_new = this.body.held_frames() == 0;
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref().filter(|_| is_new)
        {
            this.reader.feed(data, this.clock.now().unix);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B: Body> fmt::Debug for Gated<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gated")
            .field("body", &self.body)
            .field("reader", &self.reader)
            .finish_non_exhaustive()
    }
}
