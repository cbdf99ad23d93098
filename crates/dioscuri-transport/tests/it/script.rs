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
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    task::yield_now,
    time::{Sleep, sleep},
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
        yield_now().await;
        self.seen.lock().unwrap().push(request);
        let line = self.lines.lock().unwrap().pop_front();
        sent.mark();
        yield_now().await;
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

/// One piece of a body.
#[derive(Clone, Copy)]
pub(crate) enum Piece {
    Data(&'static str),
    /// Nothing, for so long.
    Pause(Duration),
    /// Not yet; the next poll goes on.
    Yield,
    /// Nothing ever again.
    Stall,
    /// The connection breaks.
    Break(Fault),
}

/// A body in pieces, as they come. It tells `gone` when it is dropped.
pub(crate) struct Pieces {
    rest: VecDeque<Piece>,
    pause: Option<Pin<Box<Sleep>>>,
    gone: Arc<AtomicU32>,
}

impl Pieces {
    pub(crate) fn line(pieces: &[Piece]) -> Line {
        Self::counted(pieces, Arc::default())
    }

    pub(crate) fn counted(pieces: &[Piece], gone: Arc<AtomicU32>) -> Line {
        Self::answer(200, pieces, gone)
    }

    pub(crate) fn answer(status: u16, pieces: &[Piece], gone: Arc<AtomicU32>) -> Line {
        Line::Answer(
            status,
            Box::pin(Self {
                rest: pieces.iter().copied().collect(),
                pause: None,
                gone,
            }),
        )
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.gone.fetch_add(1, Ordering::Relaxed);
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = SendError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SendError>>> {
        if let Some(pause) = &mut self.pause {
            std::task::ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        match self.rest.pop_front() {
            None => Poll::Ready(None),
            Some(Piece::Data(data)) => Poll::Ready(Some(Ok(Frame::data(Bytes::from(data))))),
            Some(Piece::Break(fault)) => Poll::Ready(Some(Err(SendError::new(Phase::Answered, fault)))),
            Some(Piece::Pause(time)) => {
                self.pause = Some(Box::pin(sleep(time)));
                self.poll_frame(cx)
            }
            Some(Piece::Yield) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Piece::Stall) => {
                self.rest.push_front(Piece::Stall);
                Poll::Pending
            }
        }
    }
}
