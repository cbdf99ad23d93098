//! The first depth: says what a failure is, and hands it on.

use super::{
    filter::Filter,
    look::{Found, Look, lent},
    never,
};
use dioscuri_errors::Classify;
use dioscuri_http::{Bounds, Clock};
use dioscuri_retry::Attempts;
use dioscuri_vocab::{Class, Failure, Phase, SplitMix64};
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use std::sync::Arc;

/// Puts the typed [`Failure`](dioscuri_vocab::Failure) among the extensions of a response that is none; the response is
/// otherwise the same.
///
/// It belongs innermost, so that whoever stands around it can read the failure: a retry above all. The failure stands in
/// the response's extensions and in those of the call, which also has that of an error without a response.
///
/// ```
/// use dioscuri_reqwest::ClassifyMiddleware;
/// use dioscuri_sim::{Scenario, Server};
/// use dioscuri_vocab::{Class, Failure};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let server = Server::start(Scenario::named("calm")?).await?; // stands for generativelanguage.googleapis.com
/// # let google = server.url();
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(ClassifyMiddleware::new())
///     .build();
/// let response = client
///     .post(format!("{google}/v1beta/models/gemini-3.8-flash:generateContent"))
///     .header("x-goog-api-key", "a revoked key")
///     .send()
///     .await?;
///
/// let failure = response.extensions().get::<Failure>();
/// assert_eq!(failure.map(|failure| failure.class), Some(Class::AuthInvalidKey));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What does it change?
///
/// A response with an error's status comes later by the time that its body takes, at most by [`Bounds::patience`]; within
/// a [`RetryMiddleware`](crate::RetryMiddleware) its attempt's time bounds that too. Of the URL in reqwest's errors
/// credentials are taken out (`key`, `access_token`, a password). All else passes as it is.
///
/// # Which requests?
///
/// Those that call a model (`…/models/MODEL:VERB`, at any host), and whatever else goes to the hosts of the Gemini API and
/// of Vertex. All others pass untouched: a client is often shared. [`with_filter`](Self::with_filter) takes others.
#[derive(Clone, Debug, Default)]
pub struct ClassifyMiddleware {
    look: Look,
    log: Option<Clock>,
}

impl ClassifyMiddleware {
    /// Reads failures by the taxonomy of the Gemini API, within the default [`Bounds`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    /// The same, looking at the requests that `takes` says, and at no others.
    #[must_use]
    pub fn with_filter(mut self, takes: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        self.look.filter = Filter::new(takes);
        self
    }

    /// The same, which also keeps an [`AttemptLog`](dioscuri_retry::AttemptLog) where somebody else's middleware
    /// retries around it. It stands beside the failure, on answers too.
    #[must_use]
    pub fn with_log(mut self) -> Self {
        self.log = Some(Clock::start());
        self
    }
}

/// The attempts of a call so far, in its extensions. All attempts share them.
#[derive(Clone)]
struct SoFar(Attempts);

impl SoFar {
    fn begin(extensions: &mut Extensions, clock: Clock) -> Attempts {
        let now = clock.now().tick;
        let so_far = extensions.remove::<Self>();
        let mut attempts = so_far.map_or_else(|| Attempts::new(now), |so_far| so_far.0);
        attempts.begin(now);
        attempts
    }

    fn end(
        mut attempts: Attempts,
        found: &Found,
        result: &mut Result<Response>,
        extensions: &mut Extensions,
        clock: Clock,
    ) {
        let now = clock.now().tick;
        let unknown = Failure::new(Class::Unknown);
        let failed = match found {
            Found::Answer => None,
            Found::Failure(failure, phase) => Some((failure, *phase)),
            Found::Foreign => Some((&unknown, Phase::Sent)),
        };
        // Whoever retries has a policy of its own: this one only counts.
        match failed {
            None => attempts.on_success(&never, now),
            Some((failure, phase)) => {
                let _ = attempts.on_failure(&never, failure, phase, now, &mut SplitMix64::new(0));
            }
        }
        let log = attempts.log().clone();
        if let Ok(response) = result {
            response.extensions_mut().insert(log.clone());
        }
        extensions.insert(log);
        extensions.insert(Self(attempts));
    }
}

#[async_trait::async_trait]
impl Middleware for ClassifyMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !self.look.filter.takes(&request) {
            return next.run(request, extensions).await;
        }
        let attempts = self.log.map(|clock| SoFar::begin(extensions, clock));
        let result = next.run(request, extensions).await;
        let until = lent(extensions);
        let (mut result, found) = self.look.at(result, extensions, until).await;
        if let (Some(attempts), Some(clock)) = (attempts, self.log) {
            SoFar::end(attempts, &found, &mut result, extensions, clock);
        }
        result
    }
}
