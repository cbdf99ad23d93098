//! The way to the world and back: what an attempt asks, and how what comes back is read.

use crate::{Knowledge, Setup, site::Sites};
use dioscuri_errors::{Classify as _, Fault, Seen, Taxonomy, connection, read_answer};
use dioscuri_sim::{Admission, Arrival, Reason, Reply, Surface, WireFault, World};
use dioscuri_vocab::{Class, Cost, Failure, Now, Outcome, Phase, Rng, Served, SplitMix64, UnixTime};
use std::{collections::BTreeMap, time::Duration};

/// What stands at the end of the way.
pub(crate) struct Landing {
    pub(crate) after: Duration,
    pub(crate) outcome: Outcome,
}

impl Landing {
    /// A connection that broke `after` the request had come as far as `phase`.
    fn broken(after: Duration, phase: Phase, fault: Fault) -> Self {
        Self {
            after,
            outcome: Outcome::Failed {
                failure: connection(phase, fault),
                phase,
            },
        }
    }
}

/// How much of a refusal a strategy reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reading {
    /// All.
    Whole,
    /// Only what it is. The words are read once for each reason; who ignores them need not wait for them.
    Kind,
}

/// Travels: one of these for all attempts.
pub(crate) struct Traveller {
    world: World,
    travel: (Duration, Duration),
    seed: u64,
    has_bodies: bool,
    reading: Reading,
    hides_limits: bool,
    known: BTreeMap<Reason, (Failure, Duration)>,
}

/// Number of the stream of travel times, apart from all others.
const TRAVELS: u64 = 0x7472_6176_656c;

impl Traveller {
    pub(crate) fn new(world: World, setup: &Setup, reading: Reading) -> Self {
        Self {
            world,
            travel: setup.travel,
            seed: SplitMix64::split(setup.seed, TRAVELS).next_u64(),
            has_bodies: setup.has_bodies,
            reading,
            hides_limits: setup.hides_limits || setup.knowledge == Knowledge::Unknown,
            known: BTreeMap::new(),
        }
    }

    pub(crate) const fn world(&self) -> &World {
        &self.world
    }

    /// How long the way there and the way back take for that try of that call.
    pub(crate) fn ways(&self, call: u32, attempt: u32) -> [Duration; 2] {
        let stream = u64::from(call) << 32 | u64::from(attempt);
        let mut rng = SplitMix64::split(self.seed, stream);
        let (min, max) = self.travel;
        [(); 2].map(|()| min + rng.up_to(max.saturating_sub(min)))
    }

    /// A request of `tokens` arrives: how does it end, and how long after?
    pub(crate) fn arrive(&mut self, sites: &Sites, site: u32, key: u32, tokens: u64, now: Now) -> Landing {
        if !self.world.listens(now) {
            return Landing::broken(Duration::ZERO, Phase::NotSent, Fault::Refused);
        }
        let mut landing = if self.has_bodies {
            let reply = self.arrive_whole(sites, site, key, tokens, now);
            read(&reply, now.unix)
        } else {
            self.arrive_typed(sites, site, key, tokens, now)
        };
        if self.hides_limits
            && let Outcome::Failed { failure, .. } = &mut landing.outcome
        {
            failure
                .violations
                .iter_mut()
                .for_each(|violation| violation.limit = None);
        }
        landing
    }

    fn arrive_typed(&mut self, sites: &Sites, site: u32, key: u32, tokens: u64, now: Now) -> Landing {
        match self.world.admit(&sites.ask(site, key, tokens), now) {
            Admission::Answered { output_tokens, after } => {
                let used = Cost::tokens(tokens).with_output(output_tokens);
                Landing {
                    after,
                    outcome: Outcome::Success(Served::new().with_used(used)),
                }
            }
            Admission::Replied { reply } => read(&reply, now.unix),
            Admission::Refused { reason, reply } if self.reading == Reading::Kind => {
                if reason == Reason::Wire {
                    return read(&reply.write(), now.unix);
                }
                let (failure, after) = self
                    .known
                    .entry(reason)
                    .or_insert_with(|| {
                        let Landing { after, outcome } = read(&reply.write(), now.unix);
                        let failure = outcome.failure().cloned();
                        let mut failure = failure.unwrap_or_else(|| Failure::new(Class::Unknown));
                        failure.violations.clear();
                        (failure, after)
                    })
                    .clone();
                Landing {
                    after,
                    outcome: Outcome::Failed {
                        failure,
                        phase: Phase::Answered,
                    },
                }
            }
            Admission::Refused { reply, .. } => read(&reply.write(), now.unix),
            other => unreachable!("the simulator answers or refuses: {other:?}"),
        }
    }

    fn arrive_whole(&mut self, sites: &Sites, site: u32, key: u32, tokens: u64, now: Now) -> Reply {
        let secret = &sites.secrets[key as usize];
        let site = &sites.all[site as usize];
        let (project, location, model) = (&site.project, &site.location, &site.model);
        let path = match site.surface {
            Surface::Vertex => format!(
                "/v1beta1/projects/{project}/locations/{location}/publishers/google/models/{model}:generateContent"
            ),
            _ => format!("/v1beta/models/{model}:generateContent"),
        };
        let body = body(tokens);
        let arrival = Arrival::new("POST", &path, &body);
        let arrival = match site.surface {
            Surface::Vertex => arrival.with_bearer(secret),
            _ => arrival.with_api_key(secret),
        };
        self.world.arrive(&arrival, now)
    }
}

/// A request of about so many tokens; English text has four characters a token.
fn body(tokens: u64) -> Vec<u8> {
    let characters = usize::try_from(tokens * 4).unwrap_or(usize::MAX);
    let text: String = "Castor and Pollux. ".chars().cycle().take(characters).collect();
    format!(r#"{{"contents":[{{"role":"user","parts":[{{"text":"{text}"}}]}}]}}"#).into_bytes()
}

/// What a client makes of `reply`.
fn read(reply: &Reply, now: UnixTime) -> Landing {
    if let Some(landing) = reply.fault.and_then(|fault| lost(reply, fault)) {
        return landing;
    }
    let outcome = if reply.status == 200 {
        read_answer(&reply.bytes(), now)
    } else {
        let headers = reply.headers.iter().map(|(name, value)| (*name, value.as_ref()));
        let headers: Vec<(&str, &str)> = headers.collect();
        let body = reply.bytes();
        let seen = Seen::new(Some(reply.status), &body).with_headers(&headers);
        let failure = Taxonomy::new().classify(seen, now);
        Outcome::Failed {
            failure: failure.unwrap_or_else(|| Failure::new(Class::Unknown)),
            phase: Phase::Answered,
        }
    };
    Landing {
        after: reply.takes(),
        outcome,
    }
}

/// What a client makes of `reply` if `fault` befalls it on its way; `None`: it arrives.
fn lost(reply: &Reply, fault: WireFault) -> Option<Landing> {
    let landing = match fault {
        WireFault::ResetBefore | WireFault::ResetAfter => {
            Landing::broken(reply.after, Phase::Sent, Fault::Reset)
        }
        WireFault::StallHead { pause } => Landing::broken(pause, Phase::Sent, Fault::Reset),
        WireFault::StallBody { pause, .. } => Landing::broken(
            reply.takes().saturating_add(pause),
            Phase::Answered,
            Fault::Truncated,
        ),
        WireFault::Truncated { .. } | WireFault::WrongLength => {
            Landing::broken(reply.takes(), Phase::Answered, Fault::Truncated)
        }
        // What drips and what announces its leaving arrives.
        _ => return None,
    };
    Some(landing)
}

/// An attempt that took too long.
pub(crate) fn timed_out() -> Outcome {
    Outcome::Failed {
        failure: connection(Phase::Sent, Fault::Timeout),
        phase: Phase::Sent,
    }
}
