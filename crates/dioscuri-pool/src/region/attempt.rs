//! What an attempt changes when it begins and when it ends.

use super::{
    blame::{Culprit, blame, is_of_endpoint},
    card::Card,
    endpoint::Endpoint,
    index::Standing,
    pace::Finding,
    state::{Flight, Link, State},
    trial::Trial,
};
use crate::{
    Report,
    memory::{Memory, Opening},
};
use dioscuri_vocab::{AttemptId, CredentialId, EndpointId, Failure, Outcome, Served, Tick};
use std::collections::hash_map::Entry as Place;

/// What decides whether an attempt with one credential at one endpoint may begin. When it changes, so may where
/// endpoints stand.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Doors {
    key: (Opening, Tick),
    account: Opening,
    place: Opening,
    endpoint: (Opening, Tick),
}

impl State {
    pub(super) fn begin(&mut self, id: EndpointId, attempt: AttemptId, now: Tick) -> Option<CredentialId> {
        self.catch_up(now);
        let slot = self.find(id)?;
        if !self.is_open(slot) {
            return None;
        }
        let endpoint = self.endpoint(slot)?;
        let (credential, key) = self.credential(endpoint)?;
        let flight = Flight {
            slot,
            born: endpoint.born,
            credential,
            key,
            account: endpoint.account,
            place: endpoint.place,
            is_probe: self.cards[slot as usize].is_probed_next,
        };
        match self.flights.entry(attempt) {
            Place::Occupied(_) => return None,
            Place::Vacant(place) => place.insert(flight),
        };
        let now = self.clock;
        if flight.is_probe {
            self.pace.on_probe(now);
        }
        let before = self.doors_if(!flight.is_probe, &flight);
        self.each_trial(&flight, |trial| trial.begin(now));
        let in_flight = &mut self.cards[slot as usize].in_flight;
        *in_flight = in_flight.saturating_add(1);
        self.count(&flight, |flights| *flights += 1);
        if flight.is_probe {
            self.each_memory(&flight, |_, memory| memory.begin(attempt));
        }
        self.settle(&flight, before);
        Some(credential)
    }

    /// Whether an attempt may begin at the endpoint in `slot`. That the budget has no room there is only a hint, and
    /// whoever comes has asked it.
    fn is_open(&self, slot: u32) -> bool {
        match self.index.standing(slot) {
            Standing::Ready(_) => true,
            Standing::Due => self.pace.opens_at() <= self.clock,
            Standing::Closed(_) => self.endpoint(slot).is_some_and(|endpoint| {
                let verdict = self.verdict(endpoint, self.clock);
                let is_paced = verdict.is_probe && self.pace.opens_at() > self.clock;
                endpoint.rest_until > self.clock
                    && verdict.open_at.is_some_and(|at| at <= self.clock)
                    && !is_paced
            }),
            Standing::Excluded => false,
        }
    }

    /// The credential for the next attempt: an open one, then a proven one, then the idlest.
    fn credential(&self, endpoint: &Endpoint) -> Option<(CredentialId, u32)> {
        if let [only] = endpoint.slots.as_slice() {
            return Some((only.credential, only.key));
        }
        let now = self.clock;
        let ready = endpoint.slots.iter().filter_map(|slot| {
            let (at, is_probe) = self.slot_open_at(slot, now, &mut Tick::MAX.clone())?;
            let order = (is_probe, !slot.trial.is_proven, slot.trial.in_flight);
            (at <= now).then_some((order, slot.credential, slot.key))
        });
        ready.min().map(|(_, credential, key)| (credential, key))
    }

    pub(super) fn report(&mut self, report: &Report<'_>, now: Tick) {
        let Some(flight) = self.flights.remove(&report.attempt) else {
            return;
        };
        self.catch_up(now);
        let is_usual = !flight.is_probe && matches!(report.outcome, Outcome::Success(_));
        let before = self.doors_if(is_usual, &flight);
        if flight.is_probe {
            self.each_memory(&flight, |_, memory| memory.release(report.attempt));
        }
        self.each_trial(&flight, Trial::end);
        if self.endpoint_of(&flight).is_some() {
            let in_flight = &mut self.cards[flight.slot as usize].in_flight;
            *in_flight = in_flight.saturating_sub(1);
        }
        let finding = match report.outcome {
            Outcome::Success(served) => {
                self.succeed(&flight, served, report, now);
                Finding::Recovered
            }
            Outcome::Failed { failure, .. } => self.fail(&flight, failure, report.begun, now),
            _ => Finding::Nothing,
        };
        if flight.is_probe {
            self.pace.on_finding(finding, report.begun);
        }
        self.settle(&flight, before);
        self.count(&flight, |flights| *flights -= 1);
        if self.endpoint_of(&flight).is_none() {
            self.keys.forget_unused(flight.key);
            self.accounts.forget_unused(flight.account);
            self.places.forget_unused(flight.place);
        }
    }

    fn succeed(&mut self, flight: &Flight, served: &Served, report: &Report<'_>, now: Tick) {
        let begun = report.begun;
        let is_stale = self
            .keys
            .get(flight.key)
            .is_none_or(|key| key.memory.predates_opening(begun));
        self.pace.on_answer(now);
        self.each_memory(flight, |_, memory| memory.succeed(begun, now));
        let is_open = self.keys.get(flight.key).is_some_and(|key| key.memory.is_blank());
        let Some((card, endpoint, link)) = self.endpoint_and_link(flight) else {
            return;
        };
        let first = report.timing.content.or(report.timing.head).unwrap_or(now);
        card.latency.observe(first.since(begun), &mut link.usual, now);
        endpoint.score.add(true, now);
        link.score.add(true, now);
        let is_moved = match &served.tier {
            Some(word) => endpoint.on_served(word, now),
            None => false,
        };
        if is_open && !is_stale {
            if let Some(slot) = endpoint.slot_mut(flight.credential) {
                slot.trial.is_proven = true;
            }
            if let Some(key) = self.keys.get_mut(flight.key) {
                key.trial.is_proven = true;
            }
        }
        if is_moved {
            self.reindex(flight.slot);
        }
    }

    fn fail(&mut self, flight: &Flight, failure: &Failure, begun: Tick, now: Tick) -> Finding {
        if is_of_endpoint(failure) {
            self.count_failure(flight, begun, now);
        }
        let Some((culprit, rule)) = blame(failure, &self.config) else {
            return Finding::Nothing;
        };
        let mut has_closed = false;
        self.each_memory(flight, |of, memory| {
            if of == culprit {
                let was_open = memory.closure().is_none();
                memory.fail(failure.class, failure.hint(), &rule, begun, now);
                has_closed = was_open && memory.closure().is_some();
            }
        });
        if has_closed {
            self.pace.on_closing();
        }
        let key = self.keys.get(flight.key);
        if culprit == Culprit::Key && key.is_some_and(|key| key.memory.closure().is_some()) {
            self.unprove(flight.key);
        }
        Finding::Still
    }

    /// A failure is a slow answer to whoever chooses, and may make an outlier of its endpoint.
    fn count_failure(&mut self, flight: &Flight, begun: Tick, now: Tick) {
        let Some((card, endpoint, link)) = self.endpoint_and_link(flight) else {
            return;
        };
        card.latency.penalise(now.since(begun), link.usual, now);
        if flight.is_probe {
            return; // it was known to fail
        }
        endpoint.score.add(false, now);
        link.score.add(false, now);
        let is_out = endpoint.ejection.until.is_some() || endpoint.memory.predates_opening(begun);
        if is_out || !endpoint.score.count(now).is_outlier_of(link.score.count(now)) {
            return;
        }
        let (ejected, number) = (link.ejected + 1, endpoint.spec.link);
        // At most half of a link: where all do badly, nobody is an outlier, and the last one is never ejected.
        let all = self.index.shelf(number, None).map_or(0, super::index::Shelf::len);
        if ejected * 2 > all {
            return;
        }
        if let Some((_, endpoint, link)) = self.endpoint_and_link(flight) {
            endpoint.ejection.eject(now);
            link.ejected += 1;
        }
        self.reindex(flight.slot);
    }

    fn endpoint_of(&mut self, flight: &Flight) -> Option<&mut Endpoint> {
        let endpoint = self.endpoint_mut(flight.slot);
        endpoint.filter(|endpoint| endpoint.born == flight.born)
    }

    fn endpoint_and_link(&mut self, flight: &Flight) -> Option<(&mut Card, &mut Endpoint, &mut Link)> {
        let endpoint = self.endpoints[flight.slot as usize].as_mut();
        let endpoint = endpoint.filter(|endpoint| endpoint.born == flight.born)?;
        let link = self.links.get_mut(usize::from(endpoint.spec.link))?;
        Some((self.cards.get_mut(flight.slot as usize)?, endpoint, link))
    }

    fn count(&mut self, flight: &Flight, change: impl Fn(&mut u32)) {
        if let Some(key) = self.keys.get_mut(flight.key) {
            change(&mut key.flights);
        }
        if let Some(account) = self.accounts.get_mut(flight.account) {
            change(&mut account.flights);
        }
        if let Some(place) = self.places.get_mut(flight.place) {
            change(&mut place.flights);
        }
    }

    fn each_memory(&mut self, flight: &Flight, mut each: impl FnMut(Culprit, &mut Memory)) {
        if let Some(key) = self.keys.get_mut(flight.key) {
            each(Culprit::Key, &mut key.memory);
        }
        if let Some(account) = self.accounts.get_mut(flight.account) {
            each(Culprit::Account, &mut account.memory);
        }
        if let Some(place) = self.places.get_mut(flight.place) {
            each(Culprit::Place, &mut place.memory);
        }
        if let Some(endpoint) = self.endpoint_of(flight) {
            each(Culprit::Endpoint, &mut endpoint.memory);
        }
    }

    fn each_trial(&mut self, flight: &Flight, each: impl Fn(&mut Trial)) {
        if let Some(key) = self.keys.get_mut(flight.key) {
            each(&mut key.trial);
        }
        let endpoint = self.endpoint_of(flight);
        if let Some(slot) = endpoint.and_then(|endpoint| endpoint.slot_mut(flight.credential)) {
            each(&mut slot.trial);
        }
    }

    /// The doors of a flight, unless nothing that is `usual` can move them: what is proven stays so, and neither does
    /// an attempt that is no probe close anything by beginning, nor open anything by its success.
    fn doors_if(&self, is_usual: bool, flight: &Flight) -> Option<Doors> {
        let is_proven = || {
            let slot = self
                .endpoint(flight.slot)
                .and_then(|endpoint| endpoint.slot(flight.credential));
            slot.is_some_and(|slot| slot.trial.is_proven)
                && self.keys.get(flight.key).is_some_and(|key| key.trial.is_proven)
        };
        (!is_usual || !is_proven()).then(|| self.doors(flight))
    }

    fn doors(&self, flight: &Flight) -> Doors {
        let most = self.config.unproven_in_flight.get();
        let key = self.keys.get(flight.key);
        let account = self.accounts.get(flight.account);
        let place = self.places.get(flight.place);
        let endpoint = self
            .endpoint(flight.slot)
            .filter(|endpoint| endpoint.born == flight.born);
        let opening = |memory: Option<&Memory>| memory.map_or(Opening::Open, Memory::opening);
        let slot = endpoint.and_then(|endpoint| endpoint.slot(flight.credential));
        Doors {
            key: (
                opening(key.map(|key| &key.memory)),
                key.map_or(Tick::ZERO, |key| key.trial.opens_at(most)),
            ),
            account: opening(account.map(|account| &account.memory)),
            place: opening(place.map(|place| &place.memory)),
            endpoint: (
                opening(endpoint.map(|endpoint| &endpoint.memory)),
                slot.map_or(Tick::ZERO, |slot| slot.trial.opens_at(most)),
            ),
        }
    }

    /// Puts those endpoints in place for which something has changed since `before`.
    fn settle(&mut self, flight: &Flight, before: Option<Doors>) {
        let Some(before) = before else {
            return;
        };
        let now = self.doors(flight);
        if now == before {
            return;
        }
        if now.endpoint != before.endpoint && self.endpoint_of(flight).is_some() {
            self.reindex(flight.slot);
        }
        if now.key != before.key {
            self.reindex_members(Culprit::Key, flight.key);
        }
        if now.account != before.account {
            self.reindex_members(Culprit::Account, flight.account);
        }
        if now.place != before.place {
            self.reindex_members(Culprit::Place, flight.place);
        }
    }
}
