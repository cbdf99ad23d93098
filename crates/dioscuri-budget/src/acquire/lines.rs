//! Who waits in front of which endpoint, and who is to be woken: no clock, no lock, no runtime.

use crate::{FairQueue, NotUntil, Ticket};
use dioscuri_vocab::{EndpointId, Tick};
use std::collections::HashMap;

/// One line of waiters per endpoint. `W` wakes a waiter.
///
/// Only the first of a line asks the budget and watches the clock, for itself and for the deadlines of those
/// behind it. Whatever changes who is first returns the wakers to call, outside of any lock.
#[derive(Clone, Debug)]
pub(super) struct Lines<W> {
    by_endpoint: HashMap<EndpointId, FairQueue<W>>,
    /// How many have entered. A line that is let go of and begun anew goes on from here: who left the old one late must
    /// not take the place of somebody in the new one.
    entered: u64,
    waiting: usize,
    max_waiting: usize,
}

/// What a waiter finds when it looks.
#[derive(Debug)]
pub(super) enum Look<G> {
    /// It is its turn and there is room.
    Granted(G),
    /// Waiting is of no use.
    Never(NotUntil),
    /// Its deadline has passed.
    Expired,
    /// Look again when woken, or at this tick.
    Wait { until: Option<Tick> },
}

impl<W: Clone> Lines<W> {
    pub(super) fn new(max_waiting: usize) -> Self {
        Self {
            by_endpoint: HashMap::new(),
            entered: 0,
            waiting: 0,
            max_waiting,
        }
    }

    /// Those who wait, in all lines.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// Takes a place in the line of `at`; `None` if too many wait already.
    pub(super) fn enter(
        &mut self,
        at: EndpointId,
        (priority, tenant, deadline): (u8, u32, Tick),
        waker: W,
    ) -> Option<(Ticket, Vec<W>)> {
        if self.waiting >= self.max_waiting {
            return None;
        }
        self.waiting += 1;
        let begun = || FairQueue::numbered_from(self.entered);
        let line = self.by_endpoint.entry(at).or_insert_with(begun);
        self.entered += 1;
        let first = line.first().map(|(ticket, waker)| (ticket, waker.clone()));
        let before = line.next_deadline();
        let ticket = line.push_until(deadline, priority, tenant, waker);
        // The first watches the clock for all: it must hear of an earlier deadline.
        let is_sooner = deadline != Tick::MAX && before.is_none_or(|before| deadline < before);
        let woken = first.filter(|_| is_sooner).map(|(_, waker)| waker);
        Some((ticket, woken.into_iter().collect()))
    }

    /// Gives the place of `ticket` up, if it has one.
    pub(super) fn leave(&mut self, at: EndpointId, ticket: Ticket) -> Vec<W> {
        let Some(line) = self.by_endpoint.get_mut(&at) else {
            return Vec::new();
        };
        let was_first = line.first().is_some_and(|(first, _)| first == ticket);
        if line.remove(ticket).is_none() {
            return Vec::new();
        }
        self.waiting -= 1;
        let woken = line.first().filter(|_| was_first).map(|(_, waker)| waker.clone());
        self.tidy(at);
        woken.into_iter().collect()
    }

    /// The one behind `ticket` looks whether it may go; `ask` asks the budget.
    pub(super) fn look<G>(
        &mut self,
        at: EndpointId,
        ticket: Ticket,
        now: Tick,
        ask: impl FnOnce() -> Result<G, NotUntil>,
    ) -> (Look<G>, Vec<W>) {
        if ticket.deadline() <= now {
            return (Look::Expired, self.leave(at, ticket));
        }
        let Some(line) = self.by_endpoint.get_mut(&at) else {
            return (Look::Expired, Vec::new());
        };
        if line.first().is_none_or(|(first, _)| first != ticket) {
            return (Look::Wait { until: None }, Vec::new());
        }
        let mut woken = Vec::new();
        while let Some((_, waker)) = line.expired(now) {
            self.waiting -= 1;
            woken.push(waker);
        }
        let deadline = line.next_deadline();
        match ask() {
            Ok(granted) => {
                // It is popped, not removed: the service is charged to its tenant.
                line.pop();
                self.waiting -= 1;
                woken.extend(self.opened(at));
                self.tidy(at);
                (Look::Granted(granted), woken)
            }
            Err(refused) if refused.is_never() => {
                woken.extend(self.leave(at, ticket));
                (Look::Never(refused), woken)
            }
            Err(refused) => {
                let until = refused.at().into_iter().chain(deadline).min();
                (Look::Wait { until }, woken)
            }
        }
    }

    /// The first in the line of `at` should look again.
    pub(super) fn opened(&self, at: EndpointId) -> Option<W> {
        let (_, waker) = self.by_endpoint.get(&at)?.first()?;
        Some(waker.clone())
    }

    /// Lets go of a line in which nobody stands.
    fn tidy(&mut self, at: EndpointId) {
        if self.by_endpoint.get(&at).is_some_and(FairQueue::is_empty) {
            self.by_endpoint.remove(&at);
        }
    }
}

#[cfg(test)]
mod tests;
