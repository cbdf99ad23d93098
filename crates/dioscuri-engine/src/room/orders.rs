//! What the room wants of its driver, and what it does when time passes.

use super::{Doors, Room, not_at_once, waiter::State};
use crate::{EngineOrder, choice::soonest, step::End};
use dioscuri_budget::Order;
use dioscuri_retry::Limit;
use dioscuri_vocab::Now;

impl Room {
    /// What the room wants of its driver next.
    pub(crate) fn poll_order(&mut self, doors: &Doors<'_>, now: Now) -> Option<EngineOrder> {
        self.ring(doors, now);
        let mut lease = self.hear(doors, now);
        if lease.is_none() && self.is_due(now.tick) {
            self.look(doors, now, None);
            let is_cut = std::mem::take(&mut self.stale);
            // Being asked, the budget may have found that it needs a lease.
            lease = self.hear(doors, now);
            if std::mem::replace(&mut self.stale, is_cut) {
                // What opens because it is asked must not be asked for ever.
                self.look_at = soonest(self.look_at, not_at_once(Some(now.tick), now));
            }
        }
        lease.or_else(|| self.wakes.pop_front().map(EngineOrder::Wake))
    }

    /// Hears what the budget wants, up to the first lease.
    fn hear(&mut self, doors: &Doors<'_>, now: Now) -> Option<EngineOrder> {
        loop {
            match doors.budget.poll_order(now)? {
                Order::Lease { domain, want, by } => return Some(EngineOrder::Lease { domain, want, by }),
                Order::Opened(endpoint) => {
                    self.unrest(endpoint, doors);
                    self.stale |= !self.line.is_empty();
                }
            }
        }
    }

    /// Sees to the calls whose own time has come.
    fn ring(&mut self, doors: &Doors<'_>, now: Now) {
        while let Some(&(at, seat)) = self.timers.first() {
            if at > now.tick {
                break;
            }
            self.timers.pop_first();
            let Some(waiter) = self.seats.get_mut(seat) else {
                continue;
            };
            waiter.timer = None;
            let call = waiter.meta.id;
            match waiter.state {
                State::Parked | State::Ended(..) => self.wakes.push_back(call),
                State::Flying => {
                    self.vacate(seat);
                    self.wakes.push_back(call);
                }
                State::Placed(_) => {
                    // Nobody has come for the place. Should the call be polled after all, it takes its turn again.
                    self.wakes.push_back(call);
                    if let Some(State::Placed(grant)) = self.vacate(seat).map(|waiter| waiter.state) {
                        self.give_back(grant, doors, now);
                    }
                }
                State::Queued(_) if waiter.is_late(now.tick) => {
                    let end = State::Ended(End::Exhausted(Limit::Deadline), self.look_at);
                    self.conclude(seat, end, None);
                    self.stale |= !self.line.is_empty();
                }
                State::Queued(ticket) => {
                    // It wants something else from now on: later links, or what it has failed on.
                    let kind = waiter.terms.kind(waiter.meta.affinity, now.tick);
                    let before = std::mem::replace(&mut waiter.kind, kind);
                    waiter.timer = waiter.next_timer(now.tick);
                    self.timers.extend(waiter.timer.map(|at| (at, seat)));
                    if kind != before {
                        self.line.change(before, kind, ticket);
                    }
                    self.stale = true;
                }
            }
        }
    }
}
