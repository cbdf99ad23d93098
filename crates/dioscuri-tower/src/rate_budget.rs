//! Holds requests back until their quotas have room.

mod claim;
mod error;
mod turn;
#[cfg(feature = "errors")]
mod usage;

pub use claim::Claim;
pub use error::BudgetError;

use crate::{
    Held,
    attempt::{BoxError, BoxFuture, attempt},
    departure::Departure,
    reading::failure_by_causes,
};
use dioscuri_budget::{Turnstile, Wish};
use dioscuri_http::{Clock, Deadline};
use dioscuri_vocab::{Cost, Failure, Phase};
use http::{Request, Response, request, response};
use http_body::Body;
use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;
use turn::Underway;

/// Holds each request back until its quotas have room for it, and settles with them when its body has ended.
///
/// Which endpoint a request counts against, and what it is likely to cost, says a closure, from its head and the size
/// of its body; of what it has no [`Claim`] for, it knows nothing and lets it pass.
///
/// ```
/// use dioscuri_budget::{Budget, Limit, Turnstile};
/// use dioscuri_tower::{Claim, RateBudgetLayer, vocab::EndpointId};
/// use std::sync::Arc;
///
/// let budget = Arc::new(Budget::default());
/// budget.attach(EndpointId(0), &[Limit::rpm(10), Limit::tpm(250_000)]);
///
/// let layer = RateBudgetLayer::new(Turnstile::new(budget), |head, size| {
///     head.uri.path().ends_with(":generateContent").then(|| Claim::estimated(EndpointId(0), size))
/// });
/// ```
#[derive(Clone)]
pub struct RateBudgetLayer {
    turnstile: Turnstile,
    claim: ClaimOf,
    usage: Option<UsageOf>,
}

/// What a request claims, by its head and the size of its body in bytes.
type ClaimOf = Arc<dyn Fn(&request::Parts, u64) -> Option<Claim> + Send + Sync>;

/// What an answer has cost, by its head and the end of its body.
type UsageOf = Arc<dyn Fn(&response::Parts, &[u8]) -> Option<Cost> + Send + Sync>;

impl RateBudgetLayer {
    /// Requests wait at `turnstile` for what `claim` says they cost: of their head and of the size of their body, in
    /// bytes (a lower bound, where it is not known).
    pub fn new(
        turnstile: Turnstile,
        claim: impl Fn(&request::Parts, u64) -> Option<Claim> + Send + Sync + 'static,
    ) -> Self {
        Self {
            turnstile,
            claim: Arc::new(claim),
            usage: None,
        }
    }

    /// The same, where `usage` reads from the last 64 KiB of an answer what it has cost. Without it, or where it finds
    /// nothing, the estimate stands.
    #[must_use]
    pub fn with_usage(
        mut self,
        usage: impl Fn(&response::Parts, &[u8]) -> Option<Cost> + Send + Sync + 'static,
    ) -> Self {
        self.usage = Some(Arc::new(usage));
        self
    }

    /// Where its requests wait.
    #[must_use]
    pub const fn turnstile(&self) -> &Turnstile {
        &self.turnstile
    }

    fn wish(&self, claim: &Claim, until: Option<Instant>) -> Wish {
        let wish = Wish::new()
            .with_priority(claim.priority)
            .with_tenant(claim.tenant);
        match until {
            Some(until) => {
                let left = until.saturating_duration_since(Instant::now());
                wish.with_deadline(self.turnstile.now().tick.after(left))
            }
            None => wish,
        }
    }
}

impl fmt::Debug for RateBudgetLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateBudgetLayer")
            .field("turnstile", &self.turnstile)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for RateBudgetLayer {
    type Service = RateBudgetService<S>;

    fn layer(&self, inner: S) -> RateBudgetService<S> {
        RateBudgetService {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of a [`RateBudgetLayer`].
///
/// Always ready: nothing is reserved before the request is known. Only when a request has its permit, a clone of the
/// service below is asked whether it is ready, so that nobody who waits for a quota holds a place further in.
#[derive(Clone, Debug)]
pub struct RateBudgetService<S> {
    inner: S,
    layer: RateBudgetLayer,
}

impl<S, B, A> Service<Request<B>> for RateBudgetService<S>
where
    S: Service<Request<B>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError> + Send,
    B: Body + Send + 'static,
    A: Body + Send + 'static,
{
    type Response = Response<Held<A>>;
    type Error = BudgetError;
    type Future = BoxFuture<Result<Response<Held<A>>, BudgetError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BudgetError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (inner, layer) = (self.inner.clone(), self.layer.clone());
        let (head, body) = request.into_parts();
        let claim = (layer.claim)(&head, body.size_hint().lower());
        let until = Deadline::of(&head.extensions, None);
        let request = Request::from_parts(head, body);
        Box::pin(async move {
            match claim {
                Some(claim) => layer.carry(inner, request, claim, until).await,
                None => match attempt(inner, request).await {
                    Ok(response) => Ok(response.map(Held::free)),
                    Err((error, phase)) => Err(BudgetError::service(error.into(), phase)),
                },
            }
        })
    }
}

impl RateBudgetLayer {
    async fn carry<S, B, A>(
        self,
        mut inner: S,
        request: Request<B>,
        claim: Claim,
        until: Option<Instant>,
    ) -> Result<Response<Held<A>>, BudgetError>
    where
        S: Service<Request<B>, Response = Response<A>>,
        S::Error: Into<BoxError>,
        A: Body,
    {
        let wish = self.wish(&claim, until);
        let asked = self.turnstile.acquire_as(claim.endpoint, &claim.cost, wish);
        let turn = asked.await.map_err(BudgetError::turn)?;
        // Until it is ready nothing has been sent: the permit gives itself back.
        std::future::poll_fn(|cx| inner.poll_ready(cx))
            .await
            .map_err(|error| BudgetError::service(error.into(), Phase::NotSent))?;
        if let Some(departure) = request.extensions().get::<Departure>() {
            departure.mark(Clock::start().now().tick);
        }
        let underway = Underway::sent(turn, claim.cost);
        match inner.call(request).await {
            Ok(response) => Ok(self.held(response, underway)),
            Err(error) => {
                let error = error.into();
                let (failure, _) = failure_by_causes(&*error, Phase::Sent);
                underway.fail(failure);
                Err(BudgetError::service(error, Phase::Sent))
            }
        }
    }

    /// A refusal teaches at once; a success holds its permit until its body has ended.
    fn held<A: Body>(self, response: Response<A>, underway: Underway) -> Response<Held<A>> {
        if let Some(failure) = response.extensions().get::<Failure>() {
            underway.fail(failure.clone());
            return response.map(Held::free);
        }
        if !response.status().is_success() {
            // Nobody has called it a failure, and a success it is not: it stays charged, and teaches nothing.
            return response.map(Held::free);
        }
        let (head, body) = response.into_parts();
        let underway = match self.usage {
            Some(usage) => underway.with_usage(usage, head.clone()),
            None => underway,
        };
        Response::from_parts(head, Held::tracked(body, underway))
    }
}
