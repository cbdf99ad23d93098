//! The choice itself: who is open, and of two the idler one.

use super::{Chosen, PoolError, PoolLayer, flight::Flight};
use crate::journey::{Journey, Last};
use crate::retry::tick_of;
use dioscuri_pool::{Candidate, Want};
use dioscuri_vocab::{AttemptId, CallId, EndpointId, Now, SplitMix64, Tick};
use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicU64, Ordering},
};

/// Endpoints that close between the look and the attempt, before the call gives up: each was open a moment ago, so
/// that losing four in a row means a crowd.
const LOOKS: u32 = 4;

/// Attempts are numbered for all pools of the process, in the upper half: an engine on the same pool counts from 0.
static CALLS: AtomicU64 = AtomicU64::new(1 << 63);

/// What a look at the pool has shown.
#[derive(Default)]
struct Look {
    ready: Option<Candidate>,
    /// When somebody opens, if nobody is ready.
    opens_at: Option<Tick>,
}

impl PoolLayer {
    /// Begins an attempt at an open endpoint.
    pub(super) fn choose(&self, journey: Journey) -> Result<Flight, PoolError> {
        let call = CallId(CALLS.fetch_add(1, Ordering::Relaxed));
        let (now, mut rng) = (self.clock.now(), SplitMix64::split(self.seed, call.0));
        for _ in 0..LOOKS {
            let look = self.look(&journey, None, now, &mut rng);
            let Some(candidate) = look.ready else {
                return Err(self.refuse(&journey, look.opens_at, now));
            };
            let attempt = AttemptId { call, no: 1 };
            if let Some(credential) = self.pool.begin(candidate.endpoint, attempt, now) {
                let chosen = Chosen {
                    endpoint: candidate.endpoint,
                    credential,
                };
                journey.set_last(Last::Sent {
                    at: chosen.endpoint,
                    here: None,
                    other: None,
                });
                return Ok(Flight::begin(self.clone(), chosen, attempt, now.tick, journey));
            }
        }
        Err(self.refuse(&journey, Some(now.tick), now))
    }

    /// When somebody other than `failed` opens, as far as this call is concerned.
    pub(super) fn other_opens(&self, journey: &Journey, failed: EndpointId) -> Option<Tick> {
        let (now, mut rng) = (self.clock.now(), SplitMix64::new(self.seed));
        let look = self.look(journey, Some(failed), now, &mut rng);
        look.ready.map(|_| now.tick).or(look.opens_at)
    }

    /// When `endpoint` opens again, for anybody.
    pub(super) fn opens(&self, endpoint: EndpointId) -> Option<Tick> {
        let (now, mut rng) = (self.clock.now(), SplitMix64::new(self.seed));
        let mut opens = None;
        self.pool.visit(&Want::link(0), now, &mut rng, &mut |candidate| {
            if candidate.endpoint != endpoint {
                return ControlFlow::Continue(());
            }
            opens = candidate.open_at;
            ControlFlow::Break(())
        });
        opens
    }

    fn refuse(&self, journey: &Journey, opens_at: Option<Tick>, now: Now) -> PoolError {
        let opens = opens_at.map(|at| self.clock.instant(at));
        journey.set_last(Last::Refused { opens });
        PoolError::closed(opens_at, now.tick)
    }

    fn look(&self, journey: &Journey, except: Option<EndpointId>, now: Now, rng: &mut SplitMix64) -> Look {
        let closed = journey.closed();
        let until = |at: EndpointId| {
            closed
                .iter()
                .find(|(other, _)| *other == at)
                .map(|(_, until)| *until)
        };
        let mut look = Look::default();
        let mut avoid: Vec<_> = except.into_iter().collect();
        avoid.extend(
            closed
                .iter()
                .filter(|(_, until)| until.is_none())
                .map(|(at, _)| *at),
        );
        self.pool
            .visit(&Want::link(0).avoiding(&avoid), now, rng, &mut |candidate| {
                let own = until(candidate.endpoint)
                    .flatten()
                    .map(|until| tick_of(&self.clock, until));
                let opens = candidate.open_at.map(|at| own.map_or(at, |own| own.max(at)));
                match opens {
                    Some(at) if at <= now.tick => look.compare(candidate),
                    at => look.later(at, candidate.open_at > Some(now.tick)),
                }
            });
        look
    }
}

impl Look {
    /// The first one, or of the first two of a rank the idler one; probes come first and are taken at once.
    fn compare(&mut self, candidate: Candidate) -> ControlFlow<()> {
        let Some(first) = self.ready else {
            self.ready = Some(candidate);
            return if candidate.probe {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            };
        };
        if candidate.rank == first.rank && candidate.load < first.load {
            self.ready = Some(candidate);
        }
        ControlFlow::Break(())
    }

    /// Nobody is open from here on if `in_order`: those that are closed come by opening.
    fn later(&mut self, at: Option<Tick>, in_order: bool) -> ControlFlow<()> {
        if self.ready.is_some() {
            return ControlFlow::Break(());
        }
        self.opens_at = [self.opens_at, at].into_iter().flatten().min();
        if in_order && self.opens_at.is_some() && self.opens_at == at {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}
