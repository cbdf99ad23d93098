//! Chooses an endpoint for each attempt.

mod choice;
mod error;
mod flight;

pub use error::PoolError;

use crate::{
    Held,
    attempt::{BoxError, BoxFuture},
    journey::Journey,
};
use dioscuri_http::Clock;
use dioscuri_pool::Pool;
use dioscuri_vocab::{CredentialId, EndpointId};
use http::{Request, Response, request::Parts};
use http_body::Body;
use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
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
/// });
/// # Ok::<(), dioscuri_pool::InvalidSpec>(())
/// ```
#[derive(Clone)]
pub struct PoolLayer {
    pool: Arc<dyn Pool>,
    put: Put,
    clock: Clock,
    seed: u64,
}

/// Puts a choice into a request.
type Put = Arc<dyn Fn(&mut Parts, &Chosen) + Send + Sync>;

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
    /// It must replace whatever the caller has put there for one place only: the credential, and a `host` header of his
    /// own where it changes the authority.
    pub fn new(pool: Arc<dyn Pool>, put: impl Fn(&mut Parts, &Chosen) + Send + Sync + 'static) -> Self {
        Self {
            pool,
            put: Arc::new(put),
            clock: Clock::start(),
            // The only source of randomness in std: it is seeded by the operating system.
            seed: RandomState::new().hash_one(0_u8),
        }
    }

    /// The same on `clock`: who shares a pool must share its clock.
    #[must_use]
    pub const fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The same with `seed` for the choice among equals. Default: drawn once.
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

/// The service of a [`PoolLayer`]. As ready as the one below it; the choice is made with the request at hand.
#[derive(Clone, Debug)]
pub struct PoolService<S> {
    inner: S,
    layer: PoolLayer,
}

impl<S, B, A> Service<Request<B>> for PoolService<S>
where
    S: Service<Request<B>, Response = Response<A>>,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    A: Body + Send + 'static,
{
    type Response = Response<Held<A>>;
    type Error = PoolError;
    type Future = BoxFuture<Result<Response<Held<A>>, PoolError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), PoolError>> {
        self.inner
            .poll_ready(cx)
            .map_err(|error| PoolError::service(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let journey = head.extensions.get::<Journey>().cloned().unwrap_or_default();
        let flight = match self.layer.choose(journey) {
            Ok(flight) => flight,
            Err(closed) => return Box::pin(std::future::ready(Err(closed))),
        };
        let chosen = flight.chosen();
        (self.layer.put)(&mut head, &chosen);
        head.extensions.insert(chosen);
        let answer = self.inner.call(Request::from_parts(head, body));
        Box::pin(async move {
            match answer.await {
                Ok(response) => Ok(flight.answered(response)),
                Err(error) => Err(flight.broken(error.into())),
            }
        })
    }
}
