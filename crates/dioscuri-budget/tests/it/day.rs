//! The daily quota: trusted, but verified by one probe.

use crate::world::{World, answered, failed, refused, unsent};
use dioscuri_budget::{Limit, Source};
use dioscuri_vocab::{Class, Outcome, Phase, Unit, Window};

const MIDNIGHT: f64 = 19.0 * 3600.0;

fn day_spent(hint: Option<f64>) -> Outcome {
    refused(
        Class::QuotaDay,
        hint,
        &[(Some(Unit::Requests), Window::Day, Some(20))],
    )
}

/// A world whose day was refused with a hint of 26 s, which have passed.
fn suspect() -> World {
    let mut world = World::new(&[Limit::rpd(250)]);
    let taken = world.take(0);
    world.end(taken, &day_spent(Some(26.0)));
    assert_eq!(world.wait(0), Some(26.0));
    world.advance(26.0);
    world
}

#[test]
fn exactly_one_probe_goes_after_the_hint() {
    let world = suspect();
    drop(world.take(0));
    assert_eq!(world.wait(0), None);
    assert_eq!(world.wait(0), None);
}

#[test]
fn a_probe_that_is_answered_reopens_the_day_with_its_limit() {
    let world = suspect();
    let probe = world.take(0);
    assert_eq!(world.wait(0), None);
    world.end(probe, &answered(0));
    assert!(world.woken());
    drop(world.take(0));
    drop(world.take(0));
    let day = world.domain(Some(Unit::Requests), Window::Day);
    assert_eq!((day.limit, day.source), (Some(250), Source::Configured));
}

#[test]
fn a_probe_that_is_refused_closes_the_day_until_midnight() {
    let mut world = suspect();
    let probe = world.take(0);
    assert_eq!(world.wait(0), None);
    world.advance(1.0);
    world.end(probe, &day_spent(Some(3.0)));
    assert!(world.woken(), "those who wait for the probe learn the time");
    assert_eq!(world.wait(0), Some(MIDNIGHT - 27.0));
    let day = world.domain(Some(Unit::Requests), Window::Day);
    assert_eq!((day.limit, day.source), (Some(20), Source::Learned));
    assert_eq!(day.refused, 2);
    world.advance(MIDNIGHT - 27.0);
    drop(world.take(0));
    drop(world.take(0));
}

#[test]
fn a_probe_that_proves_nothing_makes_way_for_another_at_once() {
    for outcome in [
        unsent(),
        failed(Class::Unavailable),
        refused(Class::Capacity, None, &[]),
        Outcome::Cancelled { phase: Phase::Sent },
    ] {
        let world = suspect();
        let probe = world.take(0);
        assert_eq!(world.wait(0), None);
        world.end(probe, &outcome);
        assert!(world.woken(), "{outcome:?}");
        drop(world.take(0));
        assert_eq!(world.wait(0), None);
    }
}

#[test]
fn without_a_hint_the_probe_goes_after_a_minute() {
    let world = World::new(&[Limit::rpd(250)]);
    let taken = world.take(0);
    world.end(taken, &day_spent(None));
    assert_eq!(world.wait(0), Some(60.0));
}

#[test]
fn a_day_that_we_have_spent_ourselves_opens_at_midnight() {
    let mut world = World::new(&[Limit::rpd(2)]);
    drop(world.take(0));
    drop(world.take(0));
    assert_eq!(world.wait(0), Some(MIDNIGHT));
    world.advance(MIDNIGHT - 1.0);
    assert_eq!(world.wait(0), Some(1.0));
    world.advance(1.0);
    drop(world.take(0));
}

#[test]
fn an_answer_that_arrives_after_midnight_is_yesterdays() {
    let mut world = World::new(&[Limit::new(Unit::InputTokens, Window::Day, 1_000)]);
    world.advance(MIDNIGHT - 1.0);
    let taken = world.take(900);
    world.advance(2.0);
    world.end(taken, &answered(950));
    assert_eq!(world.domain(Some(Unit::InputTokens), Window::Day).used, 0);
    let taken = world.take(900);
    world.end(taken, &answered(950));
    assert_eq!(world.domain(Some(Unit::InputTokens), Window::Day).used, 950);
}

#[test]
fn a_minute_and_a_day_in_one_refusal_are_two_memories() {
    let mut world = World::new(&[Limit::rpm(10), Limit::rpd(250)]);
    let taken = world.take(0);
    let named = [
        (Some(Unit::Requests), Window::Minute, None),
        (Some(Unit::Requests), Window::Day, None),
    ];
    world.end(taken, &refused(Class::QuotaDay, Some(26.0), &named));
    assert_eq!(world.wait(0), Some(26.0));
    world.advance(26.0);
    let probe = world.take(0);
    assert_eq!(world.wait(0), None);
    // The probe meets the minute only: the day is as unproven as before.
    world.end(probe, &refused(Class::QuotaMinute, Some(9.0), &named[..1]));
    assert_eq!(world.wait(0), Some(9.0));
    world.advance(9.0);
    drop(world.take(0));
    assert_eq!(world.wait(0), None);
}
