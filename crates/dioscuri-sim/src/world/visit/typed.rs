//! Requests in typed form: the same way, without a body to read.

use std::time::Duration;

use dioscuri_vocab::{Rng, SplitMix64};

use super::{
    Visit,
    body::{self, Manner},
    cost::decoding,
    ending::{Answer, Stop},
};
use crate::{
    scenario::{ServiceTier, What},
    wire::{refusal::malformed, request::Request},
    world::{
        Admission, Ask, Reason,
        incidents::{Strike, is_before_quotas},
        ledger::{Order, Place, Traffic},
        route::Target,
    },
};

/// What becomes of a typed request that is not stopped.
enum Typed {
    /// After so long.
    Answered(Duration),
    /// It has to be read.
    Replied(Answer),
}

impl Visit<'_> {
    pub(in crate::world) fn of_ask(mut self, ask: &Ask<'_>) -> Admission {
        let target = ask.target();
        match self.typed(&target, ask) {
            Ok(Typed::Answered(after)) => {
                self.count(None);
                Admission::Answered {
                    output_tokens: self.output_tokens,
                    after,
                }
            }
            Ok(Typed::Replied(answer)) => Admission::Replied {
                reply: self.reply(Some(&target), Ok(answer)),
            },
            Err(stop) => {
                let reply = self.unwritten(Some(&target), Err(stop));
                Admission::Refused {
                    reason: reply.reason().unwrap_or(Reason::Custom),
                    reply,
                }
            }
        }
    }

    fn typed(&mut self, target: &Target<'_>, ask: &Ask<'_>) -> Result<Typed, Stop> {
        let place = self.enter(target, &[ask.credential()])?;
        let strike = self.draw(target, place, ServiceTier::Standard);
        self.meet(&strike, is_before_quotas, target, place)?;
        if matches!(
            strike.what(),
            Some(What::Finish(_) | What::Block(_) | What::Empty)
        ) {
            return self.told(target, place, &strike, ask).map(Typed::Replied);
        }
        self.input_tokens = ask.input_tokens;
        let model = &self.world.scenario.models[place.model];
        let input_limit = model.input_limit;
        let plan = body::plan(model, None, &mut self.rng);
        let most = plan.hop_limit.unwrap_or(u64::MAX).min(plan.output_limit);
        let expected = plan.length.saturating_add(plan.thinking).min(most);
        let order = Order {
            place,
            requests: 1,
            tokens: ask.input_tokens,
            output_tokens: expected,
            service_tier: ServiceTier::Standard,
            traffic: Traffic::Any,
        };
        let charged = self.charge(target, &order)?;
        if ask.input_tokens > input_limit {
            return Err(malformed::too_long(target.surface, ask.input_tokens, input_limit).into());
        }
        if body::is_made(strike.what()) {
            self.output_tokens = expected;
            self.bill(place, charged);
        }
        self.meet(&strike, body::replaces, target, place)?;
        self.answered(&strike);
        match strike.what() {
            Some(What::Wire(fault)) if body::loses(*fault) => return Err(Stop::Broken(*fault)),
            _ => {}
        }
        let (head, per_token) = self.latency(place, strike.slower);
        let after = head.saturating_add(decoding(per_token, expected));
        Ok(Typed::Answered(after))
    }

    /// An answer that has to be read, to a prompt of as many tokens.
    fn told(
        &mut self,
        target: &Target<'_>,
        place: Place,
        strike: &Strike,
        ask: &Ask<'_>,
    ) -> Result<Answer, Stop> {
        const BODY: &[u8] = br#"{"contents": [{"role": "user", "parts": [{"text": "Castor?"}]}]}"#;
        let facts = self.facts_of_model(target, place);
        let mut request = Request::read(target.surface, &facts, BODY)?;
        request.prompt_tokens = vec![("TEXT", ask.input_tokens)];
        let manner = Manner {
            service_tier: ServiceTier::Standard,
            traffic: Traffic::Any,
            timeout: None,
        };
        let mut own = SplitMix64::new(self.rng.next_u64());
        self.tell(target, place, &request, manner, strike, &mut own)
    }
}
