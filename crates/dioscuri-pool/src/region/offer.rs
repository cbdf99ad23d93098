//! Whom a caller is offered, in which order.

use super::{card::Card, index::Shelf, state::State};
use crate::{Candidate, Want};
use dioscuri_vocab::{EndpointId, Rng, Tick};
use std::{collections::HashSet, ops::ControlFlow};

/// Endpoints to avoid that are looked up one by one; more are put into a set first.
const FEW: usize = 16;

/// What a candidate has to be like.
struct Filter<'a> {
    want: &'a Want<'a>,
    avoid: Option<HashSet<EndpointId>>,
}

impl<'a> Filter<'a> {
    fn new(want: &'a Want<'a>) -> Self {
        Self {
            want,
            avoid: (want.avoid.len() > FEW).then(|| want.avoid.iter().copied().collect()),
        }
    }

    fn fits(&self, card: &Card) -> bool {
        let want = self.want;
        let is_avoided = match &self.avoid {
            Some(avoid) => avoid.contains(&card.id),
            None => want.avoid.contains(&card.id),
        };
        let is_dear = want
            .price_limit
            .zip(card.price)
            .is_some_and(|(limit, price)| price > limit);
        let is_inside = want
            .residency
            .is_none_or(|only| card.jurisdiction.is_some_and(|its| only.contains(&its)));
        !is_avoided && !is_dear && is_inside
    }
}

impl State {
    pub(super) fn visit(
        &mut self,
        want: &Want<'_>,
        now: Tick,
        rng: &mut dyn Rng,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.catch_up(now);
        let Some(home) = self.index.shelf(want.link, want.affinity) else {
            return ControlFlow::Continue(());
        };
        let filter = Filter::new(want);
        // What may have recovered goes first: while others serve, nobody would find out.
        let probes_at = self.pace.opens_at();
        let is_paced = probes_at > self.clock;
        if !is_paced {
            self.offer(home.due(), Some(now), now, rng, &filter, each)?;
        }
        for (_, ready) in home.ready() {
            self.offer(ready, Some(now), now, rng, &filter, each)?;
        }
        if !is_paced || home.due().is_empty() {
            return self.offer_closed(home.closed(Tick::ZERO, Tick::MAX), &filter, each);
        }
        self.offer_closed(home.closed(Tick::ZERO, probes_at), &filter, each)?;
        self.offer(home.due(), Some(probes_at), now, rng, &filter, each)?;
        self.offer_closed(home.closed(probes_at, Tick::MAX), &filter, each)
    }

    /// Offers all of `slots`, from a random one on.
    fn offer(
        &self,
        slots: &[u32],
        open_at: Option<Tick>,
        now: Tick,
        rng: &mut dyn Rng,
        filter: &Filter<'_>,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if slots.is_empty() {
            return ControlFlow::Continue(());
        }
        let (after, first) = slots.split_at(rng.index(slots.len()));
        for slot in first.iter().chain(after) {
            if let Some(candidate) = self.candidate(*slot, open_at, now, filter) {
                each(candidate)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn offer_closed(
        &self,
        closed: impl Iterator<Item = (Option<Tick>, u32)>,
        filter: &Filter<'_>,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let now = self.clock;
        for (at, slot) in closed {
            if let Some(candidate) = self.candidate(slot, at, now, filter) {
                each(candidate)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn candidate(
        &self,
        slot: u32,
        open_at: Option<Tick>,
        now: Tick,
        filter: &Filter<'_>,
    ) -> Option<Candidate> {
        let card = self.cards.get(slot as usize).filter(|card| filter.fits(card))?;
        let candidate = Candidate::new(card.id, open_at).with_rank(card.rank);
        if card.is_probed_next && open_at.is_some() {
            // How it did before says nothing of a probe.
            return Some(candidate.as_probe());
        }
        let link = self.links.get(usize::from(card.link))?;
        Some(candidate.with_load(card.load(link.usual, now)))
    }

    pub(super) fn is_down(&mut self, want: &Want<'_>, now: Tick) -> bool {
        self.catch_up(now);
        self.index
            .shelf(want.link, want.affinity)
            .is_none_or(Shelf::is_down)
    }
}
