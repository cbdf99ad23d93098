//! A transport that plays a script, and keeps what it was given.

use bytes::Bytes;
use dioscuri_transport::{BodyBox, Fault, SendError, Sent, Transport, body};
use dioscuri_vocab::Phase;
use http::{Request, Response};
use http_body::{Body, Frame};
use std::{
    collections::VecDeque,
    future::pending,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll},
};

/// What happens to one request.
pub(crate) enum Line {
    /// This answer.
    Answer(u16, BodyBox),
    /// No answer, ever.
    Silent,
    /// The connection breaks.
    Broken(Phase, Fault),
}

impl Line {
    pub(crate) fn status(status: u16, text: &'static str) -> Self {
        Self::Answer(status, body(text))
    }

    /// An answer whose body stops and never ends.
    pub(crate) fn stalled(status: u16, text: &'static str) -> Self {
        Self::Answer(status, Box::pin(Stalled(Some(Bytes::from(text)))))
    }
}

/// Plays its lines in order, then answers everything.
pub(crate) struct Script {
    lines: Mutex<VecDeque<Line>>,
    seen: Mutex<Vec<Request<Bytes>>>,
}

impl Script {
    pub(crate) fn new(lines: Vec<Line>) -> Self {
        Self {
            lines: Mutex::new(lines.into()),
            seen: Mutex::default(),
        }
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Request<Bytes>> {
        self.seen.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Transport for Script {
    async fn send(&self, request: Request<Bytes>, sent: Sent) -> Result<Response<BodyBox>, SendError> {
        self.seen.lock().unwrap().push(request);
        sent.mark();
        let line = self.lines.lock().unwrap().pop_front();
        match line.unwrap_or_else(|| Line::status(200, super::ANSWER)) {
            Line::Answer(status, body) => Ok(Response::builder().status(status).body(body).unwrap()),
            Line::Silent => pending().await,
            Line::Broken(phase, fault) => Err(SendError::new(phase, fault)),
        }
    }
}

struct Stalled(Option<Bytes>);

impl Body for Stalled {
    type Data = Bytes;
    type Error = SendError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SendError>>> {
        match self.0.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => Poll::Pending,
        }
    }
}
