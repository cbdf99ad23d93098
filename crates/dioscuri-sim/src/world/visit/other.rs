//! What is not generated: counted tokens, embeddings, the list of models.

use std::time::Duration;

use super::{
    JSON, Visit, body,
    ending::{Answer, Stop},
};
use crate::{
    scenario::{Method, ServiceTier, What},
    wire::{
        embedding::{self, Item},
        models, refusal,
        request::{BatchEmbed, CountTokens, Embed, ModelFacts},
    },
    world::{
        Arrival, Frame,
        ledger::{Order, Place},
        route::Target,
    },
};

impl Visit<'_> {
    /// The list of models, or one of them. Any credential of the surface opens it; no quota counts it.
    pub(super) fn models(&mut self, target: &Target<'_>, arrival: &Arrival<'_>) -> Result<Answer, Stop> {
        let scenario = &self.world.scenario;
        let owner = self.world.owners.owner(scenario, target, &arrival.credentials)?;
        self.owner = Some(owner);
        let place = Place {
            project: owner.project,
            location: 0,
            model: 0,
        };
        if let Some(what) = self.strike(target, place, ServiceTier::Standard).end {
            return Err(self.stopped(&what, target, place));
        }
        let scenario = &self.world.scenario;
        let bytes = if target.model.is_empty() {
            let query = |name| arrival.query(name);
            let (size, token) = (query("pageSize"), query("pageToken"));
            models::list(
                target.surface,
                &scenario.models,
                size.as_deref(),
                token.as_deref(),
            )?
        } else {
            let model = scenario
                .model(target.model)
                .ok_or_else(|| refusal::unknown_model(target))?;
            models::get(target.surface, target.model, model)
        };
        self.whole(bytes, place, None, 1.0)
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
        let strike = self.strike(target, place, ServiceTier::Standard);
        if let Some(what) = strike.end.as_ref().filter(|what| body::replaces_all(what)) {
            return Err(self.stopped(what, target, place));
        }
        let bytes = embedding::count(target.surface, &request.prompt_tokens, request.characters);
        self.whole(bytes, place, strike.end.as_ref(), strike.slower)
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
        let strike = self.strike(target, place, asked_tier);
        self.before_quotas(strike.end.as_ref(), target, place)?;
        let order = Order {
            place,
            // Each text of a batch counts as a request: reported by several users, of both tiers.
            requests: requests.len() as u64,
            tokens: self.input_tokens,
            output_tokens: 0,
            service_tier: ServiceTier::Standard,
            traffic: arrival.traffic,
        };
        let charged = self.charge(target, &order)?;
        if let Some(what) = strike.end.as_ref().filter(|what| body::replaces(what)) {
            return Err(self.stopped(what, target, place));
        }
        if !charged.provisioned {
            self.bill(place, ServiceTier::Standard);
        }
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
        self.whole(bytes, place, strike.end.as_ref(), strike.slower)
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
        end: Option<&What>,
        slower: f64,
    ) -> Result<Answer, Stop> {
        let (after, _) = self.latency(place, slower);
        let mut answer = Answer {
            body: vec![Frame::new(Duration::ZERO, bytes)],
            content_type: JSON,
            tier: None,
            after,
            fault: None,
            lost: None,
        };
        answer.meets(end);
        Ok(answer)
    }
}
