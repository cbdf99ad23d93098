//! A quota of a minute or less, to keep over a restart.

use super::Rate;
use crate::{
    SavedDomain, SavedSupply,
    keep::{Reading, Writing},
    kind::Kind,
    supply::Supply,
};
use dioscuri_vocab::Tick;

impl Rate {
    /// Writes down what counts and what was found out.
    pub(crate) fn save(&mut self, saved: &mut SavedDomain, writing: &Writing) {
        let now = writing.now.tick;
        let written = |(at, amount)| (writing.ms(at), amount);
        saved.charges = self.window.charges(now).map(written).collect();
        let oldest = now.before(self.window.period());
        let refused = self.refused.iter().copied().filter(|(at, _)| *at > oldest);
        saved.refused = refused.map(written).collect();
        saved.supply = self.supply.map(|supply| supply.save(writing));
    }

    /// Charges what `saved` counts and is not charged yet, and goes on from what it found out.
    pub(crate) fn restore(
        &mut self,
        saved: &SavedDomain,
        supply: Option<SavedSupply>,
        limit: Option<u64>,
        kind: &Kind,
        reading: &Reading,
    ) {
        let now = reading.now().tick;
        // The spans of the windows say what is too old.
        let _ = self.bounds(limit, kind);
        let kept = saved
            .charges
            .iter()
            .map(|(ms, amount)| (reading.tick(*ms), *amount));
        let present: Vec<_> = self.window.charges(now).collect();
        for (at, amount) in missing(kept.collect(), present) {
            self.charge(at, amount, u64::MAX);
        }
        let _ = self.window.used(now);
        if self.refused.is_empty() {
            let refused = saved
                .refused
                .iter()
                .map(|(ms, amount)| (reading.tick(*ms), *amount));
            self.refused = refused.collect();
        }
        let is_new = self.supply.is_none_or(|supply| !supply.is_bounded());
        if let Some(supply) = supply.filter(|_| is_new) {
            let supply = Supply::restore(&supply, reading);
            let says_more = limit.is_some_and(|limit| supply.most() >= limit);
            let is_more = self
                .supply
                .is_none_or(|own| supply.is_bounded() || supply.most() > own.most());
            if is_more && !says_more {
                self.supply = Some(supply);
            }
        }
        let _ = self.bounds(limit, kind);
    }
}

/// What must be charged beside `present`, so that since every moment at least as much is charged as in `kept`.
///
/// So nothing counts twice if both hold the same charge, and nothing is freed. From the latest on.
fn missing(mut kept: Vec<(Tick, u64)>, mut present: Vec<(Tick, u64)>) -> Vec<(Tick, u64)> {
    kept.sort_unstable();
    present.sort_unstable();
    let mut present = present.into_iter().rev().peekable();
    let (mut wanted, mut charged, mut missing) = (0_u64, 0_u64, Vec::new());
    for (at, amount) in kept.into_iter().rev() {
        wanted = wanted.saturating_add(amount);
        while let Some((_, amount)) = present.next_if(|(then, _)| *then >= at) {
            charged = charged.saturating_add(amount);
        }
        let more = wanted.saturating_sub(charged);
        if more > 0 {
            charged = charged.saturating_add(more);
            missing.push((at, more));
        }
    }
    missing
}
