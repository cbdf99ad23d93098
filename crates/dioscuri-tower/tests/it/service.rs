//! A service that answers from a closure, and says when it was polled and called.

use bytes::Bytes;
use dioscuri_transport::{BodyBox, SendError, Sent, Transport};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::Full;
use std::{
    collections::VecDeque,
    future::{Ready, ready},
    io::{self, ErrorKind},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};
use tower_service::Service;

/// What happened, in order.
pub(crate) type Log = Arc<Mutex<Vec<&'static str>>>;

type Answer = Arc<dyn Fn(Request<Full<Bytes>>) -> io::Result<Response<Frames>> + Send + Sync>;

/// A service that is ready after `waits` polls, or never if `unready` says why.
#[derive(Clone)]
pub(crate) struct Fake {
    answer: Answer,
    waits: u32,
    unready: Option<ErrorKind>,
    ready: bool,
    pub(crate) log: Log,
}

impl Fake {
    pub(crate) fn new(
        answer: impl Fn(Request<Full<Bytes>>) -> io::Result<Response<Frames>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            answer: Arc::new(answer),
            waits: 0,
            unready: None,
            ready: false,
            log: Log::default(),
        }
    }

    pub(crate) fn failing(kind: ErrorKind) -> Self {
        Self::new(move |_| Err(kind.into()))
    }

    pub(crate) fn ready_after(mut self, polls: u32) -> Self {
        self.waits = polls;
        self
    }

    pub(crate) fn never_ready(mut self, kind: ErrorKind) -> Self {
        self.unready = Some(kind);
        self
    }

    fn note(&self, what: &'static str) {
        self.log.lock().expect("no test panicked").push(what);
    }
}

impl Service<Request<Full<Bytes>>> for Fake {
    type Response = Response<Frames>;
    type Error = io::Error;
    type Future = Ready<io::Result<Response<Frames>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(kind) = self.unready {
            return Poll::Ready(Err(kind.into()));
        }
        if self.waits > 0 {
            self.waits -= 1;
            self.note("not ready");
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.ready = true;
        self.note("ready");
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        assert!(self.ready, "the clone that is called is the one that was ready");
        self.note("called");
        ready((self.answer)(request))
    }
}

/// A body of prepared frames, after which the connection breaks if `broken`.
pub(crate) struct Frames {
    frames: VecDeque<Frame<VecDeque<u8>>>,
    broken: bool,
}

impl Frames {
    pub(crate) fn new(frames: impl IntoIterator<Item = Frame<VecDeque<u8>>>) -> Self {
        Self {
            frames: frames.into_iter().collect(),
            broken: false,
        }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::new([data(text)])
    }

    pub(crate) fn then_broken(mut self) -> Self {
        self.broken = true;
        self
    }
}

/// A frame of data, in a buffer that is not `Bytes`.
pub(crate) fn data(text: &str) -> Frame<VecDeque<u8>> {
    Frame::data(text.bytes().collect())
}

impl Body for Frames {
    type Data = VecDeque<u8>;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<VecDeque<u8>>>>> {
        let broken = self.broken.then(|| Err(ErrorKind::ConnectionReset.into()));
        Poll::Ready(self.frames.pop_front().map(Ok).or(broken))
    }
}

/// Sends an empty request over `transport`, noting in `log` when it is marked as sent.
pub(crate) async fn send(transport: &dyn Transport, log: Log) -> Result<Response<BodyBox>, SendError> {
    let sent = Sent::new(move || log.lock().expect("no test panicked").push("sent"));
    transport.send(Request::new(Bytes::new()), sent).await
}
