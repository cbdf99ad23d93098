//! When a request would be answered.

use dioscuri_vocab::{Now, Tick};

use super::{
    Ask, World,
    incidents::Spot,
    ledger::{Order, Traffic},
};
use crate::scenario::ServiceTier;

/// Incidents and windows that may close one after the other before it is thought that they always do.
const MOST_ROUNDS: u32 = 10_000;

impl World {
    /// The first moment, from `from` on, at which `ask` would be answered if nobody of this world's clients came
    /// before; `None`: never. Nothing is counted.
    ///
    /// `ahead` are the prompts of requests, in tokens, that come to the same place with the same key at `from`
    /// and before it; they count whether there is room for them or not. Other users come as they will, limits
    /// change, and incidents begin and end. What strikes by lot (a `share` below 1, or a `count`) is left out of
    /// account, and so is provisioned throughput.
    ///
    /// For those who want to know how well a client could have done.
    ///
    /// ```
    /// use dioscuri_sim::{Admission, Ask, Scenario, World};
    /// use dioscuri_vocab::{Now, Tick};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), dioscuri_sim::ScenarioError> {
    /// let mut world = World::new(&Scenario::parse(
    ///     r#"
    ///     [[model]]
    ///     name = "gemini-3.8-flash"
    ///     [[project]]
    ///     id = "castor"
    ///     surface = "developer"
    ///     key = [{ secret = "AQ.castor" }]
    ///     quota = [{ model = "gemini-3.8-flash", rpm = 2 }]
    ///     "#,
    /// )?, None);
    /// let ask = Ask::developer("AQ.castor", "gemini-3.8-flash", 700);
    /// let now = Now::default();
    /// assert_eq!(world.opening(&ask, &[], now), Some(Tick::ZERO));
    /// assert_eq!(world.opening(&ask, &[700, 700], now), Some(Tick::ZERO.after(Duration::from_secs(60))));
    /// assert!(matches!(world.admit(&ask, now), Admission::Answered { .. }));
    /// assert_eq!(world.opening(&ask, &[700], now), Some(Tick::ZERO.after(Duration::from_secs(60))));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn opening(&self, ask: &Ask<'_>, ahead: &[u64], from: Now) -> Option<Tick> {
        let target = ask.target();
        let owner = self
            .owners
            .owner(&self.scenario, &target, &[ask.credential()])
            .ok()?;
        let place = self.place(&target, owner).ok()?;
        let model = &self.scenario.models[place.model];
        if ask.input_tokens > model.input_limit {
            return None;
        }
        let spot = Spot {
            surface: target.surface,
            project: &self.scenario.projects[place.project].id,
            key: owner.key + 1,
            location: target.location,
            models: [target.model, &model.name],
            method: target.method,
            service_tier: ServiceTier::Standard,
        };
        let order = |tokens: u64| Order {
            place,
            requests: 1,
            tokens,
            output_tokens: 0,
            service_tier: ServiceTier::Standard,
            traffic: Traffic::Shared,
        };
        let mut tick = self.latest.max(from.tick);
        let mut ledger = self.ledger.foresee(place, Now::new(tick, self.date(from)));
        for tokens in ahead {
            ledger.count(&order(*tokens), tick);
        }
        for _ in 0..MOST_ROUNDS {
            let spared = self.incidents.spared(&spot, tick.since(Tick::ZERO))?;
            let spared = Tick::ZERO.after(spared);
            tick = ledger.opening(&order(ask.input_tokens), spared)?;
            if tick == spared {
                return Some(tick);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
