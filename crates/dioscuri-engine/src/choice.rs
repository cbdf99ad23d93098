//! The choice of an endpoint: among a sample of the ready, by room and load.

use crate::{receipt::Rule, terms::Terms};
use dioscuri_budget::{RateBudget, Reservation, Reserve};
use dioscuri_pool::{Candidate, Pool, Want};
use dioscuri_vocab::{AttemptId, CallMeta, CredentialId, EndpointId, Now, Outcome, Phase, Rng, Tick, Timing};
use std::{cmp::Ordering, ops::ControlFlow, time::Duration};

/// How many ready endpoints are compared before one is chosen.
///
/// The best of a few random ones is nearly as good as the best of all (Mitzenmacher, "The power of two
/// choices", 2001), and keeps the cost of a choice independent of the size of the pool.
const SAMPLE: usize = 8;

/// An earlier link of the model chain that opens within this time is waited for, though a later one may be asked: a
/// lesser answer is not worth two seconds. It is also how long a pool waits for a first word of what it has not
/// proven yet.
const SOON: Duration = Duration::from_secs(2);

/// Steps in which room is compared: a difference below 1/64 of a quota is none, and load decides.
const ROOM_STEPS: f32 = 64.0;

/// A place that is kept for a call: reserved in the budget, begun in the pool.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) attempt: AttemptId,
    pub(crate) endpoint: EndpointId,
    pub(crate) link: u8,
    pub(crate) credential: CredentialId,
    pub(crate) reservation: Reservation,
    pub(crate) rule: Rule,
    /// Since when it is kept.
    pub(crate) since: Tick,
}

/// Why a call could not be placed.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Blocked {
    /// The soonest it could be placed if nothing else happens; `None`: only an event can tell.
    pub(crate) until: Option<Tick>,
    /// Whether any endpoint could take it, now or ever.
    pub(crate) has_endpoint: bool,
    /// Whether an endpoint is open to it that an earlier caller waits for.
    pub(crate) is_behind: bool,
    /// Whether something outside of the engine is under way that may open an endpoint to it.
    pub(crate) is_pending: bool,
}

impl Blocked {
    fn by(&mut self, closed: Closed) {
        match closed {
            Closed::Until(at) => self.until = soonest(self.until, at),
            Closed::Claimed => self.is_behind = true,
            Closed::Pending(at) => {
                self.is_pending = true;
                self.until = soonest(self.until, at);
            }
        }
    }
}

/// The two that are asked.
pub(crate) struct Chooser<'a> {
    pub(crate) pool: &'a dyn Pool,
    pub(crate) budget: &'a dyn RateBudget,
    /// Endpoints that an earlier caller is waiting for.
    pub(crate) claimed: &'a mut Vec<EndpointId>,
}

struct Ready {
    endpoint: EndpointId,
    link: u8,
    rank: u8,
    room: f32,
    load: f32,
    rule: Rule,
}

impl Ready {
    /// The better one first: preferred, then more room, then less load.
    fn order(&self, other: &Self) -> Ordering {
        let steps = |ready: &Self| (ready.room * ROOM_STEPS).floor();
        self.rank
            .cmp(&other.rank)
            .then(steps(other).total_cmp(&steps(self)))
            .then(self.load.total_cmp(&other.load))
    }
}

impl Chooser<'_> {
    /// Places `meta` under `terms`, or says when to look again. What a blocked call waits for is claimed.
    pub(crate) fn place(
        &mut self,
        meta: &CallMeta,
        attempt: AttemptId,
        terms: &Terms,
        now: Now,
        rng: &mut dyn Rng,
    ) -> Result<Grant, Blocked> {
        let mut blocked = Blocked::default();
        let mut wanted = Vec::new();
        let is_impatient = terms.impatient().is_some_and(|at| at <= now.tick);
        for link in 0..self.pool.links() {
            let opens_soon = blocked.until.is_some_and(|at| at <= now.tick.after(SOON));
            if opens_soon && !is_impatient {
                break;
            }
            let mut ready = Vec::new();
            let want = Want::link(link).avoiding(&terms.never).within(meta.affinity);
            self.pool.visit(&want, now, rng, &mut |candidate| {
                let Some((from, rule)) = terms.from(candidate.endpoint, link) else {
                    return ControlFlow::Continue(());
                };
                blocked.has_endpoint = true;
                match self.look(candidate, meta, from, now) {
                    Ok(room) => ready.push(Ready {
                        endpoint: candidate.endpoint,
                        link,
                        rank: candidate.rank,
                        room,
                        load: candidate.load,
                        rule,
                    }),
                    Err(closed) => {
                        blocked.by(closed);
                        if from <= now.tick {
                            wanted.push(candidate.endpoint);
                        }
                    }
                }
                if ready.len() < SAMPLE {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
            ready.sort_by(Ready::order);
            for choice in ready {
                match self.take(&choice, meta, attempt, now) {
                    Ok(grant) => return Ok(grant),
                    Err(at) => {
                        blocked.by(Closed::Until(at));
                        wanted.push(choice.endpoint);
                    }
                }
            }
        }
        self.claimed.append(&mut wanted);
        Err(blocked)
    }

    /// The room that `candidate` has for the call now, or when it opens.
    fn look(&self, candidate: Candidate, meta: &CallMeta, from: Tick, now: Now) -> Result<f32, Closed> {
        let pool = candidate.open_at.ok_or(Closed::Until(None))?;
        let opening = self.budget.opening(candidate.endpoint, &meta.cost, now);
        let at = opening.at.map(|budget| pool.max(budget).max(from));
        if at.is_none_or(|at| at > now.tick) {
            Err(if opening.pending {
                Closed::Pending(at)
            } else {
                Closed::Until(at)
            })
        } else if self.claimed.contains(&candidate.endpoint) {
            Err(Closed::Claimed)
        } else {
            Ok(opening.room)
        }
    }

    fn take(
        &self,
        choice: &Ready,
        meta: &CallMeta,
        attempt: AttemptId,
        now: Now,
    ) -> Result<Grant, Option<Tick>> {
        let endpoint = choice.endpoint;
        let reservation = match self.budget.reserve(endpoint, &meta.cost, now) {
            Reserve::Granted(reservation) => reservation,
            Reserve::NotUntil { at, .. } => return Err(at),
            Reserve::Never { .. } => return Err(None),
        };
        if let Some(credential) = self.pool.begin(endpoint, attempt, now) {
            Ok(Grant {
                attempt,
                endpoint,
                link: choice.link,
                credential,
                reservation,
                rule: choice.rule,
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

/// Why an endpoint cannot take a call now.
#[derive(Clone, Copy)]
enum Closed {
    /// It opens then; `None`: only an event can tell.
    Until(Option<Tick>),
    /// It is open, and an earlier caller waits for it.
    Claimed,
    /// The same as `Until`, but something outside of the engine may open it sooner.
    Pending(Option<Tick>),
}

/// The sooner of two ticks, where `None` is "only an event can tell".
pub(crate) fn soonest(a: Option<Tick>, b: Option<Tick>) -> Option<Tick> {
    a.into_iter().chain(b).min()
}
