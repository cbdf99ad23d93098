//! Who goes first.

use crate::stage::{Place, Show, seconds, single};
use dioscuri_engine::{Call, End, Step};
use dioscuri_vocab::{CallMeta, Class, Cost, GroupId};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A show with one place for one, which is taken, and calls that wait for it.
fn queue(metas: &[fn(CallMeta) -> CallMeta]) -> (Show, Call, Vec<Call>) {
    let mut show = Show::new(&[single()]);
    let busy = show.busy();
    let mut waiting = Vec::new();
    for with in metas {
        let meta = with(show.meta());
        let mut call = show.start(meta);
        let _ = show.wait(&mut call);
        waiting.push(call);
    }
    (show, busy, waiting)
}

/// The order in which these calls, numbered from 2, are served.
#[track_caller]
fn check_order(metas: &[fn(CallMeta) -> CallMeta], expected: &[u64]) {
    let (mut show, mut current, mut waiting) = queue(metas);
    let mut order = Vec::new();
    while !waiting.is_empty() {
        show.answer(&mut current);
        let woken = show.woken();
        assert_eq!(woken.len(), 1, "one place, one call");
        order.push(woken[0]);
        let next = waiting.iter().position(|call| call.id().0 == woken[0]);
        current = waiting.swap_remove(next.expect("it waits"));
        let _ = show.send(&mut current);
    }
    assert_eq!(order, expected);
    show.answer(&mut current);
    show.stage.check_even();
}

fn plain(meta: CallMeta) -> CallMeta {
    meta
}

fn urgent(meta: CallMeta) -> CallMeta {
    meta.with_priority(9)
}

fn other(meta: CallMeta) -> CallMeta {
    meta.with_tenant(1)
}

#[test]
fn first_come_first_served() {
    check_order(&[plain, plain, plain], &[2, 3, 4]);
}

#[test]
fn a_higher_priority_goes_first() {
    check_order(&[plain, urgent, plain, urgent], &[3, 5, 2, 4]);
}

#[test]
fn tenants_share_alike() {
    check_order(&[plain, plain, plain, other], &[2, 5, 3, 4]);
}

#[test]
fn an_end_wakes_exactly_the_next_call_and_keeps_its_place() {
    let (mut show, mut busy, mut waiting) = queue(&[plain, plain]);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    assert!(show.woken().is_empty());
    assert_eq!((show.engine.waiting(), show.engine.in_flight()), (1, 1));
    // Nobody overtakes: neither who comes now, nor who waits behind.
    let mut newcomer = show.call();
    let _ = show.wait(&mut newcomer);
    let _ = show.wait(&mut waiting[1]);
    let _ = show.send(&mut waiting[0]);
}

#[test]
fn who_asks_itself_is_not_woken() {
    let mut show = Show::new(&[Place {
        refilled_at: seconds(1),
        ..Place::default()
    }]);
    let mut call = show.call();
    let _ = show.wait(&mut call);
    show.pass(1);
    let _ = show.send(&mut call);
    assert!(show.woken().is_empty());
}

#[test]
fn a_call_that_tries_again_keeps_its_turn() {
    let (mut show, mut busy, mut waiting) = queue(&[plain, plain]);
    show.fail(&mut busy, Class::Internal);
    let _ = show.send(&mut busy);
    show.fail(&mut busy, Class::Internal);
    show.stage.lock().places[0].refilled_at = seconds(1);
    let _ = show.wait(&mut busy);
    show.pass(1);
    assert_eq!(show.woken(), [1]);
    let _ = show.send(&mut busy);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    let _ = show.send(&mut waiting[0]);
}

#[test]
fn a_bound_call_passes_a_front_that_is_bound_elsewhere() {
    let closed = Place {
        group: 1,
        refilled_at: seconds(60),
        ..Place::default()
    };
    let free = Place {
        group: 2,
        ..Place::default()
    };
    let mut show = Show::new(&[closed, free]);
    let meta = show.meta().with_affinity(GroupId(1));
    let mut front = show.start(meta);
    let _ = show.wait(&mut front);
    let meta = show.meta().with_affinity(GroupId(2));
    let mut second = show.start(meta);
    assert_eq!(show.send(&mut second).1, 1);
}

#[test]
fn a_bound_call_does_not_take_what_an_earlier_one_waits_for() {
    let mut show = Show::new(&[Place {
        refilled_at: seconds(5),
        small: 10,
        ..Place::default()
    }]);
    let mut meta = show.meta();
    meta.cost = Cost::tokens(1_000);
    let mut large = show.start(meta);
    assert_eq!(show.wait(&mut large), Some(seconds(5)));
    // It would fit now, and nothing is in flight: it waits for its turn all the same.
    let meta = show.meta().with_affinity(GroupId(0));
    let mut small = show.start(meta);
    assert_eq!(show.wait(&mut small), Some(seconds(5)));
    // Whoever leaves has all be looked at again.
    let mut third = show.call();
    let _ = show.wait(&mut third);
    drop(third);
    assert!(show.woken().is_empty());
    show.pass(5);
    assert_eq!(show.woken(), [1, 2]);
}

#[test]
fn many_calls_bound_to_a_closed_group_do_not_block_the_others() {
    let closed = Place {
        group: 1,
        refilled_at: seconds(3600),
        ..Place::default()
    };
    let busy = Place {
        refilled_at: seconds(5),
        ..Place::default()
    };
    let mut show = Show::new(&[closed, busy]);
    let mut waiting = Vec::new();
    for number in 0..200 {
        let meta = show.meta();
        let meta = if number < 150 {
            meta.with_affinity(GroupId(1))
        } else {
            meta
        };
        let mut call = show.start(meta);
        let _ = show.wait(&mut call);
        waiting.push(call);
    }
    show.pass(5);
    let expected: Vec<_> = (151..=200).collect();
    assert_eq!(show.woken(), expected);
}

#[test]
fn a_long_queue_moves_as_a_whole_when_everything_opens() {
    let mut show = Show::new(&[Place {
        refilled_at: seconds(5),
        ..Place::default()
    }]);
    let mut waiting = Vec::new();
    for _ in 0..300 {
        let mut call = show.call();
        let _ = show.wait(&mut call);
        waiting.push(call);
    }
    show.pass(5);
    let expected: Vec<_> = (1..=300).collect();
    assert_eq!(show.woken(), expected);
}

#[test]
fn a_full_queue_sheds_new_calls_only() {
    let mut show = Show::with(&[single()], |builder| {
        builder
            .max_waiting(1)
            .retry(|_: &_, _: &_, now, _: &mut dyn dioscuri_vocab::Rng| crate::stage::everywhere(now))
    });
    let mut busy = show.busy();
    let mut waiting = show.call();
    let _ = show.wait(&mut waiting);
    let mut shed = show.call();
    assert_eq!(show.poll(&mut shed), Step::Done(End::Shed));
    // Who was there before comes back.
    show.stage.lock().places[0].refilled_at = seconds(9);
    show.fail(&mut busy, Class::Internal);
    assert_eq!(show.wait(&mut busy), Some(seconds(9)));
}

#[test]
fn without_a_queue_whoever_would_wait_is_shed() {
    let mut show = Show::with(&[single()], |builder| builder.max_waiting(0));
    let mut first = show.call();
    let _ = show.send(&mut first);
    let mut second = show.call();
    assert_eq!(show.poll(&mut second), Step::Done(End::Shed));
}

#[test]
fn a_long_queue_costs_a_newcomer_no_look() {
    let (mut show, _busy, _waiting) = queue(&[plain as fn(CallMeta) -> CallMeta; 50]);
    let before = show.stage.lock().looks;
    let mut newcomer = show.call();
    let _ = show.wait(&mut newcomer);
    assert!(show.woken().is_empty());
    assert_eq!(show.stage.lock().looks, before);
}

#[test]
fn a_budget_that_panics_once_loses_no_call() {
    let mut show = Show::new(&[Place {
        refilled_at: seconds(1),
        ..single()
    }]);
    let (mut first, mut second) = (show.call(), show.call());
    let _ = show.wait(&mut first);
    let _ = show.wait(&mut second);
    show.pass(1);
    show.stage.lock().panics = true;
    let woken = catch_unwind(AssertUnwindSafe(|| show.woken()));
    assert!(woken.is_err());
    assert_eq!(show.woken(), [1]);
    let _ = show.send(&mut first);
    show.answer(&mut first);
    assert_eq!(show.woken(), [2]);
}

#[test]
fn small_calls_fill_what_a_large_one_does_not_wait_for() {
    let place = |refilled_at| Place {
        refilled_at: seconds(refilled_at),
        small: 10,
        slots: 1,
        ..Place::default()
    };
    let mut show = Show::new(&[place(9), place(5)]);
    let mut meta = show.meta();
    meta.cost = Cost::tokens(1_000);
    let mut large = show.start(meta);
    assert_eq!(show.wait(&mut large), Some(seconds(5)));
    // It waits for the second endpoint, which opens first; the first one is free for others.
    let mut small = show.call();
    assert_eq!(show.send(&mut small).1, 0);
    let mut smaller = show.call();
    let _ = show.wait(&mut smaller);
    show.pass(5);
    assert_eq!(show.woken(), [1]);
    assert_eq!(show.send(&mut large).1, 1);
}

#[test]
fn a_large_call_is_not_starved_by_small_ones() {
    let mut show = Show::new(&[Place {
        refilled_at: seconds(5),
        small: 10,
        ..Place::default()
    }]);
    let mut meta = show.meta();
    meta.cost = Cost::tokens(1_000);
    let mut large = show.start(meta);
    let _ = show.wait(&mut large);
    let mut small: Vec<_> = (0..20).map(|_| show.call()).collect();
    for call in &mut small {
        let _ = show.wait(call);
    }
    show.pass(5);
    assert_eq!(show.woken()[0], 1);
    let _ = show.send(&mut large);
}

#[test]
fn calls_that_have_failed_want_what_all_want_once_nothing_is_closed_to_them() {
    let mut show = Show::with(&[single()], |builder| {
        builder.retry(
            |_: &_, _: &_, now: dioscuri_vocab::Tick, _: &mut dyn dioscuri_vocab::Rng| {
                crate::stage::everywhere(now.after(std::time::Duration::from_secs(1)))
            },
        )
    });
    // All of these have failed once, and wait in one row again: one look asks the pool once.
    let mut failed = Vec::new();
    for _ in 0..100 {
        let mut call = show.busy();
        show.fail(&mut call, Class::Capacity);
        let _ = show.wait(&mut call);
        failed.push(call);
    }
    let mut busy = show.busy();
    show.pass(1);
    let _ = show.woken();
    for call in &mut failed {
        let _ = show.wait(call);
    }
    let before = show.stage.lock().looks;
    show.answer(&mut busy);
    assert_eq!(show.woken(), [1]);
    let looks = show.stage.lock().looks - before;
    assert!(looks <= 2, "{looks} looks");
}
