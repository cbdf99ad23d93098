//! That everything takes O(log n), by counting comparisons.

use super::{FairQueue, Ticket, number::counted::comparisons};
use dioscuri_vocab::Tick;

/// What is done to a queue, given a ticket that waits in it.
type Work = fn(&mut FairQueue<u32>, Ticket);

const WORKS: [(&str, Work); 6] = [
    ("push", |queue, ticket| {
        queue.push_until(ticket.deadline(), 0, 7, 0);
    }),
    ("pop", |queue, _| {
        queue.pop();
    }),
    ("remove", |queue, ticket| {
        queue.remove(ticket);
    }),
    ("come back", |queue, _| {
        let (ticket, item) = queue.pop().expect("a crowd");
        queue.push_back_in(ticket, item);
    }),
    ("expired", |queue, _| {
        queue.expired(Tick(1_000));
    }),
    ("next deadline", |queue, _| {
        let _ = queue.next_deadline();
    }),
];

/// The most comparisons that each work takes on a queue of `count` items of a hundred tenants.
fn most(count: u32) -> Vec<u64> {
    let mut queue = FairQueue::new();
    let tickets: Vec<Ticket> = (0..count)
        .map(|item| match item % 2 {
            0 => queue.push(0, item / 7 % 100, item),
            _ => queue.push_until(Tick(u64::from(item) * 7_919 % 10_007), 0, item / 7 % 100, item),
        })
        .collect();
    let mut most = vec![0; WORKS.len()];
    for time in 0..50 {
        for (most, (_, work)) in most.iter_mut().zip(WORKS) {
            let ticket = tickets[tickets.len() / 2 + time];
            *most = comparisons(|| work(&mut queue, ticket)).max(*most);
        }
    }
    most
}

#[test]
fn a_hundred_thousand_waiters_cost_a_few_more_comparisons_than_a_thousand() {
    let (few, many) = (most(1_000), most(100_000));
    for ((name, _), (few, many)) in WORKS.iter().zip(few.into_iter().zip(many)) {
        // A node of a B-tree holds up to 11 keys. A hundred times as many are at most three more levels, in each of
        // the three ordered sets that an item stands in.
        assert!(
            many <= few + 3 * 3 * 11,
            "{name}: {few} comparisons among 1,000, {many} among 100,000"
        );
    }
}
