//! What the engine costs a call: on its way to success, and in the waiting room.
//!
//! The second size of each group is to be compared with the first: a call among 10,000 endpoints may cost five times
//! what it costs among 24.

#![expect(missing_docs, reason = "the macro writes functions without")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use dioscuri_budget::{Budget, Limit, RateBudget, Reserve};
use dioscuri_engine::{AttemptEvent, Call, End, Engine, EngineOrder, Step};
use dioscuri_pool::{AccountId, EndpointSpec, PlaceId, Pool, RegionPool, Report, Want};
use dioscuri_vocab::{
    AttemptId, CallId, CallMeta, Cost, CredentialId, EndpointId, GroupId, Now, Outcome, Served, SplitMix64,
    Timing,
};
use std::{collections::HashMap, hint::black_box, ops::ControlFlow, time::Duration};

const SIZES: [u32; 2] = [24, 10_000];

/// So many projects, each with an endpoint of its own.
fn pool(endpoints: u32) -> RegionPool {
    let pool = RegionPool::default();
    for number in 0..endpoints {
        let spec = EndpointSpec::new(EndpointId(number), [CredentialId(number)])
            .with_group(GroupId(number))
            .with_account(AccountId(number))
            .with_place(PlaceId(number));
        pool.add(spec).expect("no number comes twice");
    }
    pool
}

/// Three limits for each.
fn budget(endpoints: u32, rpm: u64) -> Budget {
    let budget = Budget::default();
    for number in 0..endpoints {
        let limits = [
            Limit::rpm(rpm),
            Limit::tpm(100_000_000_000),
            Limit::rpd(100_000_000),
        ];
        budget.attach(EndpointId(number), &limits);
    }
    budget
}

fn engine(endpoints: u32, rpm: u64) -> Engine {
    Engine::builder(pool(endpoints))
        .budget(budget(endpoints, rpm))
        .max_waiting(1_000_000)
        .build()
}

fn meta(id: u64) -> CallMeta {
    CallMeta::new(CallId(id), Cost::tokens(100))
}

fn answered() -> AttemptEvent {
    AttemptEvent::Ended(Outcome::Success(Served::new()))
}

/// Carries out the engine's orders as a driver does, and counts the wakes.
fn obey(engine: &Engine, now: Now) -> u64 {
    let mut wakes = 0;
    while let Some(order) = engine.poll_order(now) {
        wakes += u64::from(matches!(order, EngineOrder::Wake(_)));
    }
    wakes
}

/// One call from start to end, as a driver carries it.
fn serve(engine: &Engine, id: u64, now: Now, rng: &mut SplitMix64) {
    let mut call = engine.start(meta(id), now);
    let Step::Send { attempt, .. } = call.poll(now) else {
        panic!("there is room for all");
    };
    obey(engine, now);
    call.on_event(attempt, AttemptEvent::Sent, now, rng);
    call.on_event(attempt, AttemptEvent::Head, now, rng);
    call.on_event(attempt, answered(), now, rng);
    obey(engine, now);
    assert_eq!(call.poll(now), Step::Done(End::Answered));
}

fn success(c: &mut Criterion) {
    let mut group = c.benchmark_group("success");
    for size in SIZES {
        let engine = engine(size, 1_000_000_000);
        let (mut id, mut now, mut rng) = (0, Now::default(), SplitMix64::new(1));
        group.bench_function(BenchmarkId::new("call", size), |b| {
            b.iter(|| {
                id += 1;
                now = now.after(Duration::from_millis(1));
                serve(&engine, id, now, &mut rng);
            });
        });
    }
    // What of that is pool and budget, asked as the engine asks them.
    for size in SIZES {
        let (pool, mut id, mut rng) = (pool(size), 0, SplitMix64::new(1));
        let mut now = Now::default();
        group.bench_function(BenchmarkId::new("pool_alone", size), |b| {
            b.iter(|| {
                id += 1;
                now = now.after(Duration::from_millis(1));
                through_the_pool(&pool, id, now, &mut rng);
            });
        });
        let budget = budget(size, 1_000_000_000);
        group.bench_function(BenchmarkId::new("budget_alone", size), |b| {
            b.iter(|| {
                id += 1;
                now = now.after(Duration::from_millis(1));
                let at = EndpointId(u32::try_from(id).unwrap_or_default() % size);
                through_the_budget(&budget, at, now);
            });
        });
    }
    group.finish();
}

fn through_the_pool(pool: &RegionPool, id: u64, now: Now, rng: &mut SplitMix64) {
    let (mut at, mut seen) = (EndpointId(0), 0);
    pool.visit(&Want::link(0), now, rng, &mut |candidate| {
        (at, seen) = (candidate.endpoint, seen + 1);
        if seen < 2 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    let attempt = AttemptId {
        call: CallId(id),
        no: 1,
    };
    let credential = pool.begin(at, attempt, now).expect("it is open");
    let (timing, outcome) = (Timing::default(), Outcome::Success(Served::new()));
    let report = Report::new(attempt, at, credential, now.tick, &timing, &outcome);
    pool.report(black_box(&report), now);
}

fn through_the_budget(budget: &Budget, at: EndpointId, now: Now) {
    let (cost, timing) = (Cost::tokens(100), Timing::default());
    for _ in 0..2 {
        black_box(budget.opening(at, &cost, now));
    }
    if let Reserve::Granted(taken) = budget.reserve(at, &cost, now) {
        budget.settle(taken, &Outcome::Success(Served::new()), &timing, now);
    }
}

/// An engine whose endpoints are full, the calls in flight there, and so many more that wait, by number.
fn full(endpoints: u32, waiting: usize, now: Now) -> (Engine, Vec<Call>, HashMap<u64, Call>) {
    let engine = engine(endpoints, 10);
    let (mut busy, mut queue) = (Vec::new(), HashMap::new());
    for id in 0.. {
        let mut call = engine.start(meta(id), now);
        match call.poll(now) {
            Step::Send { .. } => busy.push(call),
            _ => drop(queue.insert(id, call)),
        }
        if queue.len() == waiting {
            break;
        }
    }
    obey(&engine, now);
    (engine, busy, queue)
}

fn room(c: &mut Criterion) {
    let mut group = c.benchmark_group("room");
    group.sample_size(20);
    for (endpoints, waiting) in [(24, 1_000), (24, 100_000), (10_000, 100_000)] {
        let name = format!("{endpoints} endpoints, {waiting} waiting");
        let now = Now::default();
        let (engine, mut busy, mut queue) = full(endpoints, waiting, now);
        let mut id = 10_000_000;
        group.bench_function(BenchmarkId::new("enter and leave", &name), |b| {
            b.iter(|| {
                id += 1;
                let mut call = engine.start(meta(id), now);
                assert!(matches!(call.poll(now), Step::Wait { .. }));
                obey(&engine, now);
                drop(call);
                obey(&engine, now);
            });
        });
        // An attempt that was never sent gives its place back: the next is woken and sent, and another joins the line.
        group.bench_function(BenchmarkId::new("give back, wake, send, enter", &name), |b| {
            b.iter(|| {
                let mut call = busy.pop().expect("as many are sent as give up");
                call.give_up(now);
                while let Some(order) = engine.poll_order(now) {
                    let EngineOrder::Wake(CallId(woken)) = order else {
                        continue;
                    };
                    let mut next = queue.remove(&woken).expect("it waits");
                    assert!(matches!(next.poll(now), Step::Send { .. }));
                    busy.push(next);
                }
                id += 1;
                let mut call = engine.start(meta(id), now);
                let _ = call.poll(now);
                queue.insert(id, call);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, success, room);
criterion_main!(benches);
