//! What a reservation costs, beside the keyed check of a plain rate limiter in the same run.
//!
//! `cargo bench -p dioscuri-budget --bench reserve`. The aim: reserving and settling over three units takes at most
//! four times as long as one keyed check of `governor`. Compare the two lines; a line alone says little.

use criterion::{Criterion, Throughput};
use dioscuri_budget::{Budget, Limit, RateBudget as _, Reserve};
use dioscuri_vocab::{Cost, EndpointId, Now, Outcome, Served, Timing};
use governor::{Quota, RateLimiter};
use std::{hint::black_box, num::NonZeroU32, time::Duration};

/// As many endpoints, and keys: a pool of some projects in some regions.
const ENDPOINTS: u32 = 24;

/// Between two requests of all: with it each endpoint sends 20,000 a minute, two thirds of what it may.
const GAP: Duration = Duration::from_micros(125);

const TOKENS: u64 = 700;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("reserve");
    group.throughput(Throughput::Elements(1));
    let limiter = RateLimiter::keyed(Quota::per_second(NonZeroU32::MAX));
    let mut key = 0;
    group.bench_function("governor, keyed check", |bencher| {
        bencher.iter(|| {
            key = (key + 1) % ENDPOINTS;
            black_box(limiter.check_key(&key)).expect("so many a second are never reached");
        });
    });
    for (name, limits) in [
        ("requests", &[Limit::rpm(30_000)][..]),
        (
            "requests, tokens, day",
            &[
                Limit::rpm(30_000),
                Limit::tpm(30_000 * TOKENS),
                Limit::rpd(1_000_000_000),
            ],
        ),
    ] {
        let mut world = World::new(limits);
        // Two minutes, so that windows are full and lose at one end what they gain at the other.
        for _ in 0..Duration::from_secs(120).as_nanos() / GAP.as_nanos() {
            world.step();
        }
        world.refused = 0;
        group.bench_function(format!("reserve and settle: {name}"), |bencher| {
            bencher.iter(|| world.step());
        });
        assert_eq!(world.refused, 0, "the load is below the limits");
    }
    group.finish();
    criterion.final_summary();
}

struct World {
    budget: Budget,
    now: Now,
    next: u32,
    refused: u64,
}

impl World {
    fn new(limits: &[Limit]) -> Self {
        let budget = Budget::default();
        for endpoint in 0..ENDPOINTS {
            budget.attach(EndpointId(endpoint), limits);
        }
        Self {
            budget,
            now: Now::default(),
            next: 0,
            refused: 0,
        }
    }

    /// One request, answered at once.
    fn step(&mut self) {
        self.now = self.now.after(GAP);
        self.next = (self.next + 1) % ENDPOINTS;
        let cost = Cost::tokens(TOKENS);
        match self
            .budget
            .reserve(black_box(EndpointId(self.next)), &cost, self.now)
        {
            Reserve::Granted(reservation) => {
                let outcome = Outcome::Success(Served::new().with_used(Cost::tokens(TOKENS - 10)));
                let mut timing = Timing::new();
                timing.sent = Some(self.now.tick);
                self.budget.settle(reservation, &outcome, &timing, self.now);
            }
            _ => self.refused += 1,
        }
    }
}
