//! What an attempt leaves behind in the count.

use crate::world::{A, B, World, answered, failed, sent, unsent};
use dioscuri_budget::{Budget, Config, DomainId, Limit, RateBudget as _, Reservation, Reserve};
use dioscuri_vocab::{Class, Cost, Failure, Now, Outcome, Phase, Timing, Unit, Window};
use std::time::Duration;

/// What counts of requests and tokens after 1,000 tokens were reserved and ended with `outcome`.
#[track_caller]
fn check(outcome: &Outcome, requests: u64, tokens: u64) {
    let world = World::new(&[
        Limit::rpm(10),
        Limit::tpm(10_000),
        Limit::rpd(20),
        Limit::in_flight(3),
    ]);
    let taken = world.take(1_000);
    world.end(taken, outcome);
    assert_eq!(world.domain(Some(Unit::Requests), Window::Minute).used, requests);
    assert_eq!(world.domain(Some(Unit::InputTokens), Window::Minute).used, tokens);
    assert_eq!(world.domain(Some(Unit::Requests), Window::Day).used, requests);
    let all = world.budget.snapshot(world.now);
    assert_eq!((all[3].unit, all[3].used), (Some(Unit::InFlight), 0));
}

#[test]
fn what_was_not_sent_is_given_back() {
    check(&unsent(), 0, 0);
    let phase = Phase::NotSent;
    let failure = Failure::new(Class::Connection);
    check(&Outcome::Failed { failure, phase }, 0, 0);
}

#[test]
fn an_answer_is_charged_what_it_used() {
    check(&answered(700), 1, 700);
    check(&answered(1_300), 1, 1_300);
    check(&Outcome::Success(dioscuri_vocab::Served::new()), 1, 1_000);
}

#[test]
fn what_was_sent_and_failed_stays_charged() {
    check(&failed(Class::Unavailable), 1, 1_000);
    check(&Outcome::Cancelled { phase: Phase::Sent }, 1, 1_000);
}

#[test]
fn only_the_servers_word_gives_back_what_was_sent() {
    let mut failure = Failure::new(Class::Unavailable);
    failure.counted = Some(true);
    check(&sent(failure.clone()), 1, 1_000);
    failure.counted = Some(false);
    check(&sent(failure), 0, 0);
}

#[test]
fn a_request_that_left_late_counts_from_when_it_left() {
    let mut world = World::new(&[Limit::rpm(1)]);
    let taken = world.take(0);
    world.advance(5.0);
    let timing = Timing::new().with_sent(world.now.tick);
    // Of an answer the guard would learn.
    world
        .budget
        .settle(taken, &failed(Class::Internal), &timing, world.now);
    assert_eq!(world.wait(0), Some(60.4));
}

#[test]
fn a_request_that_left_within_the_guard_counts_from_its_reservation() {
    let mut world = World::new(&[Limit::rpm(1)]);
    let taken = world.take(0);
    world.advance(0.4);
    let timing = Timing::new().with_sent(world.now.tick);
    // Of an answer the guard would learn.
    world
        .budget
        .settle(taken, &failed(Class::Internal), &timing, world.now);
    assert_eq!(world.wait(0), Some(60.0));
}

#[test]
fn giving_back_wakes_those_who_wait() {
    let world = World::new(&[Limit::rpm(1)]);
    let taken = world.take(0);
    assert_eq!(world.wait(0), Some(60.4));
    world.end(taken, &unsent());
    assert!(world.woken());
    drop(world.take(0));
}

#[test]
fn nobody_is_woken_where_nobody_waits_or_nothing_changed() {
    let world = World::new(&[Limit::rpm(2)]);
    let (first, second) = (world.take(0), world.take(0));
    world.end(first, &unsent());
    assert!(!world.woken());
    let third = world.take(0);
    assert_eq!(world.wait(0), Some(60.4));
    world.end(second, &answered(0));
    assert!(!world.woken());
    world.end(third, &unsent());
    assert!(world.woken());
}

#[test]
fn attaching_anew_wakes_those_who_wait() {
    let world = World::new(&[Limit::rpm(1)]);
    let taken = world.take(0);
    assert_eq!(world.wait(0), Some(60.4));
    world.budget.attach(A, &[Limit::rpm(5)]);
    assert!(world.woken());
    world.end(taken, &unsent());
    assert_eq!(world.domain(Some(Unit::Requests), Window::Minute).used, 0);
}

#[test]
fn requests_in_flight_open_when_one_ends() {
    let world = World::new(&[Limit::in_flight(1)]);
    let taken = world.take(0);
    assert_eq!(world.wait(0), None);
    world.end(taken, &failed(Class::Internal));
    assert!(world.woken());
    drop(world.take(0));
}

#[test]
fn a_reservation_is_settled_once() {
    let world = World::new(&[Limit::rpm(2)]);
    let Reservation(number) = world.take(0);
    world.end(Reservation(number), &unsent());
    drop(world.take(0));
    world.end(Reservation(number), &unsent());
    world.end(Reservation(0), &unsent());
    world.end(Reservation(u64::MAX), &unsent());
    assert_eq!(world.domain(Some(Unit::Requests), Window::Minute).used, 1);
}

#[test]
fn a_reservation_is_all_or_nothing() {
    let world = World::new(&[Limit::rpm(10), Limit::tpm(100)]);
    drop(world.take(80));
    assert_eq!(world.wait(30), Some(60.4));
    assert_eq!(world.domain(Some(Unit::Requests), Window::Minute).used, 1);
}

#[test]
fn a_request_above_the_limit_runs_alone_and_leaves_a_debt() {
    let mut world = World::new(&[Limit::tpm(100)]);
    drop(world.take(50));
    assert_eq!(world.wait(250), Some(60.4));
    world.advance(60.4);
    drop(world.take(250));
    assert_eq!(world.wait(50), Some(120.4));
    assert_eq!(world.wait(51), Some(180.4));
}

#[test]
fn endpoints_may_share_a_domain() {
    let world = World::new(&[]);
    let domains = world.budget.attach(B, &[Limit::rpm(2)]);
    world.budget.share(A, domains[0]);
    world.budget.share(A, domains[0]);
    drop(world.take(0));
    drop(world.take(0));
    let cost = Cost::default();
    assert!(matches!(
        world.budget.reserve(B, &cost, world.now),
        Reserve::NotUntil { .. }
    ));
    world.budget.detach(B);
    assert_eq!(world.wait(0), Some(60.4));
    assert_eq!(world.budget.snapshot(world.now)[0].endpoints, [A]);
    world.budget.detach(A);
    assert!(world.budget.snapshot(world.now).is_empty());
    drop(world.take(0));
}

#[test]
fn a_domain_that_is_gone_cannot_be_shared() {
    let world = World::new(&[]);
    world.budget.share(A, DomainId(9));
    drop(world.take(0));
}

#[test]
fn room_is_what_the_tightest_window_would_have_left() {
    let world = World::new(&[Limit::rpm(4), Limit::tpm(100)]);
    let room = |tokens| world.budget.opening(A, &Cost::tokens(tokens), world.now).room;
    assert!((room(10) - 0.75).abs() < 1e-6);
    assert!((room(60) - 0.4).abs() < 1e-6);
    assert!(room(300) < 1e-6);
    assert!(
        (World::new(&[])
            .budget
            .opening(A, &Cost::default(), world.now)
            .room
            - 1.0)
            .abs()
            < 1e-6
    );
}

#[test]
fn utilisation_is_what_was_admitted_over_what_the_windows_that_have_begun_allow() {
    let mut world = World::new(&[Limit::rpm(2)]);
    let mut shares = Vec::new();
    for _ in 0..2 {
        drop(world.take(0));
        drop(world.take(0));
        let domain = world.domain(Some(Unit::Requests), Window::Minute);
        shares.push(domain.utilisation(world.now.tick).unwrap());
        world.advance(60.4);
    }
    let domain = world.domain(Some(Unit::Requests), Window::Minute);
    assert_eq!((domain.admitted, domain.granted, domain.used), (4, 4, 0));
    shares.push(domain.utilisation(world.now.tick).unwrap());
    // Two of two, four of four, and then a third window has begun and is idle.
    let expected = [1.0, 1.0, 4.0 / 6.0];
    assert!(
        shares
            .iter()
            .zip(expected)
            .all(|(share, expected)| (share - expected).abs() < 1e-9),
        "{shares:?}"
    );
}

#[test]
fn budgets_are_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Budget>();
    let budget = Budget::new(Config::default().with_burst_share(1.0));
    budget.attach(A, &[Limit::rpm(100)]);
    let granted = |_| {
        matches!(
            budget.reserve(A, &Cost::default(), Now::default()),
            Reserve::Granted(_)
        )
    };
    let total: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..50).filter(|n| granted(*n)).count()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(total, 100);
    let later = Now::default().after(Duration::from_millis(60_400));
    assert!(matches!(
        budget.reserve(A, &Cost::default(), later),
        Reserve::Granted(_)
    ));
}
