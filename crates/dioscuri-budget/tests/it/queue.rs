//! Who goes next.

use dioscuri_budget::{FairQueue, Ticket};
use dioscuri_vocab::Tick;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[track_caller]
fn check(pushed: &[(u8, u32)], order: &[usize]) {
    let mut queue = FairQueue::new();
    for (index, &(priority, tenant)) in pushed.iter().enumerate() {
        queue.push(priority, tenant, index);
    }
    let listed: Vec<usize> = queue.iter().map(|(_, index)| *index).collect();
    let popped: Vec<usize> = std::iter::from_fn(|| queue.pop())
        .map(|(_, index)| index)
        .collect();
    assert_eq!(popped, order);
    assert_eq!(listed, order);
}

#[test]
fn first_come_first_served() {
    check(&[(0, 1), (0, 1), (0, 1)], &[0, 1, 2]);
}

#[test]
fn a_higher_priority_goes_first() {
    check(&[(0, 1), (9, 1), (5, 1), (9, 2)], &[1, 3, 2, 0]);
}

#[test]
fn tenants_take_turns() {
    check(
        &[(0, 1), (0, 1), (0, 1), (0, 2), (0, 2), (0, 3)],
        &[0, 3, 5, 1, 4, 2],
    );
}

#[test]
fn a_late_tenant_is_served_at_once_and_has_saved_nothing_up() {
    let mut queue = FairQueue::new();
    for item in 0..100 {
        queue.push(0, 1, item);
    }
    for _ in 0..50 {
        queue.pop();
    }
    for item in 200..203 {
        queue.push(0, 2, item);
    }
    let order: Vec<i32> = std::iter::from_fn(|| queue.pop())
        .map(|(_, item)| item)
        .take(6)
        .collect();
    assert_eq!(order, [200, 50, 201, 51, 202, 52]);
}

#[test]
fn a_tenant_that_was_away_has_saved_nothing_up() {
    let mut queue = FairQueue::new();
    queue.push(0, 2, 100);
    for item in 0..100 {
        queue.push(0, 1, item);
    }
    for _ in 0..51 {
        queue.pop();
    }
    for item in 200..203 {
        queue.push(0, 2, item);
    }
    let order: Vec<i32> = std::iter::from_fn(|| queue.pop())
        .map(|(_, item)| item)
        .take(4)
        .collect();
    assert_eq!(order, [200, 50, 201, 51]);
}

#[test]
fn a_tenant_that_asks_one_by_one_gets_no_more_than_its_share() {
    let mut queue = FairQueue::new();
    for item in 0..100 {
        queue.push(0, 1, item);
    }
    queue.push(0, 2, 1_000);
    let mut served = [0, 0];
    for _ in 0..60 {
        let (ticket, item) = queue.pop().unwrap();
        served[ticket.tenant() as usize - 1] += 1;
        if ticket.tenant() == 2 {
            queue.push(0, 2, item);
        }
    }
    assert_eq!(served, [30, 30]);
}

#[test]
fn removing_costs_a_tenant_nothing() {
    let mut queue = FairQueue::new();
    let gone: Vec<Ticket> = (0..50).map(|item| queue.push(0, 1, item)).collect();
    queue.push(0, 2, 100);
    queue.push(0, 2, 101);
    for ticket in gone {
        assert!(queue.remove(ticket).is_some());
        assert_eq!(queue.remove(ticket), None);
    }
    queue.push(0, 1, 200);
    let order: Vec<i32> = std::iter::from_fn(|| queue.pop()).map(|(_, item)| item).collect();
    assert_eq!(order, [100, 200, 101]);
}

#[test]
fn what_comes_back_keeps_its_place() {
    let mut queue = FairQueue::new();
    for item in 0..5 {
        queue.push(0, 1, item);
    }
    let (first, item) = queue.pop().unwrap();
    let (second, other) = queue.pop().unwrap();
    assert_eq!(queue.push_back_in(second, other), None);
    assert_eq!(queue.push_back_in(first, item), None);
    assert_eq!(queue.first(), Some((first, &0)));
    assert_eq!(queue.push_back_in(first, 7), Some(0));
    assert_eq!(queue.len(), 5);
    let order: Vec<i32> = std::iter::from_fn(|| queue.pop()).map(|(_, item)| item).collect();
    assert_eq!(order, [7, 1, 2, 3, 4]);
    assert!(queue.is_empty());
}

#[test]
fn what_comes_back_is_not_charged_twice() {
    let mut queue = FairQueue::new();
    for item in [0, 1] {
        queue.push(0, 1, item);
    }
    for item in [10, 11] {
        queue.push(0, 2, item);
    }
    let (ticket, item) = queue.pop().unwrap();
    queue.push_back_in(ticket, item);
    let order: Vec<i32> = std::iter::from_fn(|| queue.pop()).map(|(_, item)| item).collect();
    assert_eq!(order, [0, 10, 1, 11]);
}

#[test]
fn the_last_of_a_tenant_comes_back_to_its_place() {
    let mut queue = FairQueue::new();
    let alone = queue.push(0, 1, 0);
    queue.push(0, 2, 10);
    queue.pop();
    queue.push_back_in(alone, 0);
    assert_eq!(queue.pop(), Some((alone, 0)));
}

#[test]
fn what_comes_back_to_an_empty_queue_is_first() {
    let mut queue = FairQueue::new();
    let early = queue.push(3, 1, "early");
    queue.pop();
    queue.push(3, 1, "late");
    queue.push_back_in(early, "early");
    assert_eq!(queue.pop(), Some((early, "early")));
}

#[test]
fn a_hundred_thousand_waiters_of_a_thousand_tenants_are_no_burden() {
    let mut queue = FairQueue::new();
    let tickets: Vec<Ticket> = (0..100_000_u32)
        .map(|item| queue.push(0, item % 1_000, item))
        .collect();
    for ticket in tickets.iter().step_by(2) {
        queue.remove(*ticket);
    }
    assert_eq!(queue.iter().take(3).count(), 3);
    assert_eq!(std::iter::from_fn(|| queue.pop()).count(), 50_000);
}

#[test]
fn the_late_are_handed_out_by_deadline_and_keep_their_turn_until_then() {
    let mut queue = FairQueue::new();
    queue.push(0, 1, "for ever");
    let second = queue.push_until(Tick(20), 0, 1, "second");
    queue.push_until(Tick(10), 9, 2, "first");
    assert_eq!(second.deadline(), Tick(20));
    assert_eq!(queue.expired(Tick(9)), None);
    let mut late = std::iter::from_fn(|| queue.expired(Tick(25))).map(|(_, item)| item);
    assert_eq!(late.next(), Some("first"));
    assert_eq!(late.next(), Some("second"));
    assert_eq!(late.next(), None);
    assert_eq!((queue.len(), queue.next_deadline()), (1, None));
}

#[test]
fn a_deadline_comes_back_with_its_ticket() {
    let mut queue = FairQueue::new();
    queue.push_until(Tick(10), 0, 1, ());
    let (ticket, ()) = queue.pop().unwrap();
    assert_eq!(queue.next_deadline(), None);
    queue.push_back_in(ticket, ());
    assert_eq!(queue.next_deadline(), Some(Tick(10)));
    assert_eq!(queue.expired(Tick(10)), Some((ticket, ())));
    assert_eq!(queue.remove(ticket), None);
}

#[derive(Clone, Debug)]
enum Step {
    Push(u8, u32),
    PushUntil(u64, u32),
    Expire(u64),
    Pop,
    Remove(usize),
    Return(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..2_u8, 0..4_u32).prop_map(|(priority, tenant)| Step::Push(priority, tenant)),
        2 => (0..100_u64, 0..4_u32).prop_map(|(deadline, tenant)| Step::PushUntil(deadline, tenant)),
        1 => (0..100_u64).prop_map(Step::Expire),
        2 => Just(Step::Pop),
        1 => any::<usize>().prop_map(Step::Remove),
        1 => any::<usize>().prop_map(Step::Return),
    ]
}

proptest! {
    #[test]
    fn nothing_is_lost_and_the_listed_order_is_the_order_of_service(steps in prop::collection::vec(step(), 1..200)) {
        let mut queue = FairQueue::new();
        let mut waiting: Vec<Ticket> = Vec::new();
        let mut served: Vec<Ticket> = Vec::new();
        for step in steps {
            match step {
                Step::Push(priority, tenant) => waiting.push(queue.push(priority, tenant, ())),
                Step::PushUntil(deadline, tenant) => {
                    waiting.push(queue.push_until(Tick(deadline), 0, tenant, ()));
                }
                Step::Expire(now) => {
                    let late = waiting.iter().filter(|ticket| ticket.deadline() <= Tick(now)).count();
                    let expired: Vec<Ticket> =
                        std::iter::from_fn(|| queue.expired(Tick(now))).map(|(ticket, ())| ticket).collect();
                    prop_assert_eq!(expired.len(), late);
                    prop_assert!(expired.is_sorted_by_key(Ticket::deadline));
                    waiting.retain(|ticket| !expired.contains(ticket));
                }
                Step::Pop => {
                    let first = queue.first().map(|(ticket, ())| ticket);
                    let popped = queue.pop().map(|(ticket, ())| ticket);
                    prop_assert_eq!(first, popped);
                    waiting.retain(|ticket| Some(*ticket) != popped);
                    served.extend(popped);
                }
                Step::Remove(index) if !waiting.is_empty() => {
                    let ticket = waiting.swap_remove(index % waiting.len());
                    prop_assert_eq!(queue.remove(ticket), Some(()));
                }
                Step::Return(index) if !served.is_empty() => {
                    let ticket = served.swap_remove(index % served.len());
                    prop_assert_eq!(queue.push_back_in(ticket, ()), None);
                    waiting.push(ticket);
                }
                Step::Remove(_) | Step::Return(_) => {}
            }
            prop_assert_eq!(queue.len(), waiting.len());
            let earliest = waiting.iter().map(Ticket::deadline).filter(|deadline| *deadline != Tick::MAX).min();
            prop_assert_eq!(queue.next_deadline(), earliest);
        }
        let listed: Vec<Ticket> = queue.iter().map(|(ticket, ())| ticket).collect();
        let popped: Vec<Ticket> = std::iter::from_fn(|| queue.pop()).map(|(ticket, ())| ticket).collect();
        prop_assert_eq!(&listed, &popped);
        prop_assert_eq!(popped.len(), waiting.len());
    }

    #[test]
    fn a_tenant_is_served_in_the_order_in_which_it_came(steps in prop::collection::vec(step(), 1..200)) {
        let mut queue = FairQueue::new();
        let mut last: BTreeMap<(u8, u32), u32> = BTreeMap::new();
        for (number, step) in (0_u32..).zip(steps) {
            match step {
                Step::Push(priority, tenant) => drop(queue.push(priority, tenant, number)),
                Step::PushUntil(deadline, tenant) => drop(queue.push_until(Tick(deadline), 0, tenant, number)),
                Step::Expire(now) => drop(queue.expired(Tick(now))),
                Step::Pop | Step::Remove(_) | Step::Return(_) => {
                    if let Some((ticket, number)) = queue.pop() {
                        let before = last.insert((ticket.priority(), ticket.tenant()), number);
                        prop_assert!(before < Some(number));
                    }
                }
            }
        }
    }

    #[test]
    fn tenants_that_all_wait_never_differ_by_more_than_one_service(pushes in prop::collection::vec(0..3_u32, 30..120)) {
        let mut queue = FairQueue::new();
        let mut waiting = [0_u32; 3];
        for tenant in pushes {
            queue.push(0, tenant, ());
            waiting[tenant as usize] += 1;
        }
        let mut served = [0_u32; 3];
        while waiting.iter().all(|count| *count > 0) {
            let (ticket, ()) = queue.pop().unwrap();
            waiting[ticket.tenant() as usize] -= 1;
            served[ticket.tenant() as usize] += 1;
            prop_assert!(served.iter().max().unwrap() - served.iter().min().unwrap() <= 1);
        }
    }
}
