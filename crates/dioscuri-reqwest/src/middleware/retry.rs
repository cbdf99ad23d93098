//! The second depth: tries again where the request went, as a policy says.

use super::{
    AttemptTimeout,
    filter::Filter,
    look::{Found, Look, lent},
    never, terms_deadline,
};
use crate::reader::with_url;
use dioscuri_errors::Classify;
use dioscuri_http::{Bounds, Clock, Deadline, ModelCall, Until, gate};
use dioscuri_retry::{AttemptLog, Attempts, Next as Order, RetryPolicy};
use dioscuri_vocab::{Class, Failure, Phase, SplitMix64, Tick};
use http::Extensions;
use reqwest::{Body, Request, Response, Url};
use reqwest_middleware::{Middleware, Next, Result};
use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep_until, timeout_at};

/// Tries a failed request again, when and as often as a [`RetryPolicy`] says.
///
/// It reads failures itself: no other middleware is needed. The server's hint is a floor under every wait; what cannot
/// succeed is not tried again; a wait beyond the deadline is not begun. The last response or error is handed on as it
/// came: an error is still reqwest's own, and `is_timeout()` says what it said; only credentials in its URL are gone. The [`AttemptLog`] of the call stands in
/// the extensions of the response and of the call.
///
/// ```
/// use dioscuri_reqwest::RetryMiddleware;
/// use dioscuri_retry::{AttemptLog, OnEmpty, Profile, RetryBudget, RetryPolicyExt as _};
/// use dioscuri_sim::{Scenario, Server};
/// use std::{sync::Arc, time::Duration};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let scenario = r#"
/// # [[model]]
/// # name = "gemini-3.8-flash"
/// # [[project]]
/// # id = "castor"
/// # surface = "developer"
/// # key = [{ secret = "AQ.castor" }]
/// # [[incident]]
/// # what = "internal"
/// # count = 2
/// # "#;
/// # let server = Server::start(Scenario::parse(scenario)?).await?; // stands for generativelanguage.googleapis.com
/// # let google = server.url();
/// let budget = Arc::new(RetryBudget::new()); // one for the whole program
/// let policy = Profile::Default.policy().within_budget(budget, OnEmpty::Postpone);
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(RetryMiddleware::new(policy).with_deadline(Duration::from_secs(60)))
///     .build();
///
/// let response = client
///     .post(format!("{google}/v1beta/models/gemini-3.8-flash:generateContent"))
///     .header("x-goog-api-key", "AQ.castor")
///     .body(r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#)
///     .send()
///     .await?;
///
/// assert_eq!(response.status(), 200);
/// let log = response.extensions().get::<AttemptLog>().expect("every response has one");
/// assert_eq!(log.tried().len(), 3); // "500 internal; after 0.1 s 500 internal; after 0.1 s answered"
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What goes out once?
///
/// A body that cannot be cloned, as a stream. That is no error: its first response is the answer.
///
/// And whatever is not the Gemini API's, which passes untouched: a client is often shared, and to ask others twice may
/// cost twice. Taken are calls of a model (`…/models/MODEL:VERB`, at any host), and whatever else goes to the hosts of the
/// Gemini API and of Vertex. [`with_filter`](Self::with_filter) takes others.
///
/// # Which timeout is whose?
///
/// [`with_attempt_timeout`](Self::with_attempt_timeout) bounds one attempt until its head is there, and
/// [`with_deadline`](Self::with_deadline) the call until then. The body of a refusal is read within the deadline, however
/// slow it comes; the refusal stays one and its hint holds. Neither cuts a body that is being read. reqwest's own
/// `timeout` holds for each attempt anew and runs until the end of the body: leave it unset where answers are streams.
///
/// # Cancel safety
///
/// Dropping the call's future breaks the attempt off and waits no longer.
pub struct RetryMiddleware {
    policy: Arc<dyn RetryPolicy>,
    look: Look,
    clock: Clock,
    deadline: Option<Duration>,
    attempt_timeout: Option<Duration>,
    is_gated: bool,
    seed: u64,
    calls: AtomicU64,
}

impl RetryMiddleware {
    /// Tries again as `policy` says, without a deadline.
    pub fn new(policy: impl RetryPolicy + 'static) -> Self {
        Self {
            policy: Arc::new(policy),
            look: Look::default(),
            clock: Clock::start(),
            deadline: None,
            attempt_timeout: None,
            is_gated: false,
            // `RandomState` is the only source of randomness in std: it is seeded by the operating system.
            seed: RandomState::new().hash_one(0_u8),
            calls: AtomicU64::new(0),
        }
    }

    /// The same, each call to have its answer's head within `deadline`. A request's own [`Deadline`] beats it.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same, each attempt to have its answer's head within `limit`.
    #[must_use]
    pub fn with_attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = Some(limit);
        self
    }

    /// The same, which holds an answer of `streamGenerateContent` until its first content has come: an error before that,
    /// in the stream of an HTTP 200, is tried again like any other.
    ///
    /// Attempt timeout and deadline then run until that content. Default: a stream is handed on at its head, and what
    /// fails in it is the caller's to see.
    #[must_use]
    pub fn with_gate(mut self) -> Self {
        self.is_gated = true;
        self
    }

    /// The same, reading error bodies within `bounds`.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.look.bounds = bounds;
        self
    }

    /// The same, reading failures by `classify`.
    #[must_use]
    pub fn with_classifier(mut self, classify: impl Classify + 'static) -> Self {
        self.look.classify = Arc::new(classify);
        self
    }

    /// The same, trying again the requests that `takes` says, and no others.
    #[must_use]
    pub fn with_filter(mut self, takes: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        self.look.filter = Filter::new(takes);
        self
    }

    /// The same with this seed of its jitter, for tests: equal seeds give equal draws.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    fn now(&self) -> Tick {
        self.clock.now().tick
    }

    /// One attempt, and what came of it.
    async fn attempt(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
        deadline: Option<Instant>,
    ) -> (Result<Response>, Found) {
        let begun = Instant::now();
        // What no clock can hold is no limit.
        let own = self.attempt_timeout.and_then(|limit| begun.checked_add(limit));
        let until = own.into_iter().chain(deadline).min();
        let url = request.url().clone();
        let is_held = self.is_gated && is_stream(&url);
        let has_head = AtomicBool::new(false);
        // Whoever reads a refusal further in has to be done before this attempt's time ends.
        let outer = extensions.get::<Until>().copied();
        if let Some(until) = until {
            extensions.insert(Until(until));
        }
        let sending = async {
            let response = next.run(request, extensions).await?;
            has_head.store(true, Ordering::Relaxed);
            Ok(if is_held {
                self.gated(response).await
            } else {
                response
            })
        };
        let result = match until {
            None => sending.await,
            Some(until) => timeout_at(until, sending).await.unwrap_or_else(|_| {
                let limit = until.saturating_duration_since(begun);
                let phase = if has_head.load(Ordering::Relaxed) {
                    Phase::Answered
                } else {
                    Phase::Sent
                };
                Err(AttemptTimeout { limit, phase }.into_error(&url))
            }),
        };
        match outer {
            Some(outer) => extensions.insert(outer),
            None => extensions.remove::<Until>(),
        };
        // The head is there: what is still to be read of a refusal only the deadline bounds.
        let until = deadline.into_iter().chain(lent(extensions)).min();
        self.look.at(result, extensions, until).await
    }

    /// The same response, at its first content if it is a success.
    async fn gated(&self, response: Response) -> Response {
        if !response.status().is_success() {
            return response;
        }
        let url = response.url().clone();
        let (bounds, classify) = (self.look.bounds, Arc::clone(&self.look.classify));
        let gated = gate(response.into(), bounds, classify, self.clock).await;
        with_url(gated.map(Body::wrap), url)
    }
}

/// Whether `url` asks for an answer in pieces, and in a form that can be read.
fn is_stream(url: &Url) -> bool {
    let call = url.as_str().parse().ok().and_then(|uri| ModelCall::of(&uri));
    call.is_some_and(|call| call.is_stream() && call.is_readable())
}

#[async_trait::async_trait]
impl Middleware for RetryMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !self.look.filter.takes(&request) {
            return next.run(request, extensions).await;
        }
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let mut rng = SplitMix64::split(self.seed, call);
        let started = self.now();
        let usual = terms_deadline(extensions).or(self.deadline);
        let deadline = Deadline::of(extensions, usual);
        let mut attempts = Attempts::new(started);
        if let Some(deadline) = deadline {
            attempts = attempts.with_deadline(self.clock.tick(deadline));
        }

        let (mut request, mut begun) = (request, started);
        let result = loop {
            let again = request.try_clone();
            attempts.begin(begun);
            let (result, found) = self.attempt(request, extensions, next.clone(), deadline).await;
            let (failure, phase, may_again) = match found {
                Found::Answer => {
                    match &result {
                        Ok(response) if response.status().is_success() => {
                            attempts.on_success(&self.policy, self.now());
                        }
                        // What the classifier calls none of ours pays for no retry.
                        _ => attempts.on_end(self.now()),
                    }
                    break result;
                }
                Found::Failure(failure, phase) => (failure, phase, again.is_some()),
                Found::Foreign => (Failure::new(Class::Unknown), Phase::Sent, false),
            };
            // No retry budget pays for a retry that cannot be.
            let policy: &dyn RetryPolicy = if may_again { &self.policy } else { &never };
            let order = attempts.on_failure(policy, &failure, phase, self.now(), &mut rng);
            match (order, again) {
                (Order::Again(at), Some(again)) => {
                    // What is held through the wait pins a connection, or a stream of one.
                    drop(result);
                    sleep_until(self.clock.instant(at)).await;
                    (request, begun) = (again, self.now());
                }
                _ => break result,
            }
        };
        logged(result, attempts.into_log(), extensions)
    }
}

fn logged(result: Result<Response>, log: AttemptLog, extensions: &mut Extensions) -> Result<Response> {
    extensions.insert(log.clone());
    let mut response = result?;
    response.extensions_mut().insert(log);
    Ok(response)
}

impl fmt::Debug for RetryMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryMiddleware")
            .field("look", &self.look)
            .field("deadline", &self.deadline)
            .field("attempt_timeout", &self.attempt_timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_streams_that_can_be_read_are_held() {
        for (url, held) in [
            ("http://h/v1beta/models/m:streamGenerateContent", true),
            (
                "http://h/v1beta/models/m%3AstreamGenerateContent?alt=sse&key=k",
                true,
            ),
            ("http://h/v1beta/models/m:streamGenerateContent?alt=proto", false),
            (
                "http://h/v1beta/models/m:streamGenerateContent?$fields=candidates",
                false,
            ),
            ("http://h/v1beta/models/m:generateContent", false),
        ] {
            assert_eq!(is_stream(&Url::parse(url).unwrap()), held, "{url}");
        }
    }
}
