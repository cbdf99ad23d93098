//! What becomes of a call when an attempt reports.

use super::{
    Call,
    flights::{Flight, Gate, reached},
};
use crate::{
    observer::Record,
    step::{AttemptEvent, End},
};
use dioscuri_pool::Report;
use dioscuri_retry::{Context, Verdict};
use dioscuri_vocab::{AttemptId, EndpointId, Failure, Now, Outcome, Phase, Rng};

impl Call {
    /// Tells what happened to `attempt`. Events of attempts that have ended are ignored.
    pub fn on_event(&mut self, attempt: AttemptId, event: AttemptEvent, now: Now, rng: &mut dyn Rng) {
        self.last = now;
        if self.flights.get_mut(attempt).is_none() {
            return;
        }
        let Some(current) = self.receipt.tries.iter_mut().rfind(|one| one.attempt == attempt) else {
            return;
        };
        match event {
            AttemptEvent::Sent => current.timing.sent = current.timing.sent.or(Some(now.tick)),
            AttemptEvent::Head => current.timing.head = current.timing.head.or(Some(now.tick)),
            AttemptEvent::Content => {
                current.timing.content = current.timing.content.or(Some(now.tick));
                self.flights.on_content(attempt);
            }
            AttemptEvent::Ended(outcome) => {
                if let Some(flight) = self.land(attempt, &outcome, now) {
                    self.conclude(&flight, outcome, now, rng);
                }
            }
        }
    }

    /// Gives back the place of an attempt in flight, and tells every memory how it ended.
    pub(super) fn land(&mut self, attempt: AttemptId, outcome: &Outcome, now: Now) -> Option<Flight> {
        let mut flight = self.flights.take(attempt)?;
        let counted = match outcome {
            Outcome::Failed { failure, phase } => {
                let is_scout = self.scouted(&flight, failure, *phase);
                self.scouts += u32::from(is_scout);
                !is_scout && self.engine.0.policies.retry.counts(failure, *phase)
            }
            Outcome::Success(_) => true,
            _ => false,
        };
        if self.flights.is_empty() {
            self.idle_since = now.tick;
            self.rests_until = now.tick;
        }
        let tries = &mut self.receipt.tries;
        let current = tries.iter_mut().rfind(|one| one.attempt == attempt)?;
        current.ended = Some(now.tick);
        current.class = outcome.class();
        current.counted = counted;
        current.phase = match outcome {
            Outcome::Failed { phase, .. } | Outcome::Cancelled { phase } => Some(*phase),
            _ => None,
        };
        let engine = &self.engine.0;
        let policies = &engine.policies;
        let reservation = std::mem::replace(&mut flight.reservation, dioscuri_budget::Reservation(0));
        policies.budget.settle(reservation, outcome, &current.timing, now);
        let report = Report::new(
            attempt,
            current.endpoint,
            current.credential,
            current.begun,
            &current.timing,
            outcome,
        );
        policies.pool.report(&report, now);
        let mut room = engine.room();
        if self.stub.is_seated() {
            room.stand_up(&mut self.stub);
        }
        room.on_ended(current.endpoint, &engine.doors());
        drop(room);
        engine.tell(&Record::Ended { of: current, outcome }, now);
        Some(flight)
    }

    fn scouted(&self, flight: &Flight, failure: &Failure, phase: Phase) -> bool {
        let mut cx = Context::new(self.started);
        (cx.probe, cx.phase) = (flight.is_probe, phase);
        cx.has_scouted(failure)
    }

    /// Lands whatever else is in flight: it has lost.
    pub(super) fn cancel_others(&mut self, but: Option<AttemptId>, now: Now) {
        while let Some(attempt) = self.flights.other_than(but) {
            let of = self.receipt.tries.iter().rfind(|one| one.attempt == attempt);
            let phase = of.map_or(Phase::NotSent, |of| reached(&of.timing));
            self.cancel = Some(attempt);
            if self.land(attempt, &Outcome::Cancelled { phase }, now).is_none() {
                return;
            }
        }
    }

    fn conclude(&mut self, flight: &Flight, outcome: Outcome, now: Now, rng: &mut dyn Rng) {
        let of = self.receipt.tries.iter().rfind(|one| one.attempt == flight.id);
        let Some(endpoint) = of.map(|of| of.endpoint) else {
            return;
        };
        match outcome {
            Outcome::Success(served) => {
                self.receipt.served = Some(served);
                self.last_failure = None;
                self.cancel_others(None, now);
                let cx = self.context(endpoint, Phase::Answered, flight.is_probe);
                self.engine.0.policies.retry.on_success(&cx, now.tick);
                let _ = self.finish(End::Answered, now);
            }
            Outcome::Failed { failure, phase } => {
                let cx = self.context(endpoint, phase, flight.is_probe);
                let retry = &self.engine.0.policies.retry;
                let verdict = retry.on_failure(&cx, &failure, now.tick, rng);
                self.last_failure = Some(Box::new(failure));
                if flight.gate == Gate::Open {
                    self.cancel_others(None, now);
                    let _ = self.finish(End::Interrupted, now);
                } else {
                    self.obey(endpoint, flight.link, verdict, now);
                }
            }
            // A cancelled attempt says nothing about the call: it asks for another place.
            _ => {}
        }
    }

    /// What the retry policy is told of the call whose last attempt to end was at `endpoint`.
    pub(super) fn context(&self, endpoint: EndpointId, phase: Phase, is_probe: bool) -> Context {
        let counted = self.receipt.tries.iter().filter(|one| one.counted);
        let here = counted.clone().filter(|one| one.endpoint == endpoint);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).max(1);
        let mut cx = Context::new(self.started).at_attempt(number(counted.count()));
        cx.attempt_here = number(here.count());
        cx.tries = self.tries().saturating_sub(self.scouts).max(1);
        cx.phase = phase;
        cx.deadline = self.meta.deadline;
        cx.previous_backoff = self.backoff;
        cx.probe = is_probe;
        cx.remembered = true;
        cx
    }

    fn obey(&mut self, endpoint: EndpointId, link: u8, verdict: Verdict, now: Now) {
        let retry = match verdict {
            Verdict::Retry(retry) => retry,
            Verdict::Permanent => {
                self.cancel_others(None, now);
                return drop(self.finish(End::Permanent, now));
            }
            // The other attempt may still be answered; should it fail, the policy is asked again.
            Verdict::Exhausted(_) if !self.flights.is_empty() => return,
            Verdict::Exhausted(limit) => return drop(self.finish(End::Exhausted(limit), now)),
        };
        if let Some(from) = retry.here {
            self.backoff = from.since(now.tick);
        }
        self.terms.on_failure(endpoint, link, &retry);
    }
}
