//! What is behind the lock of the pool.

use super::{
    blame::{Culprit, blame, is_of_endpoint},
    endpoint::{Endpoint, Slot},
    trial::Trial,
};
use crate::{
    AccountId, Candidate, Config, EndpointSpec, InvalidSpec, PlaceId, Report, Subject, Want,
    memory::{Memory, Opening},
    spec::Kind,
};
use dioscuri_vocab::{AttemptId, CredentialId, EndpointId, Outcome, Tick};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug)]
pub(super) struct State {
    config: Config,
    pub(super) endpoints: BTreeMap<EndpointId, Endpoint>,
    pub(super) keys: BTreeMap<CredentialId, Memory>,
    pub(super) accounts: BTreeMap<AccountId, Memory>,
    pub(super) places: BTreeMap<PlaceId, Memory>,
    /// Each credential over all its endpoints.
    trials: HashMap<CredentialId, Trial>,
    flights: HashMap<AttemptId, Flight>,
    /// Endpoints ever added.
    births: u64,
}

/// An attempt that has begun. It knows its memories by itself, since its endpoint may be removed.
#[derive(Clone, Copy, Debug)]
struct Flight {
    endpoint: EndpointId,
    born: u64,
    credential: CredentialId,
    account: AccountId,
    place: PlaceId,
}

/// When something opens, and whether for a probe only. The open sort before the closed.
type OpenAt = (Tick, bool);

impl State {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            endpoints: BTreeMap::new(),
            keys: BTreeMap::new(),
            accounts: BTreeMap::new(),
            places: BTreeMap::new(),
            trials: HashMap::new(),
            flights: HashMap::new(),
            births: 0,
        }
    }

    pub(super) fn add(&mut self, spec: EndpointSpec) -> Result<(), InvalidSpec> {
        spec.check()?;
        if self.endpoints.contains_key(&spec.id) {
            return Err(InvalidSpec::new(spec.id, Kind::EndpointTwice));
        }
        for credential in &spec.credentials {
            self.keys.entry(*credential).or_default();
        }
        self.accounts.entry(spec.account).or_default();
        self.places.entry(spec.place).or_default();
        self.births += 1;
        self.endpoints.insert(spec.id, Endpoint::new(spec, self.births));
        Ok(())
    }

    pub(super) fn remove(&mut self, id: EndpointId) -> bool {
        let Some(Endpoint { spec, .. }) = self.endpoints.remove(&id) else {
            return false;
        };
        self.forget_unused(&spec.credentials, spec.account, spec.place);
        true
    }

    /// Drops those memories that no endpoint uses and that hold nothing.
    fn forget_unused(&mut self, keys: &[CredentialId], account: AccountId, place: PlaceId) {
        let is_used =
            |by: &dyn Fn(&EndpointSpec) -> bool| self.endpoints.values().any(|endpoint| by(&endpoint.spec));
        for key in keys {
            if is_blank(&self.keys, key) && !is_used(&|spec| spec.credentials.contains(key)) {
                self.keys.remove(key);
                self.trials.remove(key);
            }
        }
        if is_blank(&self.accounts, &account) && !is_used(&|spec| spec.account == account) {
            self.accounts.remove(&account);
        }
        if is_blank(&self.places, &place) && !is_used(&|spec| spec.place == place) {
            self.places.remove(&place);
        }
    }

    pub(super) fn links(&self) -> u8 {
        let last = self.endpoints.values().map(|endpoint| endpoint.spec.link).max();
        last.unwrap_or(0).saturating_add(1)
    }

    pub(super) fn candidates(&self, want: &Want<'_>, now: Tick) -> Vec<Candidate> {
        let fits = |endpoint: &&Endpoint| {
            let spec = &endpoint.spec;
            spec.link == want.link
                && want.affinity.is_none_or(|group| group == spec.group)
                && !want.avoid.contains(&spec.id)
        };
        let candidate = |endpoint: &Endpoint| {
            let open_at = self.open_at(endpoint, now);
            let candidate = Candidate::new(endpoint.spec.id, open_at.map(|(at, _)| at.max(now)))
                .with_load(endpoint.load(now));
            match open_at {
                Some((_, true)) => candidate.as_probe(),
                _ => candidate,
            }
        };
        self.endpoints.values().filter(fits).map(candidate).collect()
    }

    /// When an attempt may begin at `endpoint`; `None` if an event or an operator must come first.
    pub(super) fn open_at(&self, endpoint: &Endpoint, now: Tick) -> Option<OpenAt> {
        let spec = &endpoint.spec;
        let memories = [
            Some(&endpoint.memory),
            self.accounts.get(&spec.account),
            self.places.get(&spec.place),
        ];
        let key = endpoint
            .slots
            .iter()
            .filter_map(|slot| self.slot_open_at(slot, now))
            .min()?;
        memories.into_iter().flatten().try_fold(key, |all, memory| {
            let one = open_at(memory, now)?;
            Some((all.0.max(one.0), all.1 || one.1))
        })
    }

    fn slot_open_at(&self, slot: &Slot, now: Tick) -> Option<OpenAt> {
        let most = self.config.unproven_in_flight.get();
        let everywhere = self.trials.get(&slot.credential).copied().unwrap_or_default();
        let dared = if slot.trial.is_proven {
            Tick::ZERO
        } else {
            slot.trial.opens_at(most).max(everywhere.opens_at(most))
        };
        let (at, probe) = open_at(self.keys.get(&slot.credential)?, now)?;
        Some((at.max(dared), probe))
    }

    pub(super) fn begin(&mut self, id: EndpointId, attempt: AttemptId, now: Tick) -> Option<CredentialId> {
        let endpoint = self.endpoints.get(&id)?;
        let is_open = self.open_at(endpoint, now).is_some_and(|(at, _)| at <= now);
        if !is_open || self.flights.contains_key(&attempt) {
            return None;
        }
        let (_, credential) = endpoint
            .slots
            .iter()
            .filter_map(|slot| {
                let (at, probe) = self.slot_open_at(slot, now)?;
                (at <= now).then_some((
                    (probe, !slot.trial.is_proven, slot.trial.in_flight),
                    slot.credential,
                ))
            })
            .min()?;
        let flight = Flight {
            endpoint: id,
            born: endpoint.born,
            credential,
            account: endpoint.spec.account,
            place: endpoint.spec.place,
        };
        self.flights.insert(attempt, flight);
        self.endpoints.get_mut(&id)?.begin(credential, now);
        self.trials.entry(credential).or_default().begin(now);
        self.each_memory(&flight, |_, memory| memory.begin(attempt));
        Some(credential)
    }

    pub(super) fn report(&mut self, report: &Report<'_>, now: Tick) {
        let Some(flight) = self.flights.remove(&report.attempt) else {
            return;
        };
        self.each_memory(&flight, |_, memory| memory.release(report.attempt));
        if let Some(trial) = self.trials.get_mut(&flight.credential) {
            trial.end();
        }
        if let Some(endpoint) = self.endpoint_of(&flight) {
            endpoint.end(flight.credential);
        }
        match report.outcome {
            Outcome::Success(_) => self.succeed(&flight, report.begun, now),
            outcome => self.fail(&flight, outcome, report.begun, now),
        }
        if !self.endpoints.contains_key(&flight.endpoint) {
            self.forget_unused(&[flight.credential], flight.account, flight.place);
        }
    }

    fn succeed(&mut self, flight: &Flight, begun: Tick, now: Tick) {
        let key = self.keys.get(&flight.credential);
        let is_stale = key.is_none_or(|key| key.predates_opening(begun));
        self.each_memory(flight, |_, memory| memory.succeed(begun, now));
        let is_open = self.keys.get(&flight.credential).is_some_and(Memory::is_blank);
        let slot = self
            .endpoint_of(flight)
            .and_then(|endpoint| endpoint.slot_mut(flight.credential));
        if let Some(slot) = slot
            && is_open
            && !is_stale
        {
            slot.trial.is_proven = true;
            self.trials.entry(flight.credential).or_default().is_proven = true;
        }
    }

    fn fail(&mut self, flight: &Flight, outcome: &Outcome, begun: Tick, now: Tick) {
        let Some(failure) = outcome.failure() else {
            return;
        };
        if is_of_endpoint(failure)
            && let Some(endpoint) = self.endpoint_of(flight)
        {
            endpoint.penalise(now);
        }
        let Some((culprit, rule)) = blame(failure, &self.config) else {
            return;
        };
        self.each_memory(flight, |of, memory| {
            if of == culprit {
                memory.fail(failure.class, failure.hint(), &rule, begun, now);
            }
        });
        let is_key_closed = self
            .keys
            .get(&flight.credential)
            .is_some_and(|key| key.closure().is_some());
        if culprit == Culprit::Key && is_key_closed {
            self.unprove(flight.credential);
        }
    }

    pub(super) fn reopen(&mut self, subject: Subject, now: Tick) -> bool {
        if let Subject::Key(credential) = subject {
            self.unprove(credential);
        }
        let memory = match subject {
            Subject::Key(id) => self.keys.get_mut(&id),
            Subject::Account(id) => self.accounts.get_mut(&id),
            Subject::Place(id) => self.places.get_mut(&id),
            Subject::Endpoint(id) => self.endpoints.get_mut(&id).map(|endpoint| &mut endpoint.memory),
        };
        memory.map(|memory| memory.reopen(now)).is_some()
    }

    /// What worked until now may not work any more.
    fn unprove(&mut self, credential: CredentialId) {
        if let Some(trial) = self.trials.get_mut(&credential) {
            trial.is_proven = false;
        }
        for endpoint in self.endpoints.values_mut() {
            if let Some(slot) = endpoint.slot_mut(credential) {
                slot.trial.is_proven = false;
            }
        }
    }

    fn endpoint_of(&mut self, flight: &Flight) -> Option<&mut Endpoint> {
        let endpoint = self.endpoints.get_mut(&flight.endpoint);
        endpoint.filter(|endpoint| endpoint.born == flight.born)
    }

    fn each_memory(&mut self, flight: &Flight, mut each: impl FnMut(Culprit, &mut Memory)) {
        let of_endpoint = self
            .endpoints
            .get_mut(&flight.endpoint)
            .filter(|endpoint| endpoint.born == flight.born)
            .map(|endpoint| &mut endpoint.memory);
        let memories = [
            (Culprit::Key, self.keys.get_mut(&flight.credential)),
            (Culprit::Account, self.accounts.get_mut(&flight.account)),
            (Culprit::Place, self.places.get_mut(&flight.place)),
            (Culprit::Endpoint, of_endpoint),
        ];
        for (of, memory) in memories {
            if let Some(memory) = memory {
                each(of, memory);
            }
        }
    }
}

fn open_at(memory: &Memory, now: Tick) -> Option<OpenAt> {
    match memory.opening() {
        Opening::Open => Some((Tick::ZERO, false)),
        // A pause without end is no time: only an operator opens it.
        Opening::Probe(Tick::MAX) | Opening::ProbeOut => None,
        Opening::Probe(at) => Some((at, true)),
        // Nobody waits for what somebody has to mend; whoever comes when it is due may try.
        Opening::Hope(at) => (at <= now).then_some((at, true)),
    }
}

fn is_blank<K: Ord>(memories: &BTreeMap<K, Memory>, key: &K) -> bool {
    memories.get(key).is_some_and(Memory::is_blank)
}
