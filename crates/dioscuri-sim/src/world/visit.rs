//! The way of one request through the world.

mod body;
mod cost;
mod ending;
mod other;
mod typed;

use dioscuri_vocab::{Now, Rng, SplitMix64, Tick};

use self::ending::{Answer, Stop};
use super::{
    Arrival, LARGEST_BODY, Reply, World,
    access::Owner,
    arrival::Credential,
    incidents::{Spot, Strike},
    ledger::Place,
    route::Target,
};
use crate::{
    scenario::{Method, ServiceTier, What},
    wire::{refusal, stream::Framing},
};

const JSON: &str = "application/json; charset=UTF-8";

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
    /// How the frames of a stream are told apart; what is no stream has none.
    framing: Option<Framing>,
    /// The number of the incident that struck it, from 1.
    incident: Option<usize>,
}

impl<'w> Visit<'w> {
    pub(super) const fn new(world: &'w mut World, now: Now, rng: SplitMix64) -> Self {
        Self {
            world,
            now,
            rng,
            owner: None,
            input_tokens: 0,
            output_tokens: 0,
            served: None,
            framing: None,
            incident: None,
        }
    }

    pub(super) fn of_arrival(mut self, arrival: &Arrival<'_>) -> Reply {
        let target = Target::parse(arrival.method, &arrival.path);
        self.framing = target.filter(|target| target.method == Method::Stream).map(|_| {
            match arrival.query("alt").as_deref() {
                Some("sse") => Framing::Sse,
                _ => Framing::Array,
            }
        });
        self.owner = self.world.owners.presented(&arrival.credentials);
        let ending = match &target {
            None => Err(refusal::not_served(arrival.method, &arrival.path).into()),
            Some(target) => self.answer(target, arrival),
        };
        self.reply(target.as_ref(), ending)
    }

    fn answer(&mut self, target: &Target<'_>, arrival: &Arrival<'_>) -> Result<Answer, Stop> {
        if arrival.body.len() > LARGEST_BODY {
            return Err(refusal::too_large(LARGEST_BODY).into());
        }
        if target.method == Method::Models {
            return self.models(target, arrival);
        }
        let place = self.enter(target, &arrival.credentials)?;
        match target.method {
            Method::Generate | Method::Stream => self.generate(target, arrival, place),
            Method::Count => self.count_tokens(target, arrival, place),
            Method::Embed | Method::BatchEmbed => self.embed(target, arrival, place),
            Method::Models => self.models(target, arrival),
        }
    }

    /// Whose the request is, and whether there is such a model for it.
    fn enter(&mut self, target: &Target<'_>, credentials: &[Credential<'_>]) -> Result<Place, Stop> {
        let owner = self.owned(target, credentials)?;
        let place = self.world.place(target, owner)?;
        self.served = Some(place.model);
        Ok(place)
    }

    /// Whose the request is.
    fn owned(&mut self, target: &Target<'_>, credentials: &[Credential<'_>]) -> Result<Owner, Stop> {
        let owner = self
            .world
            .owners
            .owner(&self.world.scenario, target, credentials)?;
        self.owner = Some(owner);
        Ok(owner)
    }

    /// What would strike the request.
    fn draw(&mut self, target: &Target<'_>, place: Place, service_tier: ServiceTier) -> Strike {
        let lots = self.rng.next_u64();
        let scenario = &self.world.scenario;
        let served = match target.model {
            "" => "",
            _ => &scenario.models[place.model].name,
        };
        let spot = Spot {
            surface: target.surface,
            project: &scenario.projects[place.project].id,
            key: self.owner.map_or(0, |owner| owner.key + 1),
            location: target.location,
            models: [target.model, served],
            method: target.method,
            service_tier,
        };
        let since_start = self.now.tick.since(Tick::ZERO);
        self.world.incidents.draw(&spot, since_start, lots)
    }

    /// The incident of that number has struck.
    fn strikes(&mut self, number: usize) {
        self.world.incidents.strikes(number);
        self.incident = Some(self.incident.map_or(number, |first| first.min(number)));
    }

    /// Ends here, if `strike` ends the request and `ends_here` says that it does so here.
    fn meet(
        &mut self,
        strike: &Strike,
        ends_here: impl Fn(&What) -> bool,
        target: &Target<'_>,
        place: Place,
    ) -> Result<(), Stop> {
        match &strike.end {
            Some((number, what)) if ends_here(what) => {
                self.strikes(*number);
                Err(self.stopped(what, target, place))
            }
            _ => Ok(()),
        }
    }

    /// The request is answered: what has not ended it has struck it all the same.
    fn answered(&mut self, strike: &Strike) {
        let end = strike.end.as_ref().map(|(number, _)| *number);
        for number in strike.besides.iter().copied().chain(end) {
            self.strikes(number);
        }
    }
}
