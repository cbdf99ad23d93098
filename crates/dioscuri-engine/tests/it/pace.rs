//! Room for those who go first: one endpoint with a sliding window, a flood of batch calls, and somebody now and then.

#![expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]

use dioscuri_budget::{Budget, Limit};
use dioscuri_engine::{AttemptEvent, Call, Engine, EngineOrder, Step};
use dioscuri_pool::{EndpointSpec, RegionPool};
use dioscuri_vocab::{
    CallId, CallMeta, Cost, CredentialId, EndpointId, Now, Outcome, Rng as _, Served, SplitMix64, Tick,
};
use std::time::Duration;

/// What one run showed.
#[derive(Debug)]
struct Seen {
    /// Waits of those who go first, sorted, in seconds.
    waits: Vec<f64>,
    batch: u32,
    /// Those who came first when nobody knew of them, and are not in `waits`.
    early: u32,
    windows: f64,
}

impl Seen {
    fn p99(&self) -> f64 {
        self.waits[(self.waits.len() * 99).div_ceil(100) - 1]
    }
}

/// Runs `minutes` of a quota of `rpm` under a flood of batch calls, with `rate` calls a second that go first.
fn run(rpm: u64, rate: f64, minutes: u32, seed: u64, is_expected: bool) -> Seen {
    let pool = RegionPool::default();
    pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
        .expect("it is the first");
    let budget = Budget::default();
    budget.attach(EndpointId(0), &[Limit::rpm(rpm)]);
    let builder = Engine::builder(pool).budget(budget);
    let builder = if is_expected {
        builder.expect_priority(9)
    } else {
        builder
    };
    let engine = builder.build();
    let (mut rng, mut never) = (SplitMix64::new(seed), SplitMix64::new(0));
    // Each with whether it goes first.
    let mut calls: Vec<(Call, bool)> = Vec::new();
    let mut shown = Seen {
        waits: Vec::new(),
        batch: 0,
        early: 0,
        windows: f64::from(minutes),
    };
    let mut now = Now::default();
    let end = Tick::ZERO.after(Duration::from_secs(60) * minutes);
    let mut pause = || Duration::from_secs_f64((-(1.0 - rng.next_f64()).ln() / rate).min(1e9));
    let mut next = Tick::ZERO.after(pause());
    // The flood's opening burst has been smoothed away a period after somebody has first come.
    let unknown = next.after(Duration::from_secs(121));
    let mut to_poll = Vec::new();
    while now.tick < end {
        for _ in engine.waiting()..usize::try_from(2 * rpm).expect("ids are indices") {
            let meta = CallMeta::new(CallId(calls.len() as u64), Cost::tokens(9));
            to_poll.push(calls.len());
            calls.push((engine.start(meta, now), false));
        }
        while next <= now.tick {
            let meta = CallMeta::new(CallId(calls.len() as u64), Cost::tokens(9)).with_priority(9);
            to_poll.push(calls.len());
            calls.push((engine.start(meta, now), true));
            next = next.after(pause());
        }
        loop {
            for index in to_poll.drain(..) {
                let (call, goes_first) = &mut calls[index];
                let Step::Send { attempt, .. } = call.poll(now) else {
                    continue;
                };
                if !*goes_first {
                    shown.batch += 1;
                } else if is_expected || now.tick >= unknown {
                    shown.waits.push(call.receipt().waited.as_secs_f64());
                } else {
                    shown.early += 1;
                }
                let done = AttemptEvent::Ended(Outcome::Success(Served::new()));
                call.on_event(attempt, AttemptEvent::Sent, now, &mut never);
                call.on_event(attempt, done, now, &mut never);
            }
            while let Some(order) = engine.poll_order(now) {
                if let EngineOrder::Wake(CallId(call)) = order {
                    to_poll.push(usize::try_from(call).expect("ids are indices"));
                }
            }
            if to_poll.is_empty() {
                break;
            }
        }
        let soon = engine.poll_timeout().unwrap_or(end).min(next).min(end);
        now = now.after(soon.since(now.tick).max(Duration::from_millis(1)));
    }
    shown.waits.sort_unstable_by(f64::total_cmp);
    shown
}

#[track_caller]
fn check(rpm: u64, rate: f64, minutes: u32) {
    for (seed, is_expected) in [(1, false), (2, false), (3, true), (4, true)] {
        let shown = run(rpm, rate, minutes, seed, is_expected);
        let quota = rpm as f64;
        let most = (2.5 * 60.0 / quota).max(2.0);
        assert!(
            shown.p99() <= most,
            "{rpm} a minute, seed {seed}: waits {:.1} s",
            shown.p99()
        );
        let rest = quota * shown.windows - shown.waits.len() as f64 - f64::from(shown.early);
        let share = f64::from(shown.batch) / rest;
        assert!(
            share >= 0.85,
            "{rpm} a minute, seed {seed}: batch gets {share:.3}"
        );
    }
}

#[test]
fn whoever_goes_first_waits_seconds_and_not_a_minute() {
    check(60, 0.1, 30);
    check(30, 0.05, 50);
    check(300, 0.4, 8);
}

#[test]
fn of_a_small_quota_the_next_turn_is_near() {
    check(10, 10.0 / 600.0, 150);
    check(5, 5.0 / 600.0, 200);
}

#[test]
fn a_flood_alone_is_not_held() {
    let shown = run(60, 1e-12, 10, 1, false);
    assert!(shown.batch >= 599, "{} of 600", shown.batch);
}
