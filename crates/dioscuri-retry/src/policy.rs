//! The one trait of this crate: a failure in, a verdict out.

use dioscuri_vocab::{Failure, Phase, Rng, Tick};
use std::time::Duration;

/// What a policy knows of the call whose attempt has just failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Context {
    /// Attempts so far, this one included, from 1. Refusals by quota and failures before anything was
    /// sent are not attempts: they cost the server nothing.
    pub attempt: u32,
    /// Attempts so far on the endpoint that has just failed, from 1, counted alike.
    pub attempt_here: u32,
    /// Every try so far, refusals and unsent ones included, from 1.
    pub tries: u32,
    /// How far the failed attempt had come.
    pub phase: Phase,
    /// When the call began.
    pub started: Tick,
    /// The tick by which the call must have ended.
    pub deadline: Option<Tick>,
    /// The backoff before the failed attempt; zero before the first.
    pub previous_backoff: Duration,
}

impl Context {
    /// The first attempt of a call that began at `started`, failed after it was sent.
    #[must_use]
    pub const fn new(started: Tick) -> Self {
        Self {
            attempt: 1,
            attempt_here: 1,
            tries: 1,
            phase: Phase::Answered,
            started,
            deadline: None,
            previous_backoff: Duration::ZERO,
        }
    }

    /// The same call at attempt `attempt`, all of them on one endpoint.
    #[must_use]
    pub const fn at_attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self.attempt_here = attempt;
        self.tries = attempt;
        self
    }

    /// The same call, to end by `deadline`.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Tick) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

/// Which limit a call ran into while it might still have succeeded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Limit {
    /// The number of attempts.
    Attempts,
    /// The deadline of the call.
    Deadline,
    /// The retry budget that all calls share.
    RetryBudget,
}

impl Limit {
    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Deadline => "deadline",
            Self::RetryBudget => "retry_budget",
        }
    }
}

/// What follows a failure. An order: nothing has happened yet.
#[must_use = "a verdict does nothing until the engine obeys it"]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the engine must handle every order")]
pub enum Verdict {
    /// Try again, there and then.
    Retry(Retry),
    /// Trying again cannot help.
    Permanent,
    /// Trying again might help, but the call is out of attempts, time or retry budget.
    Exhausted(Limit),
}

impl Verdict {
    /// Try again anywhere, not before `at`.
    pub const fn retry_at(at: Tick) -> Self {
        Self::Retry(Retry::nowhere().here(at).elsewhere(at))
    }
}

/// Where and when a call may try again: not before the tick of each place; `None` closes that place to it.
///
/// ```
/// use dioscuri_retry::Retry;
/// use dioscuri_vocab::Tick;
///
/// // Not here, on another endpoint at once, on the next model a second later.
/// let retry = Retry::nowhere().elsewhere(Tick(0)).fallback(Tick(1_000_000_000));
/// assert_eq!(retry.here, None);
/// assert_eq!(retry.soonest(), Some(Tick(0)));
/// ```
#[must_use = "it does nothing outside of a verdict"]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Retry {
    /// On the endpoint that has just failed.
    pub here: Option<Tick>,
    /// On another endpoint of the same link of the model chain.
    pub elsewhere: Option<Tick>,
    /// On a later link of the model chain.
    pub fallback: Option<Tick>,
}

impl Retry {
    /// Nowhere. As a verdict it leaves a call only what was opened to it before.
    pub const fn nowhere() -> Self {
        Self {
            here: None,
            elsewhere: None,
            fallback: None,
        }
    }

    /// The same, and on the endpoint that has just failed from `at`.
    pub const fn here(mut self, at: Tick) -> Self {
        self.here = Some(at);
        self
    }

    /// The same, and on other endpoints of the link from `at`.
    pub const fn elsewhere(mut self, at: Tick) -> Self {
        self.elsewhere = Some(at);
        self
    }

    /// The same, and on later links from `at`.
    pub const fn fallback(mut self, at: Tick) -> Self {
        self.fallback = Some(at);
        self
    }

    /// The soonest tick of any place.
    #[must_use]
    pub fn soonest(&self) -> Option<Tick> {
        [self.here, self.elsewhere, self.fallback]
            .into_iter()
            .flatten()
            .min()
    }
}

/// Decides what follows the failure of an attempt.
///
/// Pure: no clock, no randomness but `rng`, no waiting. A closure is a policy:
///
/// ```
/// use dioscuri_retry::{Context, RetryPolicy, Verdict};
/// use dioscuri_vocab::{Failure, Rng, Tick};
///
/// let never = |_: &Context, _: &Failure, _: Tick, _: &mut dyn Rng| Verdict::Permanent;
/// fn takes_a_policy(_: &dyn RetryPolicy) {}
/// takes_a_policy(&never);
/// ```
pub trait RetryPolicy: Send + Sync {
    /// Decides what follows `failure`, which ended attempt `cx.attempt` at `now`.
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict;

    /// An attempt succeeded at `now`: a retry budget takes its deposit here.
    fn on_success(&self, _cx: &Context, _now: Tick) {}
}

impl<F> RetryPolicy for F
where
    F: Fn(&Context, &Failure, Tick, &mut dyn Rng) -> Verdict + Send + Sync,
{
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
        self(cx, failure, now, rng)
    }
}

impl<P: RetryPolicy + ?Sized> RetryPolicy for std::sync::Arc<P> {
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
        (**self).on_failure(cx, failure, now, rng)
    }

    fn on_success(&self, cx: &Context, now: Tick) {
        (**self).on_success(cx, now);
    }
}
