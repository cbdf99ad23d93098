//! The whole engine as one layer.

mod body;
mod error;

pub use body::{EngineBody, Onward};
pub use error::EngineError;

use crate::{
    attempt::{BoxError, BoxFuture, attempt},
    transport::{Reading, send_over},
};
use bytes::Bytes;
use dioscuri_http::{Deadline, keep};
use dioscuri_transport::{
    BodyBox, CallTerms, Opened, Route, Routes, SendError, Sent, Transport, Undelivered, fault_of,
};
use http::{Extensions, Request, Response, request::Parts};
use http_body::Body;
use std::{
    fmt,
    marker::PhantomData,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

/// The whole engine over the services below: its calls go to whichever endpoint has room and is well, are tried again,
/// and hold a stream back until its first event has come.
///
/// Which requests are carried say [`Routes`]; all others pass untouched, with whatever credential they bring. So does one
/// whose body is larger than [`Routes::max_body`]: no quota is asked for it. Of one that is carried, host, path and
/// credential are the endpoint's; what it brings of its own credentials is removed, and its extensions do not reach the
/// services below. An answer comes back with its
/// [`Receipt`](dioscuri_transport::Receipt) among its extensions. So does a refusal that nothing could help: as it
/// came, with the [`Failure`](dioscuri_vocab::Failure) beside it. Where there is no answer to hand on, the error holds
/// the [`Undelivered`] call.
///
/// [`CallTerms`] among the extensions of a request say how long it may take and who goes first; a
/// [`Deadline`](crate::Deadline) there does too, and the earlier counts. The time runs from when the layer is called: the
/// upload is part of it.
///
/// The service below must be `Sync`: `BoxCloneSyncService` is, `BoxCloneService` is not.
///
/// ```no_run
/// use dioscuri_tower::EngineLayer;
/// use dioscuri_transport::{Carrier, Routes};
/// use tower_layer::Layer as _;
///
/// # fn stack<S>(carrier: Carrier, client: S) {
/// let layer = EngineLayer::new(Routes::new().with("gemini-3.8-flash", carrier));
/// let client = layer.layer(client);
/// # }
/// ```
#[derive(Clone)]
pub struct EngineLayer {
    routes: Routes,
    reading: Reading,
}

impl EngineLayer {
    /// Carries what `routes` take.
    #[must_use]
    pub fn new(routes: Routes) -> Self {
        Self {
            routes,
            reading: Arc::new(fault_of),
        }
    }

    /// The same, with errors of the service below read by `reading`, as
    /// [`TowerTransport`](crate::TowerTransport::with_fault) does.
    #[must_use]
    pub fn with_fault<F>(mut self, reading: F) -> Self
    where
        F: Fn(
                &(dyn std::error::Error + 'static),
                dioscuri_vocab::Phase,
            ) -> (dioscuri_vocab::Phase, dioscuri_transport::Fault)
            + Send
            + Sync
            + 'static,
    {
        self.reading = Arc::new(reading);
        self
    }
}

impl fmt::Debug for EngineLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineLayer")
            .field("routes", &self.routes)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for EngineLayer {
    type Service = EngineService<S>;

    fn layer(&self, inner: S) -> EngineService<S> {
        EngineService {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of an [`EngineLayer`].
///
/// Always ready: an attempt waits for the readiness of a clone of the service below.
#[derive(Clone, Debug)]
pub struct EngineService<S> {
    inner: S,
    layer: EngineLayer,
}

impl<S, B, A> Service<Request<B>> for EngineService<S>
where
    S: Service<Request<Onward<B>>, Response = Response<A>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError> + Send,
    B: Body + Send + 'static,
    B::Error: Send,
    A: Body + Send + 'static,
    A::Error: Into<BoxError>,
{
    type Response = Response<EngineBody<A>>;
    type Error = EngineError;
    type Future = BoxFuture<Result<Response<EngineBody<A>>, EngineError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), EngineError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (inner, layer) = (self.inner.clone(), self.layer.clone());
        // Counted from here: the upload is part of the call.
        let until = until(request.extensions());
        Box::pin(async move {
            let Some(route) = layer.routes.find(request.method(), request.uri()) else {
                return pass(inner, request.map(Onward::passed)).await;
            };
            let (head, body) = request.into_parts();
            let body = keep(body, layer.routes.max_body()).await;
            match body.bytes() {
                Some(bytes) => layer.carry(&route, inner, head, bytes, until).await,
                None => pass(inner, Request::from_parts(head, Onward::kept(body))).await,
            }
        })
    }
}

/// A request that no route takes.
async fn pass<S, B, A>(inner: S, request: Request<Onward<B>>) -> Result<Response<EngineBody<A>>, EngineError>
where
    S: Service<Request<Onward<B>>, Response = Response<A>>,
    S::Error: Into<BoxError>,
    B: Body,
    A: Body,
{
    match attempt(inner, request).await {
        Ok(response) => Ok(response.map(EngineBody::passed)),
        Err((error, _)) => Err(EngineError::service(error.into())),
    }
}

impl EngineLayer {
    async fn carry<S, B, A>(
        self,
        route: &Route,
        service: S,
        head: Parts,
        body: Bytes,
        until: Option<Instant>,
    ) -> Result<Response<EngineBody<A>>, EngineError>
    where
        Over<S, B>: Transport,
        A: Body,
    {
        let terms = terms(&head, until);
        let outgoing = route.outgoing(body, head.headers, terms.as_ref());
        let over = Over {
            service,
            reading: self.reading,
            body: PhantomData,
        };
        match route.carrier().open(&outgoing, &over).await {
            Ok(Opened { head, body, .. }) => Ok(Response::from_parts(head, EngineBody::carried(body))),
            Err(ended) => handed_on(ended),
        }
    }
}

/// By when a call with `extensions` must have ended, if it begins now: the earliest of all that say so.
fn until(extensions: &Extensions) -> Option<Instant> {
    let terms = extensions.get::<CallTerms>().and_then(|terms| terms.deadline);
    let terms = terms.and_then(|after| Instant::now().checked_add(after));
    terms.into_iter().chain(Deadline::of(extensions, None)).min()
}

/// The terms of a request that is to be answered by `until`, in the words of the engine.
fn terms(head: &Parts, until: Option<Instant>) -> Option<CallTerms> {
    let own = head.extensions.get::<CallTerms>().copied();
    match until {
        Some(until) => {
            let left = until.saturating_duration_since(Instant::now());
            Some(own.unwrap_or_default().with_deadline(left))
        }
        None => own,
    }
}

/// A refusal as a response, with what is known of it; where there is none, an error.
fn handed_on<A: Body>(mut ended: Undelivered) -> Result<Response<EngineBody<A>>, EngineError> {
    let Some(refusal) = ended.refusal.take() else {
        return Err(EngineError::undelivered(ended));
    };
    let mut response = refusal.into_response().map(EngineBody::refused);
    if let Some(failure) = ended.failure {
        response.extensions_mut().insert(failure);
    }
    response.extensions_mut().insert(ended.receipt);
    Ok(response)
}

/// The services below, for one call.
struct Over<S, B> {
    service: S,
    reading: Reading,
    body: PhantomData<fn() -> B>,
}

#[async_trait::async_trait]
impl<S, B, A> Transport for Over<S, B>
where
    S: Service<Request<Onward<B>>, Response = Response<A>> + Clone + Send + Sync,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body + Send,
    B::Error: Send,
    A: Body + Send + 'static,
    A::Error: Into<BoxError>,
{
    async fn send(&self, request: Request<Bytes>, sent: Sent) -> Result<Response<BodyBox>, SendError> {
        send_over(
            self.service.clone(),
            request.map(Onward::bytes),
            &self.reading,
            sent,
        )
        .await
    }
}
