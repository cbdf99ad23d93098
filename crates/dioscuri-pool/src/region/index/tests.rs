//! The index against a scan of all endpoints, whatever happens.

use super::{super::state::State, *};
use crate::{AccountId, Config, EndpointSpec, JurisdictionId, PlaceId, Report, Subject, Tier, Want};
use dioscuri_vocab::{
    AttemptId, CallId, Class, CredentialId, Failure, Hint, HintSource, Outcome, Phase, Served, SplitMix64,
    Timing,
};
use proptest::prelude::*;
use std::{collections::BTreeSet, num::NonZeroU32, ops::ControlFlow, time::Duration};

const ENDPOINTS: u32 = 12;

fn spec(number: u32) -> EndpointSpec {
    let keys = [CredentialId(number / 3), CredentialId(100 + number)];
    let spec = EndpointSpec::new(EndpointId(number), keys.into_iter().take(1 + number as usize % 2))
        .with_link(u8::from(number >= 8))
        .with_group(GroupId(number / 4))
        .with_account(AccountId(number / 5))
        .with_place(PlaceId(number % 3))
        .with_tier(Tier::ALL[number as usize % 4]);
    match number {
        7 => spec,
        _ => spec.with_jurisdiction(JurisdictionId(number % 2)),
    }
}

#[derive(Clone, Debug)]
enum Event {
    Begin(u32),
    End(usize, Option<Class>, Option<u64>),
    Pass(u64),
    Rest(u32, Option<u64>),
    Add(u32),
    Remove(u32),
    Reopen(u32),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let class = prop::option::of(prop::sample::select(Class::ALL));
    let event = prop_oneof![
        8 => (0..ENDPOINTS).prop_map(Event::Begin),
        7 => (0_usize..100, class, prop::option::of(0_u64..60)).prop_map(|(n, class, hint)| Event::End(n, class, hint)),
        3 => (0_u64..5000).prop_map(Event::Pass),
        1 => (0_u64..2_000_000).prop_map(Event::Pass),
        2 => (0..ENDPOINTS, prop::option::of(0_u64..5000)).prop_map(|(n, rest)| Event::Rest(n, rest)),
        1 => (0..ENDPOINTS).prop_map(Event::Add),
        1 => (0..ENDPOINTS).prop_map(Event::Remove),
        1 => (0..4_u32).prop_map(Event::Reopen),
    ];
    prop::collection::vec(event, 1..150)
}

struct Model {
    state: State,
    now: Tick,
    calls: u64,
    flights: Vec<(AttemptId, EndpointId, CredentialId, Tick)>,
}

impl Model {
    fn new() -> Self {
        let config = Config::new()
            .with_residency([JurisdictionId(0), JurisdictionId(1)])
            .with_unproven_in_flight(NonZeroU32::new(2).unwrap());
        let mut state = State::new(config);
        for number in 0..ENDPOINTS {
            state.add(spec(number)).unwrap();
        }
        Self {
            state,
            now: Tick::ZERO,
            calls: 0,
            flights: Vec::new(),
        }
    }

    fn step(&mut self, event: &Event) {
        self.now = self.now.after(Duration::from_millis(1));
        match *event {
            Event::Begin(number) => {
                self.calls += 1;
                let attempt = AttemptId {
                    call: CallId(self.calls),
                    no: 1,
                };
                if let Some(key) = self.state.begin(EndpointId(number), attempt, self.now) {
                    self.flights.push((attempt, EndpointId(number), key, self.now));
                }
            }
            Event::End(which, class, hint) if !self.flights.is_empty() => {
                let which = which % self.flights.len();
                let (attempt, endpoint, key, begun) = self.flights.swap_remove(which);
                let outcome = match class {
                    None => {
                        let mut served = Served::new();
                        served.tier = Some("standard".into());
                        Outcome::Success(served)
                    }
                    Some(class) => {
                        let mut failure = Failure::new(class);
                        let hint = hint.map(Duration::from_secs);
                        failure.retry_after = hint.map(|hint| Hint::new(hint, HintSource::Header));
                        let phase = Phase::Answered;
                        Outcome::Failed { failure, phase }
                    }
                };
                let timing = Timing::new();
                let report = Report::new(attempt, endpoint, key, begun, &timing, &outcome);
                self.state.report(&report, self.now);
            }
            Event::End(..) => {}
            Event::Pass(millis) => self.now = self.now.after(Duration::from_millis(millis)),
            Event::Rest(number, rest) => {
                let until = rest.map(|millis| self.now.after(Duration::from_millis(millis)));
                self.state.rest(EndpointId(number), until);
            }
            Event::Add(number) => {
                let was = self.state.find(EndpointId(number)).is_some();
                assert_eq!(self.state.add(spec(number)).is_err(), was);
            }
            Event::Remove(number) => {
                let was = self.state.find(EndpointId(number)).is_some();
                assert_eq!(self.state.remove(EndpointId(number)), was);
            }
            Event::Reopen(number) => {
                self.state.reopen(Subject::Place(PlaceId(number)), self.now);
                self.state.reopen(Subject::Key(CredentialId(number)), self.now);
            }
        }
    }

    /// Where a scan finds every endpoint.
    fn scan(&self, slot: u32) -> Standing {
        let endpoint = self.state.endpoint(slot).unwrap();
        if endpoint.excluded.is_some() {
            return Standing::Excluded;
        }
        let verdict = self.state.verdict(endpoint, self.now);
        match verdict.open_at.map(|at| at.max(endpoint.rest_until)) {
            Some(at) if at > self.now => Standing::Closed(Some(at)),
            Some(_) if verdict.is_probe => Standing::Due,
            Some(_) => Standing::Ready(endpoint.rank(&self.state.config, self.now)),
            None => Standing::Closed(None),
        }
    }

    fn check(&mut self) {
        self.state.catch_up(self.now);
        let alive: Vec<_> = (0..ENDPOINTS)
            .filter_map(|number| Some((number, self.state.find(EndpointId(number))?)))
            .collect();
        for (number, slot) in &alive {
            let found = self.state.index.standing(*slot);
            assert_eq!(found, self.scan(*slot), "endpoint {number} at {}", self.now);
        }
        let wants = (0..2).flat_map(|link| {
            let groups = (0..3).map(|group| Some(GroupId(group)));
            groups
                .chain([None])
                .map(move |group| Want::link(link).within(group))
        });
        for want in wants {
            self.check_offer(&want, &alive);
        }
        assert_eq!(self.state.index.links(), {
            let last = alive.iter().map(|(number, _)| spec(*number).link).max();
            last.unwrap_or(0) + 1
        });
    }

    /// Everything that fits is offered once, in order.
    fn check_offer(&mut self, want: &Want<'_>, alive: &[(u32, u32)]) {
        let fits = |number: u32| {
            let spec = spec(number);
            spec.link == want.link && want.affinity.is_none_or(|group| group == spec.group) && number != 7
        };
        let expected: BTreeSet<_> = alive
            .iter()
            .map(|(number, _)| *number)
            .filter(|n| fits(*n))
            .collect();
        let mut offered = Vec::new();
        let _ = self.state.visit(
            want,
            self.now,
            &mut SplitMix64::new(self.calls),
            &mut |candidate| {
                offered.push(candidate);
                ControlFlow::Continue(())
            },
        );
        let met: BTreeSet<_> = offered.iter().map(|one| one.endpoint.0).collect();
        assert_eq!((&met, offered.len()), (&expected, expected.len()));
        let times: Vec<_> = offered
            .iter()
            .map(|one| one.open_at.unwrap_or(Tick::MAX))
            .collect();
        assert!(times.is_sorted(), "by opening: {times:?}");
        let is_ready = |one: &&crate::Candidate| one.open_at == Some(self.now) && !one.probe;
        let ranks: Vec<_> = offered.iter().filter(is_ready).map(|one| one.rank).collect();
        assert!(ranks.is_sorted(), "by rank: {ranks:?}");
        let usable = |number: &u32| {
            let endpoint = self
                .state
                .find(EndpointId(*number))
                .and_then(|slot| self.state.endpoint(slot));
            endpoint.is_some_and(|endpoint| !self.state.verdict(endpoint, self.now).is_held)
        };
        let is_down = !expected.iter().any(usable);
        assert_eq!(self.state.is_down(want, self.now), is_down);
    }
}

proptest! {
    #[test]
    fn the_index_says_what_a_scan_would(events in events()) {
        let mut model = Model::new();
        model.check();
        for event in &events {
            model.step(event);
            model.check();
        }
    }
}
