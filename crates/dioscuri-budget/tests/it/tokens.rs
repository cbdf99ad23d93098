//! Estimates that are off, on a quota of tokens: how much is refused, and how much of the quota is used.

use dioscuri_budget::{Correction, UnderWay};
use std::collections::VecDeque;

/// Tokens a minute.
const LIMIT: u64 = 250_000;
/// Windows that a job lasts.
const WINDOWS: u64 = 20;
const MINUTE_MS: u64 = 60_000;
/// Travel takes 20 to 400 ms, so requests may arrive that much closer together than they were sent.
const GUARD_MS: u64 = 400;
/// How finely time is cut.
const STEP_MS: u64 = 50;

/// Numbers that look random; the same for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 33).expect("31 bits")) / f64::from(1_u32 << 31)
    }

    fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.next()
    }

    /// Lognormal sizes of 50 to 30,000 tokens.
    fn size(&mut self) -> u64 {
        loop {
            let normal = (0..12).map(|_| self.next()).sum::<f64>() - 6.0;
            let size = whole((1_225.0_f64.ln() + 1.07 * normal).exp());
            if (50..=30_000).contains(&size) {
                return size;
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive number of tokens or milliseconds"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

#[expect(clippy::cast_precision_loss, reason = "tokens")]
fn float(number: u64) -> f64 {
    number as f64
}

/// Milliseconds in whole steps.
fn steps(ms: f64) -> u64 {
    whole(ms) / STEP_MS * STEP_MS
}

/// A request under way.
struct Sent {
    at: u64,
    arrives: u64,
    ends: u64,
    estimate: u64,
    expected: u64,
    actual: u64,
}

/// What became of a job.
struct Job {
    refusals_per_answer: f64,
    /// Minutes it took for each minute's quota of tokens.
    minutes_per_window: f64,
}

/// The job, step by step, sending whenever the count says that there is room. The server counts
/// arrivals in a sliding minute.
fn run(seed: u64, mut estimate: impl FnMut(&mut Random, u64) -> u64) -> Job {
    let mut random = Random(seed);
    let (mut correction, mut under_way) = (Correction::new(), UnderWay::default());
    let mut sent: Vec<Sent> = Vec::new();
    // When, and how much: of the ended, and at the server.
    let (mut ended, mut served) = (Vec::<(u64, u64)>::new(), VecDeque::<(u64, u64)>::new());
    let (mut work, mut answers, mut refusals, mut now) = (0_u64, 0_u64, 0_u64, 0_u64);
    // What we count, those under way included, and what the server counts.
    let (mut counted, mut used) = (0_u64, 0_u64);
    let mut next = random.size();
    let mut guess = estimate(&mut random, next);
    while work < WINDOWS * LIMIT {
        while let Some((_, tokens)) = served.front().filter(|(at, _)| at + MINUTE_MS <= now) {
            used -= tokens;
            served.pop_front();
        }
        ended.retain(|(at, tokens)| {
            let counts = now < at + MINUTE_MS + GUARD_MS;
            counted -= if counts { 0 } else { *tokens };
            counts
        });
        for request in &mut sent {
            if request.arrives == now {
                if used + request.actual > LIMIT {
                    refusals += 1;
                    request.actual = 0;
                } else {
                    served.push_back((now, request.actual));
                    used += request.actual;
                }
            }
        }
        for request in sent.extract_if(.., |request| request.ends == now) {
            under_way.leave(request.expected);
            counted -= request.expected;
            if request.actual > 0 {
                correction.learn(request.estimate, request.actual);
                ended.push((request.at, request.actual));
                counted += request.actual;
                work += request.actual;
                answers += 1;
            }
        }
        loop {
            let expected = correction.expect(guess);
            let slack = correction.slack(&under_way.with(expected));
            if counted + expected + slack > LIMIT {
                break;
            }
            under_way.enter(expected);
            counted += expected;
            let arrives = now + steps(random.between(20.0, 400.0));
            sent.push(Sent {
                at: now,
                arrives,
                ends: arrives + steps(random.between(1_000.0, 6_000.0)),
                estimate: guess,
                expected,
                actual: next,
            });
            next = random.size();
            guess = estimate(&mut random, next);
        }
        now += STEP_MS;
    }
    Job {
        refusals_per_answer: float(refusals) / float(answers),
        minutes_per_window: float(now) * float(LIMIT) / float(MINUTE_MS) / float(work),
    }
}

#[track_caller]
fn check(estimate: fn(&mut Random, f64) -> f64, most_refusals: f64, most_time: f64) {
    for seed in 1..=2 {
        let known = run(seed, |_, size| size);
        let job = run(seed, |random, size| whole(estimate(random, float(size))).max(1));
        assert!(
            job.refusals_per_answer <= most_refusals,
            "seed {seed}: {} refusals per answer",
            job.refusals_per_answer
        );
        let ratio = job.minutes_per_window / known.minutes_per_window;
        assert!(
            ratio <= most_time,
            "seed {seed}: {ratio} of the time that known sizes take"
        );
    }
}

#[test]
fn random_errors_cost_little_and_are_rarely_refused() {
    check(|random, size| size * random.between(0.7, 1.3), 0.005, 1.025);
}

#[test]
fn a_constant_error_is_learned_and_costs_next_to_nothing() {
    check(|_, size| size * 1.3, 0.0, 1.015);
    // Nobody knows before the first answers: what the first burst sends too much is refused, 3/7 of a window.
    check(|_, size| size * 0.7, 3.0 / 7.0 / 20.0 + 0.002, 1.015);
}

#[test]
fn good_estimates_need_no_margin_to_speak_of() {
    check(|random, size| size * random.between(0.97, 1.03), 0.001, 1.01);
}
