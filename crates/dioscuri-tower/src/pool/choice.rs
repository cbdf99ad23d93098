//! The choice itself: who is open, and of two the idler one.

use super::{Chosen, PoolError, PoolLayer, flight::Flight};
use crate::journey::{Journey, Last, Opens};
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
    /// Whether there is anybody at all for this call.
    has_any: bool,
    /// Whether somebody's probe was out meanwhile.
    is_probing: bool,
}

impl PoolLayer {
    /// Begins an attempt at an open endpoint.
    pub(super) fn choose(&self, journey: Journey) -> Result<Flight, PoolError> {
        let call = CallId(CALLS.fetch_add(1, Ordering::Relaxed));
        let own = self.calls.fetch_add(1, Ordering::Relaxed);
        let (now, mut rng) = (self.clock.now(), SplitMix64::split(self.seed, own));
        for _ in 0..LOOKS {
            let look = self.look(&journey, None, now, &mut rng);
            let Some(candidate) = look.ready else {
                return Err(look.refuse(&journey, now));
            };
            let attempt = AttemptId { call, no: 1 };
            let probe = candidate.probe.then(|| self.probes.begin());
            if let Some(credential) = self.pool.begin(candidate.endpoint, attempt, now) {
                let chosen = Chosen {
                    endpoint: candidate.endpoint,
                    credential,
                };
                // Until more is known: it may be dropped, and whoever drops it may repeat.
                journey.set_last(Last::Sent {
                    at: chosen.endpoint,
                    is_probe: probe.is_some(),
                    here: Opens::Unsure,
                    other: Opens::Unsure,
                });
                return Ok(Flight::begin(
                    self.clone(),
                    chosen,
                    attempt,
                    now.tick,
                    journey,
                    probe,
                ));
            }
        }
        let crowded = Look {
            opens_at: Some(now.tick),
            has_any: true,
            ..Look::default()
        };
        Err(crowded.refuse(&journey, now))
    }

    /// When somebody other than `failed` opens, as far as this call is concerned.
    pub(super) fn other_opens(&self, journey: &Journey, failed: EndpointId) -> Opens {
        let (now, mut rng) = (self.clock.now(), SplitMix64::new(self.seed));
        let look = self.look(journey, Some(failed), now, &mut rng);
        look.opens(now.tick)
    }

    /// When `endpoint` opens again, for anybody.
    pub(super) fn opens(&self, endpoint: EndpointId) -> Opens {
        let (now, mut rng) = (self.clock.now(), SplitMix64::new(self.seed));
        let mut look = Look::default();
        let ended = self.probes.ended();
        self.pool.visit(&Want::link(0), now, &mut rng, &mut |candidate| {
            if candidate.endpoint != endpoint {
                return ControlFlow::Continue(());
            }
            (look.has_any, look.opens_at) = (true, candidate.open_at);
            ControlFlow::Break(())
        });
        look.is_probing = look.opens_at.is_none() && self.probes.begun() > ended;
        look.opens(now.tick)
    }

    fn look(&self, journey: &Journey, except: Option<EndpointId>, now: Now, rng: &mut SplitMix64) -> Look {
        let closed = journey.closed(now.tick);
        let until = |at: EndpointId| {
            let own = closed.iter().find(|(other, _)| *other == at)?;
            own.1
        };
        let mut look = Look::default();
        let mut avoid: Vec<_> = except.into_iter().collect();
        avoid.extend(
            closed
                .iter()
                .filter(|(_, until)| until.is_none())
                .map(|(at, _)| *at),
        );
        let ended = self.probes.ended();
        self.pool
            .visit(&Want::link(0).avoiding(&avoid), now, rng, &mut |candidate| {
                look.has_any = true;
                let own = until(candidate.endpoint);
                let opens = candidate.open_at.map(|at| own.map_or(at, |own| own.max(at)));
                match opens {
                    Some(at) if at <= now.tick => look.compare(candidate),
                    at => look.later(at, candidate.open_at > Some(now.tick)),
                }
            });
        look.is_probing = self.probes.begun() > ended;
        look
    }
}

impl Look {
    /// The refusal of a call that has found nobody.
    fn refuse(&self, journey: &Journey, now: Now) -> PoolError {
        let opens = self.opens(now.tick);
        journey.set_last(Last::Refused(opens));
        PoolError::closed(self.opens_at, opens == Opens::Unsure, now.tick)
    }

    /// When somebody opens.
    fn opens(&self, now: Tick) -> Opens {
        match self.opens_at {
            _ if self.ready.is_some() => Opens::At(now),
            _ if self.has_any && self.is_probing => Opens::Unsure,
            Some(at) => Opens::At(at),
            None => Opens::Never,
        }
    }

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
