//! The service that tries again.

use super::{Config, Steps};
use crate::{
    ReadError,
    attempt::{BoxFuture, attempt},
    journey::Journey,
    reading::{Read, is_final},
};
use dioscuri_http::{Deadline, Resend, Until, keep};
use dioscuri_vocab::{Failure, Phase, Tick};
use http::{Request, Response, request::Parts};
use http_body::Body;
use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::time::sleep_until;
use tower_service::Service;

/// The service of a [`RetryLayer`](super::RetryLayer).
///
/// Always ready: each attempt takes a clone of the service below and waits until that one is, inside of the call. A
/// readiness that fails is a failure like any other, of an attempt that was not sent.
pub struct RetryService<S, R> {
    inner: S,
    config: Config,
    reading: Arc<R>,
}

impl<S, R> RetryService<S, R> {
    pub(super) const fn new(inner: S, config: Config, reading: Arc<R>) -> Self {
        Self {
            inner,
            config,
            reading,
        }
    }
}

impl<S: Clone, R> Clone for RetryService<S, R> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.config.clone(), Arc::clone(&self.reading))
    }
}

impl<S: fmt::Debug, R> fmt::Debug for RetryService<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryService")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl<S, R, B, A> Service<Request<B>> for RetryService<S, R>
where
    S: Service<Request<Resend<B>>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    R: ReadError<S::Error> + 'static,
    B: Body + Send + 'static,
    B::Error: Send,
    A: Send + 'static,
{
    type Response = Response<A>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<A>, S::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let call = Call::begin(self.inner.clone(), self.config.clone(), Arc::clone(&self.reading));
        Box::pin(call.carry(request))
    }
}

/// One call, on its way.
struct Call<S, R> {
    inner: S,
    config: Config,
    reading: Arc<R>,
}

impl<S, R> Call<S, R> {
    const fn begin(inner: S, config: Config, reading: Arc<R>) -> Self {
        Self {
            inner,
            config,
            reading,
        }
    }

    async fn carry<B, A>(self, request: Request<B>) -> Result<Response<A>, S::Error>
    where
        S: Service<Request<Resend<B>>, Response = Response<A>> + Clone,
        S::Error: 'static,
        R: ReadError<S::Error>,
        B: Body,
    {
        let (mut head, body) = request.into_parts();
        let until = Deadline::of(&head.extensions, self.config.deadline);
        let journey = Journey::default();
        head.extensions.insert(journey.clone());
        if let Some(until) = until {
            head.extensions.insert(Until(until));
        }
        let clock = self.config.clock;
        let deadline = until.map(|until| clock.tick(until));
        let mut body = keep(body, self.config.max_body).await;
        let mut now = clock.now().tick;
        let mut steps = Steps::begin(&self.config, now, deadline, journey);
        let mut number = 1_u32;
        loop {
            let kept = body.try_clone();
            let request = self.prepare(number, &head, body);
            steps.attempt(now);
            let result = attempt(self.inner.clone(), request).await;
            let next = self.judge(&mut steps, &result, kept.is_some());
            let (Some(at), Some(kept)) = (next, kept) else {
                return self.end(&steps, result);
            };
            // Its connection is free again before the wait.
            drop(result);
            sleep_until(clock.instant(at)).await;
            (body, number, now) = (kept, number.saturating_add(1), clock.now().tick);
        }
    }

    /// The request of one attempt: the caller's, as it is wanted this time.
    fn prepare<B: Body>(&self, number: u32, head: &Parts, body: Resend<B>) -> Request<Resend<B>> {
        let mut head = head.clone();
        if let Some(before) = &self.config.before {
            before(number, &mut head);
        }
        Request::from_parts(head, body)
    }

    /// When the next attempt is, if there is one.
    fn judge<A, E>(
        &self,
        steps: &mut Steps,
        result: &Result<Response<A>, (E, Phase)>,
        is_kept: bool,
    ) -> Option<Tick>
    where
        R: ReadError<E>,
        E: 'static,
    {
        let policy = &*self.config.policy;
        let read = match result {
            Ok(response) => {
                let Some(failure) = response.extensions().get::<Failure>() else {
                    // What nobody calls a failure is none; but only a success pays for retries.
                    if response.status().is_success() {
                        steps.on_success(policy);
                    } else {
                        steps.on_end();
                    }
                    return None;
                };
                Read {
                    failure: failure.clone(),
                    phase: Phase::Answered,
                    is_final: is_final(response.extensions()),
                }
            }
            Err((error, phase)) => Read::of(&*self.reading, error, *phase),
        };
        if is_kept && !read.is_final {
            return steps.on_failure(policy, &read.failure, read.phase);
        }
        steps.on_last_failure(policy, &read.failure, read.phase);
        None
    }

    fn end<A, E>(&self, steps: &Steps, result: Result<Response<A>, (E, Phase)>) -> Result<Response<A>, E> {
        if let Some(on_end) = &self.config.on_end {
            on_end(steps.log());
        }
        match result {
            Ok(mut response) => {
                response.extensions_mut().insert(steps.log().clone());
                Ok(response)
            }
            Err((error, _)) => Err(error),
        }
    }
}
