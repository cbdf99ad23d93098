//! Limits that halve in mid-run, and refusals far below a limit that has not changed.

use super::{
    Case, Trial, World,
    base::{self, Job},
    judge::{figure, since_start},
    world::{
        Enforcement,
        Enforcement::{Bucket, Fixed, Sliding},
        MODEL,
    },
};
use dioscuri_scenarios::{Knowledge, Measured};
use std::time::Duration;

pub(super) const HALVED: &str = "One key with 60 requests a minute, which become 30 after 50 minutes. `stated`: refusals \
say the new limit (Developer API); `unstated`: nothing does (Vertex). Once the client was told the old limit, once it \
was told none. Asked: settled within two windows, that is, from then on a window passes without a refusal; ≤ 0.02 \
refusals per answer (unstated 0.05); answers from two windows after the change on ≥ 0.97 of the oracle's.";

pub(super) const SPURIOUS: &str = "Of all requests 2 in 100 are refused with the full body of a minute's quota that has \
room; once with one key, once with the pool. Asked: throughput ≥ 0.97 of the oracle's, which is not struck.";

/// When the limit changes.
const CHANGE: Duration = Duration::from_secs(50 * 60);

/// Two windows.
const TWO_WINDOWS: Duration = Duration::from_secs(120);

pub(super) fn halved() -> Vec<Case> {
    let stated = [Knowledge::Known, Knowledge::Learned];
    let unstated = [Knowledge::Known, Knowledge::Unknown];
    let mut cases = Vec::new();
    for enforcement in [Sliding, Fixed, Bucket] {
        for limits in stated {
            cases.push(halving(
                "halved/stated",
                World::new(60),
                enforcement,
                limits,
                0.02,
            ));
        }
        for limits in unstated {
            let world = World::new(60).on_vertex(1);
            cases.push(halving("halved/unstated", world, enforcement, limits, 0.05));
        }
    }
    cases
}

fn halving(name: &str, world: World, enforcement: Enforcement, limits: Knowledge, refusals: f64) -> Case {
    let world = world.with_enforcement(enforcement).and(&format!(
        "[[change]]\nat = \"50m\"\nproject = \"{}\"\nmodel = \"{MODEL}\"\nrpm = 30\n",
        World::project(1)
    ));
    let windows = 100;
    let setup = base::setup(&world, windows, 4.0);
    Case::new(name, &world, limits, windows, setup, move |trial| {
        trial
            .verdict()
            .at_most(
                "seconds to settle",
                Some(to_settle(trial.run).as_secs_f64()),
                120.0,
            )
            .at_most("refusals", trial.row.refusals_per_answer, refusals)
            .at_least("throughput after", throughput_after(trial), 0.97)
    })
    .with_recipes(name == "halved/stated" && enforcement == Sliding && limits == Knowledge::Known)
}

/// From the change to the first moment that is followed by a window without a refusal.
fn to_settle(run: &Measured) -> Duration {
    const WINDOW: Duration = Duration::from_secs(60);
    let mut refusals: Vec<Duration> = run
        .refused
        .iter()
        .map(|refused| since_start(refused.ended))
        .collect();
    refusals.sort_unstable();
    let after = refusals.into_iter().filter(|at| *at >= CHANGE);
    // What comes in the window of the one before belongs to it; the first may come at any time.
    let mut settled = None;
    for at in after {
        match settled {
            Some(last) if at > last + WINDOW => break,
            _ => settled = Some(at),
        }
    }
    settled.map_or(Duration::ZERO, |last| last.saturating_sub(CHANGE))
}

/// Answers from two windows after the change until the first of both jobs ends, as a share of the oracle's.
fn throughput_after(trial: &Trial<'_>) -> Option<f64> {
    let oracle = trial.oracle?;
    let (from, to) = (CHANGE + TWO_WINDOWS, trial.run.makespan.min(oracle.makespan));
    let (ours, best) = (
        trial.run.answers_within(from, to),
        oracle.answers_within(from, to),
    );
    (best > 0).then(|| figure(ours) / figure(best))
}

pub(super) fn spurious() -> Vec<Case> {
    let jobs = [
        ("spurious/one-key", Job::one_key()),
        ("spurious/pool", Job::pool_1_2x()),
    ];
    let cases = jobs.into_iter().flat_map(|(name, job)| {
        [Sliding, Fixed].map(|enforcement| {
            let here = job.clone().with_stated_limits().enforced(enforcement, false);
            let world = here
                .world
                .and("[[incident]]\nwhat = \"spurious_quota\"\nshare = 0.02\n");
            let windows = 100;
            // Enough for four times the quota, whatever the job is.
            let setup = base::setup(&world, windows, 4.0);
            Case::new(name, &world, Knowledge::Known, windows, setup, |trial| {
                let throughput = trial.row.makespan_ratio.map(|ratio| 1.0 / ratio);
                trial.verdict().at_least("throughput", throughput, 0.97)
            })
            .with_recipes(name == "spurious/one-key" && enforcement == Sliding)
        })
    });
    cases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::judge::tests::run;
    use dioscuri_vocab::Class;

    /// Refusals at these seconds; the change comes at 3,000.
    #[track_caller]
    fn check(refused: &[u64], settled: u64) {
        let failed: Vec<_> = refused
            .iter()
            .map(|at| (0, at - 1, *at, Class::QuotaMinute))
            .collect();
        assert_eq!(to_settle(&run(1, &failed, &[])), Duration::from_secs(settled));
    }

    #[test]
    fn settled_is_who_goes_a_window_without_a_refusal() {
        check(&[], 0);
        check(&[3_010, 3_019], 19);
        check(&[3_010, 3_050, 3_110], 110);
    }

    #[test]
    fn refusals_before_the_change_and_probes_long_after_do_not_count() {
        check(&[10, 2_999, 3_005], 5);
        check(&[3_005, 3_600, 4_200], 5);
    }
}
