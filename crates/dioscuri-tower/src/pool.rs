//! Chooses an endpoint for each attempt.

mod choice;
mod error;
mod flight;
mod probes;
mod rests;

pub use error::PoolError;

use crate::{
    Held,
    attempt::{BoxError, BoxFuture, attempt},
    journey::Journey,
};
use dioscuri_http::Clock;
use dioscuri_pool::Pool;
use dioscuri_vocab::{CredentialId, EndpointId, Phase};
use http::{Request, Response, request::Parts};
use http_body::Body;
use probes::Probes;
use rests::Rests;
use std::{
    fmt,
    future::poll_fn,
    hash::{BuildHasher as _, RandomState},
    sync::{Arc, atomic::AtomicU64},
    task::{Context, Poll},
};
use tower_layer::Layer;
use tower_service::Service;

/// Chooses, for each request it sees, one of a pool's endpoints, and tells the pool how it went.
///
/// It goes below whatever repeats, so that each attempt chooses anew, and above
/// [`ClassifyLayer`](crate::ClassifyLayer), whose failures the pool learns from. A closure puts the choice into the
/// request: authority, path, credential. Beneath a [`RetryLayer`](crate::RetryLayer) a call that was refused goes
/// elsewhere, as the policy allows.
///
/// ```
/// use dioscuri_pool::{EndpointSpec, RegionPool};
/// use dioscuri_tower::{PoolLayer, vocab::{CredentialId, EndpointId}};
/// use http::{HeaderValue, Uri};
/// use std::sync::Arc;
///
/// let pool = RegionPool::default();
/// for project in 0..2 {
///     pool.add(EndpointSpec::new(EndpointId(project), [CredentialId(project)]))?;
/// }
/// let keys = [HeaderValue::from_static("AQ.castor"), HeaderValue::from_static("AQ.pollux")];
/// let layer = PoolLayer::new(Arc::new(pool), move |head, chosen| {
///     // `insert` replaces: a request with two credentials is refused.
///     head.headers.insert("x-goog-api-key", keys[chosen.credential.0 as usize].clone());
///     head.headers.remove("authorization");
/// });
/// # Ok::<(), dioscuri_pool::InvalidSpec>(())
/// ```
#[derive(Clone)]
pub struct PoolLayer {
    pool: Arc<dyn Pool>,
    put: Put,
    only: Option<Only>,
    clock: Clock,
    seed: u64,
    /// Clones share the count, so that no two calls draw alike.
    calls: Arc<AtomicU64>,
    probes: Probes,
    rests: Rests,
}

/// Puts a choice into a request.
type Put = Arc<dyn Fn(&mut Parts, &Chosen) + Send + Sync>;

/// Which requests are for the pool at all.
type Only = Arc<dyn Fn(&Parts) -> bool + Send + Sync>;

/// The choice of a [`PoolLayer`]: among the extensions of the request below it, and of the response.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Chosen {
    /// Where the attempt goes.
    pub endpoint: EndpointId,
    /// With which credential.
    pub credential: CredentialId,
}

impl PoolLayer {
    /// Chooses from link 0 of `pool`; `put` writes the choice into the request.
    ///
    /// It must replace whatever the caller has put there for one place only: the credential, be it in a header of another
    /// name (`authorization`) or in the query (`key=`), and a `host` header of his own where it changes the authority.
    ///
    /// Clone a layer rather than make a second one over the same pool: clones know of each other's probes.
    pub fn new(pool: Arc<dyn Pool>, put: impl Fn(&mut Parts, &Chosen) + Send + Sync + 'static) -> Self {
        Self {
            pool,
            put: Arc::new(put),
            only: None,
            clock: Clock::start(),
            // The only source of randomness in std: it is seeded by the operating system.
            seed: RandomState::new().hash_one(0_u8),
            calls: Arc::default(),
            probes: Probes::default(),
            rests: Rests::default(),
        }
    }

    /// The same for those requests alone of which `only` says so; all others pass untouched. Without it every request
    /// that comes is given an endpoint and its credential, wherever it was meant to go.
    ///
    /// ```
    /// # use dioscuri_pool::RegionPool;
    /// # use dioscuri_tower::PoolLayer;
    /// # use std::sync::Arc;
    /// # let layer = PoolLayer::new(Arc::new(RegionPool::default()), |_, _| {});
    /// let layer = layer.only(|head| head.uri.host() == Some("generativelanguage.googleapis.com"));
    /// ```
    #[must_use]
    pub fn only(mut self, only: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        self.only = Some(Arc::new(only));
        self
    }

    /// The same on `clock`: who shares a pool must share its clock.
    #[must_use]
    pub const fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The same with `seed` for the choice among equals: equal seeds and equal calls in order choose alike. Default:
    /// drawn once.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The clock whose ticks the pool sees.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }
}

impl fmt::Debug for PoolLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolLayer")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for PoolLayer {
    type Service = PoolService<S>;

    fn layer(&self, inner: S) -> PoolService<S> {
        PoolService {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of a [`PoolLayer`].
///
/// Always ready: an endpoint is chosen with the request at hand, and only then a clone of the service below is asked
/// whether it is ready, so that a request that finds no endpoint holds nothing further in.
#[derive(Clone, Debug)]
pub struct PoolService<S> {
    inner: S,
    layer: PoolLayer,
}

impl<S, B, A> Service<Request<B>> for PoolService<S>
where
    S: Service<Request<B>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError> + Send,
    B: Send + 'static,
    A: Body + Send + 'static,
{
    type Response = Response<Held<A>>;
    type Error = PoolError;
    type Future = BoxFuture<Result<Response<Held<A>>, PoolError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), PoolError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (inner, layer) = (self.inner.clone(), self.layer.clone());
        Box::pin(async move {
            let (head, body) = request.into_parts();
            if layer.only.as_ref().is_some_and(|only| !only(&head)) {
                return match attempt(inner, Request::from_parts(head, body)).await {
                    Ok(response) => Ok(response.map(Held::free)),
                    Err((error, phase)) => Err(PoolError::service(error.into(), phase)),
                };
            }
            layer.send(inner, head, body).await
        })
    }
}

impl PoolLayer {
    /// One attempt at an endpoint that is open.
    async fn send<S, B, A>(
        self,
        mut inner: S,
        mut head: Parts,
        body: B,
    ) -> Result<Response<Held<A>>, PoolError>
    where
        S: Service<Request<B>, Response = Response<A>>,
        S::Error: Into<BoxError>,
        A: Body,
    {
        let journey = head.extensions.get::<Journey>().cloned().unwrap_or_default();
        let mut flight = self.choose(journey)?;
        let chosen = flight.chosen();
        (self.put)(&mut head, &chosen);
        head.extensions.insert(chosen);
        head.extensions.insert(flight.departure());
        if let Err(error) = poll_fn(|cx| inner.poll_ready(cx)).await {
            return Err(flight.broken(error.into(), Phase::NotSent));
        }
        flight.depart();
        match inner.call(Request::from_parts(head, body)).await {
            Ok(response) => Ok(flight.answered(response)),
            Err(error) => Err(flight.broken(error.into(), Phase::Sent)),
        }
    }
}
