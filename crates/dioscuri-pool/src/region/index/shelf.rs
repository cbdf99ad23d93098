//! The endpoints of one link, or of one group of a link, by where they stand.

use crate::tier::Tier;
use dioscuri_vocab::{EndpointId, Tick};
use std::{collections::BTreeSet, ops::Bound};

/// One rank for every tier, and one for what was served otherwise than asked.
pub(in crate::region) const RANKS: usize = Tier::ALL.len() + 1;

/// The endpoints of one link, or of one group of a link.
#[derive(Debug, Default)]
pub(in crate::region) struct Shelf {
    ready: [Vec<u32>; RANKS],
    pub(super) due: Vec<u32>,
    /// By opening, then by number; those that only an event can open come last.
    pub(super) closed: BTreeSet<(Tick, EndpointId, u32)>,
    /// Endpoints that no memory holds.
    pub(super) usable: u32,
    /// Endpoints that belong here, excluded ones too.
    pub(super) len: u32,
}

impl Shelf {
    pub(super) fn ready_mut(&mut self, rank: u8) -> &mut Vec<u32> {
        &mut self.ready[usize::from(rank).min(RANKS - 1)]
    }

    /// The ready ones, rank by rank.
    pub(in crate::region) fn ready(&self) -> impl Iterator<Item = (u8, &[u32])> {
        (0..).zip(self.ready.iter().map(Vec::as_slice))
    }

    /// Those that one attempt may try.
    pub(in crate::region) fn due(&self) -> &[u32] {
        &self.due
    }

    /// The closed ones that open from `from` on and before `to`, by opening; with [`Tick::MAX`] also those that only an
    /// event can open.
    pub(in crate::region) fn closed(
        &self,
        from: Tick,
        to: Tick,
    ) -> impl Iterator<Item = (Option<Tick>, u32)> + '_ {
        let start = (from, EndpointId(0), 0);
        let end = match to {
            Tick::MAX => Bound::Unbounded,
            to => Bound::Excluded((to, EndpointId(0), 0)),
        };
        self.closed
            .range((Bound::Included(start), end))
            .map(|(at, _, slot)| ((*at < Tick::MAX).then_some(*at), *slot))
    }

    /// Whether a memory holds every endpoint here.
    pub(in crate::region) fn is_down(&self) -> bool {
        self.usable == 0
    }

    pub(in crate::region) fn len(&self) -> u32 {
        self.len
    }
}
