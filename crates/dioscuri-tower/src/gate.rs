//! Holds a stream back until its first content has come.

use crate::attempt::BoxFuture;
use bytes::{Buf, Bytes};
use dioscuri_errors::{Classify, Taxonomy};
use dioscuri_http::{Bounds, Clock, Gated, gate};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower_layer::Layer;
use tower_service::Service;

/// Holds an answer of `streamGenerateContent` until its first content has come: an error before that, in the stream of
/// an HTTP 200, becomes a [`Failure`](dioscuri_vocab::Failure) among the extensions, as that of any refusal.
///
/// It goes below a [`RetryLayer`](crate::RetryLayer), which then tries again what it would have handed on; beside a
/// [`ClassifyLayer`](crate::ClassifyLayer), which reads the other refusals. The response is otherwise the same. What
/// fails after the first content is the caller's to see: sent again, it would come twice.
///
/// ```
/// use dioscuri_retry::Profile;
/// use dioscuri_tower::{ClassifyLayer, GateLayer, RetryLayer};
/// use std::sync::Arc;
/// use tower::ServiceBuilder;
///
/// let stack = ServiceBuilder::new()
///     .layer(RetryLayer::new(Arc::new(Profile::Default.policy())))
///     .layer(GateLayer::gemini())
///     .layer(ClassifyLayer::gemini());
/// # let _ = stack;
/// ```
#[derive(Clone)]
pub struct GateLayer {
    classify: Arc<dyn Classify>,
    bounds: Bounds,
    clock: Clock,
}

impl GateLayer {
    /// Events that hold an error are read as the Gemini API words them, by [`Taxonomy`].
    #[must_use]
    pub fn gemini() -> Self {
        Self::by(Taxonomy::new())
    }

    /// Events that hold an error are read by `classify`.
    pub fn by(classify: impl Classify + 'static) -> Self {
        Self {
            classify: Arc::new(classify),
            bounds: Bounds::default(),
            clock: Clock::start(),
        }
    }

    /// The same, which holds at most `bounds.cap` bytes; their patience does not count, since a model may think for
    /// long.
    #[must_use]
    pub const fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }
}

impl fmt::Debug for GateLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GateLayer")
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = GateService<S>;

    fn layer(&self, inner: S) -> GateService<S> {
        GateService {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of a [`GateLayer`]. As ready as the one below it.
#[derive(Clone, Debug)]
pub struct GateService<S> {
    inner: S,
    layer: GateLayer,
}

impl<S, B, A> Service<Request<B>> for GateService<S>
where
    S: Service<Request<B>, Response = Response<A>>,
    S::Future: Send + 'static,
    S::Error: Send,
    A: Body + Send + 'static,
    A::Error: Send,
{
    type Response = Response<GateBody<A>>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<GateBody<A>>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let layer = is_stream(request.uri().path()).then(|| self.layer.clone());
        let answer = self.inner.call(request);
        Box::pin(async move {
            match (answer.await, layer) {
                (Ok(response), Some(layer)) if response.status().is_success() => {
                    let gated = gate(response, layer.bounds, layer.classify, layer.clock);
                    Ok(gated.await.map(|body| GateBody(Kind::Gated(Box::new(body)))))
                }
                (Ok(response), _) => Ok(response.map(|body| GateBody(Kind::Passed(Box::pin(body))))),
                (Err(error), _) => Err(error),
            }
        })
    }
}

/// Whether `path` asks for an answer in pieces.
fn is_stream(path: &str) -> bool {
    path.ends_with(":streamGenerateContent") || path.ends_with("%3AstreamGenerateContent")
}

/// A body from a [`GateLayer`]: one that was held until its first content, or one that has passed.
pub struct GateBody<A: Body>(Kind<A>);

enum Kind<A: Body> {
    Gated(Box<Gated<A>>),
    Passed(Pin<Box<A>>),
}

impl<A: Body> Body for GateBody<A> {
    type Data = Bytes;
    type Error = A::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, A::Error>>> {
        match &mut self.get_mut().0 {
            Kind::Gated(body) => Pin::new(&mut **body).poll_frame(cx),
            Kind::Passed(body) => body.as_mut().poll_frame(cx).map(|frame| {
                Some(frame?.map(|frame| frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Gated(body) => body.is_end_stream(),
            Kind::Passed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Gated(body) => body.size_hint(),
            Kind::Passed(body) => body.size_hint(),
        }
    }
}

impl<A: Body> fmt::Debug for GateBody<A> {
    /// Shows which it is, never the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Gated(_) => "GateBody(gated)",
            Kind::Passed(_) => "GateBody(passed)",
        })
    }
}
