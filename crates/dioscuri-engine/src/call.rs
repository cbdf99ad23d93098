//! One call: what it needs next, and what has become of it.

use crate::{
    choice::Grant,
    engine::Inner,
    observer::Record,
    receipt::{Receipt, Try},
    room::{Answer, Seat, Wish},
    step::{AttemptEvent, End, Step},
    terms::Terms,
};
use dioscuri_budget::{Reservation, Ticket};
use dioscuri_pool::Report;
use dioscuri_retry::{Context, Verdict};
use dioscuri_vocab::{
    AttemptId, CallId, CallMeta, EndpointId, Failure, Now, Outcome, Phase, Rng, Scope, Tick, Timing,
};
use std::{sync::Arc, time::Duration};

/// One call as a state machine.
///
/// Poll it, carry out the [`Step`], tell it what happened by [`Call::on_event`], poll again. After each of
/// these, carry out what [`Engine::poll_order`](crate::Engine::poll_order) wants. Dropping a call gives
/// back whatever it held.
#[derive(Debug)]
#[must_use = "a call does nothing until it is polled"]
pub struct Call {
    engine: Held,
    meta: CallMeta,
    seat: Seat,
    ticket: Option<Ticket>,
    terms: Terms,
    flight: Option<Flight>,
    tally: Tally,
    receipt: Receipt,
    last_failure: Option<Failure>,
    end: Option<End>,
    idle_since: Tick,
    started: Tick,
    last: Now,
}

struct Held(Arc<Inner>);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

/// The attempt in flight; its record is the last of the receipt.
#[derive(Debug)]
struct Flight {
    id: AttemptId,
    link: u8,
    reservation: Reservation,
    gate: Gate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gate {
    Closed,
    /// Content has arrived; the driver has not been told to open yet.
    Due,
    Open,
}

/// What the retry policy wants to know of the past.
#[derive(Debug, Default)]
struct Tally {
    attempts: u32,
    here: Vec<(EndpointId, u32)>,
    backoff: Duration,
}

impl Tally {
    /// Counts an attempt at `endpoint`; gives the numbers of attempts in all and there.
    fn count(&mut self, endpoint: EndpointId, is_attempt: bool) -> (u32, u32) {
        let place = self
            .here
            .iter()
            .position(|(at, _)| *at == endpoint)
            .unwrap_or_else(|| {
                self.here.push((endpoint, 0));
                self.here.len() - 1
            });
        let here = &mut self.here[place].1;
        let counted = u32::from(is_attempt);
        self.attempts += counted;
        *here += counted;
        (self.attempts.max(1), (*here).max(1))
    }
}

impl Call {
    pub(crate) fn new(
        engine: Arc<Inner>,
        meta: CallMeta,
        seat: Seat,
        impatient: Option<Tick>,
        now: Now,
    ) -> Self {
        Self {
            engine: Held(engine),
            meta,
            seat,
            ticket: None,
            terms: Terms::new(now.tick, impatient),
            flight: None,
            tally: Tally::default(),
            receipt: Receipt::default(),
            last_failure: None,
            end: None,
            idle_since: now.tick,
            started: now.tick,
            last: now,
        }
    }

    /// Which call this is.
    #[must_use]
    pub fn id(&self) -> CallId {
        self.meta.id
    }

    /// What it has cost so far.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The failure of the last attempt, if it failed.
    #[must_use]
    pub fn last_failure(&self) -> Option<&Failure> {
        self.last_failure.as_ref()
    }

    /// What the call needs next.
    pub fn poll(&mut self, now: Now) -> Step {
        self.last = now;
        if let Some(end) = self.end {
            return Step::Done(end);
        }
        if let Some(flight) = &mut self.flight {
            if flight.gate == Gate::Due {
                flight.gate = Gate::Open;
                return Step::Commit { attempt: flight.id };
            }
            return Step::Wait { until: None };
        }
        match self.ask(now) {
            Answer::Placed(grant) => self.send(grant, now),
            Answer::Ended(end) => self.finish(end, now),
            Answer::Wait(until) => {
                let call = self.meta.id;
                self.engine.0.tell(&Record::Waiting { call, until }, now);
                Step::Wait { until }
            }
        }
    }

    fn ask(&mut self, now: Now) -> Answer {
        let attempt = AttemptId {
            call: self.meta.id,
            no: self.tries() + 1,
        };
        let mut wish = Wish {
            meta: &self.meta,
            terms: &self.terms,
            attempt,
            ticket: &mut self.ticket,
        };
        let doors = self.engine.0.doors();
        self.engine.0.room().ask(self.seat, &mut wish, &doors, now)
    }

    fn tries(&self) -> u32 {
        u32::try_from(self.receipt.tries.len()).unwrap_or(u32::MAX)
    }

    fn send(&mut self, grant: Grant, now: Now) -> Step {
        let Grant {
            attempt,
            endpoint,
            link,
            credential,
            reservation,
            rule,
            ..
        } = grant;
        let waited = now.tick.since(self.idle_since);
        self.receipt.waited += waited;
        self.receipt.tries.push(Try {
            attempt,
            endpoint,
            credential,
            rule,
            waited,
            begun: now.tick,
            timing: Timing::default(),
            ended: None,
            class: None,
            phase: None,
        });
        self.flight = Some(Flight {
            id: attempt,
            link,
            reservation,
            gate: Gate::Closed,
        });
        self.engine.0.tell(
            &Record::Begun {
                attempt,
                at: endpoint,
                credential,
            },
            now,
        );
        let left = self.meta.deadline.map(|deadline| deadline.since(now.tick));
        let bound = self.engine.0.policies.attempt_timeout;
        let timeout = bound.into_iter().chain(left).min();
        Step::Send {
            attempt,
            at: endpoint,
            credential,
            timeout,
        }
    }

    /// Tells what happened to `attempt`. Events of attempts that have ended are ignored.
    pub fn on_event(&mut self, attempt: AttemptId, event: AttemptEvent, now: Now, rng: &mut dyn Rng) {
        self.last = now;
        let Some(flight) = self.flight.as_mut().filter(|flight| flight.id == attempt) else {
            return;
        };
        let Some(current) = self.receipt.tries.last_mut() else {
            return;
        };
        match event {
            AttemptEvent::Sent => current.timing.sent = current.timing.sent.or(Some(now.tick)),
            AttemptEvent::Head => current.timing.head = current.timing.head.or(Some(now.tick)),
            AttemptEvent::Content => {
                current.timing.content = current.timing.content.or(Some(now.tick));
                if flight.gate == Gate::Closed {
                    flight.gate = Gate::Due;
                }
            }
            AttemptEvent::Ended(outcome) => {
                let (gate, link) = (flight.gate, flight.link);
                self.land(&outcome, now);
                self.conclude(outcome, gate, link, now, rng);
            }
        }
    }

    /// Gives back the place of the attempt in flight, and tells every memory how it ended.
    fn land(&mut self, outcome: &Outcome, now: Now) {
        let Some(Flight { reservation, .. }) = self.flight.take() else {
            return;
        };
        let Some(current) = self.receipt.tries.last_mut() else {
            return;
        };
        self.idle_since = now.tick;
        current.ended = Some(now.tick);
        current.class = outcome.class();
        current.phase = match outcome {
            Outcome::Failed { phase, .. } | Outcome::Cancelled { phase } => Some(*phase),
            _ => None,
        };
        let Try {
            attempt,
            endpoint,
            credential,
            begun,
            timing,
            ..
        } = current.clone();
        let engine = &self.engine.0;
        let policies = &engine.policies;
        policies.budget.settle(reservation, outcome, &timing, now);
        policies.pool.report(
            &Report::new(attempt, endpoint, credential, begun, &timing, outcome),
            now,
        );
        engine.room().on_ended();
        engine.tell(&Record::Ended { of: current, outcome }, now);
    }

    fn conclude(&mut self, outcome: Outcome, gate: Gate, link: u8, now: Now, rng: &mut dyn Rng) {
        let Some(endpoint) = self.receipt.tries.last().map(|last| last.endpoint) else {
            return;
        };
        match outcome {
            Outcome::Success(served) => {
                self.receipt.served = Some(served);
                self.last_failure = None;
                let cx = self.context(endpoint, Phase::Answered, true);
                self.engine.0.policies.retry.on_success(&cx, now.tick);
                let _ = self.finish(End::Answered, now);
            }
            Outcome::Failed { failure, phase } => {
                let cx = self.context(endpoint, phase, is_attempt(&failure, phase));
                let retry = &self.engine.0.policies.retry;
                let verdict = retry.on_failure(&cx, &failure, now.tick, rng);
                self.last_failure = Some(failure);
                if gate == Gate::Open {
                    let _ = self.finish(End::Interrupted, now);
                } else {
                    self.obey(endpoint, link, verdict, now);
                }
            }
            // A cancelled attempt says nothing about the call: it asks for another place.
            _ => {}
        }
    }

    fn context(&mut self, endpoint: EndpointId, phase: Phase, is_attempt: bool) -> Context {
        let (attempt, attempt_here) = self.tally.count(endpoint, is_attempt);
        let mut cx = Context::new(self.started).at_attempt(attempt);
        cx.attempt_here = attempt_here;
        cx.tries = self.tries();
        cx.phase = phase;
        cx.deadline = self.meta.deadline;
        cx.previous_backoff = self.tally.backoff;
        cx
    }

    fn obey(&mut self, endpoint: EndpointId, link: u8, verdict: Verdict, now: Now) {
        let retry = match verdict {
            Verdict::Retry(retry) => retry,
            Verdict::Permanent => return drop(self.finish(End::Permanent, now)),
            Verdict::Exhausted(limit) => return drop(self.finish(End::Exhausted(limit), now)),
        };
        if let Some(from) = retry.here {
            self.tally.backoff = from.since(now.tick);
        }
        self.terms.on_failure(endpoint, link, &retry);
    }

    /// Gives the call up at `now`: what it held goes to the next, and it ends with [`End::GivenUp`]. Dropping a
    /// call does the same, at the moment of its last poll or event. A call that has ended stays as it is.
    pub fn give_up(&mut self, now: Now) {
        if self.end.is_some() {
            return;
        }
        self.last = now;
        if self.flight.is_some() {
            let timing = self
                .receipt
                .tries
                .last()
                .map(|last| last.timing)
                .unwrap_or_default();
            let outcome = Outcome::Cancelled {
                phase: reached(&timing),
            };
            self.land(&outcome, now);
        }
        self.engine
            .0
            .room()
            .abandon(self.seat, &self.engine.0.doors(), now);
        let _ = self.finish(End::GivenUp, now);
    }

    fn finish(&mut self, end: End, now: Now) -> Step {
        self.receipt.waited += match end {
            // What was waited for in vain is waiting too.
            End::Exhausted(_) | End::NoEndpoint | End::Shed | End::GivenUp => now.tick.since(self.idle_since),
            End::Answered | End::Permanent | End::Interrupted => Duration::ZERO,
        };
        self.end = Some(end);
        self.engine.0.tell(
            &Record::Done {
                call: self.meta.id,
                end,
            },
            now,
        );
        Step::Done(end)
    }
}

/// Whether a failure counts against the number of attempts.
///
/// A refusal by quota costs the server nothing, and one that names a key, an account or a missing model closes
/// that door for all callers; what was never sent was never tried. None of them may use up a call's few attempts.
fn is_attempt(failure: &Failure, phase: Phase) -> bool {
    let is_shut = failure.scope != Scope::Caller && !failure.class.is_transient();
    phase != Phase::NotSent && failure.scope != Scope::QuotaDomain && !is_shut
}

impl Drop for Call {
    fn drop(&mut self) {
        self.give_up(self.last);
    }
}

/// How far an attempt had come by its milestones.
fn reached(timing: &Timing) -> Phase {
    match timing {
        Timing { content: Some(_), .. } => Phase::Committed,
        Timing { head: Some(_), .. } => Phase::Answered,
        Timing { sent: Some(_), .. } => Phase::Sent,
        _ => Phase::NotSent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri_retry::Table;
    use dioscuri_vocab::Class;

    #[test]
    fn what_counts_as_an_attempt_is_what_the_standard_table_says() {
        for class in Class::ALL {
            for phase in [Phase::NotSent, Phase::Sent, Phase::Answered] {
                let failure = Failure::new(*class);
                let row = Table::standard().row(&failure, phase);
                assert_eq!(is_attempt(&failure, phase), row.counts, "{class} {phase:?}");
            }
        }
    }

    #[test]
    fn an_attempt_has_come_as_far_as_its_last_milestone() {
        let at = Tick::ZERO;
        let sent = Timing::new().with_sent(at);
        let head = sent.with_head(at);
        let content = head.with_content(at);
        let phases = [Timing::new(), sent, head, content].map(|timing| reached(&timing));
        let expected = [Phase::NotSent, Phase::Sent, Phase::Answered, Phase::Committed];
        assert_eq!(phases, expected);
    }
}
