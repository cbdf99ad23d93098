//! What it costs to wait in a line of 100 and of 100,000.
//!
//! `cargo bench -p dioscuri-budget --bench queue`. Everything is O(log n): a thousand times as many should cost a
//! few times as much, and most of that is memory that is far away.

use criterion::{Criterion, Throughput};
use dioscuri_budget::{FairQueue, Ticket};
use dioscuri_vocab::Tick;
use std::hint::black_box;

const TENANTS: u32 = 100;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for waiting in [100, 100_000] {
        let mut group = criterion.benchmark_group(format!("{waiting} wait"));
        group.throughput(Throughput::Elements(1));
        let (mut queue, _) = crowd(waiting);
        let mut tenant = 0;
        group.bench_function("one goes, one comes", |bencher| {
            bencher.iter(|| {
                tenant = (tenant + 1) % TENANTS;
                black_box(queue.pop());
                queue.push(0, tenant, tenant)
            });
        });
        let (mut queue, mut tickets) = crowd(waiting);
        let mut index = 0;
        group.bench_function("one in the middle is cancelled, one comes", |bencher| {
            bencher.iter(|| {
                index = (index + 7_919) % tickets.len();
                black_box(queue.remove(tickets[index]));
                tickets[index] = queue.push(0, tickets[index].tenant(), 0);
            });
        });
        let (mut queue, _) = crowd(waiting);
        let mut deadline = u64::from(waiting);
        group.bench_function("one is late, one comes", |bencher| {
            bencher.iter(|| {
                black_box(queue.expired(Tick::MAX));
                deadline += 1;
                queue.push_until(Tick(deadline), 0, 7, 0)
            });
        });
        group.finish();
    }
    criterion.final_summary();
}

fn crowd(waiting: u32) -> (FairQueue<u32>, Vec<Ticket>) {
    let mut queue = FairQueue::new();
    let tickets = (0..waiting)
        .map(|item| queue.push_until(Tick(u64::from(item)), 0, item % TENANTS, item))
        .collect();
    (queue, tickets)
}
