//! One endpoint: what it was told, what is in flight there, and how it has done lately.

use super::{
    score::{Ejection, Score},
    trial::Trial,
};
use crate::{Config, EndpointSpec, Excluded, Tier, memory::Memory};
use dioscuri_vocab::{CredentialId, Tick};
use std::time::Duration;

/// For how long an endpoint that was served by another tier than it asked for is not preferred. A tier is short for
/// minutes, and who asks it then pays its price for nothing.
const DISTRUST: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) spec: EndpointSpec,
    /// Tells it from an earlier endpoint of the same number.
    pub(super) born: u64,
    pub(super) memory: Memory,
    pub(super) slots: Vec<Slot>,
    /// The places of its account and its place in their ledgers.
    pub(super) account: u32,
    pub(super) place: u32,
    pub(super) score: Score,
    pub(super) ejection: Ejection,
    /// The budget has no room there before.
    pub(super) rest_until: Tick,
    /// The tier that really served, and until when that is remembered.
    pub(super) served: Option<(Tier, Tick)>,
    pub(super) excluded: Option<Excluded>,
}

/// One credential at one endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) credential: CredentialId,
    /// Its place in the ledger of keys.
    pub(super) key: u32,
    pub(super) trial: Trial,
}

impl Endpoint {
    /// Its place in the order of preference.
    pub(super) fn rank(&self, config: &Config, now: Tick) -> u8 {
        let asked = config.tiers.rank(self.spec.tier);
        match self.served {
            Some((tier, until)) if until > now => config.tiers.rank(tier).max(asked),
            _ => asked,
        }
    }

    /// An answer named the tier that served it. Whether that changes the rank.
    pub(super) fn on_served(&mut self, word: &str, now: Tick) -> bool {
        let Some(tier) = Tier::of_word(word) else {
            return false;
        };
        let before = self.served.map(|(tier, _)| tier);
        self.served = (tier != self.spec.tier).then(|| (tier, now.after(DISTRUST)));
        before != self.served.map(|(tier, _)| tier) || self.served.is_some()
    }

    pub(super) fn slot(&self, credential: CredentialId) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.credential == credential)
    }

    pub(super) fn slot_mut(&mut self, credential: CredentialId) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.credential == credential)
    }
}
