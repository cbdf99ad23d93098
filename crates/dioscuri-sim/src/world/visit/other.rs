//! What is not generated: counted tokens, embeddings, the list of models.

use std::time::Duration;

use super::{
    JSON, Visit, body,
    ending::{Answer, Stop},
};
use crate::{
    scenario::{Method, Model, ModelState, ServiceTier, Surface},
    wire::{
        embedding::{self, Item},
        models,
        request::{BatchEmbed, CountTokens, Embed, ModelFacts},
    },
    world::{
        Arrival, Frame,
        incidents::{Strike, is_before_quotas},
        ledger::{Order, Place},
        route::Target,
    },
};

impl Visit<'_> {
    /// The list of models, or one of them. Any credential of the surface opens it; no quota counts it.
    pub(super) fn models(&mut self, target: &Target<'_>, arrival: &Arrival<'_>) -> Result<Answer, Stop> {
        let owner = self.owned(target, &arrival.credentials)?;
        let asked = match target.model {
            "" => None,
            _ => Some(self.world.model(target, owner)?),
        };
        let place = Place {
            project: owner.project,
            location: 0,
            model: asked.map_or(0, |asked| self.world.serves[asked]),
        };
        let strike = self.draw(target, place, ServiceTier::Standard);
        self.meet(&strike, body::replaces_all, target, place)?;
        let scenario = &self.world.scenario;
        let bytes = if let Some(asked) = asked {
            models::get(target.surface, target.model, &scenario.models[asked])
        } else {
            let is_new = scenario.projects[owner.project].new_user;
            let is_closed = |model: &Model| is_new && model.state == ModelState::ClosedToNewUsers;
            let open = scenario.models.iter().filter(|model| !is_closed(model));
            let open: Vec<Model> = open.cloned().collect();
            let query = |name| arrival.query(name);
            let (size, token) = (query("pageSize"), query("pageToken"));
            models::list(target.surface, &open, size.as_deref(), token.as_deref())?
        };
        self.whole(bytes, place, arrival, &strike)
    }

    /// The answer to a request to count tokens, which no quota counts.
    pub(super) fn count_tokens(
        &mut self,
        target: &Target<'_>,
        arrival: &Arrival<'_>,
        place: Place,
    ) -> Result<Answer, Stop> {
        let request = CountTokens::read(target.surface, &self.facts_of_model(target, place), arrival.body)?;
        self.input_tokens = request.tokens();
        let strike = self.draw(target, place, ServiceTier::Standard);
        self.meet(&strike, body::replaces_all, target, place)?;
        let bytes = embedding::count(target.surface, &request.prompt_tokens, request.characters);
        self.whole(bytes, place, arrival, &strike)
    }

    /// The answer to a request to embed one content or several.
    pub(super) fn embed(
        &mut self,
        target: &Target<'_>,
        arrival: &Arrival<'_>,
        place: Place,
    ) -> Result<Answer, Stop> {
        let facts = self.facts_of_model(target, place);
        let requests = match target.method {
            Method::BatchEmbed => BatchEmbed::read(target.surface, &facts, arrival.body)?.requests,
            _ if target.predicts => BatchEmbed::predict(target.surface, &facts, arrival.body)?.requests,
            _ => vec![Embed::read(target.surface, &facts, arrival.body)?],
        };
        for request in &requests {
            request.fits(target.surface, &facts)?;
        }
        self.input_tokens = requests
            .iter()
            .fold(0, |sum, request| sum.saturating_add(request.tokens()));
        let asked_tier = body::asked_tier(target, arrival, ServiceTier::Standard);
        let strike = self.draw(target, place, asked_tier);
        self.meet(&strike, is_before_quotas, target, place)?;
        let order = Order {
            place,
            // Each text of a batch counts as a request on the Developer API, as users report. On Vertex nobody
            // has told; there a batch is one.
            requests: match target.surface {
                Surface::Developer => requests.len() as u64,
                Surface::Vertex => 1,
            },
            tokens: self.input_tokens,
            output_tokens: 0,
            service_tier: ServiceTier::Standard,
            traffic: arrival.traffic,
        };
        let charged = self.charge(target, &order)?;
        if body::is_made(strike.what()) {
            self.bill(place, charged);
        }
        self.meet(&strike, body::replaces, target, place)?;
        let model = &self.world.scenario.models[place.model];
        let items: Vec<Item<'_>> = requests
            .iter()
            .map(|request| Item {
                content: &request.content,
                tokens: request.tokens(),
                dimensions: request
                    .output_dimensionality
                    .map_or(model.dimensions, |asked| asked.min(model.dimensions)),
            })
            .collect();
        let bytes = match (target.predicts, items.as_slice()) {
            (true, items) => embedding::predict(&model.name, items),
            (false, [item]) if target.method == Method::Embed => {
                embedding::embed(target.surface, &model.name, item)
            }
            (false, items) => embedding::batch(&model.name, items),
        };
        self.whole(bytes, place, arrival, &strike)
    }

    /// What the reading of a body must know of the model.
    pub(super) fn facts_of_model<'a>(&'a self, target: &Target<'a>, place: Place) -> ModelFacts<'a> {
        let model = &self.world.scenario.models[place.model];
        ModelFacts {
            name: &model.name,
            input_limit: model.input_limit,
            output_limit: model.output_limit,
            version: target.version,
        }
    }

    /// An answer in one piece, after the time until a first token.
    fn whole(
        &mut self,
        bytes: Vec<u8>,
        place: Place,
        arrival: &Arrival<'_>,
        strike: &Strike,
    ) -> Result<Answer, Stop> {
        let (after, _) = self.latency(place, strike.slower);
        self.in_time(arrival.timeout, after, strike)?;
        self.answered(strike);
        let mut answer = Answer {
            body: vec![Frame::new(Duration::ZERO, bytes)],
            content_type: JSON,
            tier: None,
            after,
            fault: None,
            lost: None,
        };
        answer.meets(strike.what());
        Ok(answer)
    }
}
