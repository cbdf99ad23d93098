//! What is behind the lock of the pool.

use super::{
    blame::Culprit,
    card::Card,
    endpoint::{Endpoint, Slot},
    index::{Index, Standing},
    latency::Usual,
    ledger::Ledger,
    pace::Pace,
    score::{Ejection, Score},
    trial::Trial,
};
use crate::{
    AccountId, Config, EndpointSpec, Excluded, InvalidSpec, PlaceId, Subject, hash::IdMap, memory::Memory,
    spec::Kind,
};
use dioscuri_vocab::{AttemptId, CredentialId, EndpointId, Tick};

#[derive(Debug)]
pub(super) struct State {
    pub(super) config: Config,
    ids: IdMap<EndpointId, u32>,
    pub(super) endpoints: Vec<Option<Endpoint>>,
    /// What is looked at of each of them whenever one is chosen.
    pub(super) cards: Vec<Card>,
    free: Vec<u32>,
    pub(super) keys: Ledger<CredentialId>,
    pub(super) accounts: Ledger<AccountId>,
    pub(super) places: Ledger<PlaceId>,
    pub(super) index: Index,
    /// What the endpoints of each link of the chain have in common.
    pub(super) links: Vec<Link>,
    pub(super) pace: Pace,
    pub(super) flights: IdMap<AttemptId, Flight>,
    /// The latest tick that was told: the index stands there.
    pub(super) clock: Tick,
    /// Endpoints ever added.
    births: u64,
}

/// What the endpoints of one link have in common.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Link {
    pub(super) usual: Usual,
    pub(super) score: Score,
    pub(super) ejected: u32,
}

/// An attempt that has begun. It knows its memories by itself, since its endpoint may be removed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub(super) slot: u32,
    pub(super) born: u64,
    pub(super) credential: CredentialId,
    pub(super) key: u32,
    pub(super) account: u32,
    pub(super) place: u32,
    pub(super) is_probe: bool,
}

impl State {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            ids: IdMap::default(),
            endpoints: Vec::new(),
            cards: Vec::new(),
            free: Vec::new(),
            keys: Ledger::default(),
            accounts: Ledger::default(),
            places: Ledger::default(),
            index: Index::default(),
            links: Vec::new(),
            pace: Pace::new(),
            flights: IdMap::default(),
            clock: Tick::ZERO,
            births: 0,
        }
    }

    pub(super) fn add(&mut self, spec: EndpointSpec) -> Result<(), InvalidSpec> {
        spec.check()?;
        if self.ids.contains_key(&spec.id) {
            return Err(InvalidSpec::new(spec.id, Kind::EndpointTwice));
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.endpoints.push(None);
            self.cards.push(Card::new(&spec));
            // There are no more of them than ids of 32 bits.
            u32::try_from(self.endpoints.len() - 1).unwrap_or(u32::MAX)
        });
        self.births += 1;
        self.ids.insert(spec.id, place);
        self.index.add(place, spec.id, spec.link, spec.group);
        let links = usize::from(spec.link) + 1;
        if self.links.len() < links {
            self.links.resize_with(links, Link::default);
        }
        self.cards[place as usize] = Card::new(&spec);
        let endpoint = self.admit(spec, place);
        self.endpoints[place as usize] = Some(endpoint);
        self.reindex(place);
        Ok(())
    }

    fn admit(&mut self, spec: EndpointSpec, place: u32) -> Endpoint {
        let slot = |credential: &CredentialId| Slot {
            credential: *credential,
            key: self.keys.join(*credential, place),
            trial: Trial::default(),
        };
        Endpoint {
            slots: spec.credentials.iter().map(slot).collect(),
            born: self.births,
            memory: Memory::default(),
            account: self.accounts.join(spec.account, place),
            place: self.places.join(spec.place, place),
            score: Score::default(),
            ejection: Ejection::default(),
            rest_until: Tick::ZERO,
            served: None,
            excluded: self.exclusion(&spec),
            spec,
        }
    }

    fn exclusion(&self, spec: &EndpointSpec) -> Option<Excluded> {
        let is_outside = self
            .config
            .residency
            .as_ref()
            .is_some_and(|only| spec.jurisdiction.is_none_or(|its| !only.contains(&its)));
        let is_dear = self
            .config
            .price_limit
            .zip(spec.price)
            .is_some_and(|(limit, price)| price > limit);
        if is_outside {
            Some(Excluded::Residency)
        } else {
            is_dear.then_some(Excluded::Price)
        }
    }

    pub(super) fn remove(&mut self, id: EndpointId) -> bool {
        let Some(place) = self.ids.remove(&id) else {
            return false;
        };
        if let Some(endpoint) = self.endpoints[place as usize].take() {
            if endpoint.ejection.until.is_some() {
                self.links[usize::from(endpoint.spec.link)].ejected -= 1;
            }
            for slot in &endpoint.slots {
                self.keys.leave(slot.key, place);
            }
            self.accounts.leave(endpoint.account, place);
            self.places.leave(endpoint.place, place);
        }
        self.index.remove(place);
        self.free.push(place);
        true
    }

    pub(super) fn find(&self, id: EndpointId) -> Option<u32> {
        self.ids.get(&id).copied()
    }

    pub(super) fn endpoint(&self, place: u32) -> Option<&Endpoint> {
        self.endpoints.get(place as usize)?.as_ref()
    }

    pub(super) fn endpoint_mut(&mut self, place: u32) -> Option<&mut Endpoint> {
        self.endpoints.get_mut(place as usize)?.as_mut()
    }

    pub(super) fn endpoints(&self) -> impl Iterator<Item = (&Card, &Endpoint)> {
        let all = self.cards.iter().zip(&self.endpoints);
        all.filter_map(|(card, endpoint)| Some((card, endpoint.as_ref()?)))
    }

    /// What time alone has opened until `now` is open from here on.
    pub(super) fn catch_up(&mut self, now: Tick) {
        self.clock = self.clock.max(now);
        while let Some(place) = self.index.pop_due(self.clock) {
            self.reindex(place);
        }
    }

    /// Puts an endpoint where it stands now.
    pub(super) fn reindex(&mut self, place: u32) {
        let now = self.clock;
        if let Some(endpoint) = self.endpoints.get_mut(place as usize).and_then(Option::as_mut)
            && endpoint.ejection.ends(now)
        {
            endpoint.score = Score::default();
            self.links[usize::from(endpoint.spec.link)].ejected -= 1;
        }
        let Some(endpoint) = self
            .endpoint(place)
            .filter(|endpoint| endpoint.excluded.is_none())
        else {
            return;
        };
        let verdict = self.verdict(endpoint, now);
        let rank = endpoint.rank(&self.config, now);
        let rest = endpoint.rest_until;
        let at = verdict.open_at.map(|at| at.max(rest));
        let standing = match at {
            Some(at) if at > now => Standing::Closed(Some(at).filter(|at| *at < Tick::MAX)),
            Some(_) if verdict.is_probe => Standing::Due,
            Some(_) => Standing::Ready(rank),
            None => Standing::Closed(None),
        };
        let others = [at, endpoint.served.map(|(_, until)| until)];
        let others = others.into_iter().flatten().filter(|at| *at > now);
        let wake = others.fold(verdict.wake, Tick::min);
        self.index.put(place, standing, !verdict.is_held, wake);
        let card = &mut self.cards[place as usize];
        card.is_probed_next = verdict.is_probe;
        card.rank = rank;
    }

    /// Puts every endpoint where it stands now that the memory in `place` of the ledger of `whose` holds.
    pub(super) fn reindex_members(&mut self, whose: Culprit, place: u32) {
        for number in 0.. {
            let members = match whose {
                Culprit::Key => self.keys.get(place).map(|entry| &entry.members),
                Culprit::Account => self.accounts.get(place).map(|entry| &entry.members),
                Culprit::Place => self.places.get(place).map(|entry| &entry.members),
                Culprit::Endpoint => None,
            };
            let Some(member) = members.and_then(|members| members.get(number)).copied() else {
                break;
            };
            self.reindex(member);
        }
    }

    pub(super) fn rest(&mut self, id: EndpointId, until: Option<Tick>) {
        let until = until.unwrap_or(Tick::ZERO);
        let Some(place) = self.find(id) else {
            return;
        };
        if let Some(endpoint) = self.endpoint_mut(place)
            && endpoint.rest_until != until
        {
            endpoint.rest_until = until;
            self.reindex(place);
        }
    }

    pub(super) fn reopen(&mut self, subject: Subject, now: Tick) -> bool {
        self.catch_up(now);
        let (whose, place) = match subject {
            Subject::Key(id) => (Culprit::Key, self.keys.find(id)),
            Subject::Account(id) => (Culprit::Account, self.accounts.find(id)),
            Subject::Place(id) => (Culprit::Place, self.places.find(id)),
            Subject::Endpoint(id) => (Culprit::Endpoint, self.find(id)),
        };
        let Some(place) = place else {
            return false;
        };
        if whose == Culprit::Key {
            self.unprove(place);
        }
        let memory = match whose {
            Culprit::Key => self.keys.get_mut(place).map(|entry| &mut entry.memory),
            Culprit::Account => self.accounts.get_mut(place).map(|entry| &mut entry.memory),
            Culprit::Place => self.places.get_mut(place).map(|entry| &mut entry.memory),
            Culprit::Endpoint => self.endpoint_mut(place).map(|endpoint| &mut endpoint.memory),
        };
        let is_known = memory.map(|memory| memory.reopen(now)).is_some();
        match whose {
            Culprit::Endpoint => self.reindex(place),
            whose => self.reindex_members(whose, place),
        }
        is_known
    }

    /// What worked with a key until now may not work any more. Its members are not put in place yet.
    pub(super) fn unprove(&mut self, key: u32) {
        let Some(entry) = self.keys.get_mut(key) else {
            return;
        };
        entry.trial.is_proven = false;
        let credential = entry.id;
        for member in &entry.members {
            let endpoint = self.endpoints[*member as usize].as_mut();
            if let Some(slot) = endpoint.and_then(|endpoint| endpoint.slot_mut(credential)) {
                slot.trial.is_proven = false;
            }
        }
    }
}
