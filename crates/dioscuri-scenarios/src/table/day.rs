//! Quotas of a day: spent at noon, open again at midnight in California, and refusals that name a day and
//! hint at seconds, true and false.

use super::{
    Case, Trial, World, base,
    judge::{figure, since_start},
    verdict::Verdict,
};
use dioscuri_scenarios::{Knowledge, Load, Setup};
use dioscuri_vocab::Class;
use std::time::Duration;

pub(super) const MIDNIGHT: &str = "Four projects of the free tier with 10 requests a minute each and a day's quota \
that a job from 1 a.m. on has spent at noon; twenty windows more come after midnight Pacific. Once on 8 March 2026 \
(a day of 23 hours), once on 1 November 2026 (25 hours); once the client is told the limits, once it learns them. \
Refusals of a day hint at seconds, as captured. Asked: after the first word of a spent day at most one request to \
each quota until midnight, and the first call within 5 s after it.";

pub(super) const LYING: &str = "Refusals that name a quota of a day and hint at seconds. `true`: two projects with \
300 requests a day, which one worker spends on three days in a row, and a client that is told no limit. `false`: two \
projects that have room, and one refusal of that kind in the eleventh minute, under an even load of three quarters of \
the quota. Asked: true, at most two refusals per quota and day; false, in service again 5 s after the hint (which is \
below a minute).";

/// Requests a minute of each of the four keys.
const RPM: u64 = 10;

/// A day on which the clocks are changed.
struct ChangeOfClocks {
    name: &'static str,
    /// 1 a.m. in California, before the clocks are changed.
    start: &'static str,
    /// From there to noon of that day, in hours.
    to_noon: u64,
    /// From there to midnight.
    to_midnight: Duration,
}

const DAYS: [ChangeOfClocks; 2] = [
    ChangeOfClocks {
        name: "midnight/spring",
        start: "2026-03-08T09:00:00Z",
        to_noon: 10,
        to_midnight: Duration::from_secs(22 * 3_600),
    },
    ChangeOfClocks {
        name: "midnight/autumn",
        start: "2026-11-01T08:00:00Z",
        to_noon: 12,
        to_midnight: Duration::from_secs(24 * 3_600),
    },
];

pub(super) fn midnight() -> Vec<Case> {
    let cases = DAYS.iter().flat_map(|day| {
        [Knowledge::Known, Knowledge::Learned].map(|limits| {
            let world = World::new(RPM)
                .with_projects(4)
                .free()
                .with_rpd(RPM * 60 * day.to_noon)
                .starting(day.start);
            let windows = 60 * day.to_noon + 20;
            let midnight = day.to_midnight;
            let setup = base::setup(&world, windows, 4.0);
            Case::new(day.name, &world, limits, windows, setup, move |trial| {
                until_midnight(trial, midnight)
            })
            .with_recipes(day.name == "midnight/spring" && limits == Knowledge::Known)
        })
    });
    cases.collect()
}

fn until_midnight(trial: &Trial<'_>, midnight: Duration) -> Verdict {
    let endpoints = (0..).zip(&trial.run.endpoints).map(|(number, _)| number);
    let to_closed = endpoints
        .map(|endpoint| sent_to_closed(trial, endpoint, midnight))
        .max();
    let sent = trial
        .run
        .log
        .iter()
        .filter_map(|end| Some(since_start(end.sent?)));
    let first = sent.filter(|at| *at >= midnight).min();
    let late = first.map(|at| at.saturating_sub(midnight).as_secs_f64());
    trial
        .verdict()
        .at_most("requests to a closed day", to_closed.map(figure), 1.0)
        .at_most("seconds from midnight to the first call", late, 5.0)
}

/// Attempts at an endpoint that left after it was known that its day is spent, and before midnight. Who was
/// told the limits knows that with the last request that the day admits: then every refusal counts.
fn sent_to_closed(trial: &Trial<'_>, endpoint: u32, midnight: Duration) -> usize {
    let failed = || {
        let failed = trial.failed_within(Duration::ZERO, midnight);
        failed.filter(move |refused| refused.endpoint == endpoint)
    };
    let of_day = || failed().filter(|refused| refused.class == Class::QuotaDay);
    if trial.row.limits == Knowledge::Known.name() {
        return of_day().count();
    }
    let word = of_day().map(|refused| refused.ended).min();
    word.map_or(0, |word| failed().filter(|refused| refused.sent > word).count())
}

pub(super) fn lying() -> Vec<Case> {
    vec![spent(), spurious()]
}

/// The day is spent, and the hint lies.
fn spent() -> Case {
    let world = World::new(RPM).with_projects(2).free().with_rpd(300);
    // Two days whole and half of a third.
    let calls = 1_500;
    let setup = Setup::new(world.scenario()).with_load(Load::closed(calls).with_workers(1));
    Case::new("lying-day/true", &world, Knowledge::Learned, 75, setup, |trial| {
        let most = per_domain_and_day(trial).into_iter().max().unwrap_or(0);
        trial
            .verdict()
            .at_most("refusals per quota and day", Some(figure(most)), 2.0)
    })
    .with_recipes(true)
}

/// Refusals of each endpoint on each day. The run begins at noon in California, in summer.
fn per_domain_and_day(trial: &Trial<'_>) -> Vec<usize> {
    const NOON: u64 = 12 * 3_600;
    let mut counts = std::collections::BTreeMap::new();
    let of_day = trial
        .run
        .refused
        .iter()
        .filter(|refused| refused.class == Class::QuotaDay);
    for refused in of_day {
        let day = (since_start(refused.sent).as_secs() + NOON) / (24 * 3_600);
        *counts.entry((refused.endpoint, day)).or_insert(0) += 1;
    }
    counts.into_values().collect()
}

/// There is room, and the hint is right.
fn spurious() -> Case {
    let world = World::new(60).with_projects(2).with_rpd(100_000).and(&format!(
        "[[incident]]\nwhat = \"spurious_day\"\nproject = \"{}\"\nat = \"10m\"\ncount = 1\n",
        World::project(1)
    ));
    let hour = Duration::from_secs(3_600);
    let setup = Setup::new(world.scenario()).with_load(Load::open(1.5, hour).evenly());
    Case::new("lying-day/false", &world, Knowledge::Known, 45, setup, |trial| {
        trial
            .verdict()
            .at_most("seconds out of service", out_of_service(trial), 65.0)
    })
    .with_recipes(true)
}

/// From the refusal to the next request that the same endpoint answered, in seconds.
fn out_of_service(trial: &Trial<'_>) -> Option<f64> {
    let refused = trial
        .run
        .refused
        .iter()
        .find(|refused| refused.class == Class::QuotaDay)?;
    let word = since_start(refused.ended);
    let answered = trial.answered_of(&[refused.endpoint], word, Duration::MAX);
    answered.first().map(|at| at.saturating_sub(word).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::judge::tests::{run, why_not};

    /// Midnight is at 1,000 s, and the day of endpoint 0 is spent at 500 s.
    #[track_caller]
    fn check(limits: &'static str, to_closed: &[u64], first_call: u64, expected: &str) {
        let word = (0, 499, 500, Class::QuotaDay);
        let later = to_closed.iter().map(|sent| (0, *sent, sent + 1, Class::QuotaDay));
        let failed: Vec<_> = [word].into_iter().chain(later).collect();
        let run = run(2, &failed, &[(1, 100), (0, first_call)]);
        let midnight = Duration::from_secs(1_000);
        assert_eq!(
            why_not(&run, limits, |trial| until_midnight(trial, midnight)),
            expected
        );
    }

    #[test]
    fn one_probe_may_go_to_a_closed_day_and_no_more() {
        check("learned", &[], 1_003, "");
        check("learned", &[560], 1_003, "");
        check(
            "learned",
            &[560, 620],
            1_003,
            "requests to a closed day is 2.0, not ≤ 1",
        );
    }

    #[test]
    fn what_was_on_its_way_with_the_word_is_no_probe() {
        check("learned", &[499, 500, 560], 1_003, "");
    }

    #[test]
    fn who_was_told_the_limit_needs_no_word() {
        check("known", &[], 1_003, "");
        check("known", &[560], 1_003, "requests to a closed day is 2.0, not ≤ 1");
    }

    #[test]
    fn the_first_call_comes_soon_after_midnight() {
        check("learned", &[], 1_005, "");
        check(
            "learned",
            &[],
            1_006,
            "seconds from midnight to the first call is 6.0, not ≤ 5",
        );
        check(
            "learned",
            &[],
            900,
            "seconds from midnight to the first call is none, not ≤ 5",
        );
    }

    #[test]
    fn refusals_are_counted_for_each_quota_and_day() {
        const HALF_A_DAY: u64 = 12 * 3_600;
        let of_day = |endpoint, sent| (endpoint, sent, sent + 1, Class::QuotaDay);
        let run = run(
            2,
            &[
                of_day(0, 10),
                of_day(0, 70),
                of_day(1, 20),
                of_day(0, HALF_A_DAY + 1),
            ],
            &[],
        );
        let row = crate::table::row::tests::row("lying-day/true", "dioscuri");
        let trial = Trial {
            row: &row,
            run: &run,
            oracle: None,
        };
        let mut counts = per_domain_and_day(&trial);
        counts.sort_unstable();
        assert_eq!(counts, [1, 1, 2]);
    }

    #[test]
    fn service_goes_on_with_the_next_answer_of_the_same_quota() {
        let failed = [(0, 600, 601, Class::QuotaDay)];
        let late = |answered: &[(u32, u64)]| {
            let run = run(2, &failed, answered);
            let row = crate::table::row::tests::row("lying-day/false", "dioscuri");
            out_of_service(&Trial {
                row: &row,
                run: &run,
                oracle: None,
            })
        };
        assert_eq!(late(&[(0, 599), (1, 602), (0, 640)]), Some(39.0));
        assert_eq!(late(&[(1, 602)]), None);
    }
}
