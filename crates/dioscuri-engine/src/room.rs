//! The waiting room: one fair queue for all calls, and one look at it whenever something may have opened.

mod waiter;

use crate::{
    EngineOrder,
    choice::{Blocked, Chooser, Grant, NEVER_SENT, soonest},
    step::End,
    terms::Terms,
};
use dioscuri_budget::{FairQueue, Order, RateBudget};
use dioscuri_pool::{Pool, Report};
use dioscuri_retry::Limit;
use dioscuri_vocab::{AttemptId, CallId, CallMeta, EndpointId, Now, SplitMix64, Tick, Timing};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Duration,
};
pub(crate) use waiter::{Answer, Seat, Wish};
use waiter::{Signature, State, Waiter, is_late};

/// How many waiting calls that want the same, or that have failed somewhere, are tried in one look.
///
/// A call bound to one project, or one that has failed somewhere, wants other endpoints than those before
/// it. Looking at a bounded number of each kind keeps a look short, however many wait; only calls that are bound
/// are passed over one by one.
const LOOKAHEAD: usize = 64;

/// The soonest a blocked queue is looked at again by time alone.
///
/// A budget may answer "now" to one question and "not yet" to the next; without a pause the two would chase
/// each other. One millisecond is the resolution of tokio's timer.
const PAUSE: Duration = Duration::from_millis(1);

/// The pool and the budget that the room asks.
pub(crate) struct Doors<'a> {
    pub(crate) pool: &'a dyn Pool,
    pub(crate) budget: &'a dyn RateBudget,
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
    /// What the last look found blocked.
    blocked: Vec<Signature>,
    in_flight: usize,
    seats: u64,
    max_waiting: usize,
    /// Nobody is placed any more.
    is_closed: bool,
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
            blocked: Vec::new(),
            in_flight: 0,
            seats: 0,
            max_waiting,
            is_closed: false,
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
    pub(crate) fn ask(&mut self, seat: Seat, wish: &mut Wish<'_>, doors: &Doors<'_>, now: Now) -> Answer {
        let state = self.waiters.get(&seat).map(|waiter| &waiter.state);
        let queued = matches!(state, Some(State::Queued(_)));
        let is_new = wish.ticket.is_none();
        if is_late(wish.meta, now.tick) && !matches!(state, Some(State::Ended(_))) {
            self.abandon(seat, doors, now);
            return Answer::Ended(End::Exhausted(Limit::Deadline));
        }
        if self.is_closed && !matches!(state, Some(State::Ended(_))) {
            self.abandon(seat, doors, now);
            return Answer::Ended(End::Shed);
        }
        if let Some(answer) = self.collect(seat) {
            return answer;
        }
        if !queued {
            match wish.terms.soonest() {
                None => {
                    self.leave(seat);
                    return Answer::Ended(End::NoEndpoint);
                }
                Some(from) if from > now.tick => return self.park(seat, wish, from),
                Some(_) => self.enter(seat, wish, now.tick),
            }
        }
        if self.is_due(now.tick) || self.may_pass(seat, !queued, now.tick) {
            self.look(doors, now, Some(seat));
        }
        if let Some(answer) = self.collect(seat) {
            return answer;
        }
        if is_new && self.queue.len() > self.max_waiting {
            self.leave(seat);
            return Answer::Ended(End::Shed);
        }
        let own = self.waiters.get(&seat).and_then(|waiter| waiter.timer);
        Answer::Wait(soonest(self.look_at, own))
    }

    /// The call on `seat` is gone: what was kept for it goes to the next.
    pub(crate) fn abandon(&mut self, seat: Seat, doors: &Doors<'_>, now: Now) {
        if let Some(Waiter {
            state: State::Placed(grant),
            ..
        }) = self.leave(seat)
        {
            self.give_back(grant, doors, now);
        }
    }

    fn give_back(&mut self, grant: Grant, doors: &Doors<'_>, now: Now) {
        self.on_ended();
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
    }

    /// Sheds all that wait, and all that ask from now on.
    pub(crate) fn close(&mut self) {
        self.is_closed = true;
        let waits = |waiter: &Waiter| matches!(waiter.state, State::Queued(_) | State::Parked);
        let waiting = self.waiters.iter().filter(|(_, waiter)| waits(waiter));
        let mut waiting: Vec<_> = waiting.map(|(seat, _)| *seat).collect();
        waiting.sort_unstable();
        for seat in waiting {
            self.conclude(seat, State::Ended(End::Shed), None);
        }
    }

    /// Something may have opened.
    pub(crate) fn on_change(&mut self) {
        self.stale = true;
    }

    /// An attempt in flight has ended: something may have opened.
    pub(crate) fn on_ended(&mut self) {
        self.in_flight -= 1;
        self.stale = true;
    }

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
                    doors.pool.rest(endpoint, None);
                    self.stale = true;
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
            let Some(waiter) = self.waiters.get_mut(&seat) else {
                continue;
            };
            waiter.timer = None;
            match waiter.state {
                State::Parked | State::Ended(_) => self.wakes.push_back(waiter.meta.id),
                State::Placed(_) => {
                    // Nobody has come for the place. Should the call be polled after all, it takes its turn again.
                    self.wakes.push_back(waiter.meta.id);
                    self.abandon(seat, doors, now);
                }
                State::Queued(_) if waiter.is_late(now.tick) => {
                    self.conclude(seat, State::Ended(End::Exhausted(Limit::Deadline)), None);
                }
                State::Queued(_) => {
                    // It has lost its patience: later links are open to it now.
                    waiter.timer = waiter.next_timer(now.tick);
                    self.timers.extend(waiter.timer.map(|at| (at, seat)));
                    self.stale = true;
                }
            }
        }
    }

    fn is_due(&self, now: Tick) -> bool {
        self.stale || self.look_at.is_some_and(|at| at <= now)
    }

    /// Whether a call could be placed though nothing has opened: it stands in front, or has come after the last
    /// look and wants what was not blocked then.
    fn may_pass(&self, seat: Seat, is_new: bool, now: Tick) -> bool {
        let is_first = self.queue.first().is_some_and(|(_, first)| *first == seat);
        let is_blocked = || {
            let signature = self.waiters.get(&seat).and_then(|waiter| waiter.signature(now));
            signature.is_some_and(|signature| self.blocked.contains(&signature))
        };
        is_first || (is_new && !is_blocked())
    }

    /// Looks at the queue from the front and gives away every place there is.
    fn look(&mut self, doors: &Doors<'_>, now: Now, asking: Option<Seat>) {
        // Until the look is through: should a pool or budget panic, the next one looks again.
        self.stale = true;
        self.look_at = None;
        self.blocked.clear();
        let mut claimed = Vec::new();
        let (front, is_cut) = self.front(now.tick);
        let mut has_moved = false;
        for seat in front {
            let Some(waiter) = self.waiters.get(&seat) else {
                continue;
            };
            let signature = waiter.signature(now.tick);
            if signature.is_some_and(|signature| self.blocked.contains(&signature)) {
                continue;
            }
            let (meta, attempt, terms) = (waiter.meta, waiter.attempt, waiter.terms.clone());
            let before = claimed.len();
            let decided = match self.place(&meta, attempt, &terms, &mut claimed, doors, now) {
                Ok(grant) => {
                    self.in_flight += 1;
                    State::Placed(grant)
                }
                Err(blocked) => {
                    let Some(end) = self.hopeless(blocked, &meta) else {
                        self.look_at = soonest(self.look_at, not_at_once(blocked.until, now));
                        self.blocked.extend(signature);
                        continue;
                    };
                    // It waits for nothing any more.
                    claimed.truncate(before);
                    State::Ended(end)
                }
            };
            self.conclude(seat, decided, asking);
            has_moved = true;
        }
        // Some have gone: there may be more behind them.
        self.stale = has_moved && is_cut;
    }

    /// Those that one look tries, in order, and whether there are more behind them.
    fn front(&self, now: Tick) -> (Vec<Seat>, bool) {
        let mut front = Vec::new();
        let mut kinds: Vec<(Option<Signature>, usize)> = Vec::new();
        let mut is_cut = false;
        for (_, seat) in &self.queue {
            let Some(waiter) = self.waiters.get(seat) else {
                continue;
            };
            let kind = waiter.signature(now);
            let known = kinds.iter().position(|(known, _)| *known == kind);
            let known = known.unwrap_or_else(|| {
                kinds.push((kind, 0));
                kinds.len() - 1
            });
            let count = &mut kinds[known].1;
            if *count < LOOKAHEAD {
                *count += 1;
                front.push(*seat);
            } else {
                is_cut = true;
                if kind.is_some_and(Signature::is_anywhere) {
                    break;
                }
            }
        }
        (front, is_cut)
    }

    /// Whether waiting cannot help: nothing could ever take the call, it would open too late, or no event is
    /// left that could open it.
    fn hopeless(&self, blocked: Blocked, meta: &CallMeta) -> Option<End> {
        if !blocked.has_endpoint {
            return Some(End::NoEndpoint);
        }
        if blocked.is_behind || blocked.is_pending || self.in_flight > 0 {
            return None;
        }
        let Some(at) = blocked.until else {
            return Some(End::NoEndpoint);
        };
        is_late(meta, at).then_some(End::Exhausted(Limit::Deadline))
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
            // of its own, and is not; nor is who leaves without a place.
            let is_first = self.queue.first().is_some_and(|(first, _)| first == ticket);
            if is_first && matches!(state, State::Placed(_)) {
                self.queue.pop();
            } else {
                self.queue.remove(ticket);
                self.stale = true;
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

    fn park(&mut self, seat: Seat, wish: &Wish<'_>, from: Tick) -> Answer {
        if is_late(wish.meta, from) {
            self.leave(seat);
            return Answer::Ended(End::Exhausted(Limit::Deadline));
        }
        self.sit(seat, wish, State::Parked, |_| Some(from));
        Answer::Wait(Some(from))
    }

    fn enter(&mut self, seat: Seat, wish: &mut Wish<'_>, now: Tick) {
        self.leave(seat);
        let ticket = if let Some(ticket) = *wish.ticket {
            self.queue.push_back_in(ticket, seat);
            ticket
        } else {
            self.queue.push(wish.meta.priority, wish.meta.tenant, seat)
        };
        *wish.ticket = Some(ticket);
        self.sit(seat, wish, State::Queued(ticket), |waiter| waiter.next_timer(now));
    }

    fn sit(
        &mut self,
        seat: Seat,
        wish: &Wish<'_>,
        state: State,
        timer: impl FnOnce(&Waiter) -> Option<Tick>,
    ) {
        self.leave(seat);
        let mut waiter = Waiter {
            meta: *wish.meta,
            terms: wish.terms.clone(),
            attempt: wish.attempt,
            state,
            timer: None,
        };
        waiter.timer = timer(&waiter);
        self.timers.extend(waiter.timer.map(|at| (at, seat)));
        self.waiters.insert(seat, waiter);
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
