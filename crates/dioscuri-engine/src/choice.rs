//! The choice of an endpoint: among a sample of the ready, by room and load.

use crate::receipt::Rule;
use dioscuri_budget::{RateBudget, Reservation, Reserve};
use dioscuri_pool::{Candidate, Pool, Want};
use dioscuri_vocab::{AttemptId, CallMeta, CredentialId, EndpointId, Now, Outcome, Phase, Rng, Tick, Timing};
use std::{cmp::Ordering, ops::ControlFlow};

/// How many ready endpoints are compared before one is chosen.
///
/// The best of a few random ones is nearly as good as the best of all (Mitzenmacher, "The power of two
/// choices", 2001), and keeps the cost of a choice independent of the size of the pool.
const SAMPLE: usize = 8;

/// Steps in which room is compared: a difference below 1/64 of a quota is none, and load decides.
const ROOM_STEPS: f32 = 64.0;

/// Where and when a call may go. Kept from failure to failure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// Endpoints that this call has failed on, each with the tick from which it may try again there.
    pub(crate) tried: Vec<(EndpointId, Tick)>,
    /// Endpoints that cannot answer this call.
    pub(crate) never: Vec<EndpointId>,
    /// From when other endpoints of the same link may be tried; `None`: no more.
    pub(crate) elsewhere: Option<Tick>,
    /// From when later links may be tried because an earlier one failed.
    pub(crate) fallback: Option<Tick>,
    /// From when later links may be tried because the call has waited so long.
    pub(crate) impatient: Option<Tick>,
    /// The endpoint of the last try.
    pub(crate) last: Option<EndpointId>,
}

impl Terms {
    /// A call that has not tried anything yet.
    pub(crate) fn new(begun: Tick, impatient: Option<Tick>) -> Self {
        Self {
            elsewhere: Some(begun),
            impatient,
            ..Self::default()
        }
    }

    /// The soonest tick at which these terms allow anything.
    pub(crate) fn soonest(&self) -> Option<Tick> {
        let here = self.tried.iter().map(|(_, from)| *from);
        here.chain(self.elsewhere)
            .chain(self.fallback)
            .chain(self.impatient)
            .min()
    }

    /// Whether the call has not failed anywhere: then it wants what every such call wants.
    pub(crate) fn is_fresh(&self) -> bool {
        self.tried.is_empty() && self.never.is_empty() && self.last.is_none()
    }

    /// From when `endpoint` on `link` may be tried, and by which rule.
    fn from(&self, endpoint: EndpointId, link: u8) -> Option<(Tick, Rule)> {
        let here = self
            .tried
            .iter()
            .find(|(tried, _)| *tried == endpoint)
            .map(|(_, from)| *from);
        if link > 0 {
            let (way, rule) = match (self.fallback, self.impatient) {
                (Some(failed), Some(waited)) if waited < failed => (waited, Rule::FallbackAfterWait),
                (Some(failed), _) => (failed, Rule::FallbackAfterFailure),
                (None, Some(waited)) => (waited, Rule::FallbackAfterWait),
                (None, None) => return None,
            };
            return Some((here.map_or(way, |from| from.max(way)), rule));
        }
        match here {
            Some(from) if self.last == Some(endpoint) => Some((from, Rule::Retry)),
            Some(from) => Some((from, Rule::Failover)),
            None => {
                let rule = if self.last.is_none() {
                    Rule::FirstChoice
                } else {
                    Rule::Failover
                };
                self.elsewhere.map(|from| (from, rule))
            }
        }
    }
}

/// A place that is kept for a call: reserved in the budget, begun in the pool.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) attempt: AttemptId,
    pub(crate) endpoint: EndpointId,
    pub(crate) credential: CredentialId,
    pub(crate) reservation: Reservation,
    pub(crate) rule: Rule,
}

/// Why a call could not be placed.
#[derive(Debug)]
pub(crate) struct Blocked {
    /// The soonest it could be placed if nothing else happens; `None`: only an event can tell.
    pub(crate) until: Option<Tick>,
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
    room: f32,
    load: f32,
    rule: Rule,
}

impl Ready {
    /// The better one first: more room, then less load.
    fn order(&self, other: &Self) -> Ordering {
        let steps = |ready: &Self| (ready.room * ROOM_STEPS).floor();
        steps(other)
            .total_cmp(&steps(self))
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
        let mut until = None;
        let mut wanted = Vec::new();
        for link in 0..self.pool.links() {
            let mut ready = Vec::new();
            let want = Want::link(link).avoiding(&terms.never).within(meta.affinity);
            self.pool.visit(&want, now.tick, rng, &mut |candidate| {
                let Some((from, rule)) = terms.from(candidate.endpoint, link) else {
                    return ControlFlow::Continue(());
                };
                match self.look(candidate, meta, from, now) {
                    Look::Ready(room) => {
                        let (endpoint, load) = (candidate.endpoint, candidate.load);
                        ready.push(Ready {
                            endpoint,
                            room,
                            load,
                            rule,
                        });
                    }
                    Look::Closed(at) => {
                        until = soonest(until, at);
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
                    Err(at) => until = soonest(until, at),
                }
            }
        }
        self.claimed.append(&mut wanted);
        Err(Blocked { until })
    }

    fn look(&self, candidate: Candidate, meta: &CallMeta, from: Tick, now: Now) -> Look {
        let Some(pool) = candidate.open_at else {
            return Look::Closed(None);
        };
        let opening = self.budget.opening(candidate.endpoint, &meta.cost, now);
        let Some(budget) = opening.at else {
            return Look::Closed(None);
        };
        let at = pool.max(budget).max(from);
        if at > now.tick {
            Look::Closed(Some(at))
        } else if self.claimed.contains(&candidate.endpoint) {
            Look::Closed(None)
        } else {
            Look::Ready(opening.room)
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
                credential,
                reservation,
                rule: choice.rule,
            })
        } else {
            self.budget
                .settle(reservation, &NEVER_SENT, &Timing::default(), now);
            Err(None)
        }
    }
}

/// The outcome of a place that was kept and not used.
pub(crate) const NEVER_SENT: Outcome = Outcome::Cancelled {
    phase: Phase::NotSent,
};

enum Look {
    Ready(f32),
    Closed(Option<Tick>),
}

/// The sooner of two ticks, where `None` is "only an event can tell".
pub(crate) fn soonest(a: Option<Tick>, b: Option<Tick>) -> Option<Tick> {
    a.into_iter().chain(b).min()
}
