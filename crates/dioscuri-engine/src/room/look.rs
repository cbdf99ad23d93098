//! One look at the line: every place there is goes to whose turn it is.

use super::{
    Doors, Room, Seat, is_late,
    line::{Kind, Turn},
    not_at_once,
    waiter::State,
};
use crate::{
    choice::{Blocked, Chooser, soonest},
    receipt::Why,
    step::End,
};
use dioscuri_retry::Limit;
use dioscuri_vocab::{CallMeta, Cost, Now, Tick};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

/// How many calls that want what no other wants are tried at each priority in one look.
///
/// They have failed somewhere lately, and are back among the others when that is past. Looking at a bounded number
/// keeps a look short, however many they are.
const LOOKAHEAD: usize = 64;

/// How many of a kind are tried behind a first one that only a smaller call could pass.
///
/// It has claimed the endpoint that opens soonest to it, and so loses nothing if others fill the rest meanwhile. Eight
/// find a smaller one nearly always, and are few enough that turns stay what they are.
const BEHIND: usize = 8;

/// How many calls are looked through for those that must be late, in one look.
const LATE: usize = 64;

/// What the last look found of a kind that is blocked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// The highest priority at which it is blocked.
    priority: u8,
    blocked: Blocked,
}

/// Somebody whose turn it is to be tried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Candidate {
    turn: Turn,
    kind: Kind,
    seat: Seat,
    /// The first of its kind: the next follows when it has gone.
    is_first: bool,
}

impl Room {
    /// Whether a call could be placed though nothing has opened: it stands in front, or has come after the last
    /// look and wants what was not blocked then.
    pub(super) fn may_pass(&mut self, seat: Seat, is_new: bool) -> bool {
        let Some(waiter) = self.seats.get(seat) else {
            return false;
        };
        let (kind, priority) = (waiter.kind, waiter.meta.priority);
        let is_first = self.line.priorities().next() == Some(priority)
            && self
                .line
                .first(priority, kind)
                .is_some_and(|(_, first)| first == seat);
        if is_first || !is_new {
            return is_first;
        }
        self.blocked.get(&kind).is_none_or(|found| {
            found.priority < priority
                || (found.blocked.is_by_size && self.line.has_at_most(BEHIND, kind, priority))
        })
    }

    /// When the call could be served, if that is too late for certain.
    pub(super) fn is_hopeless(&self, seat: Seat) -> Option<Tick> {
        let waiter = self.seats.get(seat)?;
        let found = self.blocked.get(&waiter.kind)?;
        let firm = found
            .blocked
            .firm
            .filter(|_| found.priority >= waiter.meta.priority)?;
        is_late(&waiter.meta, firm).then(|| found.blocked.until.unwrap_or(firm))
    }

    /// Looks at the line from the front and gives away every place there is.
    pub(super) fn look(&mut self, doors: &Doors<'_>, now: Now, asking: Option<Seat>) {
        // Until the look is through: should a pool or budget panic, the next one looks again.
        self.stale = true;
        self.look_at = None;
        let before = std::mem::take(&mut self.blocked);
        self.notes.begin();
        let (mut is_cut, mut has_moved) = (false, false);
        let priorities: Vec<_> = self.line.priorities().collect();
        for priority in priorities {
            let (mut turns, is_more) = self.turns(priority);
            is_cut |= is_more;
            while let Some(Reverse(mut candidate)) = turns.pop() {
                let turn = self.line.renewed(priority, candidate.turn);
                if turn > candidate.turn {
                    candidate.turn = turn;
                    turns.push(Reverse(candidate));
                    continue;
                }
                let Candidate {
                    kind, seat, is_first, ..
                } = candidate;
                match self.decide(kind, seat, &before, doors, now) {
                    Ok(state) => {
                        self.conclude(seat, state, asking);
                        has_moved = true;
                        if is_first {
                            turns.extend(self.candidate(priority, kind));
                        }
                    }
                    Err(is_by_size) => {
                        if is_first && is_by_size {
                            turns.extend(self.behind(priority, kind, seat));
                        }
                    }
                }
            }
        }
        self.shed_late(asking);
        // Some have gone: there may be more behind them.
        self.stale = has_moved && is_cut;
    }

    /// What becomes of the call on `seat`, whose turn it is; an error if it must go on waiting: whether only smaller ones
    /// may pass it.
    fn decide(
        &mut self,
        kind: Kind,
        seat: Seat,
        before: &BTreeMap<Kind, Found>,
        doors: &Doors<'_>,
        now: Now,
    ) -> Result<State, bool> {
        let waiter = self.seats.get(seat).ok_or(false)?;
        let mut chooser = Chooser {
            pool: doors.pool,
            budget: doors.budget,
            notes: &mut self.notes,
            pace: &mut self.pace,
        };
        match chooser.place(&waiter.meta, waiter.attempt, &waiter.terms, now, &mut self.rng) {
            Ok(mut grant) => {
                self.in_flight += 1;
                let known = self.blocked.get(&kind).or(before.get(&kind));
                let why = waiter.why.or(known.and_then(|found| found.blocked.why));
                grant.why = why.unwrap_or(Why::Queue);
                Ok(State::Placed(grant))
            }
            Err(blocked) => {
                if let Some(end) = self.hopeless(&blocked, &waiter.meta) {
                    return Ok(State::Ended(end, blocked.until));
                }
                self.rest_blocked(seat, &blocked, now);
                Err(blocked.is_by_size)
            }
        }
    }

    /// The first of each kind at `priority`, and the first few of those that want what no other wants; and whether
    /// there are more of these.
    fn turns(&mut self, priority: u8) -> (BinaryHeap<Reverse<Candidate>>, bool) {
        let kinds: Vec<_> = self.line.kinds(priority).collect();
        let mut turns = BinaryHeap::with_capacity(kinds.len());
        let mut is_cut = false;
        for kind in kinds {
            if kind == Kind::Own {
                let front = self.line.front(priority, kind, LOOKAHEAD);
                is_cut = front.len() == LOOKAHEAD;
                turns.extend(front.into_iter().map(|(turn, seat)| {
                    Reverse(Candidate {
                        turn,
                        kind,
                        seat,
                        is_first: false,
                    })
                }));
            } else if !self.blocked.contains_key(&kind) {
                turns.extend(self.candidate(priority, kind));
            }
        }
        (turns, is_cut)
    }

    fn candidate(&mut self, priority: u8, kind: Kind) -> Option<Reverse<Candidate>> {
        let (turn, seat) = self.line.first(priority, kind)?;
        let is_first = true;
        Some(Reverse(Candidate {
            turn,
            kind,
            seat,
            is_first,
        }))
    }

    /// Those close behind a blocked first that are smaller than it.
    fn behind(&self, priority: u8, kind: Kind, first: Seat) -> Vec<Reverse<Candidate>> {
        let Some(first) = self.seats.get(first).map(|waiter| waiter.meta.cost) else {
            return Vec::new();
        };
        let front = self.line.front(priority, kind, BEHIND);
        let smaller = front.into_iter().filter(|(_, seat)| {
            let waiter = self.seats.get(*seat);
            waiter.is_some_and(|waiter| is_smaller(&waiter.meta.cost, &first))
        });
        let candidate = |(turn, seat)| {
            Reverse(Candidate {
                turn,
                kind,
                seat,
                is_first: false,
            })
        };
        smaller.map(candidate).collect()
    }

    /// The call on `seat` waits for what it is blocked by.
    pub(super) fn rest_blocked(&mut self, seat: Seat, blocked: &Blocked, now: Now) {
        self.notes.claim(blocked);
        self.look_at = soonest(self.look_at, not_at_once(blocked.until, now));
        let Some(waiter) = self.seats.get_mut(seat) else {
            return;
        };
        waiter.why = blocked.why;
        let (kind, priority, blocked) = (waiter.kind, waiter.meta.priority, *blocked);
        if kind != Kind::Own {
            self.blocked.entry(kind).or_insert(Found { priority, blocked });
        }
    }

    /// Whether waiting cannot help: nothing could ever take the call, it would open too late, or no event is
    /// left that could open it.
    pub(super) fn hopeless(&self, blocked: &Blocked, meta: &CallMeta) -> Option<End> {
        let late = End::Exhausted(Limit::Deadline);
        if !blocked.has_endpoint {
            return Some(End::NoEndpoint);
        }
        if blocked.firm.is_some_and(|firm| is_late(meta, firm)) {
            return Some(late);
        }
        if blocked.is_behind || blocked.is_pending || self.in_flight > 0 {
            return None;
        }
        let Some(at) = blocked.until else {
            return Some(End::NoEndpoint);
        };
        is_late(meta, at).then_some(late)
    }

    /// Ends those whose deadline comes before anybody of their kind can be served.
    fn shed_late(&mut self, asking: Option<Seat>) {
        let firm = self.blocked.values().filter_map(|found| found.blocked.firm).max();
        let Some(latest) = firm else { return };
        let soon = self.timers.iter().take_while(|(at, _)| *at <= latest);
        let late: Vec<_> = soon
            .take(LATE)
            .filter_map(|(_, seat)| Some((*seat, self.is_hopeless(*seat)?)))
            .collect();
        for (seat, until) in late {
            let is_queued = |state: &State| matches!(state, State::Queued(_));
            if self
                .seats
                .get(seat)
                .is_some_and(|waiter| is_queued(&waiter.state))
            {
                let end = End::Exhausted(Limit::Deadline);
                self.conclude(seat, State::Ended(end, Some(until)), asking);
            }
        }
    }

    /// Takes a call out of the line with what was decided for it, and wakes it unless it is asking.
    pub(super) fn conclude(&mut self, seat: Seat, state: State, asking: Option<Seat>) {
        let Some(waiter) = self.seats.get_mut(seat) else {
            return;
        };
        if let State::Queued(ticket) = waiter.state {
            // Who leaves without a place has cost its tenant nothing.
            if matches!(state, State::Placed(_)) {
                self.line.serve(waiter.kind, ticket);
            } else {
                self.line.leave(waiter.kind, ticket);
            }
        }
        waiter.state = state;
        if let Some(at) = waiter.timer.take() {
            self.timers.remove(&(at, seat));
        }
        if asking != Some(seat) {
            waiter.timer = waiter.lapses_at();
            self.timers.extend(waiter.timer.map(|at| (at, seat)));
            self.wakes.push_back(waiter.meta.id);
        }
    }
}

/// Whether `one` fits wherever `other` does, and elsewhere.
fn is_smaller(one: &Cost, other: &Cost) -> bool {
    one != other
        && one.requests <= other.requests
        && one.input_tokens <= other.input_tokens
        && one.output_tokens <= other.output_tokens
        && one.micro_usd <= other.micro_usd
}
