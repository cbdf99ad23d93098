//! The way of one request through the world.

mod body;
mod cost;
mod ending;
mod other;

use std::time::Duration;

use dioscuri_vocab::{Now, SplitMix64, Tick};

use self::{
    cost::decoding,
    ending::{Answer, Stop},
};
use super::{
    Admission, Arrival, Ask, LARGEST_BODY, Reason, Reply, World,
    access::Owner,
    arrival::Credential,
    incidents::{Spot, Strike, is_before_quotas},
    ledger::{Order, Place, Traffic},
    route::Target,
};
use crate::{
    scenario::{Method, ModelKind, ModelState, ServiceTier, What},
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
        self.before_quotas(end.as_ref(), target, place)?;
        self.input_tokens = ask.input_tokens;
        let expected = self.output_tokens_of(place);
        let order = Order {
            place,
            requests: 1,
            tokens: ask.input_tokens,
            output_tokens: expected,
            service_tier: ServiceTier::Standard,
            traffic: Traffic::Any,
        };
        let charged = self.charge(target, &order)?;
        if let Some(what) = end {
            return Err(self.stopped(&what, target, place));
        }
        self.output_tokens = expected;
        if !charged.provisioned {
            self.bill(place, charged.service_tier);
        }
        let (head, per_token) = self.latency(place, strike.slower);
        Ok(head.saturating_add(decoding(per_token, expected)))
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
        let world = &*self.world;
        let scenario = &world.scenario;
        let owner = world.owners.owner(scenario, target, credentials)?;
        self.owner = Some(owner);
        let project = &scenario.projects[owner.project];
        let locations = &project.locations;
        let location = locations.iter().position(|location| location == target.location);
        let asked = scenario.models.iter().position(|model| {
            model.name == target.model || model.aliases.iter().any(|alias| alias == target.model)
        });
        let (Some(location), Some(asked)) = (location, asked) else {
            return Err(refusal::unknown_model(target).into());
        };
        let model = &scenario.models[asked];
        let is_here =
            model.locations.is_empty() || model.locations.iter().any(|name| name == target.location);
        let is_for_it = match target.method {
            Method::Generate | Method::Stream => model.kind == ModelKind::Generate,
            Method::Embed | Method::BatchEmbed => model.kind == ModelKind::Embed,
            Method::Count | Method::Models => true,
        };
        if !is_here || !is_for_it {
            return Err(refusal::unknown_model(target).into());
        }
        match model.state {
            ModelState::Active => {}
            ModelState::Retired => return Err(refusal::retired_model(target, model.served_by.as_deref()).into()),
            ModelState::ClosedToNewUsers if project.new_user => {
                return Err(refusal::closed_to_new_users(target, model.served_by.as_deref()).into());
            }
            ModelState::ClosedToNewUsers => {}
        }
        let model = world.serves[asked];
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
        let strike = world.incidents.strike(&spot, since_start, &mut self.rng);
        self.incident = strike.incident;
        strike
    }

    /// Ends here, if what has struck comes before the quotas.
    fn before_quotas(&mut self, end: Option<&What>, target: &Target<'_>, place: Place) -> Result<(), Stop> {
        match end {
            Some(what) if is_before_quotas(what) => Err(self.stopped(what, target, place)),
            _ => Ok(()),
        }
    }
}
