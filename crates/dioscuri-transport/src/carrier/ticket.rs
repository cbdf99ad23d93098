//! A call's ticket: its place in the engine, its bell, and how far its attempts have come.

use super::{Shared, attempt::Milestones};
use crate::{Address, Outgoing};
use dioscuri_engine::{AttemptEvent, Call, Step};
use dioscuri_vocab::{AttemptId, CallId, CallMeta, Outcome, SplitMix64};
use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};
use tokio::sync::Notify;

/// A call under way. Dropped, it gives back what it held and wakes who is next.
pub(crate) struct Ticket {
    shared: Arc<Shared>,
    call: Call,
    rng: SplitMix64,
    bell: Arc<Notify>,
    /// One, or two while a hedge is out.
    flights: Vec<(AttemptId, Arc<Milestones>)>,
}

impl Ticket {
    pub(super) fn draw(shared: &Arc<Shared>, outgoing: &Outgoing) -> Self {
        let now = shared.clock.now();
        let id = CallId(shared.calls.fetch_add(1, Ordering::Relaxed));
        let mut meta = CallMeta::new(id, outgoing.cost);
        meta.deadline = outgoing.deadline.map(|deadline| now.tick.after(deadline));
        meta.priority = outgoing.priority;
        meta.tenant = outgoing.tenant;
        meta.affinity = outgoing.affinity;
        Self {
            call: shared.engine.start(meta, now),
            rng: SplitMix64::split(shared.config.seed, id.0),
            bell: shared.bells.hang(id),
            flights: Vec::new(),
            shared: Arc::clone(shared),
        }
    }

    pub(super) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(super) const fn bell(&self) -> &Arc<Notify> {
        &self.bell
    }

    pub(crate) const fn call(&self) -> &Call {
        &self.call
    }

    /// Where the last attempt went.
    pub(crate) fn last_address(&self) -> Option<Address> {
        let last = self.call.receipt().tries.last()?;
        self.shared.sender.directory.address(last.endpoint).cloned()
    }

    /// What the call needs next; others are woken for what its last event opened.
    pub(super) fn poll(&mut self) -> Step {
        let step = self.call.poll(self.shared.clock.now());
        self.shared.carry_out_orders();
        step
    }

    /// `attempt` begins.
    pub(super) fn take_off(&mut self, attempt: AttemptId) -> Arc<Milestones> {
        let milestones = Arc::<Milestones>::default();
        self.flights.push((attempt, Arc::clone(&milestones)));
        milestones
    }

    /// `attempt` is broken off: the engine has given back what it held.
    pub(super) fn cancel(&mut self, attempt: AttemptId) {
        self.flights.retain(|(flying, _)| *flying != attempt);
    }

    /// Of all attempts only `attempt` goes on: the engine has given back what the others held.
    pub(super) fn keep(&mut self, attempt: AttemptId) {
        self.flights.retain(|(flying, _)| *flying == attempt);
    }

    /// Whether nothing is in flight.
    pub(crate) fn has_landed(&self) -> bool {
        self.flights.is_empty()
    }

    /// `attempt` has ended.
    pub(crate) fn land(&mut self, attempt: AttemptId, outcome: Outcome) {
        self.tell(attempt, AttemptEvent::Ended(outcome));
        self.cancel(attempt);
    }

    /// The caller leaves: gives back what is held, and wakes who is next.
    pub(crate) fn give_up(&mut self) {
        self.tell_milestones();
        self.flights.clear();
        self.shared.bells.take_down(self.call.id());
        self.call.give_up(self.shared.clock.now());
        self.shared.carry_out_orders();
    }

    /// `event` has happened to `attempt`, after all that has been noted of it and of others.
    pub(super) fn tell(&mut self, attempt: AttemptId, event: AttemptEvent) {
        self.tell_milestones();
        let now = self.shared.clock.now();
        self.call.on_event(attempt, event, now, &mut self.rng);
    }

    /// Tells the call how far its attempts have come: what was sent must stay charged, even if it has lost against
    /// another attempt or the caller leaves.
    fn tell_milestones(&mut self) {
        for (attempt, milestones) in &self.flights {
            for (event, at) in milestones.passed() {
                self.call.on_event(*attempt, event, at, &mut self.rng);
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ticket").field(&self.call).finish()
    }
}
