//! The state behind the lock, as people want to see it.

use super::{endpoint::Endpoint, state::State};
use crate::{
    Closed, EndpointState, Rest, Snapshot, Subject,
    memory::{Memory, Opening},
};
use dioscuri_vocab::Tick;

impl State {
    pub(super) fn snapshot(&self, now: Tick) -> Snapshot {
        let keys = self.keys.iter().map(|(id, memory)| (Subject::Key(*id), memory));
        let accounts = self
            .accounts
            .iter()
            .map(|(id, memory)| (Subject::Account(*id), memory));
        let places = self
            .places
            .iter()
            .map(|(id, memory)| (Subject::Place(*id), memory));
        let endpoints = self
            .endpoints
            .iter()
            .map(|(id, endpoint)| (Subject::Endpoint(*id), &endpoint.memory));
        let all = keys.chain(accounts).chain(places).chain(endpoints);
        Snapshot {
            closed: all
                .filter_map(|(subject, memory)| closed(subject, memory, now))
                .collect(),
            endpoints: self
                .endpoints
                .values()
                .map(|endpoint| self.endpoint_state(endpoint, now))
                .collect(),
        }
    }

    fn endpoint_state(&self, endpoint: &Endpoint, now: Tick) -> EndpointState {
        EndpointState {
            endpoint: endpoint.spec.id,
            in_flight: endpoint.in_flight,
            proven: endpoint.slots.iter().any(|slot| slot.trial.is_proven),
            open_at: self.open_at(endpoint, now).map(|(at, _)| at.max(now)),
            load: endpoint.load(now),
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
