//! What closes for all, what that costs, and where calls go meanwhile.

use crate::stage::{Stage, failed};
use dioscuri_pool::{AccountId, Config, EndpointSpec, PlaceId, Pool as _, RegionPool, Subject, Want};
use dioscuri_vocab::{Class, CredentialId, EndpointId, GroupId, Outcome, Served};
use std::time::Duration;

/// Two projects of three locations each: endpoints 0 to 2 and 3 to 5, a key each, one account. Endpoints 6 and 7 are the
/// next link, one for each project.
fn stage() -> Stage {
    let pool = RegionPool::new(Config::new());
    for number in 0..8 {
        let (project, place, link) = match number {
            6 | 7 => (number - 6, 9, 1),
            _ => (number / 3, number % 3, 0),
        };
        let spec = EndpointSpec::new(EndpointId(number), [CredentialId(project)])
            .with_group(GroupId(project))
            .with_account(AccountId(0))
            .with_place(PlaceId(place))
            .with_link(link);
        pool.add(spec).expect("each number is new");
    }
    Stage::new(pool)
}

/// A job of an hour and a half that sends wherever something is open; requests after the first word.
fn wasted(class: Class, is_hit: impl Fn(u32) -> bool) -> u32 {
    let mut stage = stage();
    let mut refused = 0;
    for _ in 0..90 * 60 {
        for endpoint in stage.open(&Want::link(0)) {
            let Some(flight) = stage.begin(endpoint) else {
                continue;
            };
            if is_hit(endpoint) {
                refused += 1;
                stage.end(&flight, &failed(class));
            } else {
                stage.end(&flight, &Outcome::Success(Served::new()));
            }
        }
        stage.pass(1);
    }
    refused - 1
}

#[test]
fn what_somebody_has_to_mend_costs_one_request_after_the_first_word() {
    for class in [
        Class::AuthInvalidKey,
        Class::PermissionDenied,
        Class::Unauthenticated,
    ] {
        assert!(wasted(class, |endpoint| endpoint < 3) <= 1, "{class}");
    }
    assert!(wasted(Class::Billing, |_| true) <= 1);
}

#[test]
fn a_link_is_down_while_every_endpoint_is_closed_and_no_longer() {
    let mut stage = stage();
    let is_down = |stage: &Stage| stage.pool.is_down(&Want::link(0), stage.moment());
    for place in 0..3 {
        assert!(!is_down(&stage));
        (0..3).for_each(|_| stage.fail(place, Class::Unavailable));
    }
    assert!(is_down(&stage));
    assert!(!stage.pool.is_down(&Want::link(1), stage.moment()));
    // A probe is due, and the link is still down.
    stage.pass(5);
    assert!(is_down(&stage));
    let probe = stage.offered(&Want::link(0))[0];
    assert!(probe.probe && probe.open_at == Some(stage.now));
    stage.succeed(probe.endpoint.0, None);
    assert!(!is_down(&stage));
}

#[test]
fn what_waits_for_a_quota_is_not_down() {
    let stage = stage();
    for endpoint in 0..6 {
        stage.pool.rest(
            EndpointId(endpoint),
            Some(stage.now.after(Duration::from_secs(60))),
        );
    }
    assert!(stage.open(&Want::link(0)).is_empty());
    assert!(!stage.pool.is_down(&Want::link(0), stage.moment()));
}

#[test]
fn a_call_bound_to_a_project_waits_for_it() {
    let mut stage = stage();
    let bound = Want::link(0).within(Some(GroupId(0)));
    for endpoint in 0..3 {
        stage.pool.rest(
            EndpointId(endpoint),
            Some(stage.now.after(Duration::from_secs(60))),
        );
    }
    stage.pool.reopen(Subject::Key(CredentialId(1)), stage.now);
    let offered: Vec<_> = stage
        .offered(&bound)
        .iter()
        .map(|one| (one.endpoint.0, one.open_at))
        .collect();
    let later = Some(stage.now.after(Duration::from_secs(60)));
    assert_eq!(offered, [(0, later), (1, later), (2, later)]);
    assert_eq!(stage.open(&Want::link(0)).len(), 3);
    stage.fail(4, Class::AuthInvalidKey);
    assert!(stage.open(&Want::link(0)).is_empty());
    stage.pass(60);
    assert_eq!(stage.open(&bound).len(), 3);
}

#[test]
fn the_endpoints_of_a_closed_project_are_offered_to_its_calls_and_no_others() {
    let mut stage = stage();
    stage.fail(0, Class::AuthInvalidKey);
    let offered = stage.offered(&Want::link(0).within(Some(GroupId(0))));
    assert_eq!(offered.len(), 3);
    assert!(
        offered
            .iter()
            .all(|one| one.endpoint.0 < 3 && one.open_at.is_none())
    );
    assert!(
        stage
            .pool
            .is_down(&Want::link(0).within(Some(GroupId(0))), stage.moment())
    );
    assert_eq!(stage.open(&Want::link(0)).len(), 3);
}

#[test]
fn the_snapshot_says_what_holds_an_endpoint() {
    let mut stage = stage();
    (0..3).for_each(|_| stage.fail(0, Class::Capacity));
    let held = Some((Subject::Place(PlaceId(0)), Class::Capacity));
    assert_eq!(
        (
            stage.state(0).closed,
            stage.state(3).closed,
            stage.state(1).closed
        ),
        (held, held, None)
    );
    assert!(stage.state(3).open_at.is_some_and(|at| at > stage.now));
}

#[test]
fn many_are_avoided_as_well_as_few() {
    let stage = stage();
    let avoid: Vec<_> = (1..40).map(EndpointId).collect();
    assert_eq!(stage.open(&Want::link(0).avoiding(&avoid)), [0]);
    assert_eq!(stage.open(&Want::link(0).avoiding(&avoid[..5])), [0]);
}
