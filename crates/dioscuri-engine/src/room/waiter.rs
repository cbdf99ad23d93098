//! Who waits in the room: what a call brings, and in which state it sits there.

use crate::{choice::Grant, step::End, terms::Terms};
use dioscuri_budget::Ticket;
use dioscuri_vocab::{AttemptId, CallMeta, GroupId, Tick};
use std::time::Duration;

/// How long a place is kept for a call that does not come for it.
///
/// A call that has been woken is polled within microseconds, on a busy machine within milliseconds. One that is
/// not within a second is not driven at all: its future is held and nobody awaits it. What is kept for it is lost
/// to all others, and of a quota a minute a second is little.
const KEPT: Duration = Duration::from_secs(1);

/// A call's place in the room, unique within the engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Seat(pub(super) u64);

/// What a call brings when it asks for a place.
pub(crate) struct Wish<'a> {
    pub(crate) meta: &'a CallMeta,
    pub(crate) terms: &'a Terms,
    pub(crate) attempt: AttemptId,
    /// The ticket of its first wait: a call that tries again keeps its turn.
    pub(crate) ticket: &'a mut Option<Ticket>,
}

/// The room's answer to a wish.
#[derive(Debug)]
pub(crate) enum Answer {
    Placed(Grant),
    Wait(Option<Tick>),
    Ended(End),
}

/// Calls with equal signatures want the same endpoints: if one is blocked, so are those behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Signature {
    affinity: Option<GroupId>,
    impatient: bool,
}

impl Signature {
    /// Whether it wants every endpoint of the first link: then nobody who is fresh passes it.
    pub(super) const fn is_anywhere(self) -> bool {
        self.affinity.is_none()
    }
}

#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) meta: CallMeta,
    pub(super) terms: Terms,
    pub(super) attempt: AttemptId,
    pub(super) state: State,
    /// When its own time comes, whatever opens.
    pub(super) timer: Option<Tick>,
}

#[derive(Debug)]
pub(super) enum State {
    /// Until its terms allow anything.
    Parked,
    /// In the queue.
    Queued(Ticket),
    /// A place is kept for it.
    Placed(Grant),
    /// It has ended without one.
    Ended(End),
}

impl Waiter {
    /// `None` for a call that has failed somewhere: it wants what no other does.
    pub(super) fn signature(&self, now: Tick) -> Option<Signature> {
        self.terms.is_fresh().then(|| Signature {
            affinity: self.meta.affinity,
            impatient: self.terms.impatient().is_some_and(|at| at <= now),
        })
    }

    pub(super) fn is_late(&self, now: Tick) -> bool {
        is_late(&self.meta, now)
    }

    /// When the place that is kept for it lapses.
    pub(super) fn lapses_at(&self) -> Option<Tick> {
        match &self.state {
            State::Placed(grant) => Some(grant.since.after(KEPT)),
            State::Parked | State::Queued(_) | State::Ended(_) => None,
        }
    }

    /// When a call in the queue must be looked at even if nothing opens: it has lost its patience, or its time.
    pub(super) fn next_timer(&self, now: Tick) -> Option<Tick> {
        let patience = self.terms.impatient().filter(|at| *at > now);
        self.meta.deadline.into_iter().chain(patience).min()
    }
}

pub(super) fn is_late(meta: &CallMeta, now: Tick) -> bool {
    meta.deadline.is_some_and(|deadline| deadline <= now)
}
