//! The waiting room: one fair queue for all calls, and one look at it whenever something may have opened.

use crate::{
    EngineOrder,
    choice::{Blocked, Chooser, Grant, NEVER_SENT, Terms, soonest},
    step::End,
};
use dioscuri_budget::{FairQueue, Order, RateBudget, Ticket};
use dioscuri_pool::{Pool, Report};
use dioscuri_retry::Limit;
use dioscuri_vocab::{AttemptId, CallId, CallMeta, EndpointId, GroupId, Now, SplitMix64, Tick, Timing};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Duration,
};

/// How many waiting calls are tried past one that is blocked.
///
/// A call bound to one project, or one that has failed somewhere, wants other endpoints than those before
/// it. Looking at a bounded number of them keeps a look O(log n).
const LOOKAHEAD: usize = 64;

/// The soonest a blocked queue is looked at again by time alone.
///
/// A budget may answer "now" to one question and "not yet" to the next; without a pause the two would chase
/// each other. One millisecond is the resolution of tokio's timer.
const PAUSE: Duration = Duration::from_millis(1);

/// A call's place in the room, unique within the engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Seat(u64);

/// The pool and the budget that the room asks.
pub(crate) struct Doors<'a> {
    pub(crate) pool: &'a dyn Pool,
    pub(crate) budget: &'a dyn RateBudget,
}

/// What a call brings when it asks for a place.
pub(crate) struct Wish<'a> {
    pub(crate) meta: &'a CallMeta,
    pub(crate) terms: &'a Terms,
    pub(crate) attempt: AttemptId,
    /// The ticket of an earlier wait: a call that tries again keeps its turn.
    pub(crate) ticket: Option<Ticket>,
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
struct Signature {
    affinity: Option<GroupId>,
    impatient: bool,
}

#[derive(Debug)]
struct Waiter {
    meta: CallMeta,
    terms: Terms,
    attempt: AttemptId,
    state: State,
    timer: Option<Tick>,
}

#[derive(Debug)]
enum State {
    /// Until its terms allow anything.
    Parked,
    /// In the queue.
    Queued(Ticket),
    /// A place is kept for it.
    Placed(Grant),
    /// It has ended without one.
    Ended(End),
}

#[derive(Debug)]
pub(crate) struct Room {
    queue: FairQueue<Seat>,
    waiters: HashMap<Seat, Waiter>,
    timers: BTreeSet<(Tick, Seat)>,
    wakes: VecDeque<CallId>,
    /// When something opens for those at the front; `None` if only an event can tell.
    look_at: Option<Tick>,
    /// Something may have opened since the last look.
    stale: bool,
    in_flight: usize,
    seats: u64,
    max_waiting: usize,
    rng: SplitMix64,
}

impl Room {
    pub(crate) fn new(max_waiting: usize, seed: u64) -> Self {
        Self {
            queue: FairQueue::new(),
            waiters: HashMap::new(),
            timers: BTreeSet::new(),
            wakes: VecDeque::new(),
            look_at: None,
            stale: false,
            in_flight: 0,
            seats: 0,
            max_waiting,
            rng: SplitMix64::new(seed),
        }
    }

    pub(crate) fn seat(&mut self) -> Seat {
        self.seats += 1;
        Seat(self.seats)
    }

    /// Calls that wait for a place now; those in a backoff are not counted.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Attempts in flight, with those for which a place is kept.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The next tick at which the room wants to be looked at.
    pub(crate) fn poll_timeout(&self) -> Option<Tick> {
        if self.stale || !self.wakes.is_empty() {
            return Some(Tick::ZERO);
        }
        soonest(self.look_at, self.timers.first().map(|(at, _)| *at))
    }

    /// Asks for a place for the call on `seat`, or for the one that was kept for it.
    pub(crate) fn ask(&mut self, seat: Seat, wish: &Wish<'_>, doors: &Doors<'_>, now: Now) -> Answer {
        if let Some(answer) = self.collect(seat) {
            return answer;
        }
        if wish.meta.deadline.is_some_and(|deadline| deadline <= now.tick) {
            self.leave(seat);
            return Answer::Ended(End::Exhausted(Limit::Deadline));
        }
        let queued = self
            .waiters
            .get(&seat)
            .is_some_and(|waiter| matches!(waiter.state, State::Queued(_)));
        if !queued {
            let Some(from) = wish.terms.soonest() else {
                self.leave(seat);
                return Answer::Ended(End::NoEndpoint);
            };
            if from > now.tick {
                return self.park(seat, wish, from);
            }
            if self.queue.is_empty() {
                return self.ask_alone(seat, wish, doors, now);
            }
            if self.queue.len() >= self.max_waiting {
                self.leave(seat);
                return Answer::Ended(End::Shed);
            }
            self.enter(seat, wish);
        }
        self.look(doors, now, Some(seat));
        match self.collect(seat) {
            Some(answer) => answer,
            None => Answer::Wait(soonest(self.look_at, wish.meta.deadline)),
        }
    }

    /// Asks for a call before which nobody waits: the usual case, without a turn in the queue.
    fn ask_alone(&mut self, seat: Seat, wish: &Wish<'_>, doors: &Doors<'_>, now: Now) -> Answer {
        self.forget(seat);
        self.stale = false;
        match self.place(wish.meta, wish.attempt, wish.terms, &mut Vec::new(), doors, now) {
            Ok(grant) => {
                self.in_flight += 1;
                Answer::Placed(grant)
            }
            Err(Blocked { until }) => {
                if let Some(end) = self.hopeless(until, wish.meta) {
                    return Answer::Ended(end);
                }
                self.enter(seat, wish);
                self.look_at = not_at_once(until, now);
                Answer::Wait(soonest(self.look_at, wish.meta.deadline))
            }
        }
    }

    /// The call on `seat` is gone: what was kept for it goes to the next.
    pub(crate) fn abandon(&mut self, seat: Seat, doors: &Doors<'_>, now: Now) {
        if let Some(Waiter {
            state: State::Placed(grant),
            ..
        }) = self.leave(seat)
        {
            self.in_flight -= 1;
            let Grant {
                attempt,
                endpoint,
                credential,
                reservation,
                ..
            } = grant;
            let timing = Timing::default();
            doors.budget.settle(reservation, &NEVER_SENT, &timing, now);
            let report = Report::new(attempt, endpoint, credential, now.tick, &timing, &NEVER_SENT);
            doors.pool.report(&report, now);
            self.stale = true;
        }
    }

    /// An attempt in flight has ended: something may have opened.
    pub(crate) fn on_ended(&mut self) {
        self.in_flight -= 1;
        self.stale = true;
    }

    /// The ticket with which the call on `seat` waits, so that it keeps its turn when it tries again.
    pub(crate) fn ticket(&self, seat: Seat) -> Option<Ticket> {
        match self.waiters.get(&seat)?.state {
            State::Queued(ticket) => Some(ticket),
            _ => None,
        }
    }

    /// What the room wants of its driver next.
    pub(crate) fn poll_order(&mut self, doors: &Doors<'_>, now: Now) -> Option<EngineOrder> {
        self.ring(now.tick);
        while let Some(order) = doors.budget.poll_order(now) {
            match order {
                Order::Lease { domain, want, by } => return Some(EngineOrder::Lease { domain, want, by }),
                // Whatever else a budget may come to say, something may have opened.
                _ => self.stale = true,
            }
        }
        if self.stale || self.look_at.is_some_and(|at| at <= now.tick) {
            self.look(doors, now, None);
        }
        self.wakes.pop_front().map(EngineOrder::Wake)
    }

    /// Wakes the calls whose own time has come.
    fn ring(&mut self, now: Tick) {
        while let Some(&(at, seat)) = self.timers.first() {
            if at > now {
                break;
            }
            self.timers.pop_first();
            if let Some(waiter) = self.waiters.get_mut(&seat) {
                waiter.timer = None;
                self.wakes.push_back(waiter.meta.id);
            }
        }
    }

    /// Looks at the queue from the front and gives away every place there is.
    fn look(&mut self, doors: &Doors<'_>, now: Now, asking: Option<Seat>) {
        let first = self.queue.first().map(|(_, seat)| *seat);
        let due = self.stale || self.look_at.is_none_or(|at| at <= now.tick);
        if !due && (asking.is_none() || first != asking) {
            return;
        }
        self.stale = false;
        self.look_at = None;
        let mut claimed = Vec::new();
        let mut blocked: Vec<Signature> = Vec::new();
        let front: Vec<Seat> = self.queue.iter().take(LOOKAHEAD).map(|(_, seat)| *seat).collect();
        let mut concluded = 0;
        for seat in &front {
            let Some(waiter) = self.waiters.get(seat) else {
                continue;
            };
            let signature = signature(waiter, now.tick);
            if signature.is_some_and(|signature| blocked.contains(&signature)) {
                continue;
            }
            let (meta, attempt, terms) = (waiter.meta, waiter.attempt, waiter.terms.clone());
            match self.place(&meta, attempt, &terms, &mut claimed, doors, now) {
                Ok(grant) => {
                    concluded += 1;
                    self.in_flight += 1;
                    self.conclude(*seat, State::Placed(grant), asking);
                }
                Err(Blocked { until }) => {
                    if let Some(end) = self.hopeless(until, &meta) {
                        concluded += 1;
                        self.conclude(*seat, State::Ended(end), asking);
                    } else {
                        self.look_at = soonest(self.look_at, not_at_once(until, now));
                        blocked.extend(signature);
                    }
                }
            }
        }
        // All of them have gone: there may be more behind them.
        if concluded == LOOKAHEAD {
            self.stale = true;
        }
    }

    /// Whether waiting cannot help: it would open too late, or no event is left that could open it.
    fn hopeless(&self, until: Option<Tick>, meta: &CallMeta) -> Option<End> {
        match until {
            Some(at) => {
                let late = meta.deadline.is_some_and(|deadline| at >= deadline);
                (late && self.in_flight == 0).then_some(End::Exhausted(Limit::Deadline))
            }
            None => (self.in_flight == 0).then_some(End::NoEndpoint),
        }
    }

    fn place(
        &mut self,
        meta: &CallMeta,
        attempt: AttemptId,
        terms: &Terms,
        claimed: &mut Vec<EndpointId>,
        doors: &Doors<'_>,
        now: Now,
    ) -> Result<Grant, Blocked> {
        let mut chooser = Chooser {
            pool: doors.pool,
            budget: doors.budget,
            claimed,
        };
        chooser.place(meta, attempt, terms, now, &mut self.rng)
    }

    /// Takes what was decided for `seat`, if anything was.
    fn collect(&mut self, seat: Seat) -> Option<Answer> {
        if !matches!(self.waiters.get(&seat)?.state, State::Placed(_) | State::Ended(_)) {
            return None;
        }
        match self.leave(seat)?.state {
            State::Placed(grant) => Some(Answer::Placed(grant)),
            State::Ended(end) => Some(Answer::Ended(end)),
            State::Parked | State::Queued(_) => None,
        }
    }

    /// Takes a call out of the queue with what was decided for it, and wakes it unless it is asking.
    fn conclude(&mut self, seat: Seat, state: State, asking: Option<Seat>) {
        let Some(waiter) = self.waiters.get_mut(&seat) else {
            return;
        };
        if let State::Queued(ticket) = waiter.state {
            // Popped, it is charged to its tenant's share. Whoever passed a blocked front has jumped no queue
            // of its own, and is not.
            if self.queue.first().is_some_and(|(first, _)| first == ticket) {
                self.queue.pop();
            } else {
                self.queue.remove(ticket);
            }
        }
        waiter.state = state;
        if let Some(at) = waiter.timer.take() {
            self.timers.remove(&(at, seat));
        }
        if asking != Some(seat) {
            self.wakes.push_back(waiter.meta.id);
        }
    }

    fn park(&mut self, seat: Seat, wish: &Wish<'_>, from: Tick) -> Answer {
        if wish.meta.deadline.is_some_and(|deadline| from >= deadline) {
            self.leave(seat);
            return Answer::Ended(End::Exhausted(Limit::Deadline));
        }
        self.sit(seat, wish, State::Parked, Some(from));
        Answer::Wait(Some(from))
    }

    fn enter(&mut self, seat: Seat, wish: &Wish<'_>) {
        self.forget(seat);
        let ticket = match wish.ticket {
            Some(ticket) => {
                self.queue.push_back_in(ticket, seat);
                ticket
            }
            None => self.queue.push(wish.meta.priority, wish.meta.tenant, seat),
        };
        self.sit(seat, wish, State::Queued(ticket), wish.meta.deadline);
    }

    fn sit(&mut self, seat: Seat, wish: &Wish<'_>, state: State, timer: Option<Tick>) {
        self.forget(seat);
        self.timers.extend(timer.map(|at| (at, seat)));
        let waiter = Waiter {
            meta: *wish.meta,
            terms: wish.terms.clone(),
            attempt: wish.attempt,
            state,
            timer,
        };
        self.waiters.insert(seat, waiter);
    }

    fn forget(&mut self, seat: Seat) {
        let _ = self.leave(seat);
    }

    fn leave(&mut self, seat: Seat) -> Option<Waiter> {
        let waiter = self.waiters.remove(&seat)?;
        if let Some(at) = waiter.timer {
            self.timers.remove(&(at, seat));
        }
        if let State::Queued(ticket) = waiter.state {
            self.queue.remove(ticket);
            // Whoever stood behind it may be first now.
            self.stale = true;
        }
        Some(waiter)
    }
}

fn not_at_once(until: Option<Tick>, now: Now) -> Option<Tick> {
    until.map(|at| at.max(now.tick.after(PAUSE)))
}

/// `None` for a call that has failed somewhere: it wants what no other does.
fn signature(waiter: &Waiter, now: Tick) -> Option<Signature> {
    waiter.terms.is_fresh().then(|| Signature {
        affinity: waiter.meta.affinity,
        impatient: waiter.terms.impatient.is_some_and(|at| at <= now),
    })
}
