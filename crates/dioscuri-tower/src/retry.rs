//! Tries again in place, by a policy.

mod asked;
mod service;
mod steps;

use asked::Asked;
pub use service::RetryService;
pub(crate) use steps::Steps;

use crate::Causes;
use dioscuri_http::Clock;
use dioscuri_retry::{AttemptLog, RetryPolicy};
use http::request::Parts;
use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tower_layer::Layer;

/// How large a request body may be that is kept for further attempts, in bytes: 64 MiB. The Gemini API takes 20 MB
/// to 100 MB inline; what a caller holds in memory anyway is kept without a copy.
const MAX_BODY: usize = 64 << 20;

/// Tries again, on the spot, what a [`RetryPolicy`] says may be tried again.
///
/// The failure is the one that a [`ClassifyLayer`](crate::ClassifyLayer) below has put among the extensions of the
/// response, or an error of the service as it is read ([`RetryLayer::with_reading`]). The server's hint is a floor
/// under the wait, the deadline an end of it; a failed response is dropped before the wait. What is sent again is
/// the same body, byte by byte; one that is too large to be kept goes out once. Every answer has the
/// [`AttemptLog`] of its call among its extensions; an error is that of the last attempt, unchanged.
///
/// ```
/// use dioscuri_retry::Profile;
/// use dioscuri_tower::RetryLayer;
/// use std::{sync::Arc, time::Duration};
///
/// // One policy for all: a retry budget in it is shared.
/// let policy = Arc::new(Profile::Default.policy());
/// let layer = RetryLayer::new(policy)
///     .with_deadline(Duration::from_secs(120))
///     .with_log(|log| println!("{log}"));
/// ```
pub struct RetryLayer<R = Causes> {
    config: Config,
    reading: Arc<R>,
}

/// What is done before each attempt.
type Before = Arc<dyn Fn(u32, &mut Parts) + Send + Sync>;

/// What is done with the log at the end.
type OnEnd = Arc<dyn Fn(&AttemptLog) + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) policy: Arc<dyn RetryPolicy>,
    pub(crate) clock: Clock,
    pub(crate) deadline: Option<Duration>,
    pub(crate) is_anywhere: bool,
    max_body: usize,
    seed: u64,
    calls: Arc<AtomicU64>,
    before: Option<Before>,
    on_end: Option<OnEnd>,
}

impl Config {
    pub(crate) fn new(policy: Arc<dyn RetryPolicy>) -> Self {
        Self {
            policy,
            clock: Clock::start(),
            deadline: None,
            is_anywhere: false,
            max_body: MAX_BODY,
            // The only source of randomness in std: it is seeded by the operating system.
            seed: RandomState::new().hash_one(0_u8),
            calls: Arc::default(),
            before: None,
            on_end: None,
        }
    }

    pub(crate) const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A draw of its own for every call: clones share the count, so that no two calls wait alike.
    pub(crate) fn rng(&self) -> dioscuri_vocab::SplitMix64 {
        dioscuri_vocab::SplitMix64::split(self.seed, self.calls.fetch_add(1, Ordering::Relaxed))
    }
}

impl RetryLayer {
    /// Tries again by `policy`, without a deadline; errors are read by their [`Causes`].
    #[must_use]
    pub fn new(policy: Arc<dyn RetryPolicy>) -> Self {
        Self {
            config: Config::new(policy),
            reading: Arc::new(Causes),
        }
    }
}

impl<R> RetryLayer<R> {
    /// The same, with errors of the service read by `reading`: [`boxed_failure`](crate::boxed_failure) for boxed ones,
    /// or a closure that knows more of them.
    ///
    /// ```
    /// use dioscuri_http::connection_failure;
    /// use dioscuri_tower::{RetryLayer, vocab::Phase};
    /// use hyper_util::client::legacy::Error;
    /// # use std::sync::Arc;
    /// # let policy = Arc::new(dioscuri_retry::Profile::Default.policy());
    ///
    /// // hyper's client knows of every connection that never stood, not only of refused ones.
    /// let layer = RetryLayer::new(policy).with_reading(|error: &Error, phase| {
    ///     connection_failure(error, if error.is_connect() { Phase::NotSent } else { phase })
    /// });
    /// ```
    #[must_use]
    pub fn with_reading<E>(self, reading: E) -> RetryLayer<E> {
        RetryLayer {
            config: self.config,
            reading: Arc::new(reading),
        }
    }

    /// The same, where each call is to end within `deadline`, unless its request has a [`Deadline`](crate::Deadline)
    /// of its own. Of two such layers over one another the earlier end counts.
    ///
    /// Nothing is tried again at or after it. An attempt under way is not cut: how long one may take is for a timeout
    /// below.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.config.deadline = Some(deadline);
        self
    }

    /// The same, where request bodies of up to `bytes` are kept for further attempts. Default: 64 MiB.
    ///
    /// A body is read whole before the first attempt, up to this size; a larger one goes out once, as it comes.
    #[must_use]
    pub const fn with_max_body(mut self, bytes: usize) -> Self {
        self.config.max_body = bytes;
        self
    }

    /// The same, where each attempt goes to another place or with another key, as [`RetryLayer::with_before`] or a layer
    /// below sees to: what would have to wait or end here is tried there at once. A [`PoolLayer`](crate::PoolLayer) below
    /// says itself what it has.
    #[must_use]
    pub const fn anywhere(mut self) -> Self {
        self.config.is_anywhere = true;
        self
    }

    /// The same, where `before` changes the request of each attempt, counted from 1: another authority, another key.
    /// If it does go elsewhere each time, say so by [`RetryLayer::anywhere`].
    ///
    /// It is given the caller's request each time, not that of the attempt before. Whoever sets a credential must
    /// replace the caller's: one that carries two is refused.
    #[must_use]
    pub fn with_before(mut self, before: impl Fn(u32, &mut Parts) + Send + Sync + 'static) -> Self {
        self.config.before = Some(Arc::new(before));
        self
    }

    /// The same, where `log` is told of every call at its end, of those that end in an error too. Of a call that is
    /// dropped nobody hears.
    #[must_use]
    pub fn with_log(mut self, log: impl Fn(&AttemptLog) + Send + Sync + 'static) -> Self {
        self.config.on_end = Some(Arc::new(log));
        self
    }

    /// The same with `seed` for the jitter: equal seeds and equal calls give equal waits. Default: drawn once.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.config = self.config.with_seed(seed);
        self
    }
}

// By hand: what reads errors is shared and need not be `Clone`.
impl<R> Clone for RetryLayer<R> {
    fn clone(&self) -> Self {
        Self {
            config: self.config.clone(),
            reading: Arc::clone(&self.reading),
        }
    }
}

impl<R> fmt::Debug for RetryLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryLayer")
            .field("deadline", &self.config.deadline)
            .field("max_body", &self.config.max_body)
            .finish_non_exhaustive()
    }
}

impl<S, R> Layer<S> for RetryLayer<R> {
    type Service = RetryService<S, R>;

    fn layer(&self, inner: S) -> RetryService<S, R> {
        RetryService::new(inner, self.config.clone(), Arc::clone(&self.reading))
    }
}
