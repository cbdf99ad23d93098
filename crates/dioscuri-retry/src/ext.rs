//! Policies made from policies: each decorator wraps one and adds one limit.

use crate::{Charge, Context, Limit, Retry, RetryBudget, RetryPolicy, Table, Verdict};
use dioscuri_vocab::{Failure, Phase, Rng, Tick};
use std::{num::NonZeroU32, sync::Arc, time::Duration};

/// What every policy can be wrapped in.
///
/// ```
/// use dioscuri_retry::{OnEmpty, Profile, RetryBudget, RetryPolicyExt};
/// use std::{num::NonZeroU32, sync::Arc};
///
/// let budget = Arc::new(RetryBudget::new()); // one for all calls
/// let policy = Profile::Batch
///     .policy()
///     .limit_attempts(NonZeroU32::MIN.saturating_add(3))
///     .within_budget(budget, OnEmpty::Postpone);
/// ```
pub trait RetryPolicyExt: RetryPolicy + Sized {
    /// The same policy, exhausted after `attempts` attempts, the first included.
    fn limit_attempts(self, attempts: NonZeroU32) -> LimitAttempts<Self> {
        LimitAttempts {
            inner: self,
            attempts,
        }
    }

    /// The same policy, whose retries are paid from `budget`.
    fn within_budget(self, budget: Arc<RetryBudget>, on_empty: OnEmpty) -> WithinBudget<Self> {
        WithinBudget {
            inner: self,
            budget,
            on_empty,
            table: Table::standard(),
        }
    }
}

impl<P: RetryPolicy> RetryPolicyExt for P {}

/// A policy that ends after a number of attempts; see [`RetryPolicyExt::limit_attempts`].
#[derive(Clone, Debug)]
pub struct LimitAttempts<P> {
    inner: P,
    attempts: NonZeroU32,
}

impl<P: RetryPolicy> RetryPolicy for LimitAttempts<P> {
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
        match self.inner.on_failure(cx, failure, now, rng) {
            Verdict::Retry(_) if cx.attempt >= self.attempts.get() && !cx.has_scouted(failure) => {
                Verdict::Exhausted(Limit::Attempts)
            }
            verdict => verdict,
        }
    }

    fn on_success(&self, cx: &Context, now: Tick) {
        self.inner.on_success(cx, now);
    }

    fn counts(&self, failure: &Failure, phase: Phase) -> bool {
        self.inner.counts(failure, phase)
    }

    fn may_hedge(&self, cx: &Context, now: Tick) -> bool {
        cx.attempt < self.attempts.get() && self.inner.may_hedge(cx, now)
    }
}

/// What an empty retry budget means to a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the decorator must obey every order")]
pub enum OnEmpty {
    /// The retry waits until time has refilled the budget, if the deadline allows.
    Postpone,
    /// The call ends: somebody waits, and a late answer is none.
    Exhaust,
}

/// A policy whose retries are paid from a shared budget; see [`RetryPolicyExt::within_budget`].
///
/// What a failure costs is the [`Charge`](crate::Charge) of its row in the standard table.
#[derive(Clone, Debug)]
pub struct WithinBudget<P> {
    inner: P,
    budget: Arc<RetryBudget>,
    on_empty: OnEmpty,
    table: Table,
}

impl<P> WithinBudget<P> {
    /// The same policy, priced by the rows of `table`.
    #[must_use]
    pub fn priced_by(mut self, table: Table) -> Self {
        self.table = table;
        self
    }
}

impl<P: RetryPolicy> RetryPolicy for WithinBudget<P> {
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
        let verdict = self.inner.on_failure(cx, failure, now, rng);
        let Verdict::Retry(retry) = verdict else {
            return verdict;
        };
        let charge = if cx.has_scouted(failure) {
            Charge::Free
        } else {
            self.table.row(failure, cx.phase).charge
        };
        let wait = match self.on_empty {
            OnEmpty::Exhaust => match self.budget.withdraw(charge, now) {
                Ok(()) => return verdict,
                Err(_) => return Verdict::Exhausted(Limit::RetryBudget),
            },
            OnEmpty::Postpone => {
                // The soonest place must still be tried before the deadline.
                let room = match (cx.deadline, retry.soonest()) {
                    (Some(deadline), Some(soonest)) => deadline.since(soonest),
                    _ => Duration::MAX,
                };
                match self.budget.postpone(charge, room, now) {
                    Ok(wait) => wait,
                    Err(_) => return Verdict::Exhausted(Limit::RetryBudget),
                }
            }
        };
        let shift = |tick: Option<Tick>| {
            let at = tick?.after(wait);
            cx.deadline.is_none_or(|deadline| at < deadline).then_some(at)
        };
        Verdict::Retry(Retry {
            here: shift(retry.here),
            elsewhere: shift(retry.elsewhere),
            fallback: shift(retry.fallback),
        })
    }

    fn on_success(&self, cx: &Context, now: Tick) {
        self.budget.deposit(now);
        self.inner.on_success(cx, now);
    }

    fn counts(&self, failure: &Failure, phase: Phase) -> bool {
        self.inner.counts(failure, phase)
    }

    /// Costs what a retry after a fault costs: a server works for nothing. Never on credit.
    fn may_hedge(&self, cx: &Context, now: Tick) -> bool {
        self.inner.may_hedge(cx, now) && self.budget.withdraw(Charge::Transient, now).is_ok()
    }
}
