//! The budget without an engine.

use crate::world::{A, World};
use dioscuri_budget::{Budget, Config, Limit};
use dioscuri_vocab::{Class, Cost, Failure, Now, Unit, Window};
use std::sync::Arc;

fn used(world: &World) -> u64 {
    world.domain(Some(Unit::InputTokens), Window::Minute).used
}

#[test]
fn a_permit_dropped_before_sending_gives_back_and_after_it_stays() {
    let world = World::new(&[Limit::tpm(100)]);
    let cost = Cost::tokens(60);
    let permit = world.budget.try_acquire(A, &cost, world.now).unwrap();
    assert_eq!(used(&world), 60);
    drop(permit);
    assert_eq!(used(&world), 0);
    let mut permit = world.budget.try_acquire(A, &cost, world.now).unwrap();
    permit.sent(world.now);
    drop(permit);
    assert_eq!(used(&world), 60);
}

#[test]
fn a_settled_permit_is_charged_what_was_used() {
    let world = World::new(&[Limit::tpm(100)]);
    let mut permit = world.budget.try_acquire(A, &Cost::tokens(60), world.now).unwrap();
    permit.sent(world.now);
    permit.settle(Cost::tokens(41), world.now);
    assert_eq!(used(&world), 41);
}

#[test]
fn a_permit_teaches_the_budget_what_was_refused() {
    let world = World::new(&[]);
    let mut permit = world.budget.try_acquire(A, &Cost::default(), world.now).unwrap();
    permit.sent(world.now);
    permit.fail(Failure::new(Class::QuotaMinute), world.now);
    // Without a hint for a minute and the guard, since the refused one may have been counted.
    assert_eq!(world.wait(0), Some(60.4));
}

#[test]
fn a_refusal_says_when_and_whose() {
    let world = World::new(&[Limit::rpm(1), Limit::in_flight(5)]);
    let _permit = world.budget.try_acquire(A, &Cost::default(), world.now).unwrap();
    let refused = world
        .budget
        .try_acquire(A, &Cost::default(), world.now)
        .unwrap_err();
    assert_eq!(refused.to_string(), "quota domain 0 has no room before 61.400s");
    assert!(!refused.is_never());

    let world = World::new(&[Limit::rpm(1), Limit::rpd(0)]);
    let refused = world
        .budget
        .try_acquire(A, &Cost::default(), world.now)
        .unwrap_err();
    assert_eq!(refused.to_string(), "quota domain 1 has a limit of zero");
    assert!(refused.is_never());

    let world = World::new(&[Limit::in_flight(1)]);
    let _permit = world.budget.try_acquire(A, &Cost::default(), world.now).unwrap();
    let refused = world
        .budget
        .try_acquire(A, &Cost::default(), world.now)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "quota domain 0 has no room until a request under way ends"
    );
}

#[test]
fn an_owned_permit_moves_to_another_thread() {
    let budget = Arc::new(Budget::new(Config::default()));
    budget.attach(A, &[Limit::in_flight(1)]);
    let permit = budget
        .try_acquire_owned(A, &Cost::default(), Now::default())
        .unwrap();
    std::thread::spawn(move || drop(permit)).join().unwrap();
    assert!(budget.try_acquire(A, &Cost::default(), Now::default()).is_ok());
}
