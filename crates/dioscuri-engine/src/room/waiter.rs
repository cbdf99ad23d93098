//! Who waits in the room: what a call brings, and in which state it sits there.

use super::{
    Seat,
    line::{Kind, Ticket},
};
use crate::{choice::Grant, receipt::Why, step::End, terms::Terms};
use dioscuri_vocab::{AttemptId, CallMeta, Tick};
use std::time::Duration;

/// How long a place is kept for a call that does not come for it.
///
/// A call that has been woken is polled within microseconds, on a busy machine within milliseconds. One that is
/// not within a second is not driven at all: its future is held and nobody awaits it. What is kept for it is lost
/// to all others, and of a quota a minute a second is little.
const KEPT: Duration = Duration::from_secs(1);

/// What a call keeps of the room between two questions.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Stub {
    /// Where it sits, if it waits.
    pub(super) seat: Option<Seat>,
    /// The ticket of its first wait: a call that tries again keeps its turn.
    pub(super) ticket: Option<Ticket>,
}

impl Stub {
    /// Whether the room holds anything for it.
    pub(crate) const fn is_seated(&self) -> bool {
        self.seat.is_some()
    }
}

/// What a call brings when it asks for a place.
pub(crate) struct Wish<'a> {
    pub(crate) meta: &'a CallMeta,
    pub(crate) terms: &'a Terms,
    pub(crate) attempt: AttemptId,
    pub(crate) stub: &'a mut Stub,
}

/// The room's answer to a wish.
#[derive(Debug)]
pub(crate) enum Answer {
    Placed(Grant),
    /// In the line; whoever is woken asks again.
    Wait(Option<Tick>),
    /// Its own backoff lasts until then.
    Rest(Tick),
    /// It ends without a place; it could have been served at that tick, if that is known.
    Ended(End, Option<Tick>),
}

#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) meta: CallMeta,
    pub(super) terms: Terms,
    pub(super) attempt: AttemptId,
    pub(super) kind: Kind,
    pub(super) state: State,
    /// When its own time comes, whatever opens.
    pub(super) timer: Option<Tick>,
    /// Why it could not be placed when it was last looked at.
    pub(super) why: Option<Why>,
}

#[derive(Debug)]
pub(super) enum State {
    /// Until its terms allow anything.
    Parked,
    /// In the line.
    Queued(Ticket),
    /// A place is kept for it.
    Placed(Grant),
    /// It has ended without one.
    Ended(End, Option<Tick>),
    /// It has an attempt in flight, and wants to be woken beside it.
    Flying,
}

impl Waiter {
    pub(super) fn is_late(&self, now: Tick) -> bool {
        is_late(&self.meta, now)
    }

    /// When the place that is kept for it lapses.
    pub(super) fn lapses_at(&self) -> Option<Tick> {
        match &self.state {
            State::Placed(grant) => Some(grant.since.after(KEPT)),
            State::Parked | State::Queued(_) | State::Ended(..) | State::Flying => None,
        }
    }

    /// When a call in the line must be looked at even if nothing opens: it wants something else, or its time is up.
    pub(super) fn next_timer(&self, now: Tick) -> Option<Tick> {
        let change = self.terms.next_change(now);
        self.meta.deadline.into_iter().chain(change).min()
    }
}

pub(super) fn is_late(meta: &CallMeta, now: Tick) -> bool {
    meta.deadline.is_some_and(|deadline| deadline <= now)
}
