//! A policy that is asked with what a pool below knows, and whose verdict is kept.

use dioscuri_retry::{Context, RetryPolicy, Verdict};
use dioscuri_vocab::{Failure, Phase, Rng, Tick};
use std::sync::{Mutex, PoisonError};

/// The policy, asked once. Its verdict is kept: which place opens when is needed where a pool chooses.
pub(super) struct Asked<'a> {
    policy: &'a dyn RetryPolicy,
    verdict: Mutex<Option<Verdict>>,
    pool: Option<Pooled>,
    /// Attempts at the endpoint that has failed.
    attempt_here: Option<u32>,
    is_last: bool,
}

/// What a pool makes of the call.
#[derive(Clone, Copy)]
struct Pooled {
    is_probe: bool,
    /// Tries that have cost the call nothing.
    free: u32,
}

impl<'a> Asked<'a> {
    pub(super) const fn of(policy: &'a dyn RetryPolicy) -> Self {
        Self {
            policy,
            verdict: Mutex::new(None),
            pool: None,
            attempt_here: None,
            is_last: false,
        }
    }

    /// The same, where a pool remembers failures for all calls, and `free` tries have cost this one nothing.
    pub(super) const fn remembered(mut self, is_probe: bool, free: u32) -> Self {
        self.pool = Some(Pooled { is_probe, free });
        self
    }

    /// The same, after so many attempts at the endpoint that has failed.
    pub(super) const fn at_attempt_here(mut self, number: u32) -> Self {
        self.attempt_here = Some(number);
        self
    }

    /// The same, where there is no place for another attempt: the policy itself is not asked, nor charged.
    pub(super) const fn for_the_last_time(mut self) -> Self {
        self.is_last = true;
        self
    }

    pub(super) fn into_verdict(self) -> Option<Verdict> {
        self.verdict.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an attempt has found out for all calls that a place is still closed: it costs its own call nothing.
    pub(super) fn has_scouted(is_probe: bool, failure: &Failure, phase: Phase) -> bool {
        let mut cx = Context::new(Tick::ZERO);
        (cx.probe, cx.phase) = (is_probe, phase);
        cx.has_scouted(failure)
    }
}

impl RetryPolicy for Asked<'_> {
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
        if self.is_last {
            return Verdict::Permanent;
        }
        let mut cx = *cx;
        if let Some(pool) = self.pool {
            (cx.probe, cx.remembered) = (pool.is_probe, true);
            cx.tries = cx.tries.saturating_sub(pool.free).max(1);
        }
        cx.attempt_here = self.attempt_here.unwrap_or(cx.attempt_here);
        let verdict = self.policy.on_failure(&cx, failure, now, rng);
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
        verdict
    }

    fn on_success(&self, cx: &Context, now: Tick) {
        self.policy.on_success(cx, now);
    }

    fn counts(&self, failure: &Failure, phase: Phase) -> bool {
        let has_scouted = self
            .pool
            .is_some_and(|pool| Self::has_scouted(pool.is_probe, failure, phase));
        !has_scouted && self.policy.counts(failure, phase)
    }
}
