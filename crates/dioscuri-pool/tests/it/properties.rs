//! What holds whatever happens, in whatever order.

use dioscuri_pool::{
    AccountId, Candidate, Closed, Config, EndpointSpec, PlaceId, Pool, RegionPool, Report, Subject, Want,
};
use dioscuri_vocab::{
    AttemptId, CallId, Class, CredentialId, EndpointId, Failure, Hint, HintSource, Now, Outcome, Phase,
    Served, SplitMix64, Tick, Timing, UnixTime,
};
use proptest::prelude::*;
use std::{collections::BTreeSet, ops::ControlFlow, time::Duration};

const ENDPOINTS: u32 = 6;

/// Places are shared by threes, accounts and keys by twos.
fn spec(endpoint: u32) -> EndpointSpec {
    let keys = [CredentialId(endpoint / 2), CredentialId(10 + endpoint)];
    EndpointSpec::new(EndpointId(endpoint), keys)
        .with_account(AccountId(endpoint / 2))
        .with_place(PlaceId(endpoint % 2))
}

#[derive(Clone, Debug)]
enum Event {
    Begin(u32),
    End(usize, Ending),
    Pass(u64),
    Add(u32),
    Remove(u32),
}

#[derive(Clone, Copy, Debug)]
enum Ending {
    Success,
    Cancelled,
    Failed(Class, Option<u64>),
}

fn endings() -> impl Strategy<Value = Ending> {
    let failed = (
        proptest::sample::select(Class::ALL),
        proptest::option::of(1_u64..100),
    );
    prop_oneof![
        2 => Just(Ending::Success),
        1 => Just(Ending::Cancelled),
        4 => failed.prop_map(|(class, hint)| Ending::Failed(class, hint)),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (0..ENDPOINTS).prop_map(Event::Begin),
        5 => (any::<prop::sample::Index>(), endings()).prop_map(|(which, how)| Event::End(which.index(100), how)),
        3 => (0_u64..700).prop_map(Event::Pass),
        1 => (0..ENDPOINTS).prop_map(Event::Add),
        1 => (0..ENDPOINTS).prop_map(Event::Remove),
    ];
    prop::collection::vec(event, 1..200)
}

#[derive(Clone, Copy)]
struct Flight {
    attempt: AttemptId,
    endpoint: u32,
    credential: CredentialId,
    begun: Tick,
    born: u32,
}

impl Flight {
    fn touches(&self, subject: Subject) -> bool {
        let spec = spec(self.endpoint);
        match subject {
            Subject::Key(id) => id == self.credential,
            Subject::Account(id) => id == spec.account,
            Subject::Place(id) => id == spec.place,
            Subject::Endpoint(id) => id == spec.id,
            _ => false,
        }
    }
}

/// The pool and what must be true of it.
struct Model {
    pool: RegionPool,
    now: Tick,
    begun: u32,
    born: u32,
    alive: Vec<Option<u32>>,
    flights: Vec<Flight>,
}

impl Model {
    fn new() -> Self {
        let mut model = Self {
            pool: RegionPool::new(Config::new()),
            now: Tick::ZERO,
            begun: 0,
            born: 0,
            alive: vec![None; ENDPOINTS as usize],
            flights: Vec::new(),
        };
        (0..ENDPOINTS).for_each(|endpoint| model.add(endpoint));
        model
    }

    fn moment(&self) -> Now {
        Now::new(self.now, UnixTime::default())
    }

    fn add(&mut self, endpoint: u32) {
        let place = &mut self.alive[endpoint as usize];
        let added = self.pool.add(spec(endpoint)).is_ok();
        assert_eq!(added, place.is_none());
        if added {
            self.born += 1;
            *place = Some(self.born);
        }
    }

    fn step(&mut self, event: &Event) {
        // Every event has a moment of its own, so that "before" and "after" are never in doubt.
        self.now = self.now.after(Duration::from_millis(1));
        match *event {
            Event::Begin(endpoint) => self.begin(endpoint),
            Event::End(which, how) => self.end(which, how),
            Event::Pass(seconds) => self.now = self.now.after(Duration::from_secs(seconds)),
            Event::Add(endpoint) => self.add(endpoint),
            Event::Remove(endpoint) => {
                let was = self.alive[endpoint as usize].take();
                assert_eq!(self.pool.remove(EndpointId(endpoint)), was.is_some());
            }
        }
    }

    fn begin(&mut self, endpoint: u32) {
        self.begun += 1;
        let attempt = AttemptId {
            call: CallId(u64::from(self.begun)),
            no: 1,
        };
        let offered = self.offered().into_iter().find(|one| one.endpoint.0 == endpoint);
        let is_open = offered
            .and_then(|one| one.open_at)
            .is_some_and(|at| at <= self.now);
        let credential = self.pool.begin(EndpointId(endpoint), attempt, self.moment());
        assert_eq!(
            credential.is_some(),
            is_open,
            "what is offered can be begun, and nothing else"
        );
        if let Some(credential) = credential {
            self.flights.push(Flight {
                attempt,
                endpoint,
                credential,
                begun: self.now,
                born: self.alive[endpoint as usize].expect("only what is in the pool is offered"),
            });
        }
    }

    fn end(&mut self, which: usize, how: Ending) {
        if self.flights.is_empty() {
            return;
        }
        let flight = self.flights.swap_remove(which % self.flights.len());
        let outcome = match how {
            Ending::Success => Outcome::Success(Served::new()),
            Ending::Cancelled => Outcome::Cancelled { phase: Phase::Sent },
            Ending::Failed(class, hint) => {
                let mut failure = Failure::new(class);
                let hint = hint.map(Duration::from_secs);
                failure.retry_after = hint.map(|hint| Hint::new(hint, HintSource::Header));
                let phase = Phase::Answered;
                Outcome::Failed { failure, phase }
            }
        };
        let timing = Timing::new();
        let id = EndpointId(flight.endpoint);
        let report = Report::new(
            flight.attempt,
            id,
            flight.credential,
            flight.begun,
            &timing,
            &outcome,
        );
        self.pool.report(&report, self.moment());
        self.pool.report(&report, self.moment()); // a second report of the same changes nothing
    }

    fn offered(&self) -> Vec<Candidate> {
        let mut offered = Vec::new();
        self.pool.visit(
            &Want::link(0),
            self.moment(),
            &mut SplitMix64::new(3),
            &mut |candidate| {
                offered.push(candidate);
                ControlFlow::Continue(())
            },
        );
        offered
    }

    fn probes_of(&self, closed: &Closed) -> usize {
        let is_probe = |flight: &&Flight| {
            let same = match closed.subject {
                Subject::Endpoint(id) => self.alive[id.0 as usize] == Some(flight.born),
                _ => true,
            };
            same && flight.touches(closed.subject) && flight.begun > closed.confirmed
        };
        self.flights.iter().filter(is_probe).count()
    }

    fn check(&self) {
        let snapshot = self.pool.snapshot(self.now);
        for closed in &snapshot.closed {
            assert!(self.probes_of(closed) <= 1, "two probes at once: {closed:?}");
        }
        for state in &snapshot.endpoints {
            let alive = self.alive[state.endpoint.0 as usize];
            let flights = self.flights.iter();
            let in_flight = flights
                .filter(|flight| flight.endpoint == state.endpoint.0 && Some(flight.born) == alive)
                .count();
            assert_eq!(state.in_flight as usize, in_flight);
        }
        let offered: BTreeSet<_> = self.offered().iter().map(|one| one.endpoint.0).collect();
        let alive: BTreeSet<_> = (0..ENDPOINTS)
            .filter(|endpoint| self.alive[*endpoint as usize].is_some())
            .collect();
        assert_eq!(offered, alive, "what is in the pool is offered, and nothing else");
    }
}

proptest! {
    #[test]
    fn never_two_probes_never_a_lost_attempt_never_a_removed_endpoint(events in events()) {
        let mut model = Model::new();
        for event in &events {
            model.step(event);
            model.check();
        }
    }

    #[test]
    fn a_pause_is_never_shortened_while_it_lasts(events in events()) {
        let mut model = Model::new();
        let mut before: Vec<Closed> = Vec::new();
        for event in &events {
            model.step(event);
            let after = model.pool.snapshot(model.now).closed;
            for now in &after {
                let same = |old: &&Closed| (old.subject, old.since) == (now.subject, now.since);
                let was = before.iter().find(same).map_or(Tick::ZERO, |old| old.probe_at);
                prop_assert!(now.probe_at >= was);
            }
            before = after;
        }
    }

    #[test]
    fn equal_seeds_give_equal_offers(seed: u64) {
        let model = Model::new();
        let visit = || {
            let mut offered = Vec::new();
            model.pool.visit(&Want::link(0), Now::default(), &mut SplitMix64::new(seed), &mut |candidate| {
                offered.push(candidate.endpoint);
                ControlFlow::Continue(())
            });
            offered
        };
        prop_assert_eq!(visit(), visit());
    }
}
