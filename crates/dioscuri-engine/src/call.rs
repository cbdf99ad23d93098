//! One call: what it needs next, and what has become of it.

mod flights;
mod landing;

use crate::{
    choice::Grant,
    engine::Inner,
    observer::Record,
    receipt::{Receipt, Rule, Try, Why},
    room::{Answer, Stub, Wish},
    step::{End, Step},
    terms::Terms,
};
use dioscuri_vocab::{AttemptId, CallId, CallMeta, Failure, Now, Phase, Tick, Timing};
use flights::{Flight, Flights, Gate};
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
    stub: Stub,
    terms: Terms,
    flights: Flights,
    /// An attempt that has lost: the driver has not been told yet.
    cancel: Option<AttemptId>,
    /// When another attempt beside the one in flight is worth its price.
    hedge_at: Option<Tick>,
    /// Tries that scouted for all.
    scouts: u32,
    backoff: Duration,
    receipt: Receipt,
    /// Boxed: most calls have none.
    last_failure: Option<Box<Failure>>,
    end: Option<End>,
    idle_since: Tick,
    /// Until when its own backoff lasts, or lasted.
    rests_until: Tick,
    started: Tick,
    last: Now,
}

struct Held(Arc<Inner>);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Call {
    pub(crate) fn new(engine: Arc<Inner>, meta: CallMeta, impatient: Option<Tick>, now: Now) -> Self {
        Self {
            engine: Held(engine),
            meta,
            stub: Stub::default(),
            terms: Terms::new(now.tick, impatient),
            flights: Flights::default(),
            cancel: None,
            hedge_at: None,
            scouts: 0,
            backoff: Duration::ZERO,
            receipt: Receipt::default(),
            last_failure: None,
            end: None,
            idle_since: now.tick,
            rests_until: now.tick,
            started: now.tick,
            last: now,
        }
    }

    /// Which call this is.
    #[must_use]
    pub const fn id(&self) -> CallId {
        self.meta.id
    }

    /// What it has cost so far.
    #[must_use]
    pub const fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The failure of the last attempt, if it failed.
    #[must_use]
    pub fn last_failure(&self) -> Option<&Failure> {
        self.last_failure.as_deref()
    }

    /// What the call needs next.
    ///
    /// Each answer is an order of its own: a call that hedges orders a second [`Step::Send`] while its first attempt is
    /// in flight, and [`Step::Cancel`] for the one that has lost.
    pub fn poll(&mut self, now: Now) -> Step {
        self.last = now;
        if let Some(attempt) = self.flights.open() {
            self.cancel_others(Some(attempt), now);
            return Step::Commit { attempt };
        }
        if let Some(attempt) = self.cancel.take() {
            return Step::Cancel { attempt };
        }
        if let Some(end) = self.end {
            return Step::Done(end);
        }
        if !self.flights.is_empty() {
            return self.beside(now);
        }
        match self.ask(now) {
            Answer::Placed(grant) => self.send(grant, now),
            Answer::Ended(end, at) => {
                self.receipt.could_be_served = at;
                self.finish(end, now)
            }
            Answer::Rest(until) => {
                self.rests_until = until;
                self.wait(Some(until), now)
            }
            Answer::Wait(until) => self.wait(until, now),
        }
    }

    fn wait(&self, until: Option<Tick>, now: Now) -> Step {
        let call = self.meta.id;
        self.engine.0.tell(&Record::Waiting { call, until }, now);
        Step::Wait { until }
    }

    fn ask(&mut self, now: Now) -> Answer {
        let mut wish = Wish {
            meta: &self.meta,
            terms: &self.terms,
            attempt: next(&self.meta, &self.receipt),
            stub: &mut self.stub,
        };
        let doors = self.engine.0.doors();
        self.engine.0.room().ask(&mut wish, &doors, now)
    }

    fn tries(&self) -> u32 {
        u32::try_from(self.receipt.tries.len()).unwrap_or(u32::MAX)
    }

    /// What the call needs while something is in flight: another attempt beside it, or nothing.
    fn beside(&mut self, now: Now) -> Step {
        let Some(at) = self.hedge_at else {
            return Step::Wait { until: None };
        };
        if at > now.tick {
            return Step::Wait { until: Some(at) };
        }
        self.hedge_at = None;
        match self.hedge(now) {
            Some(grant) => self.send(grant, now),
            None => Step::Wait { until: None },
        }
    }

    fn hedge(&mut self, now: Now) -> Option<Grant> {
        let flight = self.flights.only().filter(|flight| flight.gate == Gate::Closed)?;
        let of = self.receipt.tries.iter().rfind(|one| one.attempt == flight.id)?;
        let terms = self.terms.beside(of.endpoint);
        let (engine, attempt) = (&self.engine.0, next(&self.meta, &self.receipt));
        let doors = engine.doors();
        let mut grant = engine.room().spare(&self.meta, &terms, attempt, &doors, now)?;
        let cx = self.context(grant.endpoint, Phase::NotSent, false);
        if !engine.policies.retry.may_hedge(&cx, now.tick) {
            engine.room().give_back(grant, &doors, now);
            return None;
        }
        grant.rule = Rule::Hedge;
        Some(grant)
    }

    fn send(&mut self, grant: Grant, now: Now) -> Step {
        let Grant {
            attempt,
            endpoint,
            link,
            credential,
            reservation,
            rule,
            is_probe,
            why,
            ..
        } = grant;
        let is_first = self.flights.is_empty();
        let waited = if is_first {
            self.stop_waiting(why, now)
        } else {
            Duration::ZERO
        };
        // Most calls need one: nothing is held for more.
        self.receipt.tries.reserve_exact(1);
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
            probe: is_probe,
            counted: false,
        });
        self.flights.add(Flight {
            id: attempt,
            link,
            is_probe,
            reservation,
            gate: Gate::Closed,
        });
        if is_first {
            self.expect_hedge(attempt, now);
        }
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

    /// Asks the hedge policy, if there is one, when the call shall be woken beside its attempt.
    fn expect_hedge(&mut self, attempt: AttemptId, now: Now) {
        let engine = &self.engine.0;
        let hedge = engine.policies.hedge.as_ref();
        self.hedge_at = hedge.and_then(|hedge| hedge.at(&self.meta, now.tick));
        if let Some(at) = self.hedge_at {
            let mut wish = Wish {
                meta: &self.meta,
                terms: &self.terms,
                attempt,
                stub: &mut self.stub,
            };
            engine.room().wake_beside(&mut wish, at);
        }
    }

    /// The wait since the last attempt is over: its time, by what was waited for.
    fn stop_waiting(&mut self, why: Why, now: Now) -> Duration {
        let waited = now.tick.since(self.idle_since);
        let rested = self.rests_until.min(now.tick).since(self.idle_since);
        self.receipt.waits.add(Why::Backoff, rested);
        self.receipt.waits.add(why, waited.saturating_sub(rested));
        self.receipt.waited += waited;
        waited
    }

    /// Gives the call up at `now`: what it held goes to the next, and it ends with [`End::GivenUp`]. Dropping a
    /// call does the same, at the moment of its last poll or event. A call that has ended stays as it is.
    pub fn give_up(&mut self, now: Now) {
        if self.end.is_some() {
            return;
        }
        self.last = now;
        self.cancel_others(None, now);
        // Whoever gives it up cancels what was in flight.
        self.cancel = None;
        let doors = self.engine.0.doors();
        self.engine.0.room().abandon(&mut self.stub, &doors, now);
        let _ = self.finish(End::GivenUp, now);
    }

    fn finish(&mut self, end: End, now: Now) -> Step {
        match end {
            // What was waited for in vain is waiting too.
            End::Exhausted(_) | End::NoEndpoint | End::Shed | End::GivenUp => {
                self.stop_waiting(Why::Queue, now);
            }
            End::Answered | End::Permanent | End::Interrupted => {}
        }
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

impl Drop for Call {
    fn drop(&mut self) {
        self.give_up(self.last);
    }
}

/// The number of the next attempt.
fn next(meta: &CallMeta, receipt: &Receipt) -> AttemptId {
    let tries = u32::try_from(receipt.tries.len()).unwrap_or(u32::MAX);
    AttemptId {
        call: meta.id,
        no: tries.saturating_add(1),
    }
}
