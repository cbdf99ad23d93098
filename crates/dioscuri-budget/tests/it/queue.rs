//! Who goes next.

use dioscuri_budget::{FairQueue, Ticket};
use proptest::prelude::*;

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

#[derive(Clone, Debug)]
enum Step {
    Push(u8, u32),
    Pop,
    Remove(usize),
    Return(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..2_u8, 0..4_u32).prop_map(|(priority, tenant)| Step::Push(priority, tenant)),
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
        }
        let listed: Vec<Ticket> = queue.iter().map(|(ticket, ())| ticket).collect();
        let popped: Vec<Ticket> = std::iter::from_fn(|| queue.pop()).map(|(ticket, ())| ticket).collect();
        prop_assert_eq!(&listed, &popped);
        prop_assert_eq!(popped.len(), waiting.len());
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
