//! The waiting room: one fair line for all calls, and one look at it whenever something may have opened.

mod line;
mod look;
mod orders;
mod seats;
mod waiter;

use crate::{
    choice::{Blocked, Chooser, Grant, NEVER_SENT, Notes, soonest},
    pace::Pace,
    step::End,
    terms::Terms,
};
use dioscuri_budget::RateBudget;
use dioscuri_pool::{Pool, Report};
use dioscuri_retry::Limit;
use dioscuri_vocab::{AttemptId, CallId, CallMeta, EndpointId, Now, SplitMix64, Tick, Timing};
pub(crate) use line::Kind;
use line::Line;
use look::Found;
pub(crate) use seats::Seat;
use seats::Seats;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};
pub(crate) use waiter::{Answer, Stub, Wish};
use waiter::{State, Waiter, is_late};

/// The pool and the budget that the room asks.
pub(crate) struct Doors<'a> {
    pub(crate) pool: &'a dyn Pool,
    pub(crate) budget: &'a dyn RateBudget,
}

#[derive(Debug)]
pub(crate) struct Room {
    line: Line,
    seats: Seats,
    timers: BTreeSet<(Tick, Seat)>,
    wakes: VecDeque<CallId>,
    /// When something opens for those at the front; `None` if only an event can tell.
    look_at: Option<Tick>,
    /// Something may have opened since the last look.
    stale: bool,
    /// What the last look found blocked.
    blocked: BTreeMap<Kind, Found>,
    notes: Notes,
    pace: Pace,
    in_flight: usize,
    max_waiting: usize,
    /// Nobody is placed any more.
    is_closed: bool,
    rng: SplitMix64,
}

impl Room {
    pub(crate) fn new(max_waiting: usize, pace: Pace, seed: u64) -> Self {
        Self {
            line: Line::default(),
            seats: Seats::default(),
            timers: BTreeSet::new(),
            wakes: VecDeque::new(),
            look_at: None,
            stale: false,
            blocked: BTreeMap::new(),
            notes: Notes::default(),
            pace,
            in_flight: 0,
            max_waiting,
            is_closed: false,
            rng: SplitMix64::new(seed),
        }
    }

    /// Calls that wait for a place now; those in a backoff are not counted.
    pub(crate) const fn waiting(&self) -> usize {
        self.line.len()
    }

    /// Attempts in flight, with those for which a place is kept.
    pub(crate) const fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The next tick at which the room wants to be looked at.
    pub(crate) fn poll_timeout(&self) -> Option<Tick> {
        if self.stale || !self.wakes.is_empty() {
            return Some(Tick::ZERO);
        }
        soonest(self.look_at, self.timers.first().map(|(at, _)| *at))
    }

    /// Asks for a place for a call, or for the one that was kept for it.
    pub(crate) fn ask(&mut self, wish: &mut Wish<'_>, doors: &Doors<'_>, now: Now) -> Answer {
        let seated = wish.stub.seat.and_then(|seat| self.seats.get(seat));
        let state = seated.map(|waiter| &waiter.state);
        if !matches!(state, Some(State::Ended(..))) {
            if is_late(wish.meta, now.tick) {
                self.abandon(wish.stub, doors, now);
                return Answer::Ended(End::Exhausted(Limit::Deadline), self.look_at);
            }
            if self.is_closed {
                self.abandon(wish.stub, doors, now);
                return Answer::Ended(End::Shed, None);
            }
        }
        let is_queued = matches!(state, Some(State::Queued(_)));
        if let Some(answer) = self.collect(wish.stub) {
            return answer;
        }
        if is_queued {
            return self.wait(wish, false, doors, now);
        }
        match wish.terms.soonest() {
            None => {
                self.leave(wish.stub);
                Answer::Ended(End::NoEndpoint, None)
            }
            Some(from) if from > now.tick => self.park(wish, from),
            Some(_) => {
                if wish.terms.is_fresh() {
                    self.pace.on_arrival(wish.meta, now.tick);
                }
                if !self.line.is_empty() {
                    return self.wait(wish, true, doors, now);
                }
                // Where nobody waits, nobody needs to sit down for a place that is free.
                match self.place_at_once(wish.meta, wish.terms, wish.attempt, doors, now) {
                    Ok(grant) => {
                        self.leave(wish.stub);
                        // Should it fail, it comes back before those that come after it.
                        let (line, meta) = (&mut self.line, wish.meta);
                        let turn = || line.ticket(meta.priority, meta.tenant);
                        wish.stub.ticket.get_or_insert_with(turn);
                        Answer::Placed(grant)
                    }
                    Err(blocked) => self.wait_alone(wish, &blocked, now),
                }
            }
        }
    }

    /// A place for an attempt beside another of the same call: only if nobody waits for any.
    pub(crate) fn spare(
        &mut self,
        meta: &CallMeta,
        terms: &Terms,
        attempt: AttemptId,
        doors: &Doors<'_>,
        now: Now,
    ) -> Option<Grant> {
        if self.is_closed || !self.line.is_empty() || is_late(meta, now.tick) {
            return None;
        }
        self.place_at_once(meta, terms, attempt, doors, now).ok()
    }

    fn place_at_once(
        &mut self,
        meta: &CallMeta,
        terms: &Terms,
        attempt: AttemptId,
        doors: &Doors<'_>,
        now: Now,
    ) -> Result<Grant, Blocked> {
        self.notes.begin();
        let mut chooser = Chooser {
            pool: doors.pool,
            budget: doors.budget,
            notes: &mut self.notes,
            pace: &mut self.pace,
        };
        let grant = chooser.place(meta, attempt, terms, now, &mut self.rng)?;
        self.in_flight += 1;
        Ok(grant)
    }

    /// The first of the line has just been found blocked.
    fn wait_alone(&mut self, wish: &mut Wish<'_>, blocked: &Blocked, now: Now) -> Answer {
        if let Some(end) = self.hopeless(blocked, wish.meta) {
            self.leave(wish.stub);
            return Answer::Ended(end, blocked.until);
        }
        if wish.stub.ticket.is_none() && self.max_waiting == 0 {
            self.leave(wish.stub);
            return Answer::Ended(End::Shed, blocked.until);
        }
        let seat = self.enter(wish, now.tick);
        self.blocked.clear();
        self.look_at = None;
        self.stale = false;
        self.rest_blocked(seat, blocked, now);
        let own = self.seats.get(seat).and_then(|waiter| waiter.timer);
        Answer::Wait(soonest(self.look_at, own))
    }

    fn wait(&mut self, wish: &mut Wish<'_>, is_new: bool, doors: &Doors<'_>, now: Now) -> Answer {
        let is_first_time = wish.stub.ticket.is_none();
        if is_new {
            self.enter(wish, now.tick);
        }
        let Some(seat) = wish.stub.seat else {
            return Answer::Ended(End::Shed, None);
        };
        if self.is_due(now.tick) || self.may_pass(seat, is_new) {
            self.look(doors, now, Some(seat));
        }
        if let Some(answer) = self.collect(wish.stub) {
            return answer;
        }
        if is_new && let Some(until) = self.is_hopeless(seat) {
            self.leave(wish.stub);
            return Answer::Ended(End::Exhausted(Limit::Deadline), Some(until));
        }
        if is_first_time && self.line.len() > self.max_waiting {
            self.leave(wish.stub);
            return Answer::Ended(End::Shed, self.look_at);
        }
        let own = self.seats.get(seat).and_then(|waiter| waiter.timer);
        Answer::Wait(soonest(self.look_at, own))
    }

    /// The call is gone: what was kept for it goes to the next.
    pub(crate) fn abandon(&mut self, stub: &mut Stub, doors: &Doors<'_>, now: Now) {
        if let Some(Waiter {
            state: State::Placed(grant),
            ..
        }) = self.leave(stub)
        {
            self.give_back(grant, doors, now);
        }
    }

    /// A place was kept and not used.
    pub(crate) fn give_back(&mut self, grant: Grant, doors: &Doors<'_>, now: Now) {
        let Grant {
            attempt,
            endpoint,
            credential,
            reservation,
            since,
            ..
        } = grant;
        let timing = Timing::default();
        doors.budget.settle(reservation, &NEVER_SENT, &timing, now);
        let report = Report::new(attempt, endpoint, credential, since, &timing, &NEVER_SENT);
        doors.pool.report(&report, now);
        self.on_ended(endpoint, doors);
    }

    /// Sheds all that wait, and all that ask from now on.
    pub(crate) fn close(&mut self) {
        self.is_closed = true;
        let waits = |waiter: &Waiter| matches!(waiter.state, State::Queued(_) | State::Parked);
        let waiting = self.seats.iter().filter(|(_, waiter)| waits(waiter));
        let mut waiting: Vec<_> = waiting.map(|(seat, waiter)| (waiter.meta.id, seat)).collect();
        waiting.sort_unstable();
        for (_, seat) in waiting {
            self.conclude(seat, State::Ended(End::Shed, None), None);
        }
    }

    /// Something may have opened.
    pub(crate) const fn on_change(&mut self) {
        self.stale = true;
    }

    /// An attempt at `endpoint` has ended: something may have opened there.
    pub(crate) fn on_ended(&mut self, endpoint: EndpointId, doors: &Doors<'_>) {
        self.in_flight -= 1;
        self.stale |= !self.line.is_empty();
        self.unrest(endpoint, doors);
    }

    fn unrest(&mut self, endpoint: EndpointId, doors: &Doors<'_>) {
        if !self.notes.rested.is_empty() && self.notes.rested.remove(&endpoint) {
            doors.pool.rest(endpoint, None);
        }
    }

    fn is_due(&self, now: Tick) -> bool {
        self.stale || self.look_at.is_some_and(|at| at <= now)
    }

    /// Takes what was decided for a call, if anything was.
    fn collect(&mut self, stub: &mut Stub) -> Option<Answer> {
        let state = &self.seats.get(stub.seat?)?.state;
        if !matches!(state, State::Placed(_) | State::Ended(..)) {
            return None;
        }
        match self.leave(stub)?.state {
            State::Placed(grant) => Some(Answer::Placed(grant)),
            State::Ended(end, at) => Some(Answer::Ended(end, at)),
            State::Parked | State::Queued(_) | State::Flying => None,
        }
    }

    fn park(&mut self, wish: &mut Wish<'_>, from: Tick) -> Answer {
        if is_late(wish.meta, from) {
            self.leave(wish.stub);
            return Answer::Ended(End::Exhausted(Limit::Deadline), Some(from));
        }
        self.sit(wish, Kind::Own, State::Parked, Some(from));
        Answer::Rest(from)
    }

    /// Wakes a call that has an attempt in flight at `at`, to send another beside it.
    pub(crate) fn wake_beside(&mut self, wish: &mut Wish<'_>, at: Tick) {
        self.sit(wish, Kind::Own, State::Flying, Some(at));
    }

    fn enter(&mut self, wish: &mut Wish<'_>, now: Tick) -> Seat {
        let kind = wish.terms.kind(wish.meta.affinity, now);
        let seat = self.sit(wish, kind, State::Parked, None);
        let ticket = if let Some(ticket) = wish.stub.ticket {
            self.line.rejoin(kind, ticket, seat);
            ticket
        } else {
            let ticket = self.line.ticket(wish.meta.priority, wish.meta.tenant);
            self.line.join(kind, ticket, seat);
            ticket
        };
        wish.stub.ticket = Some(ticket);
        if let Some(waiter) = self.seats.get_mut(seat) {
            waiter.state = State::Queued(ticket);
            waiter.timer = waiter.next_timer(now);
            self.timers.extend(waiter.timer.map(|at| (at, seat)));
        }
        seat
    }

    fn sit(&mut self, wish: &mut Wish<'_>, kind: Kind, state: State, timer: Option<Tick>) -> Seat {
        self.leave(wish.stub);
        let seat = self.seats.sit(Waiter {
            meta: *wish.meta,
            terms: wish.terms.clone(),
            attempt: wish.attempt,
            kind,
            state,
            timer,
            why: None,
        });
        self.timers.extend(timer.map(|at| (at, seat)));
        wish.stub.seat = Some(seat);
        seat
    }

    /// A call gives up its seat, whatever it did there.
    pub(crate) fn stand_up(&mut self, stub: &mut Stub) {
        self.leave(stub);
    }

    fn leave(&mut self, stub: &mut Stub) -> Option<Waiter> {
        self.vacate(stub.seat.take()?)
    }

    fn vacate(&mut self, seat: Seat) -> Option<Waiter> {
        let waiter = self.seats.leave(seat)?;
        if let Some(at) = waiter.timer {
            self.timers.remove(&(at, seat));
        }
        if let State::Queued(ticket) = waiter.state {
            self.line.leave(waiter.kind, ticket);
            // Whoever stood behind it may be first now.
            self.stale |= !self.line.is_empty();
        }
        Some(waiter)
    }
}

/// The times that two questions to a budget must lie apart.
///
/// It may answer "now" to one question and "not yet" to the next; without a pause the two would chase each other. One
/// millisecond is the resolution of tokio's timer.
const PAUSE: Duration = Duration::from_millis(1);

fn not_at_once(until: Option<Tick>, now: Now) -> Option<Tick> {
    until.map(|at| at.max(now.tick.after(PAUSE)))
}
