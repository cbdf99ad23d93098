//! One call's way through a policy, with or without a pool below.

use super::Config;
use crate::journey::{Journey, Last};
use dioscuri_http::Clock;
use dioscuri_retry::{AttemptLog, Attempts, Context, Next, RetryPolicy, Verdict};
use dioscuri_vocab::{Failure, Phase, Rng, SplitMix64, Tick};
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// The attempts of one call, and what follows each.
#[derive(Debug)]
pub(crate) struct Steps {
    attempts: Attempts,
    clock: Clock,
    deadline: Option<Tick>,
    rng: SplitMix64,
    journey: Journey,
}

impl Steps {
    /// A call that began at `started` and is to end by `deadline`.
    pub(crate) fn begin(config: &Config, started: Tick, deadline: Option<Tick>, journey: Journey) -> Self {
        let attempts = Attempts::new(started);
        Self {
            attempts: match deadline {
                Some(deadline) => attempts.with_deadline(deadline),
                None => attempts,
            },
            clock: config.clock,
            deadline,
            rng: config.rng(),
            journey,
        }
    }

    /// An attempt begins at `now`.
    pub(crate) fn attempt(&mut self, now: Tick) {
        self.attempts.begin(now);
    }

    /// Beneath tower's `Retry` the first attempt has no journey with it: the pool's choice stands in the answer.
    #[cfg(feature = "retry")]
    pub(crate) fn note_pool(&self, extensions: &http::Extensions) {
        let now = Instant::now();
        if let (Last::Nowhere, Some(chosen)) = (self.journey.last(), extensions.get::<crate::Chosen>()) {
            self.journey.set_last(Last::Sent {
                at: chosen.endpoint,
                here: Some(now),
                other: Some(now),
            });
        }
    }

    pub(crate) fn on_success(&mut self, policy: &dyn RetryPolicy) {
        self.attempts.on_success(policy, self.clock.now().tick);
    }

    /// The attempt failed: when is the next one? `None` is the end.
    pub(crate) fn on_failure(
        &mut self,
        policy: &dyn RetryPolicy,
        failure: &Failure,
        phase: Phase,
    ) -> Option<Tick> {
        let now = self.clock.now().tick;
        if self.journey.last() != Last::Nowhere {
            // A pool chooses for each attempt: what is closed here may be open elsewhere.
            self.attempts = self.attempts.clone().anywhere();
        }
        let overheard = Overheard {
            policy,
            verdict: Mutex::default(),
        };
        let next = self
            .attempts
            .on_failure(&overheard, failure, phase, now, &mut self.rng);
        let Some(Verdict::Retry(retry)) = overheard.into_verdict() else {
            return None;
        };
        match self.journey.last() {
            Last::Nowhere => match next {
                Next::Again(at) => Some(at),
                Next::Permanent | Next::Exhausted(_) => None,
            },
            Last::Sent { at, here, other } => {
                let [opens, other] = [here, other].map(|at| at.map(|at| tick_of(&self.clock, at)));
                let here = here_at(retry.here, opens, now);
                self.journey.close(at, here.map(|here| self.clock.instant(here)));
                let elsewhere = retry.elsewhere.zip(other).map(|(at, other)| at.max(other));
                let soonest = [here, elsewhere].into_iter().flatten().min();
                soonest.filter(|at| self.deadline.is_none_or(|deadline| *at < deadline))
            }
            // The failure is the pool's own; its hint says when somebody opens.
            Last::Refused { opens } => opens.and(retry.here),
        }
    }

    /// The attempt failed, and the request cannot be sent again.
    pub(crate) fn on_last_failure(&mut self, failure: &Failure, phase: Phase) {
        let end = |_: &Context, _: &Failure, _: Tick, _: &mut dyn Rng| Verdict::Permanent;
        let _ = self
            .attempts
            .on_failure(&end, failure, phase, self.clock.now().tick, &mut self.rng);
    }

    pub(crate) const fn log(&self) -> &AttemptLog {
        self.attempts.log()
    }
}

/// When the endpoint that has failed may be asked again, as the policy says and once the pool opens it.
fn here_at(says: Option<Tick>, opens: Option<Tick>, now: Tick) -> Option<Tick> {
    let (says, opens) = (says?, opens?);
    if says > now {
        return Some(says.max(opens));
    }
    // "At once" means another key of the endpoint: there is one only if the pool keeps it open.
    (opens <= now).then_some(says)
}

/// The tick of `instant`; of one that has passed, now.
pub(crate) fn tick_of(clock: &Clock, instant: Instant) -> Tick {
    let left = instant.saturating_duration_since(Instant::now());
    clock.now().tick.after(left)
}

/// A policy whose last verdict is kept: which place opens when is needed where a pool chooses.
struct Overheard<'a> {
    policy: &'a dyn RetryPolicy,
    verdict: Mutex<Option<Verdict>>,
}

impl Overheard<'_> {
    fn into_verdict(self) -> Option<Verdict> {
        self.verdict.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RetryPolicy for Overheard<'_> {
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
        let verdict = self.policy.on_failure(cx, failure, now, rng);
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
        verdict
    }

    fn on_success(&self, cx: &Context, now: Tick) {
        self.policy.on_success(cx, now);
    }
}
