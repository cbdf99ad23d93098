//! What a refusal by the server teaches.

use crate::world::{A, World, answered, failed, refused, unsent};
use dioscuri_budget::{Limit, Reserve, Source};
use dioscuri_vocab::{Class, Unit, Window};

const REQUESTS: Option<Unit> = Some(Unit::Requests);
const TOKENS: Option<Unit> = Some(Unit::InputTokens);

/// Seconds for which an endpoint of 10 requests a minute is closed after this refusal.
#[track_caller]
fn check(class: Class, hint: Option<f64>, named: &[(Option<Unit>, Window, Option<u64>)], closed: f64) {
    let world = World::new(&[Limit::rpm(10)]);
    let taken = world.take(0);
    world.end(taken, &refused(class, hint, named));
    assert_eq!(world.wait(0), Some(closed));
}

#[test]
fn a_minute_is_closed_until_the_hint() {
    check(
        Class::QuotaMinute,
        Some(26.0),
        &[(REQUESTS, Window::Minute, None)],
        26.0,
    );
    check(
        Class::QuotaUnspecified,
        Some(26.0),
        &[(None, Window::Minute, None)],
        26.0,
    );
}

#[test]
fn without_a_hint_a_minute_is_closed_for_a_minute_and_a_second_for_a_second() {
    check(
        Class::QuotaMinute,
        None,
        &[(REQUESTS, Window::Minute, None)],
        60.0,
    );
    check(Class::QuotaMinute, None, &[(REQUESTS, Window::Second, None)], 1.0);
}

#[test]
fn a_refusal_that_names_no_quota_closes_by_its_class() {
    check(Class::QuotaMinute, Some(9.0), &[], 9.0);
    check(Class::QuotaDay, Some(9.0), &[], 9.0);
}

#[test]
fn every_quota_that_is_named_is_closed() {
    check(
        Class::QuotaMinute,
        Some(9.0),
        &[(REQUESTS, Window::Minute, None), (TOKENS, Window::Minute, None)],
        9.0,
    );
    let world = World::new(&[Limit::rpm(10)]);
    let taken = world.take(0);
    let named = [
        (REQUESTS, Window::Minute, None),
        (TOKENS, Window::Minute, Some(500)),
    ];
    world.end(taken, &refused(Class::QuotaMinute, Some(9.0), &named));
    assert_eq!(world.domain(REQUESTS, Window::Minute).refused, 1);
    assert_eq!(world.domain(TOKENS, Window::Minute).refused, 1);
}

#[test]
fn an_absurd_hint_is_capped_at_a_long_day() {
    check(
        Class::QuotaMinute,
        Some(1e9),
        &[(REQUESTS, Window::Minute, None)],
        25.0 * 3600.0,
    );
}

#[test]
fn other_failures_close_nothing() {
    for class in [Class::Capacity, Class::Unavailable, Class::Billing] {
        let world = World::new(&[Limit::rpm(10)]);
        let taken = world.take(0);
        world.end(taken, &failed(class));
        drop(world.take(0));
    }
}

#[test]
fn a_weaker_hint_and_an_older_success_shorten_nothing() {
    let world = World::new(&[Limit::rpm(10)]);
    let (first, second, third) = (world.take(0), world.take(0), world.take(0));
    let named = [(REQUESTS, Window::Minute, None)];
    world.end(first, &refused(Class::QuotaMinute, Some(30.0), &named));
    world.end(second, &refused(Class::QuotaMinute, Some(5.0), &named));
    assert_eq!(world.wait(0), Some(30.0));
    world.end(third, &answered(0));
    assert_eq!(world.wait(0), Some(30.0));
}

#[test]
fn an_unknown_quota_is_learned_with_its_limit() {
    let mut world = World::new(&[]);
    let taken = world.take(0);
    world.end(
        taken,
        &refused(
            Class::QuotaMinute,
            Some(5.0),
            &[(REQUESTS, Window::Minute, Some(2))],
        ),
    );
    let learned = world.domain(REQUESTS, Window::Minute);
    assert_eq!((learned.limit, learned.source), (Some(2), Source::Learned));
    world.advance(5.0);
    // The refused request keeps its place, since it may have been counted.
    drop(world.take(0));
    assert_eq!(world.wait(0), Some(55.4));
    world.advance(55.4);
    drop(world.take(0));
    assert_eq!(world.wait(0), Some(5.0));
}

#[test]
fn of_a_configured_and_a_stated_limit_the_smaller_binds() {
    for (stated, limit, source) in [(40, 40, Source::Learned), (400, 100, Source::Configured)] {
        let world = World::new(&[Limit::rpm(100)]);
        // After so many a single refusal is not taken for the end of what there is.
        (0..20).for_each(|_| world.end(world.take(0), &answered(0)));
        let taken = world.take(0);
        world.end(
            taken,
            &refused(
                Class::QuotaMinute,
                None,
                &[(REQUESTS, Window::Minute, Some(stated))],
            ),
        );
        let domain = world.domain(REQUESTS, Window::Minute);
        assert_eq!((domain.limit, domain.source), (Some(limit), source));
    }
}

#[test]
fn a_limit_of_zero_closes_until_the_endpoint_is_attached_again() {
    for named in [
        &[(REQUESTS, Window::Day, Some(0))][..],
        &[(TOKENS, Window::Minute, Some(0))],
        &[(REQUESTS, Window::Minute, None)],
        &[],
    ] {
        let mut world = World::new(&[Limit::rpm(10)]);
        let taken = world.take(0);
        world.end(taken, &refused(Class::QuotaZero, Some(5.0), named));
        assert!(matches!(world.ask(0), Reserve::Never { .. }), "{named:?}");
        world.advance(48.0 * 3600.0);
        assert!(matches!(world.ask(0), Reserve::Never { .. }), "{named:?}");
        world.budget.attach(A, &[Limit::rpm(10)]);
        drop(world.take(0));
    }
}

#[test]
fn a_configured_zero_is_never() {
    assert!(matches!(
        World::new(&[Limit::rpd(0)]).ask(0),
        Reserve::Never { .. }
    ));
}

#[test]
fn a_refusal_to_wait_takes_nothing() {
    let mut world = World::new(&[Limit::rpm(1)]);
    drop(world.take(0));
    for _ in 0..100 {
        assert_eq!(world.wait(0), Some(60.4));
    }
    world.advance(60.4);
    let taken = world.take(0);
    world.end(taken, &unsent());
}
