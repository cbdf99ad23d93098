//! The policy for tower's own `Retry`.

use crate::{
    Causes, ReadError,
    journey::Journey,
    reading::{Read, is_final},
    retry::{Config, Steps},
};
use dioscuri_http::{Deadline, Until};
use dioscuri_retry::RetryPolicy;
use dioscuri_vocab::{Failure, Phase, Tick};
use http::{Request, Response};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Sleep, sleep_until};
use tower::retry::Policy;

/// A [`RetryPolicy`] as a policy of [`tower::retry::Retry`], for a stack that has it already.
///
/// It needs a [`ClassifyLayer`](crate::ClassifyLayer) below: tower's `Retry` decides on the head, and what a refusal
/// means stands in the body. Request bodies must be `Clone`. A deadline of the request's own is a
/// [`Deadline`](crate::Deadline) among its extensions. Every answer has its [`AttemptLog`](dioscuri_retry::AttemptLog)
/// among its extensions.
///
/// ```
/// use dioscuri_retry::Profile;
/// use dioscuri_tower::TowerPolicy;
/// use std::sync::Arc;
/// use tower::retry::RetryLayer;
///
/// let layer = RetryLayer::new(TowerPolicy::new(Arc::new(Profile::Default.policy())));
/// ```
pub struct TowerPolicy<R = Causes> {
    config: Config,
    reading: Arc<R>,
    /// When this clone was made: tower makes one for each call, at its beginning.
    begun: Tick,
    steps: Option<Steps>,
}

impl TowerPolicy {
    /// Tries again by `policy`; errors are read by their [`Causes`].
    #[must_use]
    pub fn new(policy: Arc<dyn RetryPolicy>) -> Self {
        let config = Config::new(policy);
        Self {
            begun: config.clock.now().tick,
            config,
            reading: Arc::new(Causes),
            steps: None,
        }
    }
}

impl<R> TowerPolicy<R> {
    /// The same, with errors of the service read by `reading`, as [`RetryLayer`](crate::RetryLayer::with_reading) does.
    #[must_use]
    pub fn with_reading<E>(self, reading: E) -> TowerPolicy<E> {
        TowerPolicy {
            config: self.config,
            reading: Arc::new(reading),
            begun: self.begun,
            steps: None,
        }
    }

    /// The same, where nothing is tried again at or after `deadline`, counted from the beginning of each call.
    ///
    /// The first attempt does not know of it: tower's `Retry` lets nobody change its request. Where a
    /// [`RateBudgetLayer`](crate::RateBudgetLayer) below has a line, put a [`Deadline`](crate::Deadline) among the
    /// extensions of the request: that bounds the wait there too.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.config.deadline = Some(deadline);
        self
    }

    /// The same, where each attempt goes to another place or with another key: a layer below it sees to that, other
    /// than [`PoolLayer`](crate::PoolLayer), which says so itself.
    #[must_use]
    pub const fn anywhere(mut self) -> Self {
        self.config.is_anywhere = true;
        self
    }

    /// The same with `seed` for the jitter. Default: drawn once.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.config = self.config.with_seed(seed);
        self
    }
}

/// A clone is a new call: it shares the policy, and has no attempts of its own yet.
impl<R> Clone for TowerPolicy<R> {
    fn clone(&self) -> Self {
        Self {
            config: self.config.clone(),
            reading: Arc::clone(&self.reading),
            begun: self.config.clock.now().tick,
            steps: None,
        }
    }
}

impl<R> fmt::Debug for TowerPolicy<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerPolicy").finish_non_exhaustive()
    }
}

impl<R, B, A, E> Policy<Request<B>, Response<A>, E> for TowerPolicy<R>
where
    R: ReadError<E>,
    E: 'static,
    B: Clone,
{
    type Future = Wait;

    fn retry(&mut self, request: &mut Request<B>, result: &mut Result<Response<A>, E>) -> Option<Wait> {
        let Self {
            config,
            reading,
            begun,
            steps,
        } = self;
        let steps = steps.get_or_insert_with(|| begin(config, *begun, request));
        let policy = &*config.policy;
        let read = match &*result {
            Ok(response) => {
                let Some(failure) = response.extensions().get::<Failure>() else {
                    if response.status().is_success() {
                        steps.on_success(policy);
                    } else {
                        steps.on_end();
                    }
                    log(steps, result);
                    return None;
                };
                steps.note_pool(response.extensions());
                Read {
                    failure: failure.clone(),
                    phase: Phase::Answered,
                    is_final: is_final(response.extensions()),
                }
            }
            // tower asks for readiness before the call and hands its failure on without asking anybody.
            Err(error) => Read::of(&**reading, error, Phase::Sent),
        };
        let next = if read.is_final {
            steps.on_last_failure(policy, &read.failure, read.phase);
            None
        } else {
            steps.on_failure(policy, &read.failure, read.phase)
        };
        let Some(at) = next else {
            log(steps, result);
            return None;
        };
        steps.attempt(at);
        Some(Wait(Box::pin(sleep_until(config.clock.instant(at)))))
    }

    fn clone_request(&mut self, request: &Request<B>) -> Option<Request<B>> {
        Some(request.clone())
    }
}

/// The call of `request`, which began at `begun`.
fn begin<B>(config: &Config, begun: Tick, request: &mut Request<B>) -> Steps {
    let journey = Journey::default();
    let extensions = request.extensions_mut();
    extensions.insert(journey.clone());
    let own = extensions.get::<Deadline>().map(|own| own.0).or(config.deadline);
    let outer = extensions.get::<Until>().map(|until| config.clock.tick(until.0));
    let own = own.map(|after| begun.after(after));
    let deadline = own.into_iter().chain(outer).min();
    if let Some(deadline) = deadline {
        extensions.insert(Until(config.clock.instant(deadline)));
    }
    let mut steps = Steps::begin(config, begun, deadline, journey);
    steps.attempt(begun);
    steps
}

fn log<A, E>(steps: &Steps, result: &mut Result<Response<A>, E>) {
    if let Ok(response) = result {
        response.extensions_mut().insert(steps.log().clone());
    }
}

/// The wait before the next attempt, on tokio's clock.
#[must_use = "a wait that nobody awaits takes no time"]
#[derive(Debug)]
pub struct Wait(Pin<Box<Sleep>>);

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}
