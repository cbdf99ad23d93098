//! Reads the bodies of errors below everything that decides on them.

use crate::attempt::BoxFuture;
use dioscuri_http::{Bounds, Peeked, ReadFailure, read_error};
use http::Response;
use http_body::Body;
use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};
use tower_layer::Layer;
use tower_service::Service;

/// Reads the body of each error within [`Bounds`] and puts the [`Failure`](dioscuri_vocab::Failure) among the
/// extensions of the response, which is otherwise the same. Goes below whatever decides on failures.
///
/// ```
/// use dioscuri_tower::ClassifyLayer;
/// use dioscuri_tower::vocab::{Class, Failure};
///
/// // A reader of your own; `ClassifyLayer::gemini()` is that of the Gemini API (feature `errors`).
/// let layer = ClassifyLayer::new(|head: &http::response::Parts, _body: &[u8], _whole: bool| {
///     (head.status == 503).then(|| Failure::new(Class::Unavailable))
/// });
/// ```
#[derive(Clone)]
pub struct ClassifyLayer {
    reader: Arc<dyn ReadFailure>,
    bounds: Bounds,
}

impl ClassifyLayer {
    /// Failures are read by `reader`. A closure is a reader.
    pub fn new(reader: impl ReadFailure + 'static) -> Self {
        Self {
            reader: Arc::new(reader),
            bounds: Bounds::default(),
        }
    }

    /// The same, with `bounds` for how much of a body is read, and for how long.
    #[must_use]
    pub const fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }
}

impl fmt::Debug for ClassifyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClassifyLayer")
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ClassifyLayer {
    type Service = ClassifyService<S>;

    fn layer(&self, inner: S) -> ClassifyService<S> {
        ClassifyService {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of a [`ClassifyLayer`]. As ready as the one below it.
#[derive(Clone, Debug)]
pub struct ClassifyService<S> {
    inner: S,
    layer: ClassifyLayer,
}

impl<S, Q, B> Service<Q> for ClassifyService<S>
where
    S: Service<Q, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: Send,
    B: Body + Send + 'static,
    B::Error: Send,
{
    type Response = Response<Peeked<B>>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<Peeked<B>>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Q) -> Self::Future {
        let answer = self.inner.call(request);
        let (reader, bounds) = (Arc::clone(&self.layer.reader), self.layer.bounds);
        Box::pin(async move {
            match answer.await {
                Ok(response) => Ok(read_error(response, bounds, &*reader).await),
                Err(error) => Err(error),
            }
        })
    }
}
