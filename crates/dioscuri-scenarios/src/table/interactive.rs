//! People who wait for an answer, beside a flood of batch work.

use super::{Case, Trial, World, base, judge::figure, verdict::Verdict, world::Enforcement};
use dioscuri_scenarios::{Knowledge, Load, Setup};
use std::time::Duration;

pub(super) const ABOUT: &str = "A batch job that asks for four times the quota, and calls of higher priority that come \
at random moments, a tenth of the quota: with one key of 60, 30 and 10 requests a minute, and with the pool. Asked: \
p99 wait of the calls of higher priority ≤ max(2 s, 2.5 × 60 s / requests a minute of all quotas); of what they leave, \
the batch gets ≥ 0.85.";

/// Windows that the flood lasts.
const WINDOWS: u64 = 100;

/// The priority of a call that somebody waits for; batch work has 0.
const HIGH: u8 = 200;

/// The share of the quota that people ask for.
const PEOPLE: f64 = 0.1;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for enforcement in Enforcement::ALL {
        cases.push(case(
            "interactive/60-rpm",
            &World::new(60).with_enforcement(enforcement),
        ));
        cases.push(case(
            "interactive/pool",
            &base::pool().with_enforcement(enforcement),
        ));
    }
    cases.push(case("interactive/30-rpm", &World::new(30)));
    cases.push(case("interactive/10-rpm", &World::new(10)));
    cases
}

fn case(name: &'static str, world: &World) -> Case {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred requests")]
    let rpm = world.rpm() as f64;
    let lasts = Duration::from_secs(60 * WINDOWS);
    // The batch job takes what people leave, for as long as they come.
    let batch = base::calls(world, WINDOWS) * 9 / 10;
    let setup = Setup::new(world.scenario())
        .with_load(Load::closed(batch).with_workers(base::workers(world, 4.0)))
        .with_load(
            Load::open(PEOPLE * rpm / 60.0, lasts)
                .with_priority(HIGH)
                .with_tenant(1),
        );
    Case::new(name, world, Knowledge::Known, WINDOWS, setup, move |trial| {
        judged(trial, rpm)
    })
    .with_recipes(name == "interactive/60-rpm" && world.enforcement() == Enforcement::Sliding)
}

fn judged(trial: &Trial<'_>, rpm: f64) -> Verdict {
    let people = trial.run.loads.get(1);
    let p99 = people.map(|load| load.waits.p99.as_secs_f64());
    trial
        .verdict()
        .at_most(
            "p99 wait of people, in seconds",
            p99,
            f64::max(2.0, 2.5 * 60.0 / rpm),
        )
        .at_least("batch share of the rest", batch_share(trial, rpm), 0.85)
}

/// Answers of the batch job as a share of what the quota admits besides people's, while both go on.
fn batch_share(trial: &Trial<'_>, rpm: f64) -> Option<f64> {
    let ends = trial.run.loads.iter().map(|load| load.makespan).min()?;
    let answered = |load: u16| {
        let of_load = trial
            .run
            .log
            .iter()
            .filter(|end| end.load == load && end.is_answered());
        figure(
            of_load
                .filter(|end| super::judge::since_start(end.ended) < ends)
                .count(),
        )
    };
    let rest = rpm * ends.as_secs_f64() / 60.0 - answered(1);
    (rest > 0.0).then(|| answered(0) / rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::judge::tests::{run, why_not};

    /// One call of batch work a second for 100 s, of which people took each `every`th.
    #[track_caller]
    fn check(every: u64, wait_s: u64, rpm: f64, expected: &str) {
        let answered: Vec<_> = (0..100).map(|at| (0, at)).collect();
        let mut run = run(1, &[], &answered);
        for (at, end) in (0..).zip(&mut run.log) {
            end.load = u16::from(every > 0 && at % every.max(1) == 0);
        }
        let mut load = run.loads[0].clone();
        load.makespan = Duration::from_secs(101);
        load.waits.p99 = Duration::from_secs(wait_s);
        run.loads = vec![load.clone(), load];
        assert_eq!(why_not(&run, "known", |trial| judged(trial, rpm)), expected);
    }

    #[test]
    fn people_wait_for_two_and_a_half_requests_at_most() {
        check(10, 2, 60.0, "");
        check(10, 3, 60.0, "p99 wait of people, in seconds is 3.00, not ≤ 2.5");
    }

    #[test]
    fn the_batch_gets_what_people_leave() {
        check(10, 2, 70.0, "batch share of the rest is 0.835, not ≥ 0.85");
    }
}
