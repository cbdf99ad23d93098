//! One call's way through a policy, with or without a pool below.

use super::{Asked, Config};
use crate::journey::{Journey, Last, Opens};
use dioscuri_http::Clock;
use dioscuri_retry::{AttemptLog, Attempts, Next, Retry, RetryPolicy, Verdict};
use dioscuri_vocab::{EndpointId, Failure, Phase, Scope, SplitMix64, Tick};

/// The attempts of one call, and what follows each.
#[derive(Debug)]
pub(crate) struct Steps {
    attempts: Attempts,
    clock: Clock,
    deadline: Option<Tick>,
    rng: SplitMix64,
    journey: Journey,
    /// Whether each attempt goes to another place by itself, without a pool.
    is_anywhere: bool,
    /// Attempts that count, endpoint by endpoint.
    counted: Vec<(EndpointId, u32)>,
    /// Attempts that have found out for all calls that a place is still closed.
    scouts: u32,
    /// Looks at a pool that had nobody.
    looks: u32,
}

/// Looks that count as tries, so that their backoff grows. A call with a deadline may take any number of them: they
/// cost nothing, and who is to wait until then must not give up before.
const LOOKS_THAT_COUNT: u32 = 3;

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
            is_anywhere: config.is_anywhere,
            counted: Vec::new(),
            scouts: 0,
            looks: 0,
        }
    }

    /// An attempt begins at `now`.
    pub(crate) fn attempt(&mut self, now: Tick) {
        // What fails on the way to the pool must not be taken for what the pool did last time.
        self.journey.set_last(Last::Nowhere);
        self.attempts.begin(now);
    }

    /// Beneath tower's `Retry` the first attempt has no journey with it: the pool's choice stands in the answer.
    #[cfg(feature = "retry")]
    pub(crate) fn note_pool(&self, extensions: &http::Extensions) {
        let now = Opens::At(self.clock.now().tick);
        if let (Last::Nowhere, Some(chosen)) = (self.journey.last(), extensions.get::<crate::Chosen>()) {
            self.journey.set_last(Last::Sent {
                at: chosen.endpoint,
                is_probe: false,
                here: now,
                other: now,
            });
        }
    }

    pub(crate) fn on_success(&mut self, policy: &dyn RetryPolicy) {
        self.attempts.on_success(policy, self.clock.now().tick);
    }

    /// The attempt was answered with what nobody calls a failure, nor a success.
    pub(crate) fn on_end(&mut self) {
        self.attempts.on_end(self.clock.now().tick);
    }

    /// The attempt failed: when is the next one? `None` is the end.
    pub(crate) fn on_failure(
        &mut self,
        policy: &dyn RetryPolicy,
        failure: &Failure,
        phase: Phase,
    ) -> Option<Tick> {
        let now = self.clock.now().tick;
        let last = self.last();
        let asked = self.ask(policy, last, failure, phase, now);
        let next = self
            .attempts
            .on_failure(&asked, failure, phase, now, &mut self.rng);
        let at = match (last, asked.into_verdict()) {
            (_, None | Some(Verdict::Permanent | Verdict::Exhausted(_))) => None,
            (Last::Nowhere, Some(Verdict::Retry(_))) => match next {
                Next::Again(at) => Some(at),
                Next::Permanent | Next::Exhausted(_) => None,
            },
            (Last::Sent { at, here, other, .. }, Some(Verdict::Retry(retry))) => {
                self.soonest(at, &retry, here, other, now)
            }
            // The failure is the pool's own; its hint says when somebody opens.
            (Last::Refused(opens), Some(Verdict::Retry(retry))) => {
                retry.here.filter(|_| opens != Opens::Never)
            }
        };
        at.filter(|at| self.deadline.is_none_or(|deadline| *at < deadline))
    }

    /// The attempt failed, and the request cannot be sent again, or trying again is for somebody else.
    pub(crate) fn on_last_failure(&mut self, policy: &dyn RetryPolicy, failure: &Failure, phase: Phase) {
        let (asked, now) = (Asked::of(policy).for_the_last_time(), self.clock.now().tick);
        let _ = self
            .attempts
            .on_failure(&asked, failure, phase, now, &mut self.rng);
    }

    pub(crate) const fn log(&self) -> &AttemptLog {
        self.attempts.log()
    }

    /// What the pool has done; what opens too late for this call never opens.
    fn last(&self) -> Last {
        match self.journey.last() {
            Last::Nowhere => Last::Nowhere,
            Last::Sent {
                at,
                is_probe,
                here,
                other,
            } => Last::Sent {
                at,
                is_probe,
                here: here.before(self.deadline),
                other: other.before(self.deadline),
            },
            Last::Refused(opens) => Last::Refused(opens.before(self.deadline)),
        }
    }

    /// The policy, told what there is: it must not be charged for a retry that has no place to go.
    fn ask<'a>(
        &mut self,
        policy: &'a dyn RetryPolicy,
        last: Last,
        failure: &Failure,
        phase: Phase,
        now: Tick,
    ) -> Asked<'a> {
        let asked = Asked::of(policy);
        match last {
            Last::Nowhere => {
                self.go(self.is_anywhere);
                asked
            }
            Last::Refused(opens) => {
                self.go(false);
                self.looks = self.looks.saturating_add(1);
                let asked = asked.remembered(false, self.free());
                match opens {
                    Opens::Never => asked.for_the_last_time(),
                    Opens::At(_) | Opens::Unsure => asked,
                }
            }
            Last::Sent {
                at,
                is_probe,
                here,
                other,
            } => {
                // Another key of the endpoint is another place too: there is one if the pool keeps it open.
                let has_key = failure.scope == Scope::Key && here_at(Some(now), here, now).is_some();
                self.go(other != Opens::Never || has_key);
                self.scouts += u32::from(Asked::has_scouted(is_probe, failure, phase));
                let asked = asked.remembered(is_probe, self.free());
                let counted = self.count(at, asked.counts(failure, phase));
                match (here, other) {
                    (Opens::Never, Opens::Never) => asked.for_the_last_time(),
                    (Opens::Never, _) => asked.at_attempt_here(u32::MAX),
                    _ => asked.at_attempt_here(counted.max(1)),
                }
            }
        }
    }

    /// Tries that have cost the call nothing.
    fn free(&self) -> u32 {
        let looks = match self.deadline {
            Some(_) => self.looks.saturating_sub(LOOKS_THAT_COUNT),
            None => 0,
        };
        self.scouts.saturating_add(looks)
    }

    const fn go(&mut self, is_anywhere: bool) {
        if is_anywhere {
            self.attempts.go_anywhere();
        } else {
            self.attempts.stay_here();
        }
    }

    /// The attempts at `endpoint` that count, with one more or not.
    fn count(&mut self, endpoint: EndpointId, is_counted: bool) -> u32 {
        if !self.counted.iter().any(|(at, _)| *at == endpoint) {
            self.counted.push((endpoint, 0));
        }
        let all = self.counted.iter_mut().find(|(at, _)| *at == endpoint);
        all.map_or(0, |(_, counted)| {
            *counted = counted.saturating_add(u32::from(is_counted));
            *counted
        })
    }

    /// When the next attempt is, after one at `failed`: there from `here` on, or at another place from `other` on.
    fn soonest(
        &self,
        failed: EndpointId,
        retry: &Retry,
        here: Opens,
        other: Opens,
        now: Tick,
    ) -> Option<Tick> {
        let here = here_at(retry.here, here, now);
        self.journey.close(failed, here);
        let elsewhere = match other {
            Opens::At(other) => retry.elsewhere.map(|at| at.max(other)),
            Opens::Unsure => retry.elsewhere.filter(|_| here.is_none()),
            Opens::Never => None,
        };
        [here, elsewhere].into_iter().flatten().min()
    }
}

/// When the endpoint that has failed may be asked again, as the policy says and once the pool opens it.
fn here_at(says: Option<Tick>, opens: Opens, now: Tick) -> Option<Tick> {
    let says = says?;
    match opens {
        // "At once" means another key of the endpoint: there is one only if the pool keeps it open.
        Opens::At(at) if says > now || at <= now => Some(says.max(at)),
        Opens::Unsure if says > now => Some(says),
        _ => None,
    }
}
