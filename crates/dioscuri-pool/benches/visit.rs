//! What the pool costs a call: a look at the first eight ready endpoints, a beginning and a success.
//!
//! `cargo bench -p dioscuri-pool --bench visit`. The same over 24 and over 10,000 endpoints; the last line is the ratio
//! of the two, which may be 5.

#![expect(clippy::print_stdout, reason = "a benchmark shows what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use criterion::Criterion;
use dioscuri_pool::{AccountId, Config, EndpointSpec, PlaceId, Pool as _, RegionPool, Report, Want};
use dioscuri_vocab::{
    AttemptId, CallId, CredentialId, EndpointId, GroupId, Now, Outcome, Served, SplitMix64, Timing,
};
use std::{
    hint::black_box,
    ops::ControlFlow,
    time::{Duration, Instant},
};

/// As many as an engine compares before it chooses.
const SAMPLE: u32 = 8;

/// Locations of each project.
const LOCATIONS: u32 = 6;

/// Calls for the ratio: a second or so in all.
const CALLS: u32 = 1_000_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for endpoints in [24, 10_000] {
        let mut world = World::new(endpoints);
        criterion.bench_function(
            &format!("{endpoints} endpoints: visit 8, begin, succeed"),
            |bencher| {
                bencher.iter(|| world.call());
            },
        );
        criterion.bench_function(&format!("{endpoints} endpoints: rest and wake"), |bencher| {
            bencher.iter(|| world.rest());
        });
    }
    criterion.final_summary();
    // By turns, so that whatever else the machine does slows both.
    let (mut few, mut many) = (World::new(24), World::new(10_000));
    let (mut of_few, mut of_many) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..10 {
        of_few += timed(&mut few);
        of_many += timed(&mut many);
    }
    let ratio = of_many.as_secs_f64() / of_few.as_secs_f64();
    println!("24 endpoints {of_few:?}, 10,000 endpoints {of_many:?} for {CALLS} calls: {ratio:.2} times");
}

fn timed(world: &mut World) -> Duration {
    let begun = Instant::now();
    (0..CALLS / 10).for_each(|_| world.call());
    begun.elapsed()
}

/// A pool in which every endpoint is proven.
struct World {
    pool: RegionPool,
    endpoints: u32,
    now: Now,
    calls: u64,
    rng: SplitMix64,
    outcome: Outcome,
}

impl World {
    fn new(endpoints: u32) -> Self {
        let pool = RegionPool::new(Config::new());
        for number in 0..endpoints {
            let project = number / LOCATIONS;
            let spec = EndpointSpec::new(EndpointId(number), [CredentialId(project)])
                .with_group(GroupId(project))
                .with_account(AccountId(project / 4))
                .with_place(PlaceId(number % LOCATIONS));
            pool.add(spec).expect("each number is new");
        }
        let mut world = Self {
            pool,
            endpoints,
            now: Now::default(),
            calls: 0,
            rng: SplitMix64::new(1),
            outcome: Outcome::Success(Served::new()),
        };
        (0..endpoints).for_each(|number| world.serve(EndpointId(number)));
        world
    }

    fn call(&mut self) {
        let (mut best, mut seen) = (None, 0);
        let want = Want::link(0);
        self.pool.visit(&want, self.now, &mut self.rng, &mut |candidate| {
            seen += 1;
            if best.is_none_or(|(load, _)| candidate.load < load) {
                best = Some((candidate.load, candidate.endpoint));
            }
            if seen < SAMPLE {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        let (_, endpoint) = black_box(best).expect("all endpoints are ready");
        self.serve(endpoint);
    }

    fn serve(&mut self, endpoint: EndpointId) {
        self.calls += 1;
        let attempt = AttemptId {
            call: CallId(self.calls),
            no: 1,
        };
        let begun = self.now;
        let key = self
            .pool
            .begin(endpoint, attempt, begun)
            .expect("the endpoint is ready");
        self.now = begun.after(Duration::from_millis(1));
        let timing = Timing::new().with_content(self.now.tick);
        let report = Report::new(attempt, endpoint, key, begun.tick, &timing, &self.outcome);
        self.pool.report(&report, self.now);
    }

    /// One endpoint has no room for a second, then it has.
    fn rest(&mut self) {
        self.calls += 1;
        let number = u32::try_from(self.calls % u64::from(self.endpoints)).expect("a number of an endpoint");
        let until = self.now.after(Duration::from_secs(1));
        self.pool.rest(EndpointId(number), Some(until.tick));
        self.pool.rest(EndpointId(number), None);
    }
}
