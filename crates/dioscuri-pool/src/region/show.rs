//! The state behind the lock, as people want to see it.

use super::{card::Card, endpoint::Endpoint, state::State};
use crate::{
    Closed, EndpointState, Rest, Snapshot, Subject,
    memory::{Memory, Opening},
};
use dioscuri_vocab::Tick;

impl State {
    pub(super) fn snapshot(&self, now: Tick) -> Snapshot {
        let keys = self.keys.iter().map(|key| (Subject::Key(key.id), &key.memory));
        let accounts = self
            .accounts
            .iter()
            .map(|account| (Subject::Account(account.id), &account.memory));
        let places = self
            .places
            .iter()
            .map(|place| (Subject::Place(place.id), &place.memory));
        let endpoints = self
            .endpoints()
            .map(|(_, endpoint)| (Subject::Endpoint(endpoint.spec.id), &endpoint.memory));
        let all = keys.chain(accounts).chain(places).chain(endpoints);
        let mut snapshot = Snapshot {
            closed: all
                .filter_map(|(subject, memory)| closed(subject, memory, now))
                .collect(),
            endpoints: self
                .endpoints()
                .map(|(card, endpoint)| self.endpoint_state(card, endpoint, now))
                .collect(),
        };
        snapshot.closed.sort_by_key(|closed| closed.subject);
        snapshot.endpoints.sort_by_key(|state| state.endpoint);
        snapshot
    }

    fn endpoint_state(&self, card: &Card, endpoint: &Endpoint, now: Tick) -> EndpointState {
        let spec = &endpoint.spec;
        let verdict = self.verdict(endpoint, now);
        let is_excluded = endpoint.excluded.is_some();
        let probes_at = if verdict.is_probe {
            self.pace.opens_at()
        } else {
            Tick::ZERO
        };
        let later = |at: &Tick| *at > now;
        let usual = self.links.get(usize::from(spec.link)).map(|link| link.usual);
        EndpointState {
            endpoint: spec.id,
            in_flight: card.in_flight,
            proven: endpoint.slots.iter().any(|slot| slot.trial.is_proven),
            open_at: verdict
                .open_at
                .filter(|_| !is_excluded)
                .map(|at| at.max(now).max(probes_at)),
            closed: self.holder(endpoint),
            rest_until: Some(endpoint.rest_until).filter(later),
            ejected_until: endpoint.ejection.until.filter(later),
            excluded: endpoint.excluded,
            tier: spec.tier,
            served_tier: endpoint
                .served
                .filter(|(_, until)| later(until))
                .map(|(tier, _)| tier),
            rank: endpoint.rank(&self.config, now),
            load: card.load(usual.unwrap_or_default(), now),
        }
    }
}

fn closed(subject: Subject, memory: &Memory, now: Tick) -> Option<Closed> {
    let closure = memory.closure()?;
    let state = match memory.opening() {
        Opening::ProbeOut => Rest::Probing,
        _ if closure.probe_at <= now => Rest::Due,
        _ => Rest::Waiting,
    };
    Some(Closed {
        subject,
        why: closure.why,
        since: closure.since,
        confirmed: closure.confirmed,
        probe_at: closure.probe_at,
        rounds: closure.rounds,
        state,
    })
}
