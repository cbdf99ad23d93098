//! That everything takes O(log n), by counting comparisons.

use super::{FairQueue, Ticket, number::counted::comparisons};
use dioscuri_vocab::Tick;

/// A queue of `count` items of a thousand tenants, every other one with a deadline.
fn crowd(count: u32) -> (FairQueue<u32>, Vec<Ticket>) {
    let mut queue = FairQueue::new();
    let tickets = (0..count)
        .map(|item| match item % 2 {
            0 => queue.push(0, item / 7 % 1_000, item),
            _ => queue.push_until(Tick(u64::from(item * 7919 % 10_007)), 0, item / 7 % 1_000, item),
        })
        .collect();
    (queue, tickets)
}

/// The most comparisons that one of `times` runs of `work` takes on a queue of `count` items.
fn most(count: u32, mut work: impl FnMut(&mut FairQueue<u32>, &[Ticket], usize)) -> u64 {
    let (mut queue, tickets) = crowd(count);
    (0..200)
        .map(|time| comparisons(|| work(&mut queue, &tickets, time)))
        .max()
        .expect("some runs")
}

#[track_caller]
fn check(name: &str, work: fn(&mut FairQueue<u32>, &[Ticket], usize)) {
    let (few, many) = (most(1_000, work), most(100_000, work));
    // A node of a B-tree holds up to 11 keys: a hundred times as many items are at most three more levels, in
    // each of the five ordered sets that an item stands in or passes.
    assert!(
        many <= few + 5 * 3 * 11,
        "{name}: {few} comparisons of 1,000, {many} of 100,000"
    );
}

#[test]
fn a_hundred_thousand_waiters_cost_a_few_more_comparisons_than_a_thousand() {
    check("push", |queue, _, time| {
        queue.push_until(Tick(time as u64 * 31), 0, 7, 0);
    });
    check("pop", |queue, _, _| drop(queue.pop()));
    check("remove", |queue, tickets, time| {
        drop(queue.remove(tickets[tickets.len() / 2 + time]));
    });
    check("come back", |queue, _, _| {
        let (ticket, item) = queue.pop().expect("a crowd");
        queue.push_back_in(ticket, item);
    });
    check("expired", |queue, _, _| drop(queue.expired(Tick(1_000))));
    check("next deadline", |queue, _, _| drop(queue.next_deadline()));
}
