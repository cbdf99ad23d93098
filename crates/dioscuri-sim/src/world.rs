//! One world: every request that arrives is answered or refused, in the time that the caller says it is.

mod access;
mod arrival;
mod pacific;
pub(crate) mod quota;
pub(crate) mod route;
pub(crate) mod stats;

use std::{borrow::Cow, time::Duration};

use dioscuri_vocab::{Now, Rng, SplitMix64, Tick};

use self::{
    access::Owners,
    pacific::Calendar,
    quota::{Room, Violated},
    route::Target,
};
pub use self::{
    arrival::{Admission, Arrival, Ask, Reply},
    stats::{DomainStats, Reason, Stats},
};
use crate::{
    scenario::{Latency, Scenario, Surface},
    wire::{
        answer::{self, Scene, Text},
        refusal::{self, Refusal},
        request::Request,
    },
};

/// The largest body, in bytes: 20 MiB, Google's limit for requests with inline data.
pub(crate) const LARGEST_BODY: usize = 20 * 1024 * 1024;

/// A scenario in action, in virtual time.
///
/// It has no clock: `now` is an argument and may not go backwards (if it does, time stands still). Equal
/// seeds and equal arrivals at equal times give equal replies.
///
/// ```
/// use dioscuri_sim::{Arrival, Scenario, World};
/// use dioscuri_vocab::Now;
///
/// # fn main() -> Result<(), dioscuri_sim::ScenarioError> {
/// let mut world = World::new(&Scenario::named("calm")?, None);
/// let path = "/v1beta/models/gemini-3.8-flash:generateContent";
/// let body = br#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
///
/// let reply = world.arrive(&Arrival::new("POST", path, body).with_api_key("AQ.castor"), Now::default());
/// assert_eq!(reply.status, 200);
///
/// let reply = world.arrive(&Arrival::new("POST", path, body).with_api_key("AQ.pollux"), Now::default());
/// assert_eq!(reply.status, 400);
/// assert_eq!(world.stats().answered, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct World {
    scenario: Scenario,
    seed: u64,
    owners: Owners,
    /// The counters of each project, location and model, in this order.
    rooms: Vec<Room>,
    /// Where each project's rooms begin.
    first_room: Vec<usize>,
    calendar: Calendar,
    latest: Tick,
    seen: Stats,
}

/// One model of one project in one location, by index.
#[derive(Clone, Copy)]
struct Place {
    project: usize,
    location: usize,
    model: usize,
}

impl World {
    /// The world that `scenario` describes, drawing from `seed` or else from the scenario's own.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: Option<u64>) -> Self {
        let mut rooms = Vec::new();
        let mut first_room = Vec::new();
        for project in &scenario.projects {
            first_room.push(rooms.len());
            for location in &project.locations {
                rooms.extend(scenario.models.iter().map(|model| {
                    project
                        .quota(&model.name, location)
                        .map(Room::new)
                        .unwrap_or_default()
                }));
            }
        }
        Self {
            seed: seed.unwrap_or(scenario.seed),
            scenario: scenario.clone(),
            owners: Owners::new(scenario),
            rooms,
            first_room,
            calendar: Calendar::new(),
            latest: Tick::ZERO,
            seen: Stats::default(),
        }
    }

    /// The reply to a request whose last byte arrives `now`.
    ///
    /// The checks come in this order, which is a guess: route, size, credentials, body, model, quotas,
    /// capacity. What fails before the quotas is not counted against them, which is a guess as well.
    pub fn arrive(&mut self, arrival: &Arrival<'_>, now: Now) -> Reply {
        let (now, mut rng) = self.begin(now);
        match self.answer(arrival, now, &mut rng) {
            Ok(reply) => reply,
            Err(refusal) => self.refuse(&refusal),
        }
    }

    /// What becomes of a request in typed form: the same as in [`World::arrive`], without reading and
    /// writing bodies that are answered.
    ///
    /// ```
    /// use dioscuri_sim::{Admission, Ask, Reason, Scenario, World};
    /// use dioscuri_vocab::Now;
    ///
    /// # fn main() -> Result<(), dioscuri_sim::ScenarioError> {
    /// let mut world = World::new(&Scenario::named("demo")?, Some(7));
    /// let ask = Ask::developer("AQ.pollux", "gemini-3.8-flash", 700);
    /// let Admission::Refused { reason, reply } = world.admit(&ask, Now::default()) else { panic!() };
    /// assert_eq!((reason, reply.status), (Reason::Day, 429));
    /// # Ok(())
    /// # }
    /// ```
    pub fn admit(&mut self, ask: &Ask<'_>, now: Now) -> Admission {
        let (now, mut rng) = self.begin(now);
        match self.typed_answer(ask, now, &mut rng) {
            Ok((output_tokens, after)) => Admission::Answered { output_tokens, after },
            Err(refusal) => Admission::Refused {
                reason: refusal.reason,
                reply: self.refuse(&refusal),
            },
        }
    }

    /// What this world has seen so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = self.seen.clone();
        let mut rooms = self.rooms.iter();
        for project in &self.scenario.projects {
            for location in &project.locations {
                for (model, room) in self.scenario.models.iter().zip(&mut rooms) {
                    stats
                        .domains
                        .extend(room.tallies().map(|(unit, window, tally)| DomainStats {
                            project: project.id.clone(),
                            location: location.clone(),
                            model: model.name.clone(),
                            unit,
                            window,
                            limit: tally.limit,
                            admitted: tally.admitted,
                            refused: tally.refused,
                            peak: tally.peak,
                        }));
                }
            }
        }
        stats
    }

    /// The scenario that this world was made from.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Counts an arrival. Each has a stream of draws of its own.
    fn begin(&mut self, now: Now) -> (Now, SplitMix64) {
        self.seen.arrivals += 1;
        self.latest = self.latest.max(now.tick);
        let now = Now::new(self.latest, now.unix);
        (now, SplitMix64::split(self.seed, self.seen.arrivals))
    }

    fn answer(&mut self, arrival: &Arrival<'_>, now: Now, rng: &mut SplitMix64) -> Result<Reply, Refusal> {
        let target = Target::parse(&arrival.path)
            .filter(|_| arrival.method == "POST")
            .ok_or_else(|| refusal::not_served(arrival.method, &arrival.path))?;
        if arrival.body.len() > LARGEST_BODY {
            return Err(refusal::too_large(LARGEST_BODY));
        }
        let project = self
            .owners
            .project(&self.scenario, &target, &arrival.credentials)?;
        // What a prompt costs and what it is answered must not change when it is sent again.
        let mut own = SplitMix64::split(self.seed, fingerprint(target.model, arrival.body));
        let request = Request::parse(target.surface, arrival.body, &mut own)?;
        let place = self.place(project, &target)?;
        self.charge(&target, place, request.tokens(), now, rng)?;
        let length = self.output_tokens(place, &mut own);
        let text = Text::draw(&request, length, &mut own);
        self.seen.answered += 1;
        let scene = Scene {
            surface: target.surface,
            model: target.model,
            unix: now.unix,
        };
        Ok(Reply {
            status: 200,
            headers: headers(Some(target.surface)),
            after: self.latency(place, text.tokens, rng),
            body: answer::bytes(&scene, &request, &text, rng),
        })
    }

    fn typed_answer(
        &mut self,
        ask: &Ask<'_>,
        now: Now,
        rng: &mut SplitMix64,
    ) -> Result<(u64, Duration), Refusal> {
        let target = ask.target();
        let project = self
            .owners
            .project(&self.scenario, &target, &[ask.credential()])?;
        let place = self.place(project, &target)?;
        self.charge(&target, place, ask.input_tokens, now, rng)?;
        let tokens = self.output_tokens(place, rng);
        self.seen.answered += 1;
        Ok((tokens, self.latency(place, tokens, rng)))
    }

    fn place(&self, project: usize, target: &Target<'_>) -> Result<Place, Refusal> {
        let locations = &self.scenario.projects[project].locations;
        let location = locations.iter().position(|location| location == target.location);
        let model = self
            .scenario
            .models
            .iter()
            .position(|model| model.name == target.model);
        match (location, model) {
            (Some(location), Some(model)) => Ok(Place {
                project,
                location,
                model,
            }),
            _ => Err(refusal::unknown_model(target)),
        }
    }

    /// Charges every quota of `place`, then lets chance decide whether there is capacity.
    fn charge(
        &mut self,
        target: &Target<'_>,
        place: Place,
        tokens: u64,
        now: Now,
        rng: &mut SplitMix64,
    ) -> Result<(), Refusal> {
        let minute = self.scenario.minute;
        let day = self.calendar.day(now.unix);
        let room = self.first_room[place.project] + place.location * self.scenario.models.len() + place.model;
        if let Err(violated) = self.rooms[room].charge(tokens, minute, day, now) {
            let tier = self.scenario.projects[place.project].tier;
            let retry_in = retry_in(&violated, minute, rng);
            return Err(refusal::quota_exceeded(target, tier, &violated, retry_in));
        }
        self.seen.admitted += 1;
        if rng.next_f64() < self.scenario.faults.capacity {
            return Err(refusal::no_capacity(target.surface));
        }
        Ok(())
    }

    fn output_tokens(&self, place: Place, rng: &mut SplitMix64) -> u64 {
        let (min, max) = self.scenario.models[place.model].output_tokens;
        let span = usize::try_from(max - min).unwrap_or(usize::MAX).saturating_add(1);
        min.saturating_add(rng.index(span) as u64)
    }

    fn latency(&self, place: Place, output_tokens: u64, rng: &mut SplitMix64) -> Duration {
        let Latency {
            min,
            max,
            per_output_token,
        } = self.scenario.models[place.model]
            .latency
            .unwrap_or(self.scenario.latency);
        let decoding = per_output_token.saturating_mul(u32::try_from(output_tokens).unwrap_or(u32::MAX));
        min.saturating_add(rng.up_to(max.saturating_sub(min)))
            .saturating_add(decoding)
    }

    /// Counts a refusal. It takes the shortest latency of the world: nothing is computed for it.
    fn refuse(&mut self, refusal: &Refusal) -> Reply {
        *self.seen.refused.entry(refusal.reason).or_default() += 1;
        Reply {
            status: refusal.body.http(),
            headers: headers(None),
            body: refusal.body.bytes(),
            after: self.scenario.latency.min,
        }
    }
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

/// The headers of a reply; the tier stands on answers of the Developer API only.
fn headers(answered: Option<Surface>) -> Vec<(&'static str, Cow<'static, str>)> {
    let mut headers = vec![("content-type", "application/json; charset=UTF-8".into())];
    if answered == Some(Surface::Developer) {
        headers.push(("x-gemini-service-tier", "standard".into()));
    }
    headers
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
