//! The one trait of this crate: a failure in, a verdict out.

use crate::Table;
use dioscuri_vocab::{Failure, Phase, Rng, Scope, Tick};
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
    /// The failed attempt was let through alone, to see whether a place that is closed to all has recovered. Probes
    /// are not among `attempt`, `attempt_here` and `tries`.
    pub probe: bool,
    /// A pool or a budget that all calls share remembers the failure and holds the place closed as long as it
    /// must: a backoff of the call's own need only spread the calls.
    pub remembered: bool,
    /// The call has no other endpoint, no other key and no other model: what a verdict opens there helps nobody.
    pub here_only: bool,
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
            probe: false,
            remembered: false,
            here_only: false,
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

    /// The same call, whose failed attempt was a probe.
    #[must_use]
    pub const fn as_probe(mut self) -> Self {
        self.probe = true;
        self
    }

    /// The same call, whose failures are remembered for all calls.
    #[must_use]
    pub const fn while_remembered(mut self) -> Self {
        self.remembered = true;
        self
    }

    /// The same call, which has no other endpoint, no other key and no other model.
    #[must_use]
    pub const fn here_only(mut self) -> Self {
        self.here_only = true;
        self
    }

    /// Whether the failed attempt has scouted for all: a probe that met again what had closed the place.
    ///
    /// It costs the call nothing, neither an attempt nor retry budget. Otherwise the first in the queue, which
    /// are the ones to probe, would use up their attempts in every long outage.
    #[must_use]
    pub fn has_scouted(&self, failure: &Failure) -> bool {
        self.probe
            && self.phase != Phase::Committed
            && failure.scope != Scope::Caller
            && failure.class.is_transient()
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

    /// Whether `failure` at `phase` counts against the attempts of its call. What costs the server nothing does not:
    /// refusals by quota, and what was never sent.
    ///
    /// Default: as the standard table says. Whoever wraps a policy passes the question on.
    fn counts(&self, failure: &Failure, phase: Phase) -> bool {
        Table::standard().row(failure, phase).counts
    }

    /// Whether a call may be sent a second time beside its attempt in flight, at `now`: a retry budget is charged
    /// here. Asked only when a place is free for it. Default: yes.
    fn may_hedge(&self, _cx: &Context, _now: Tick) -> bool {
        true
    }
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

    fn counts(&self, failure: &Failure, phase: Phase) -> bool {
        (**self).counts(failure, phase)
    }

    fn may_hedge(&self, cx: &Context, now: Tick) -> bool {
        (**self).may_hedge(cx, now)
    }
}
