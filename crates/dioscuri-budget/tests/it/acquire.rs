//! Awaiting permits, on a paused clock.

use crate::world::A;
use dioscuri_budget::{Budget, Limit, Turn, TurnError, Turnstile, Wish};
use dioscuri_vocab::{Class, Cost, EndpointId, Failure};
use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::task::{JoinHandle, yield_now};

fn run(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(work);
}

fn turnstile(limits: &[Limit]) -> Turnstile {
    let budget = Arc::new(Budget::default());
    budget.attach(A, limits);
    Turnstile::new(budget)
}

async fn one(turnstile: &Turnstile) -> Turn {
    let turn = turnstile.acquire(A, &Cost::default()).await;
    turn.expect("a limit above zero")
}

/// A task that waits, writes its name down, and gives back at once.
fn waiter(
    turnstile: &Turnstile,
    wish: Wish,
    name: u32,
    log: &Arc<Mutex<Vec<u32>>>,
) -> JoinHandle<Result<(), TurnError>> {
    let (turnstile, log) = (turnstile.clone(), Arc::clone(log));
    tokio::spawn(async move {
        let turn = turnstile.acquire_as(A, &Cost::default(), wish).await?;
        log.lock().expect("nobody panics").push(name);
        drop(turn);
        Ok(())
    })
}

/// Lets every task run until it waits.
async fn rest() {
    for _ in 0..100 {
        yield_now().await;
    }
}

#[test]
fn a_full_window_is_waited_for_and_not_longer() {
    run(async {
        let turnstile = turnstile(&[Limit::rpm(1)]);
        let mut turn = one(&turnstile).await;
        turn.sent();
        turn.settle(Cost::default());
        let opens = turnstile
            .budget()
            .try_acquire(A, &Cost::default(), turnstile.now())
            .unwrap_err()
            .at()
            .unwrap();
        let mut turn = one(&turnstile).await;
        let late = turnstile.now().tick.since(opens);
        assert!(
            turnstile.now().tick >= opens && late < Duration::from_millis(2),
            "{late:?}"
        );
        turn.sent();
        turn.fail(Failure::new(Class::Internal));
    });
}

#[test]
fn what_is_given_back_wakes_the_first_and_goes_down_the_line() {
    run(async {
        let turnstile = turnstile(&[Limit::in_flight(1)]);
        let log = Arc::default();
        let held = one(&turnstile).await;
        let waiters: Vec<_> = (0..50)
            .map(|name| waiter(&turnstile, Wish::new(), name, &log))
            .collect();
        rest().await;
        assert_eq!(turnstile.waiting(), 50);
        drop(held);
        for waiter in waiters {
            waiter.await.unwrap().unwrap();
        }
        assert_eq!(*log.lock().unwrap(), (0..50).collect::<Vec<_>>());
        assert_eq!(turnstile.waiting(), 0);
    });
}

#[test]
fn priorities_and_tenants_are_served_in_their_order() {
    run(async {
        let turnstile = turnstile(&[Limit::in_flight(1)]);
        let log = Arc::default();
        let held = one(&turnstile).await;
        for (name, wish) in (0..).zip([
            Wish::new().with_tenant(1),
            Wish::new().with_tenant(1),
            Wish::new().with_tenant(2),
            Wish::new().with_priority(9),
        ]) {
            waiter(&turnstile, wish, name, &log);
        }
        rest().await;
        drop(held);
        rest().await;
        assert_eq!(*log.lock().unwrap(), [3, 0, 2, 1]);
    });
}

#[test]
fn whoever_is_cancelled_gives_its_place_to_the_next() {
    run(async {
        let turnstile = turnstile(&[Limit::in_flight(1)]);
        let log = Arc::default();
        let held = one(&turnstile).await;
        let waiters: Vec<_> = (0..3)
            .map(|name| waiter(&turnstile, Wish::new(), name, &log))
            .collect();
        rest().await;
        waiters[0].abort();
        rest().await;
        assert_eq!(turnstile.waiting(), 2);
        drop(held);
        rest().await;
        assert_eq!(*log.lock().unwrap(), [1, 2]);
    });
}

#[test]
fn a_turn_that_is_never_polled_again_goes_to_the_next() {
    run(async {
        let turnstile = turnstile(&[Limit::in_flight(1)]);
        let log = Arc::default();
        let held = one(&turnstile).await;
        let first = waiter(&turnstile, Wish::new(), 0, &log);
        waiter(&turnstile, Wish::new(), 1, &log);
        rest().await;
        // The first is woken, and cancelled before it runs.
        drop(held);
        first.abort();
        rest().await;
        assert_eq!(*log.lock().unwrap(), [1]);
    });
}

#[test]
fn a_deadline_behind_the_first_is_kept() {
    run(async {
        let turnstile = turnstile(&[Limit::in_flight(1)]);
        let log = Arc::default();
        let held = one(&turnstile).await;
        waiter(&turnstile, Wish::new(), 0, &log);
        rest().await;
        let deadline = turnstile.now().tick.after(Duration::from_secs(5));
        let late = waiter(&turnstile, Wish::new().with_deadline(deadline), 1, &log);
        let error = late.await.unwrap().unwrap_err();
        assert!(error.is_expired());
        assert_eq!(
            error.to_string(),
            format!("no turn before the deadline at {deadline}")
        );
        assert!(turnstile.now().tick.since(deadline) < Duration::from_millis(2));
        assert_eq!(turnstile.waiting(), 1);
        drop(held);
        rest().await;
        assert_eq!(*log.lock().unwrap(), [0]);
    });
}

#[test]
fn a_limit_of_zero_and_a_full_line_are_told_at_once() {
    run(async {
        let never = turnstile(&[Limit::rpm(0)]);
        let error = never.acquire(A, &Cost::default()).await.unwrap_err();
        assert!(error.is_never());
        assert_eq!(never.waiting(), 0);

        let budget = Arc::new(Budget::default());
        budget.attach(A, &[Limit::in_flight(1)]);
        let small = Turnstile::with_max_waiting(budget, 1);
        let _held = one(&small).await;
        let log = Arc::default();
        waiter(&small, Wish::new(), 0, &log);
        rest().await;
        let error = small.acquire(A, &Cost::default()).await.unwrap_err();
        assert!(error.is_full());
    });
}

#[test]
fn lines_of_different_endpoints_do_not_wait_for_each_other() {
    run(async {
        let turnstile = turnstile(&[Limit::in_flight(1)]);
        let other = EndpointId(7);
        turnstile.budget().attach(other, &[Limit::in_flight(1)]);
        let _held = one(&turnstile).await;
        let log = Arc::default();
        waiter(&turnstile, Wish::new(), 0, &log);
        rest().await;
        assert!(turnstile.acquire(other, &Cost::default()).await.is_ok());
    });
}

#[test]
fn many_tasks_on_many_threads_are_all_served() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let turnstile = turnstile(&[Limit::in_flight(3)]);
        let log = Arc::default();
        let waiters: Vec<_> = (0..2_000)
            .map(|name| waiter(&turnstile, Wish::new().with_tenant(name % 5), name, &log))
            .collect();
        for (name, waiter) in waiters.into_iter().enumerate() {
            if name % 10 == 3 {
                waiter.abort();
            } else {
                waiter.await.unwrap().unwrap();
            }
        }
        assert!(log.lock().unwrap().len() >= 1_800);
        assert_eq!(turnstile.budget().snapshot(turnstile.now())[0].used, 0);
    });
}
