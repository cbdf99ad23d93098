//! A service that answers by a script, and remembers what it was asked.

use bytes::Bytes;
use dioscuri_tower::vocab::{Class, Failure, Hint, HintSource};
use http::{Request, Response, StatusCode, request::Parts};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use std::{
    collections::VecDeque,
    convert::Infallible,
    future::Future,
    io::{self, ErrorKind},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, sleep};
use tower_service::Service;

/// What becomes of one request.
#[derive(Clone)]
pub(crate) enum Say {
    Answer(&'static str),
    /// The server takes that long.
    Late(Duration, &'static str),
    Status(u16),
    Refuse(Failure),
    Break(ErrorKind),
    /// Its clone never gets ready.
    Unready(ErrorKind),
}

/// A refusal as a `ClassifyLayer` below has read it.
pub(crate) fn refused(class: Class, status: u16, hint: Option<Duration>) -> Say {
    let mut failure = Failure::new(class);
    failure.status = Some(status);
    failure.retry_after = hint.map(|after| Hint::new(after, HintSource::RetryInfo));
    Say::Refuse(failure)
}

/// What was asked, and when.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) at: Duration,
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
}

/// Each clone serves one request after it was polled ready, as a client that hands out connections does.
pub(crate) struct Script {
    shared: Arc<Shared>,
    ready: bool,
}

struct Shared {
    began: Instant,
    says: Mutex<VecDeque<Say>>,
    asked: Mutex<Vec<Asked>>,
    bodies: Arc<AtomicUsize>,
    flying: Arc<AtomicUsize>,
}

impl Clone for Script {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            ready: false,
        }
    }
}

impl Script {
    pub(crate) fn new(says: impl IntoIterator<Item = Say>) -> Self {
        let shared = Shared {
            began: Instant::now(),
            says: Mutex::new(says.into_iter().collect()),
            asked: Mutex::default(),
            bodies: Arc::default(),
            flying: Arc::default(),
        };
        Self {
            shared: Arc::new(shared),
            ready: false,
        }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().expect("no test panicked").clone()
    }

    /// When it was asked, after its beginning.
    pub(crate) fn times(&self) -> Vec<Duration> {
        self.asked().iter().map(|asked| asked.at).collect()
    }

    /// Response bodies that exist now.
    pub(crate) fn bodies(&self) -> usize {
        self.shared.bodies.load(Ordering::Relaxed)
    }

    /// Requests that are being answered now.
    pub(crate) fn flying(&self) -> usize {
        self.shared.flying.load(Ordering::Relaxed)
    }

    fn says(&self) -> MutexGuard<'_, VecDeque<Say>> {
        self.shared.says.lock().expect("no test panicked")
    }
}

impl<B> Service<Request<B>> for Script
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: std::fmt::Debug + Send,
{
    type Response = Response<Page>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response<Page>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        assert!(
            !self.ready,
            "a clone that is ready is called before it is asked again"
        );
        let next = self.says().front().cloned();
        if let Some(Say::Unready(kind)) = next {
            self.says().pop_front();
            return Poll::Ready(Err(kind.into()));
        }
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        assert!(self.ready, "the clone that is called is the one that was ready");
        self.ready = false;
        let say = self.says().pop_front().expect("the script goes on");
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let _flight = Count::new(&shared.flying);
            let (head, body) = request.into_parts();
            let body = body.collect().await.expect("the body comes").to_bytes();
            let at = shared.began.elapsed();
            let asked = Asked { at, head, body };
            shared.asked.lock().expect("no test panicked").push(asked);
            let page = |text: &'static str| Page::new(text, Count::new(&shared.bodies));
            let mut response = match say {
                Say::Answer(text) => Response::new(page(text)),
                Say::Late(after, text) => {
                    sleep(after).await;
                    Response::new(page(text))
                }
                Say::Break(kind) | Say::Unready(kind) => return Err(kind.into()),
                Say::Status(status) => with_status(page("why"), status),
                Say::Refuse(failure) => {
                    let status = failure.status.unwrap_or(503);
                    let mut response = with_status(page("no"), status);
                    response.extensions_mut().insert(failure);
                    response
                }
            };
            response.headers_mut().insert("x-served", "yes".parse().unwrap());
            Ok(response)
        })
    }
}

fn with_status(page: Page, status: u16) -> Response<Page> {
    let mut response = Response::new(page);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

/// A body of two frames that is counted while it lives.
#[derive(Debug)]
pub(crate) struct Page {
    frames: VecDeque<Bytes>,
    _counted: Count,
}

impl Page {
    fn new(text: &'static str, counted: Count) -> Self {
        let (first, second) = text.as_bytes().split_at(text.len() / 2);
        Self {
            frames: [first, second].map(Bytes::from_static).into(),
            _counted: counted,
        }
    }
}

impl Body for Page {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.frames.pop_front().map(|frame| Ok(Frame::data(frame))))
    }
}

#[derive(Debug)]
struct Count(Arc<AtomicUsize>);

impl Count {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body, as text.
pub(crate) async fn text<B>(body: B) -> String
where
    B: Body,
    B::Error: std::fmt::Debug,
{
    let bytes = body.collect().await.expect("the body ends").to_bytes();
    String::from_utf8(bytes.to_vec()).expect("text")
}
