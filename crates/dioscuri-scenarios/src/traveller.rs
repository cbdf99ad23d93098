//! The way to the world and back: what an attempt asks, and how what comes back is read.

use crate::stack::{Stack, Target};
use dioscuri_errors::{Classify as _, Fault, Seen, Taxonomy, connection, read_answer};
use dioscuri_sim::{Admission, Arrival, Ask, Reply, Surface, WireFault, World};
use dioscuri_vocab::{
    Class, Cost, CredentialId, EndpointId, Failure, Now, Outcome, Phase, Rng, Served, SplitMix64, Tick,
    UnixTime,
};
use std::time::Duration;

/// The prompt of one call.
pub(crate) struct Prompt {
    tokens: u64,
    /// The whole request, if bodies are written.
    body: Option<Vec<u8>>,
}

impl Prompt {
    /// A prompt of `tokens`; English text has four characters a token.
    pub(crate) fn new(tokens: u64, has_body: bool) -> Self {
        let body = has_body.then(|| {
            let characters = usize::try_from(tokens * 4).unwrap_or(usize::MAX);
            let text: String = "Castor and Pollux. ".chars().cycle().take(characters).collect();
            format!(r#"{{"contents":[{{"role":"user","parts":[{{"text":"{text}"}}]}}]}}"#).into_bytes()
        });
        Self { tokens, body }
    }

    /// What the engine is told that it costs. The simulator's count of a text is up to 8 % off the formula.
    pub(crate) fn cost(&self) -> Cost {
        let margin = self.body.as_ref().map_or(0, |_| self.tokens / 10 + 4);
        Cost::tokens(self.tokens + margin)
    }
}

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

/// Travels: one of these for all attempts, with draws of its own.
pub(crate) struct Traveller {
    world: World,
    travel: (Duration, Duration),
    rng: SplitMix64,
}

impl Traveller {
    pub(crate) fn new(world: World, travel: (Duration, Duration), seed: u64) -> Self {
        Self {
            world,
            travel,
            rng: SplitMix64::split(seed, u64::MAX),
        }
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// How long one way takes.
    pub(crate) fn way(&mut self) -> Duration {
        let (min, max) = self.travel;
        min + self.rng.up_to(max.saturating_sub(min))
    }

    /// `prompt` arrives at the world: how does it end, and how long after?
    pub(crate) fn arrive(
        &mut self,
        stack: &Stack,
        (at, credential): (EndpointId, CredentialId),
        prompt: &Prompt,
        now: Now,
    ) -> Landing {
        if !self.world.listens(now) {
            return Landing::broken(Duration::ZERO, Phase::NotSent, Fault::Refused);
        }
        let target = &stack.targets[at.0 as usize];
        let secret = &stack.secrets[credential.0 as usize];
        if let Some(body) = &prompt.body {
            let path = path(target);
            let arrival = Arrival::new("POST", &path, body);
            let arrival = match target.surface {
                Surface::Vertex => arrival.with_bearer(secret),
                _ => arrival.with_api_key(secret),
            };
            return read(&self.world.arrive(&arrival, now), now.unix);
        }
        let ask = match target.surface {
            Surface::Vertex => Ask::vertex(
                secret,
                &target.project,
                &target.location,
                &target.model,
                prompt.tokens,
            ),
            _ => Ask::developer(secret, &target.model, prompt.tokens),
        };
        match self.world.admit(&ask, now) {
            Admission::Answered { output_tokens, after } => {
                let used = Cost::tokens(prompt.tokens).with_output(output_tokens);
                Landing {
                    after,
                    outcome: Outcome::Success(Served::new().with_used(used)),
                }
            }
            Admission::Replied { reply } => read(&reply, now.unix),
            Admission::Refused { reply, .. } => read(&reply.write(), now.unix),
            other => unreachable!("the simulator answers or refuses: {other:?}"),
        }
    }
}

fn path(target: &Target) -> String {
    let Target {
        project,
        location,
        model,
        ..
    } = target;
    match target.surface {
        Surface::Vertex => format!(
            "/v1beta1/projects/{project}/locations/{location}/publishers/google/models/{model}:generateContent"
        ),
        _ => format!("/v1beta/models/{model}:generateContent"),
    }
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

/// The moment of `tick` in a world that begins at noon of a summer day in California, far from midnight.
pub(crate) fn moment(tick: Tick) -> Now {
    // 2026-07-01T19:00:00Z.
    const BEGIN: UnixTime = UnixTime::from_secs(1_782_932_400);
    Now::new(tick, BEGIN.after(tick.since(Tick::ZERO)))
}
