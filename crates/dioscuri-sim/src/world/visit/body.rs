//! What is asked, and the answer's body.

use std::time::Duration;

use dioscuri_vocab::SplitMix64;

use super::{Answer, JSON, Stop, Visit, decoding};
use crate::{
    scenario::{Method, ServiceTier, Surface, What, WireFault},
    wire::{
        answer::{self, Scene, Text},
        refusal,
        request::Request,
    },
    world::{
        Arrival, Frame, Reason,
        ledger::{Order, Place},
        route::Target,
    },
};

impl Visit<'_> {
    /// The list of models, or one of them.
    pub(super) fn models(&mut self, _target: &Target<'_>, arrival: &Arrival<'_>) -> Result<Answer, Stop> {
        Err(refusal::not_served(arrival.method, &arrival.path).into())
    }

    /// What a model at `place` is asked.
    pub(super) fn ask(
        &mut self,
        target: &Target<'_>,
        arrival: &Arrival<'_>,
        place: Place,
    ) -> Result<Answer, Stop> {
        if target.method != Method::Generate {
            return Err(refusal::not_served(arrival.method, &arrival.path).into());
        }
        // What a prompt costs and what it is answered must not change when it is sent again.
        let mut own = SplitMix64::split(self.world.seed, fingerprint(target.model, arrival.body));
        let request = Request::parse(target.surface, arrival.body, &mut own)?;
        self.input_tokens = request.tokens();
        let mut strike = self.strike(target, place, ServiceTier::Standard);
        let end = strike.end.take();
        self.before_quotas(end.as_ref(), target, place)?;
        let length = super::between(self.world.scenario.models[place.model].output_tokens, &mut own);
        self.charge(
            target,
            &Order {
                place,
                requests: 1,
                tokens: self.input_tokens,
                output_tokens: length,
                service_tier: ServiceTier::Standard,
                traffic: arrival.traffic,
            },
        )?;
        if let Some(what) = &end {
            match what {
                What::Wire(WireFault::ResetAfter | WireFault::StallHead { .. }) | What::Refusal(_) => {
                    return Err(self.stopped(what, target, place));
                }
                _ => {}
            }
        }
        let text = Text::draw(&request, length, &mut own);
        self.output_tokens = text.tokens;
        let (head, per_token) = self.latency(place, strike.slower);
        let scene = Scene {
            surface: target.surface,
            model: &self.world.scenario.models[place.model].name,
            unix: self.now.unix,
        };
        let body = answer::bytes(&scene, &request, &text, &mut self.rng);
        self.bill(place, ServiceTier::Standard);
        let fault = match end {
            Some(What::Wire(fault)) => Some(fault),
            _ => None,
        };
        Ok(Answer {
            body: vec![Frame::new(Duration::ZERO, body)],
            content_type: JSON,
            tier: (target.surface == Surface::Developer).then_some(ServiceTier::Standard),
            after: head.saturating_add(decoding(per_token, self.output_tokens)),
            lost: fault
                .filter(|fault| !matches!(fault, WireFault::GoAway | WireFault::SlowBody { .. }))
                .map(|_| Reason::Wire),
            fault,
        })
    }
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
