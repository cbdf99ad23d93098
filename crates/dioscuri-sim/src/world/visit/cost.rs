//! What a request costs, in quota, money and time.

use std::time::Duration;

use dioscuri_vocab::Rng;

use super::{Visit, ending::Stop};
use crate::{
    scenario::{Latency, ServiceTier},
    wire::refusal,
    world::{
        ledger::{Charged, Denied, Order, Place},
        route::Target,
    },
};

impl Visit<'_> {
    /// Charges `order` against everything that is counted.
    pub(super) fn charge(&mut self, target: &Target<'_>, order: &Order) -> Result<Charged, Stop> {
        let denied = match self.world.ledger.charge(order, self.now) {
            Ok(charged) => {
                self.world.seen.admitted += 1;
                return Ok(charged);
            }
            Err(denied) => denied,
        };
        // It passed the quotas before it met what all projects share.
        self.world.seen.admitted += u64::from(denied == Denied::Capacity);
        let facts = self.facts(target, order.place);
        let refusal = match denied {
            Denied::Quota { violated } => refusal::of_quota(target, &facts, &violated),
            Denied::SpendLimit { .. } => refusal::spend_limit(),
            Denied::Prepaid { status } => refusal::prepaid_depleted(status),
            Denied::SpendingCap => refusal::spending_cap(),
            Denied::BillingClosed => refusal::billing_closed(target, facts.number),
            Denied::Capacity => refusal::no_capacity(target.surface),
            Denied::Throughput => refusal::throughput(),
        };
        Err(refusal.into())
    }

    /// Bills what the answer costs, unless provisioned throughput pays for it.
    pub(super) fn bill(&mut self, place: Place, charged: Charged) {
        if charged.provisioned {
            return;
        }
        let price = self.world.scenario.models[place.model].price;
        let factor = match charged.service_tier {
            ServiceTier::Standard => 1.0,
            ServiceTier::Flex => 0.5,
            ServiceTier::Priority => 1.8,
        };
        let usd = (price.input * as_f64(self.input_tokens) + price.output * as_f64(self.output_tokens)) / 1e6;
        if usd > 0.0 {
            self.world.ledger.bill(place.project, usd * factor, self.now);
        }
    }

    /// The time until an answer's first token, and until each further one.
    pub(super) fn latency(&mut self, place: Place, slower: f64) -> (Duration, Duration) {
        let latency = self.world.scenario.models[place.model]
            .latency
            .unwrap_or(self.world.scenario.latency);
        (
            times(self.head(&latency), slower),
            times(latency.per_output_token, slower),
        )
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
}

fn times(duration: Duration, factor: f64) -> Duration {
    if (factor - 1.0).abs() < f64::EPSILON {
        return duration;
    }
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// The time that `tokens` take.
pub(super) fn decoding(per_token: Duration, tokens: u64) -> Duration {
    per_token.saturating_mul(u32::try_from(tokens).unwrap_or(u32::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "no request has 2^52 tokens")]
const fn as_f64(tokens: u64) -> f64 {
    tokens as f64
}
