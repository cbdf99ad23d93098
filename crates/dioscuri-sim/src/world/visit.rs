//! The way of one request through the world.

use std::{borrow::Cow, time::Duration};

use dioscuri_vocab::{Now, Rng, SplitMix64, Tick};

use super::{
    Admission, Arrival, Ask, Frame, LARGEST_BODY, Reason, Record, Reply, World,
    access::Owner,
    incidents::{Spot, Strike, is_before_quotas},
    quota::Violated,
    route::Target,
};
use crate::{
    scenario::{Latency, Method, ServiceTier, Surface, What, WireFault},
    wire::{
        answer::{self, Scene, Text},
        refusal::{self, Refusal},
        request::Request,
    },
};

/// A request on its way, and what is known of it so far.
pub(super) struct Visit<'w> {
    world: &'w mut World,
    now: Now,
    rng: SplitMix64,
    owner: Option<Owner>,
    input_tokens: u64,
    output_tokens: u64,
    /// The model that serves, by index.
    served: Option<usize>,
}

/// One model of one project in one location, by index.
#[derive(Clone, Copy)]
struct Place {
    project: usize,
    location: usize,
    model: usize,
}

/// An answer, before it is on its way.
struct Answer {
    body: Vec<Frame>,
    content_type: &'static str,
    tier: Option<ServiceTier>,
    after: Duration,
    fault: Option<WireFault>,
    /// Why it counts as refused all the same: it will not arrive whole.
    lost: Option<Reason>,
}

/// Why there is no answer.
enum Stop {
    Refused(Box<Refusal>),
    /// In place of one of Google's errors.
    Odd {
        reason: Reason,
        status: u16,
        content_type: Cow<'static, str>,
        body: Vec<u8>,
    },
    Broken(WireFault),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl<'w> Visit<'w> {
    pub(super) fn new(world: &'w mut World, now: Now, rng: SplitMix64) -> Self {
        Self {
            world,
            now,
            rng,
            owner: None,
            input_tokens: 0,
            output_tokens: 0,
            served: None,
        }
    }

    pub(super) fn of_arrival(mut self, arrival: &Arrival<'_>) -> Reply {
        let target = Target::parse(arrival.method, &arrival.path);
        self.owner = self.world.owners.presented(&arrival.credentials);
        let ending = match &target {
            None => Err(refusal::not_served(arrival.method, &arrival.path).into()),
            Some(target) => self.answer(target, arrival),
        };
        self.reply(target.as_ref(), ending)
    }

    pub(super) fn of_ask(mut self, ask: &Ask<'_>) -> Admission {
        let target = ask.target();
        match self.typed(&target, ask) {
            Ok(after) => {
                self.count(None);
                Admission::Answered {
                    output_tokens: self.output_tokens,
                    after,
                }
            }
            Err(stop) => {
                let reply = self.reply(Some(&target), Err(stop));
                Admission::Refused {
                    reason: reply.record.reason.unwrap_or(Reason::Custom),
                    reply,
                }
            }
        }
    }

    fn typed(&mut self, target: &Target<'_>, ask: &Ask<'_>) -> Result<Duration, Stop> {
        let place = self.enter(target, &[ask.credential()])?;
        let mut strike = self.strike(target, place, ServiceTier::Standard);
        let end = strike.end.take();
        if let Some(what) = end.as_ref().filter(|what| is_before_quotas(what)) {
            return Err(self.stopped(what, target, place));
        }
        self.input_tokens = ask.input_tokens;
        self.charge(target, place, ask.input_tokens)?;
        if let Some(what) = end {
            return Err(self.stopped(&what, target, place));
        }
        let mut own = self.rng.clone();
        self.output_tokens = self.output_tokens_of(place, &mut own);
        self.rng = own;
        Ok(self.latency(place, strike.slower, self.output_tokens))
    }

    fn answer(&mut self, target: &Target<'_>, arrival: &Arrival<'_>) -> Result<Answer, Stop> {
        if arrival.body.len() > LARGEST_BODY {
            return Err(refusal::too_large(LARGEST_BODY).into());
        }
        let place = self.enter(target, &arrival.credentials)?;
        let mut strike = self.strike(target, place, ServiceTier::Standard);
        let end = strike.end.take();
        if let Some(what) = end.as_ref().filter(|what| is_before_quotas(what)) {
            return Err(self.stopped(what, target, place));
        }
        if target.method != Method::Generate {
            return Err(refusal::not_served(arrival.method, &arrival.path).into());
        }
        // What a prompt costs and what it is answered must not change when it is sent again.
        let mut own = SplitMix64::split(self.world.seed, fingerprint(target.model, arrival.body));
        let request = Request::parse(target.surface, arrival.body, &mut own)?;
        self.input_tokens = request.tokens();
        self.charge(target, place, self.input_tokens)?;
        if let Some(what) = &end {
            match what {
                What::Wire(WireFault::ResetAfter | WireFault::StallHead { .. }) | What::Refusal(_) => {
                    return Err(self.stopped(what, target, place));
                }
                _ => {}
            }
        }
        let length = self.output_tokens_of(place, &mut own);
        let text = Text::draw(&request, length, &mut own);
        self.output_tokens = text.tokens;
        let after = self.latency(place, strike.slower, text.tokens);
        let scene = Scene {
            surface: target.surface,
            model: &self.world.scenario.models[place.model].name,
            unix: self.now.unix,
        };
        let body = answer::bytes(&scene, &request, &text, &mut self.rng);
        let fault = match end {
            Some(What::Wire(fault)) => Some(fault),
            _ => None,
        };
        Ok(Answer {
            body: vec![Frame::new(Duration::ZERO, body)],
            content_type: "application/json; charset=UTF-8",
            tier: (target.surface == Surface::Developer).then_some(ServiceTier::Standard),
            after,
            lost: fault
                .filter(|fault| !matches!(fault, WireFault::GoAway | WireFault::SlowBody { .. }))
                .map(|_| Reason::Wire),
            fault,
        })
    }

    /// Whose the request is, and whether there is such a model for it.
    fn enter(
        &mut self,
        target: &Target<'_>,
        credentials: &[super::arrival::Credential<'_>],
    ) -> Result<Place, Stop> {
        let world = &*self.world;
        let owner = world.owners.owner(&world.scenario, target, credentials)?;
        self.owner = Some(owner);
        let project = &world.scenario.projects[owner.project];
        let location = project
            .locations
            .iter()
            .position(|location| location == target.location);
        let asked = world.scenario.models.iter().position(|model| {
            model.name == target.model || model.aliases.iter().any(|name| name == target.model)
        });
        let (Some(location), Some(asked)) = (location, asked) else {
            return Err(refusal::unknown_model(target).into());
        };
        let model = match &world.scenario.models[asked].served_by {
            None => asked,
            Some(name) => world
                .scenario
                .models
                .iter()
                .position(|model| model.name == *name)
                .unwrap_or(asked),
        };
        self.served = Some(model);
        Ok(Place {
            project: owner.project,
            location,
            model,
        })
    }

    fn strike(&mut self, target: &Target<'_>, place: Place, service_tier: ServiceTier) -> Strike {
        let world = &mut *self.world;
        let spot = Spot {
            surface: target.surface,
            project: &world.scenario.projects[place.project].id,
            key: self.owner.map_or(0, |owner| owner.key + 1),
            location: target.location,
            models: [target.model, &world.scenario.models[place.model].name],
            method: target.method,
            service_tier,
        };
        let since_start = self.now.tick.since(Tick::ZERO);
        world.incidents.strike(&spot, since_start, &mut self.rng)
    }

    /// What a client meets that `what` has struck.
    fn stopped(&mut self, what: &What, target: &Target<'_>, _place: Place) -> Stop {
        match what {
            What::Wire(fault) => Stop::Broken(*fault),
            What::Refusal(_) => refusal::no_capacity(target.surface).into(),
            _ => Stop::Odd {
                reason: Reason::Custom,
                status: 500,
                content_type: "text/plain".into(),
                body: Vec::new(),
            },
        }
    }

    /// Charges every quota of `place`.
    fn charge(&mut self, target: &Target<'_>, place: Place, tokens: u64) -> Result<(), Stop> {
        let world = &mut *self.world;
        let minute = world.scenario.minute;
        let day = world.calendar.day(self.now.unix);
        let room =
            world.first_room[place.project] + place.location * world.scenario.models.len() + place.model;
        if let Err(violated) = world.rooms[room].charge(tokens, minute, day, self.now) {
            let tier = world.scenario.projects[place.project].tier;
            let retry_in = retry_in(&violated, minute, &mut self.rng);
            return Err(refusal::quota_exceeded(target, tier, &violated, retry_in).into());
        }
        world.seen.admitted += 1;
        Ok(())
    }

    fn output_tokens_of(&self, place: Place, rng: &mut SplitMix64) -> u64 {
        let (min, max) = self.world.scenario.models[place.model].output_tokens;
        let span = usize::try_from(max - min).unwrap_or(usize::MAX).saturating_add(1);
        min.saturating_add(rng.index(span) as u64)
    }

    /// The time until an answer of so many tokens is there.
    fn latency(&mut self, place: Place, slower: f64, output_tokens: u64) -> Duration {
        let latency = self.world.scenario.models[place.model]
            .latency
            .unwrap_or(self.world.scenario.latency);
        let decoding = latency
            .per_output_token
            .saturating_mul(u32::try_from(output_tokens).unwrap_or(u32::MAX));
        times(self.head(&latency).saturating_add(decoding), slower)
    }

    /// The time until the first token.
    fn head(&mut self, latency: &Latency) -> Duration {
        let usual = latency
            .min
            .saturating_add(self.rng.up_to(latency.max.saturating_sub(latency.min)));
        if latency.tail_share > 0.0 && self.rng.next_f64() < latency.tail_share {
            times(usual, latency.tail_factor)
        } else {
            usual
        }
    }

    /// Puts what became of the request on the wire, and into the books.
    ///
    /// A refusal takes the shortest latency of the world: nothing is computed for it.
    fn reply(mut self, target: Option<&Target<'_>>, ending: Result<Answer, Stop>) -> Reply {
        let soon = self.world.scenario.latency.min;
        let mut reply = Reply {
            status: 200,
            headers: Vec::new(),
            after: soon,
            body: Vec::new(),
            fault: None,
            record: Record::default(),
        };
        let reason = match ending {
            Ok(answer) => {
                reply.headers.push(("content-type", answer.content_type.into()));
                if let Some(tier) = answer.tier {
                    reply.headers.push(("x-gemini-service-tier", tier.name().into()));
                }
                reply.after = answer.after;
                reply.body = answer.body;
                reply.fault = answer.fault;
                answer.lost
            }
            Err(Stop::Refused(refusal)) => {
                reply.status = refusal.body.http();
                reply
                    .headers
                    .push(("content-type", "application/json; charset=UTF-8".into()));
                reply.body.push(Frame::new(Duration::ZERO, refusal.body.bytes()));
                Some(refusal.reason)
            }
            Err(Stop::Odd {
                reason,
                status,
                content_type,
                body,
            }) => {
                reply.status = status;
                reply.headers.push(("content-type", content_type));
                reply.body.push(Frame::new(Duration::ZERO, body));
                Some(reason)
            }
            Err(Stop::Broken(fault)) => {
                reply.fault = Some(fault);
                Some(Reason::Wire)
            }
        };
        self.count(reason);
        reply.record = self.record(target, &reply, reason);
        reply
    }

    fn record(&self, target: Option<&Target<'_>>, reply: &Reply, reason: Option<Reason>) -> Record {
        let scenario = &self.world.scenario;
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let model = target
            .map(|target| target.model)
            .filter(|model| !model.is_empty());
        let served = self.served.map(|index| scenario.models[index].name.as_str());
        Record {
            arrival: self.world.seen.arrivals,
            at_us: micros(self.now.tick.since(Tick::ZERO)),
            method: target.map(|target| target.method.name()),
            project: self
                .owner
                .map(|owner| scenario.projects[owner.project].id.clone()),
            key: self.owner.map(|owner| owner.key + 1),
            location: target.map(|target| target.location.to_owned()),
            model: model.map(str::to_owned),
            served_by: served.filter(|name| Some(*name) != model).map(str::to_owned),
            status: reply.status,
            reason,
            fault: reply.fault.map(|fault| fault.name()),
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            takes_us: micros(reply.takes()),
        }
    }

    /// Counts what became of the request.
    fn count(&mut self, reason: Option<Reason>) {
        let seen = &mut self.world.seen;
        match reason {
            None => seen.answered += 1,
            Some(reason) => *seen.refused.entry(reason).or_default() += 1,
        }
        if let Some(owner) = self.owner {
            let row = self.world.first_key[owner.project] + owner.key;
            let key = &mut seen.keys[row];
            key.arrivals += 1;
            match reason {
                None => key.answered += 1,
                Some(_) => key.refused += 1,
            }
        }
    }
}

fn times(duration: Duration, factor: f64) -> Duration {
    if factor == 1.0 {
        return duration;
    }
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// The wait that a refusal asks for: the longest of its quotas'.
///
/// True for the quotas of a minute. For a day, and for what will never fit, Google's captured bodies ask for
/// some seconds below a minute, as if for the minute's window; the draw imitates them.
fn retry_in(violated: &[Violated], minute: Duration, rng: &mut SplitMix64) -> Duration {
    violated
        .iter()
        .map(|quota| quota.wait.unwrap_or_else(|| rng.up_to(minute)))
        .max()
        .unwrap_or(minute)
}

/// A number that stands for a model and a body: FNV-1a, 64 bits.
fn fingerprint(model: &str, body: &[u8]) -> u64 {
    model
        .bytes()
        .chain(body.iter().copied())
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
}
