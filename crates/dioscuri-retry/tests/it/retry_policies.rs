//! Our schedule as one of `retry-policies`: in a loop like that of reqwest-retry, by a clock that only a wait moves.

use dioscuri_retry::{
    Context, GivenWaits, Limit, OnEmpty, Profile, RetryBudget, RetryPolicy as _, RetryPolicyExt as _,
    Verdict,
    adapters::{Failed, Schedule},
};
use dioscuri_vocab::{Class, Failure, Hint, HintSource, Phase, SplitMix64, Tick};
use proptest::prelude::*;
use retry_policies::{Jitter, RetryDecision, RetryPolicy as Theirs, policies::ExponentialBackoff};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const SECOND: Duration = Duration::from_secs(1);

/// One clock for both readings, which stands still until somebody waits.
#[derive(Clone, Default)]
struct World(Arc<AtomicU64>);

impl World {
    fn tick(&self) -> Tick {
        Tick(self.0.load(Relaxed))
    }

    fn wall(&self) -> SystemTime {
        UNIX_EPOCH + SECOND * 1_800_000_000 + Duration::from_nanos(self.0.load(Relaxed))
    }

    fn pass(&self, time: Duration) {
        self.0
            .fetch_add(u64::try_from(time.as_nanos()).expect("centuries"), Relaxed);
    }

    fn schedule(&self, profile: Profile) -> Schedule {
        self.of(Schedule::new(profile.policy()))
    }

    fn of(&self, schedule: Schedule) -> Schedule {
        let (clock, wall) = (self.clone(), self.clone());
        schedule
            .with_clock(move || clock.tick())
            .with_wall_clock(move || wall.wall())
            .with_seed(7)
    }
}

fn quota(hint: Duration) -> Failure {
    let mut failure = Failure::new(Class::QuotaMinute);
    failure.retry_after = Some(Hint::new(hint, HintSource::RetryInfo));
    failure
}

/// The loop of reqwest-retry, at most 10,000 times round: judge, ask the policy, sleep. The waits it made.
fn run(
    world: &World,
    policy: &Schedule,
    takes: Duration,
    mut hand: impl FnMut(usize) -> Option<Failed>,
) -> Vec<Duration> {
    let (start, mut waits) = (world.wall(), Vec::new());
    for n in 0..10_000 {
        world.pass(takes);
        if let Some(failed) = hand(n) {
            policy.hand_over(failed);
        }
        match policy.should_retry(start, u32::try_from(n).expect("10,000 at most")) {
            RetryDecision::Retry { execute_after } => {
                let wait = execute_after.duration_since(world.wall()).expect("it lies ahead");
                waits.push(wait);
                world.pass(wait);
            }
            RetryDecision::DoNotRetry => return waits,
        }
    }
    panic!("it never ends");
}

/// How long the policy would wait, for a call that began a second ago.
fn asked(world: &World, policy: &Schedule) -> Option<Duration> {
    match policy.should_retry(world.wall() - SECOND, 0) {
        RetryDecision::Retry { execute_after } => {
            let ahead = execute_after.duration_since(world.wall());
            Some(ahead.expect("it lies ahead"))
        }
        RetryDecision::DoNotRetry => None,
    }
}

#[test]
fn the_hint_that_was_handed_over_is_a_floor() {
    let world = World::default();
    let waits = run(&world, &world.schedule(Profile::Default), SECOND, |n| {
        Some(match n {
            0 => quota(SECOND * 26).into(),
            _ => Failure::new(Class::InvalidRequest).into(),
        })
    });
    assert!(
        waits.len() == 1 && waits[0] >= SECOND * 26 && waits[0] <= SECOND * 27,
        "{waits:?}"
    );
}

#[test]
fn ten_thousand_refusals_end() {
    let world = World::default();
    let waits = run(&world, &world.schedule(Profile::Default), SECOND, |_| {
        Some(quota(SECOND).into())
    });
    assert_eq!(waits.len(), 79); // 16 tries for each of 5 attempts, one of which is the first
}

#[test]
fn without_a_hand_off_it_goes_by_what_it_was_told_to_assume() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    assert_eq!(run(&world, &policy, SECOND, |_| None).len(), 4);
    let policy = policy.assuming(Failure::new(Class::InvalidRequest));
    assert!(run(&world, &policy, SECOND, |_| None).is_empty());
}

#[test]
fn a_hand_off_is_taken_once() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    policy.hand_over(quota(SECOND * 26));
    assert!(asked(&world, &policy).unwrap() >= SECOND * 26);
    assert!(asked(&world, &policy).unwrap() <= SECOND); // the assumed failure, its first backoff
}

#[test]
fn a_hand_off_stays_on_its_thread() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    policy.hand_over(quota(SECOND * 26));
    let elsewhere = thread::scope(|scope| scope.spawn(|| asked(&world, &policy)).join().unwrap());
    assert!(elsewhere.unwrap() <= SECOND);
    assert!(asked(&world, &policy).unwrap() >= SECOND * 26);
}

#[test]
fn threads_do_not_see_each_others() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    thread::scope(|scope| {
        for number in 1..=4 {
            let (world, policy) = (&world, &policy);
            scope.spawn(move || {
                let hint = SECOND * 10 * number;
                for _ in 0..1000 {
                    policy.hand_over(quota(hint));
                    thread::yield_now();
                    let wait = asked(world, policy).unwrap();
                    assert!(wait >= hint && wait <= hint + SECOND, "{wait:?}");
                }
            });
        }
    });
}

#[test]
fn what_a_panic_left_behind_is_no_later_calls() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    let broken = catch_unwind(AssertUnwindSafe(|| {
        policy.hand_over(quota(SECOND * 26));
        panic!("a strategy with a mistake");
    }));
    assert!(broken.is_err());
    world.pass(SECOND * 5);
    assert!(asked(&world, &policy).unwrap() <= SECOND);
}

#[test]
fn a_call_that_is_not_retried_leaves_nothing_behind() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    policy.hand_over(quota(SECOND * 26));
    policy.hand_over_nothing();
    assert!(asked(&world, &policy).unwrap() <= SECOND);
}

#[test]
fn another_schedules_hand_off_is_not_taken() {
    let world = World::default();
    let (ours, another) = (world.schedule(Profile::Default), world.schedule(Profile::Default));
    another.hand_over(quota(SECOND * 26));
    assert!(asked(&world, &ours).unwrap() <= SECOND);
    ours.hand_over(quota(SECOND * 26));
    assert!(asked(&world, &ours.clone()).unwrap() >= SECOND * 26); // a clone is the same
}

#[test]
fn calls_refused_together_do_not_come_back_together() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    let mut waits: Vec<Duration> = (0..20)
        .map(|_| {
            policy.hand_over(quota(SECOND * 26));
            asked(&world, &policy).unwrap()
        })
        .collect();
    waits.sort_unstable();
    waits.dedup();
    assert_eq!(waits.len(), 20);
}

#[test]
fn refusals_are_no_attempts_where_the_count_is_told() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    // Ten refusals, then a server that is out: the five attempts are still there.
    let waits = run(&world, &policy, SECOND, |n| {
        let counted = u32::try_from(n.saturating_sub(9)).unwrap();
        let failure = if n < 10 {
            quota(SECOND)
        } else {
            Failure::new(Class::Capacity)
        };
        Some(Failed::from(failure).after_attempts(counted))
    });
    assert_eq!(waits.len(), 10 + 4);
}

#[test]
fn a_call_that_is_handed_over_counts_and_remembers_by_itself() {
    let world = World::default();
    let policy = world.schedule(Profile::Default);
    let call = policy.call();
    let waits = run(&world, &policy, SECOND, |n| {
        let failure = if n < 10 {
            quota(SECOND)
        } else {
            Failure::new(Class::Capacity)
        };
        Some(Failed::from(failure).of_call(call.clone()))
    });
    assert_eq!(waits.len(), 10 + 4);
    let log = call.log();
    assert_eq!(log.tried().len(), 15);
    assert_eq!(log.waited(), waits.iter().sum());
    assert_eq!(
        call.verdict(),
        Some(dioscuri_retry::Next::Exhausted(Limit::Attempts))
    );
}

#[test]
fn the_deadline_counts_from_the_start_of_the_call() {
    let world = World::default();
    let policy = world.schedule(Profile::Default).with_deadline(SECOND * 10);
    let start = world.wall();
    world.pass(SECOND * 9);
    policy.hand_over(quota(SECOND * 2));
    assert!(matches!(policy.should_retry(start, 0), RetryDecision::DoNotRetry));
    policy.hand_over(quota(Duration::from_millis(1)));
    // The backoff of throttling is up to a second, so that either may follow; but never too late.
    if let RetryDecision::Retry { execute_after } = policy.should_retry(start, 0) {
        assert!(execute_after < start + SECOND * 10);
    }
}

#[test]
fn successes_refill_the_retry_budget() {
    let world = World::default();
    let budget = Arc::new(RetryBudget::with_capacity(20));
    let policy = Profile::Interactive
        .policy()
        .within_budget(budget.clone(), OnEmpty::Exhaust);
    let policy = world.of(Schedule::new(policy));
    policy.hand_over(Failure::new(Class::Capacity));
    assert!(asked(&world, &policy).is_some());
    let after = budget.tokens(world.tick());
    assert!(after < 20);
    policy.succeeded();
    assert_eq!(budget.tokens(world.tick()), after + 1);
    // Once it is empty, nobody retries.
    let mut ended = false;
    for _ in 0..20 {
        policy.hand_over(Failure::new(Class::Unavailable));
        ended |= asked(&world, &policy).is_none();
    }
    assert!(ended);
}

#[test]
fn what_was_committed_is_never_sent_again() {
    let world = World::default();
    let policy = world.schedule(Profile::Batch);
    policy.hand_over((Failure::new(Class::Connection), Phase::Committed));
    assert_eq!(asked(&world, &policy), None);
}

#[test]
fn their_total_duration_overshoots_and_ours_does_not() {
    let world = World::default();
    let theirs = ExponentialBackoff::builder()
        .retry_bounds(SECOND * 60, SECOND * 60)
        .jitter(Jitter::None)
        .build_with_total_retry_duration(SECOND * 10);
    #[expect(clippy::disallowed_methods, reason = "they read the wall clock, so this must")]
    let start = SystemTime::now() - SECOND * 9;
    let decision = theirs.should_retry(start, 0);
    assert!(
        matches!(decision, RetryDecision::Retry { execute_after } if execute_after > start + SECOND * 60)
    );

    // The same schedule as ours: the deadline holds.
    let schedule = world
        .of(Schedule::new(GivenWaits::by_retry_policy(theirs)))
        .with_deadline(SECOND * 10);
    let start = world.wall();
    world.pass(SECOND * 9);
    schedule.hand_over(Failure::new(Class::Capacity));
    assert!(matches!(
        schedule.should_retry(start, 0),
        RetryDecision::DoNotRetry
    ));
}

#[test]
fn theirs_as_ours_waits_as_they_say_and_never_less_than_the_server() {
    let theirs = ExponentialBackoff::builder()
        .retry_bounds(SECOND * 2, SECOND * 60)
        .jitter(Jitter::None)
        .build_with_max_retries(3);
    let policy = GivenWaits::by_retry_policy(theirs);
    let now = Tick::ZERO.after(SECOND * 100);
    let here = |failure: &Failure, tries: u32| {
        let cx = Context::new(Tick::ZERO).at_attempt(tries);
        match policy.on_failure(&cx, failure, now, &mut SplitMix64::new(1)) {
            Verdict::Retry(retry) => retry.here.map(|at| at.since(now).as_millis()),
            _ => None,
        }
    };
    let busy = Failure::new(Class::Capacity);
    assert_eq!(
        [1, 2, 3, 4].map(|tries| here(&busy, tries)),
        [Some(2000), Some(4000), Some(8000), None]
    );
    let waits = here(&quota(SECOND * 26), 1).unwrap();
    assert!((26_000..=27_000).contains(&waits), "{waits}");
    assert_eq!(here(&Failure::new(Class::InvalidRequest), 1), None);
}

proptest! {
    #[test]
    fn no_wait_undercuts_the_hint_and_none_ends_after_the_deadline(
        hints in prop::collection::vec(prop::option::of(0_u64..40_000), 1..20),
        takes in 0_u64..5_000,
        deadline in 1_u64..120,
        profile in prop::sample::select(Profile::ALL),
    ) {
        let world = World::default();
        let deadline = SECOND * u32::try_from(deadline).unwrap();
        let policy = world.schedule(profile).with_deadline(deadline);
        let start = world.wall();
        let hint = |n: usize| hints[n % hints.len()].map(Duration::from_millis);
        let waits = run(&world, &policy, Duration::from_millis(takes), |n| {
            Some(hint(n).map_or_else(|| Failure::new(Class::Capacity), quota).into())
        });
        for (n, wait) in waits.iter().enumerate() {
            prop_assert!(*wait >= hint(n).unwrap_or_default());
        }
        prop_assert!(waits.len() < 160);
        // The last attempt began before the deadline, and took its time.
        prop_assert!(world.wall() < start + deadline + Duration::from_millis(takes));
    }
}
