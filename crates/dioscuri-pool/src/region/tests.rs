//! What closes, what opens and what stays, scope by scope.

use super::*;
use crate::{AccountId, PlaceId, Rest};
use dioscuri_vocab::{
    CallId, Class, Failure, GroupId, Hint, HintSource, Outcome, Phase, Scope, Served, SplitMix64, Timing,
    UnixTime,
};
use std::{num::NonZeroU32, time::Duration};

/// A pool with a clock and a counter of calls.
struct World {
    pool: RegionPool,
    now: Tick,
    calls: u64,
}

/// An attempt in flight.
#[derive(Clone, Copy)]
struct Flight {
    attempt: AttemptId,
    endpoint: EndpointId,
    credential: CredentialId,
    begun: Tick,
}

impl World {
    /// Endpoints 0 and 1: project 0, account 0, places 0 and 1, keys 0 and 1 each. Endpoint 2: project and
    /// account 1, place 0, key 2.
    fn new(config: Config) -> Self {
        let pool = RegionPool::new(config);
        let shared = [CredentialId(0), CredentialId(1)];
        for spec in [
            EndpointSpec::new(EndpointId(0), shared),
            EndpointSpec::new(EndpointId(1), shared).with_place(PlaceId(1)),
            EndpointSpec::new(EndpointId(2), [CredentialId(2)])
                .with_group(GroupId(1))
                .with_account(AccountId(1)),
        ] {
            pool.add(spec).unwrap();
        }
        Self {
            pool,
            now: Tick::ZERO.after(Duration::from_secs(100)),
            calls: 0,
        }
    }

    fn moment(&self) -> Now {
        Now::new(self.now, UnixTime::default())
    }

    fn pass(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
    }

    fn begin(&mut self, endpoint: u32) -> Option<Flight> {
        self.calls += 1;
        let attempt = AttemptId {
            call: CallId(self.calls),
            no: 1,
        };
        let endpoint = EndpointId(endpoint);
        let credential = self.pool.begin(endpoint, attempt, self.moment())?;
        Some(Flight {
            attempt,
            endpoint,
            credential,
            begun: self.now,
        })
    }

    fn end(&self, flight: Flight, outcome: &Outcome) {
        let timing = Timing::new();
        let report = Report::new(
            flight.attempt,
            flight.endpoint,
            flight.credential,
            flight.begun,
            &timing,
            outcome,
        );
        self.pool.report(&report, self.moment());
    }

    /// One attempt that fails a second after it began.
    fn fail(&mut self, endpoint: u32, failure: Failure) -> Flight {
        let flight = self.begin(endpoint).expect("the endpoint is open");
        self.pass(1);
        self.end(flight, &failed(failure));
        flight
    }

    fn succeed(&mut self, endpoint: u32) {
        let flight = self.begin(endpoint).expect("the endpoint is open");
        self.pass(1);
        self.end(flight, &Outcome::Success(Served::new()));
    }

    fn offered(&self, want: &Want<'_>) -> Vec<Candidate> {
        let mut offered = Vec::new();
        self.pool
            .visit(want, self.moment(), &mut SplitMix64::new(1), &mut |candidate| {
                offered.push(candidate);
                ControlFlow::Continue(())
            });
        offered
    }

    /// The endpoints that may be sent to now.
    #[track_caller]
    fn check_open(&self, expected: &[u32]) {
        let mut open: Vec<_> = self
            .offered(&Want::link(0))
            .iter()
            .filter(|candidate| candidate.open_at.is_some_and(|at| at <= self.now))
            .map(|candidate| candidate.endpoint.0)
            .collect();
        open.sort_unstable();
        assert_eq!(open, expected);
    }
}

fn failed(failure: Failure) -> Outcome {
    Outcome::Failed {
        failure,
        phase: Phase::Answered,
    }
}

fn hinted(class: Class, seconds: u64) -> Failure {
    let mut failure = Failure::new(class);
    failure.retry_after = Some(Hint::new(Duration::from_secs(seconds), HintSource::RetryInfo));
    failure
}

fn world() -> World {
    World::new(Config::new())
}

#[test]
fn an_invalid_key_stops_the_key_and_another_goes_on() {
    let mut world = world();
    let first = world.fail(0, Failure::new(Class::AuthInvalidKey));
    world.check_open(&[0, 1, 2]);
    let second = world.begin(1).unwrap();
    assert_ne!(first.credential, second.credential);
    world.end(second, &failed(Failure::new(Class::AuthInvalidKey)));
    world.check_open(&[2]);
}

#[test]
fn a_key_is_probed_rarely_and_reopened_by_an_operator() {
    let mut world = world();
    world.fail(2, Failure::new(Class::AuthInvalidKey));
    world.pass(599);
    world.check_open(&[0, 1]);
    world.pass(1);
    world.check_open(&[0, 1, 2]);
    world.fail(2, Failure::new(Class::AuthInvalidKey));
    world.pass(1199);
    world.check_open(&[0, 1]);
    assert!(world.pool.reopen(Subject::Key(CredentialId(2)), world.now));
    world.check_open(&[0, 1, 2]);
    assert!(!world.pool.reopen(Subject::Key(CredentialId(9)), world.now));
}

#[test]
fn nobody_waits_for_what_somebody_has_to_mend() {
    let mut world = world();
    world.fail(2, Failure::new(Class::AuthInvalidKey));
    let closed = world.offered(&Want::link(0)).pop().unwrap();
    assert_eq!((closed.endpoint, closed.open_at), (EndpointId(2), None));
    world.pass(600);
    world.check_open(&[0, 1, 2]);
}

#[test]
fn a_key_without_probes_waits_for_an_operator() {
    let mut world = World::new(Config::new().with_standing_pause(Duration::MAX));
    world.fail(2, Failure::new(Class::AuthInvalidKey));
    world.pass(1_000_000);
    let closed = world.offered(&Want::link(0)).pop().unwrap();
    assert_eq!((closed.endpoint, closed.open_at), (EndpointId(2), None));
}

#[test]
fn spent_credits_stop_every_project_of_the_account() {
    let mut world = world();
    world.fail(0, Failure::new(Class::Billing));
    world.check_open(&[2]);
}

#[test]
fn a_spend_limit_is_probed_at_its_hint_if_that_is_later() {
    let mut world = world();
    world.fail(0, hinted(Class::Billing, 900));
    world.pass(899);
    world.check_open(&[2]);
    world.pass(1);
    world.check_open(&[0, 1, 2]);
}

#[test]
fn an_overload_stops_the_place_for_all_projects() {
    let mut world = world();
    for _ in 0..3 {
        world.fail(0, Failure::new(Class::Unavailable));
    }
    world.check_open(&[1]);
    world.pass(1);
    world.check_open(&[0, 1, 2]);
    let probe = world.begin(2).unwrap();
    world.check_open(&[1]);
    world.pass(1);
    world.end(probe, &Outcome::Success(Served::new()));
    world.check_open(&[0, 1, 2]);
    assert!(world.pool.snapshot(world.now).closed.is_empty());
}

#[test]
fn a_refusal_without_a_quota_needs_company_to_stop_a_place() {
    let mut world = world();
    for _ in 0..10 {
        world.fail(0, hinted(Class::QuotaUnspecified, 30));
        world.succeed(2);
        world.check_open(&[0, 1, 2]);
    }
    let mut world = self::world();
    for _ in 0..3 {
        world.fail(0, hinted(Class::QuotaUnspecified, 30));
    }
    world.pass(29);
    world.check_open(&[1]);
}

#[test]
fn faults_in_a_row_stop_one_endpoint() {
    let mut world = world();
    for _ in 0..5 {
        world.check_open(&[0, 1, 2]);
        world.fail(0, Failure::new(Class::Internal));
    }
    world.check_open(&[1, 2]);
    world.pass(1);
    world.fail(0, Failure::new(Class::Internal));
    world.pass(1);
    world.check_open(&[1, 2]);
    world.pass(1);
    world.check_open(&[0, 1, 2]);
}

#[test]
fn a_missing_model_puts_one_endpoint_out_at_once() {
    for class in [Class::NotFound, Class::ServiceDisabled, Class::QuotaZero] {
        let mut world = world();
        world.fail(0, Failure::new(class));
        world.pass(599);
        world.check_open(&[1, 2]);
    }
}

#[test]
fn a_denial_stops_whoever_was_denied() {
    let mut world = world();
    let mut denied = Failure::new(Class::PermissionDenied);
    denied.scope = Scope::Endpoint;
    world.fail(0, denied);
    world.check_open(&[1, 2]);
}

#[test]
fn quotas_and_wrong_requests_are_not_remembered() {
    for class in [
        Class::QuotaMinute,
        Class::QuotaDay,
        Class::InvalidRequest,
        Class::BlockedPrompt,
        Class::DeadlineExceeded,
        Class::Cancelled,
    ] {
        let mut world = world();
        for _ in 0..20 {
            world.fail(0, Failure::new(class));
        }
        world.check_open(&[0, 1, 2]);
    }
}

#[test]
fn a_cancelled_probe_makes_room_for_the_next() {
    let mut world = world();
    world.fail(0, hinted(Class::Capacity, 10));
    world.pass(10);
    let probe = world.begin(0).unwrap();
    assert!(world.begin(0).is_none());
    let phase = Phase::Sent;
    world.end(probe, &Outcome::Cancelled { phase });
    assert!(world.begin(0).is_some());
}

#[test]
fn what_is_unproven_takes_few_until_the_first_success() {
    let mut world = World::new(Config::new().with_unproven_in_flight(NonZeroU32::MIN));
    let first = world.begin(2).unwrap();
    assert!(world.begin(2).is_none());
    let closed = world.offered(&Want::link(0)).pop().unwrap();
    let soon = world.now.after(Duration::from_secs(2));
    assert_eq!((closed.endpoint, closed.open_at), (EndpointId(2), Some(soon)));
    // No word after two seconds is no refusal: a second one may go.
    world.pass(2);
    assert!(world.begin(2).is_some());
    assert!(world.begin(2).is_none());
    world.end(first, &Outcome::Success(Served::new()));
    let burst: Vec<_> = (0..20).filter_map(|_| world.begin(2)).collect();
    assert_eq!(burst.len(), 20);
}

#[test]
fn an_unproven_key_takes_few_at_all_its_endpoints_together() {
    let mut world = World::new(Config::new().with_unproven_in_flight(NonZeroU32::MIN));
    let (first, second) = (world.begin(0).unwrap(), world.begin(1).unwrap());
    assert_ne!(first.credential, second.credential);
    assert!(world.begin(0).is_none());
    world.end(first, &failed(Failure::new(Class::AuthInvalidKey)));
    assert!(world.begin(1).is_none());
    world.end(second, &Outcome::Success(Served::new()));
    // Proven at one endpoint, it is tried at the other by one attempt beside those at the first.
    assert!(world.begin(1).is_some());
    assert!(world.begin(0).is_some());
    assert!(world.begin(0).is_none());
}

#[test]
fn a_reopened_key_is_unproven_again() {
    let mut world = World::new(Config::new().with_unproven_in_flight(NonZeroU32::MIN));
    world.succeed(2);
    world.fail(2, Failure::new(Class::AuthInvalidKey));
    world.pool.reopen(Subject::Key(CredentialId(2)), world.now);
    assert!(world.begin(2).is_some());
    assert!(world.begin(2).is_none());
}

#[test]
fn the_success_of_an_old_key_does_not_prove_the_new_one() {
    let mut world = World::new(Config::new().with_unproven_in_flight(NonZeroU32::MIN));
    let old = world.begin(2).unwrap();
    world.pass(1);
    world.pool.reopen(Subject::Key(CredentialId(2)), world.now);
    world.end(old, &Outcome::Success(Served::new()));
    assert!(world.begin(2).is_some());
    assert!(world.begin(2).is_none());
}

#[test]
fn old_news_does_not_undo_an_operators_repair() {
    let mut world = world();
    let old = world.begin(2).unwrap();
    world.pass(1);
    world.pool.reopen(Subject::Key(CredentialId(2)), world.now);
    world.end(old, &failed(Failure::new(Class::AuthInvalidKey)));
    world.check_open(&[0, 1, 2]);
}

#[test]
fn proven_keys_go_first_and_the_idler_one_of_two() {
    let mut world = world();
    world.succeed(0);
    let first = world.begin(0).unwrap();
    let second = world.begin(0).unwrap();
    assert_eq!(
        (first.credential, second.credential),
        (CredentialId(0), CredentialId(0))
    );
    let other = world.begin(1).unwrap();
    let another = world.begin(1).unwrap();
    assert_ne!(other.credential, another.credential);
}

#[test]
fn a_want_narrows_the_offer() {
    let world = world();
    let ids = |want: &Want<'_>| {
        let mut ids: Vec<_> = world.offered(want).iter().map(|one| one.endpoint.0).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(&Want::link(0).avoiding(&[EndpointId(0)])), [1, 2]);
    assert_eq!(ids(&Want::link(0).within(Some(GroupId(1)))), [2]);
    assert!(ids(&Want::link(1)).is_empty());
}

#[test]
fn a_fast_refusal_does_not_attract_traffic() {
    let mut world = world();
    world.fail(0, Failure::new(Class::Internal));
    let load = |world: &World| {
        world
            .offered(&Want::link(0))
            .into_iter()
            .find(|one| one.endpoint.0 == 0)
    };
    let fresh = load(&world).unwrap().load;
    assert!(fresh > 7.0);
    world.pass(60);
    assert!(load(&world).unwrap().load < 1.1);
}

#[test]
fn an_endpoint_that_comes_back_starts_anew() {
    let mut world = world();
    let old = world.begin(2).unwrap();
    assert!(world.pool.remove(EndpointId(2)));
    assert!(!world.pool.remove(EndpointId(2)));
    let again = EndpointSpec::new(EndpointId(2), [CredentialId(2)]);
    world.pool.add(again.clone()).unwrap();
    assert!(world.pool.add(again).unwrap_err().is_duplicate());
    world.end(old, &Outcome::Success(Served::new()));
    let state = world.pool.snapshot(world.now).endpoints.pop().unwrap();
    assert_eq!((state.in_flight, state.proven), (0, false));
}

#[test]
fn a_key_that_closed_stays_closed_for_an_endpoint_added_later() {
    let mut world = world();
    world.fail(2, Failure::new(Class::AuthInvalidKey));
    world.pool.remove(EndpointId(2));
    world
        .pool
        .add(EndpointSpec::new(EndpointId(3), [CredentialId(2)]))
        .unwrap();
    world.check_open(&[0, 1]);
}

#[test]
fn an_endpoint_needs_a_credential_and_none_twice() {
    let pool = RegionPool::default();
    let spec = |keys: &[u32]| EndpointSpec::new(EndpointId(4), keys.iter().map(|key| CredentialId(*key)));
    let message = |keys: &[u32]| pool.add(spec(keys)).unwrap_err().to_string();
    assert_eq!(message(&[]), "endpoint 4 has no credential");
    assert_eq!(message(&[1, 1]), "endpoint 4 has credential 1 twice");
}

#[test]
fn the_chain_is_as_long_as_its_last_link() {
    let world = world();
    assert_eq!(world.pool.links(), 1);
    let spec = EndpointSpec::new(EndpointId(7), [CredentialId(7)]).with_link(2);
    world.pool.add(spec).unwrap();
    assert_eq!(world.pool.links(), 3);
}

#[test]
fn a_snapshot_says_what_is_closed_why_and_until_when() {
    let mut world = world();
    world.fail(0, hinted(Class::Capacity, 30));
    let closed_at = world.now;
    let snapshot = world.pool.snapshot(world.now);
    let closed = snapshot.closed.first().unwrap();
    assert_eq!(closed.subject, Subject::Place(PlaceId(0)));
    assert_eq!((closed.why, closed.since), (Class::Capacity, closed_at));
    assert_eq!(closed.probe_at, closed_at.after(Duration::from_secs(30)));
    assert_eq!(closed.state, Rest::Waiting);
    world.pass(30);
    let probe = world.begin(2).unwrap();
    assert_eq!(world.pool.snapshot(world.now).closed[0].state, Rest::Probing);
    world.end(
        probe,
        &Outcome::Cancelled {
            phase: Phase::NotSent,
        },
    );
    assert_eq!(world.pool.snapshot(world.now).closed[0].state, Rest::Due);
}
