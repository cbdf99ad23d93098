//! The choice of an endpoint: among a sample of the ready, by room and load.

mod blocked;
mod sample;

use crate::{
    hash::IdSet,
    pace::Pace,
    receipt::{Rule, Why},
    terms::Terms,
};
pub(crate) use blocked::{Blocked, soonest};
use blocked::{Closed, Nearest};
use dioscuri_budget::{RateBudget, Reservation, Reserve};
use dioscuri_pool::{Candidate, Pool, Want};
use dioscuri_vocab::{
    AttemptId, CallMeta, Cost, CredentialId, EndpointId, Now, Outcome, Phase, Rng, Tick, Timing,
};
use sample::{Ready, Sample};
use std::{ops::ControlFlow, time::Duration};

/// How many endpoints that cannot take a call are looked at for it, of the open and of the closed each.
///
/// The pool offers the open ones first and the closed ones by opening, and what has no room for anybody is not offered
/// as open again until it has. So these are open to smaller calls only, or kept for others: of 64 in no fixed order
/// one that fits is found unless they are very rare.
const LOOKS: u32 = 64;

/// An earlier link of the model chain that opens within this time is waited for, though a later one may be asked: a
/// lesser answer is not worth two seconds. It is also how long a pool waits for a first word of what it has not
/// proven yet.
const SOON: Duration = Duration::from_secs(2);

/// What any other call costs at least: where it has no room, nothing has.
const LEAST: Cost = Cost::tokens(0);

/// A place that is kept for a call: reserved in the budget, begun in the pool.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) attempt: AttemptId,
    pub(crate) endpoint: EndpointId,
    pub(crate) link: u8,
    pub(crate) credential: CredentialId,
    pub(crate) reservation: Reservation,
    pub(crate) rule: Rule,
    pub(crate) is_probe: bool,
    /// What it was waited for.
    pub(crate) why: Why,
    /// Since when it is kept.
    pub(crate) since: Tick,
}

/// What one look at the room remembers from call to call.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Endpoints that an earlier caller waits for.
    claimed: IdSet<EndpointId>,
    /// Endpoints that have no room for anybody before a tick; the pool has not been told yet.
    resting: Vec<(EndpointId, Tick)>,
    /// Endpoints of which the pool has been told.
    pub(crate) rested: IdSet<EndpointId>,
}

impl Notes {
    /// A new look begins: nobody has claimed anything.
    pub(crate) fn begin(&mut self) {
        self.claimed.clear();
    }

    /// A call waits for what it is blocked by.
    pub(crate) fn claim(&mut self, blocked: &Blocked) {
        self.claimed.extend(blocked.claims);
    }
}

/// All that are asked for a place.
pub(crate) struct Chooser<'a> {
    pub(crate) pool: &'a dyn Pool,
    pub(crate) budget: &'a dyn RateBudget,
    pub(crate) notes: &'a mut Notes,
    pub(crate) pace: &'a mut Pace,
}

impl Chooser<'_> {
    /// Places `meta` under `terms`, or says when to look again. What a blocked call waits for is claimed: the
    /// endpoint that opens soonest to it, so that those behind it may go wherever they are not in its way.
    pub(crate) fn place(
        &mut self,
        meta: &CallMeta,
        attempt: AttemptId,
        terms: &Terms,
        now: Now,
        rng: &mut dyn Rng,
    ) -> Result<Grant, Blocked> {
        let mut blocked = Blocked::default();
        let is_impatient = terms.impatient().is_some_and(|at| at <= now.tick);
        for link in 0..self.pool.links() {
            let opens_soon = blocked.until.is_some_and(|at| at <= now.tick.after(SOON));
            if opens_soon && !is_impatient {
                break;
            }
            let mut ready = self.sample(link, meta, terms, now, rng, &mut blocked);
            self.tell_the_pool();
            while let Some(choice) = ready.take_best() {
                match self.take(&choice, meta, attempt, now) {
                    Ok(grant) => return Ok(grant),
                    Err(at) => blocked.by(choice.endpoint, Closed::until(at), true),
                }
            }
        }
        Err(blocked)
    }

    fn sample(
        &mut self,
        link: u8,
        meta: &CallMeta,
        terms: &Terms,
        now: Now,
        rng: &mut dyn Rng,
        blocked: &mut Blocked,
    ) -> Sample {
        let mut ready = Sample::default();
        let mut nearest = Nearest::new(LOOKS);
        let want = Want::link(link).avoiding(&terms.never).within(meta.affinity);
        let pool = self.pool;
        let mut is_cut = false;
        pool.visit(&want, now, rng, &mut |candidate| {
            let Some((from, rule)) = terms.from(candidate.endpoint, link) else {
                return ControlFlow::Continue(());
            };
            blocked.has_endpoint = true;
            if candidate.open_at.is_none_or(|at| at > now.tick)
                && (!ready.is_empty() || nearest.is_beaten_by(candidate.open_at))
            {
                // Those that follow open no sooner.
                is_cut = true;
                return ControlFlow::Break(());
            }
            match self.look(candidate, meta, from, now) {
                Ok(room) => {
                    ready.add(Ready {
                        endpoint: candidate.endpoint,
                        link,
                        rank: candidate.rank,
                        room,
                        load: candidate.load,
                        rule,
                        is_probe: candidate.probe,
                    });
                    is_cut = ready.is_full();
                }
                Err(closed) => {
                    is_cut = nearest.note(candidate.open_at, closed.at, now.tick);
                    blocked.by(candidate.endpoint, closed, from <= now.tick);
                }
            }
            if is_cut {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if is_cut {
            blocked.cut(nearest.unseen());
        }
        ready
    }

    /// The room that `candidate` has for the call now, or when it opens.
    fn look(&mut self, candidate: Candidate, meta: &CallMeta, from: Tick, now: Now) -> Result<f32, Closed> {
        let endpoint = candidate.endpoint;
        let Some(pool) = candidate.open_at else {
            return Err(Closed::by_pool(None));
        };
        let opening = self.budget.opening(endpoint, &meta.cost, now);
        let has_room = opening.at.is_some_and(|at| at <= now.tick);
        if has_room && pool <= now.tick && from <= now.tick {
            if self.notes.claimed.contains(&endpoint) {
                return Err(Closed::claimed());
            }
            return match self.pace.held(self.budget, endpoint, meta, opening.room, now) {
                None => Ok(opening.room),
                Some(until) => Err(Closed::until(Some(until))),
            };
        }
        let at = opening.at.map(|budget| pool.max(budget).max(from));
        let mut closed = Closed::until(at);
        if opening.pending {
            closed.is_pending = true;
        } else if !has_room {
            self.rest(&mut closed, candidate, meta, opening.at, now);
        } else if pool > now.tick {
            closed.why = Why::Capacity;
        } else {
            closed.why = Why::Backoff;
        }
        Err(closed)
    }

    /// An endpoint has no room for the call: has it for any?
    fn rest(
        &mut self,
        closed: &mut Closed,
        candidate: Candidate,
        meta: &CallMeta,
        at: Option<Tick>,
        now: Now,
    ) {
        let endpoint = candidate.endpoint;
        let is_least = meta.cost == LEAST;
        let least = if is_least {
            at
        } else {
            let opening = self.budget.opening(endpoint, &LEAST, now);
            opening.at.filter(|_| !opening.pending)
        };
        closed.is_by_size = !is_least && least != at && least.is_some();
        if let Some(least) = least.filter(|least| *least > now.tick) {
            closed.firm = Some(least);
            if candidate.open_at.is_some_and(|known| known < least) {
                self.notes.resting.push((endpoint, least));
            }
        }
        self.pace.on_full(self.budget, endpoint, meta, at, now);
    }

    fn tell_the_pool(&mut self) {
        for (endpoint, until) in self.notes.resting.drain(..) {
            self.notes.rested.insert(endpoint);
            self.pool.rest(endpoint, Some(until));
        }
    }

    fn take(
        &mut self,
        choice: &Ready,
        meta: &CallMeta,
        attempt: AttemptId,
        now: Now,
    ) -> Result<Grant, Option<Tick>> {
        let endpoint = choice.endpoint;
        let share = self
            .pace
            .share(self.budget, endpoint, &meta.cost, choice.room, now);
        let reservation = match self.budget.reserve(endpoint, &meta.cost, now) {
            Reserve::Granted(reservation) => reservation,
            Reserve::NotUntil { at, .. } => return Err(at),
            Reserve::Never { .. } => return Err(None),
        };
        if let Some(credential) = self.pool.begin(endpoint, attempt, now) {
            self.pace.on_grant(endpoint, meta, share, now);
            Ok(Grant {
                attempt,
                endpoint,
                link: choice.link,
                credential,
                reservation,
                rule: choice.rule,
                is_probe: choice.is_probe,
                why: Why::Queue,
                since: now.tick,
            })
        } else {
            self.budget
                .settle(reservation, &NEVER_SENT, &Timing::default(), now);
            // It was open a moment ago: somebody outside of this engine was faster. The next look knows more.
            Err(Some(now.tick))
        }
    }
}

/// The outcome of a place that was kept and not used.
pub(crate) const NEVER_SENT: Outcome = Outcome::Cancelled {
    phase: Phase::NotSent,
};
