//! Running the cases, on every core, with results in the order of the table.

use crate::table::{Case, Judged, Trial, row::Row};
use dioscuri_scenarios::{Measured, Setup, Strategy};
use dioscuri_sim::Reason;
use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What is run of each case.
pub(crate) struct Extent {
    pub(crate) seeds: RangeInclusive<u64>,
    pub(crate) strategies: Vec<Strategy>,
    /// Whether the recipes run with the first seed only: the page shows no more of them.
    pub(crate) is_once_for_recipes: bool,
}

/// Runs every case with every seed, in the order of the table; of each case all seeds together. `show` is told
/// what came out as soon as all before it has come out as well.
pub(crate) fn all(cases: &[Case], extent: &Extent, show: impl Fn(&[Judged]) + Sync) -> Vec<Judged> {
    let jobs: Vec<(&Case, u64)> = cases
        .iter()
        .flat_map(|case| extent.seeds.clone().map(move |seed| (case, seed)))
        .collect();
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Results::default()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((case, seed)) = jobs.get(number) else {
                break;
            };
            let lines = one(case, *seed, extent);
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.enter(number, lines, &show);
        }
    };
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.in_order
}

/// What came out, put in order.
#[derive(Default)]
struct Results {
    in_order: Vec<Judged>,
    jobs: usize,
    /// What came out before its turn.
    early: BTreeMap<usize, Vec<Judged>>,
}

impl Results {
    fn enter(&mut self, number: usize, lines: Vec<Judged>, show: impl Fn(&[Judged])) {
        self.early.insert(number, lines);
        while let Some(lines) = self.early.remove(&self.jobs) {
            show(&lines);
            self.in_order.extend(lines);
            self.jobs += 1;
        }
    }
}

/// After so many times the oracle's time a recipe is stopped; what has not ended by then is not answered. Some of
/// them never end where refused requests count.
const PATIENCE: u32 = 3;

/// The same for ours: a run that takes so long has failed, and is not to hang.
const PATIENCE_WITH_OURS: u32 = 10;

/// One case with one seed: ours first, then the oracles, then the recipes.
fn one(case: &Case, seed: u64, extent: &Extent) -> Vec<Judged> {
    let setup = case.setup.clone().with_seed(seed);
    let oracle = setup.run(case.against);
    let twin: Option<Measured> = case
        .waits_of
        .as_ref()
        .map(|twin| twin_of(twin, seed, case.against));
    let waits = twin.as_ref().unwrap_or(&oracle);
    let is_their_seed = !extent.is_once_for_recipes || seed == *extent.seeds.start();
    let has_recipes = case.has_recipes && is_their_seed;
    let is_run = |strategy: &&Strategy| {
        let is_oracle = matches!(strategy, Strategy::Oracle | Strategy::CausalOracle);
        let is_here = if is_oracle {
            **strategy == case.against
        } else {
            **strategy == Strategy::Dioscuri || has_recipes
        };
        extent.strategies.contains(strategy) && is_here
    };
    let lines = Strategy::ALL.iter().filter(is_run).map(|strategy| {
        let is_oracle = *strategy == case.against;
        let run = if is_oracle {
            oracle.clone()
        } else {
            let patience = if *strategy == Strategy::Dioscuri {
                PATIENCE_WITH_OURS
            } else {
                PATIENCE
            };
            setup.clone().with_end(oracle.ended * patience).run(*strategy)
        };
        let row = row(case, seed, *strategy, &run, &oracle, waits);
        let verdict = (!is_oracle).then(|| {
            (case.judge)(&Trial {
                row: &row,
                run: &run,
                oracle: Some(&oracle),
            })
        });
        Judged::new(row, verdict)
    });
    lines.collect()
}

fn twin_of(twin: &Setup, seed: u64, against: Strategy) -> Measured {
    twin.clone().with_seed(seed).run(against)
}

fn row(
    case: &Case,
    seed: u64,
    strategy: Strategy,
    run: &Measured,
    oracle: &Measured,
    waits: &Measured,
) -> Row {
    let is_answered = run.answered > 0;
    Row {
        scenario: case.scenario.clone(),
        enforcement: case.enforcement.name(),
        limits: case.limits.name(),
        refused_counted: case.is_refused_counted,
        strategy: strategy.name(),
        seed,
        windows: case.windows,
        // Whoever was stopped has not begun them all.
        calls: run.calls.max(oracle.calls) as u64,
        answered: run.answered as u64,
        makespan_ratio: is_answered
            .then(|| ratio(run.makespan, oracle.makespan))
            .flatten(),
        refusals_per_answer: share(refused_by_quota(run), run.answered),
        attempts_per_answer: share(run.attempts, run.answered),
        wait_p50_s: is_answered.then_some(run.waits.p50.as_secs_f64()),
        wait_p99_s: is_answered.then_some(run.waits.p99.as_secs_f64()),
        wait_p99_ratio: is_answered
            .then(|| ratio(run.waits.p99, waits.waits.p99))
            .flatten(),
        target_met: None,
    }
}

/// Requests that the world refused in the name of a quota, rightly or not: the world's own count, so that it
/// does not depend on how a client reads a refusal.
fn refused_by_quota(run: &Measured) -> u64 {
    let reasons = [Reason::Minute, Reason::Day, Reason::Spurious, Reason::Unspecified];
    reasons
        .into_iter()
        .map(|reason| run.world.refused_for(reason))
        .sum()
}

/// `None` where the divisor is zero: a multiple of no time is no figure, but for no time itself.
fn ratio(time: Duration, of: Duration) -> Option<f64> {
    if time == of {
        return Some(1.0);
    }
    (!of.is_zero()).then(|| time.as_secs_f64() / of.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "counts of attempts lie far below 2^52")]
fn share(count: u64, answers: usize) -> Option<f64> {
    (answers > 0).then(|| count as f64 / answers as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::row::tests::row as a_row;

    #[test]
    fn what_comes_out_early_waits_for_its_turn() {
        let line = |seed| {
            let mut row = a_row("one-key", "dioscuri");
            row.seed = seed;
            vec![Judged::new(row, None)]
        };
        let shown = std::cell::RefCell::new(Vec::new());
        let show = |lines: &[Judged]| shown.borrow_mut().extend(lines.iter().map(|line| line.row.seed));
        let mut results = Results::default();
        results.enter(1, line(2), show);
        assert_eq!(*shown.borrow(), [0; 0]);
        results.enter(0, line(1), show);
        results.enter(2, line(3), show);
        assert_eq!(*shown.borrow(), [1, 2, 3]);
        assert_eq!(results.in_order.len(), 3);
    }

    #[test]
    fn a_multiple_of_nothing_is_no_figure() {
        assert_eq!(ratio(Duration::from_secs(1), Duration::ZERO), None);
        assert_eq!(ratio(Duration::ZERO, Duration::ZERO), Some(1.0));
        assert_eq!(share(3, 0), None);
        assert_eq!(ratio(Duration::from_secs(3), Duration::from_secs(2)), Some(1.5));
    }
}
