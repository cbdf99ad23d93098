//! What a run is judged by: its figures, and what the judges of several families share.

use super::{row::Row, verdict::Verdict};
use dioscuri_scenarios::{Measured, Refused};
use dioscuri_vocab::Tick;
use std::time::Duration;

/// A run to be judged, beside the oracle's in the same world.
#[derive(Clone, Copy)]
pub(crate) struct Trial<'a> {
    pub(crate) row: &'a Row,
    pub(crate) run: &'a Measured,
    /// `None`: the oracle was not run, and what is measured by it is missed.
    pub(crate) oracle: Option<&'a Measured>,
}

impl Trial<'_> {
    /// Every call answered: what every scenario asks first.
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict::all_answered(self.row.answered, self.row.calls)
    }

    /// Time, refusals and perhaps waits within these bounds.
    pub(crate) fn within(&self, bounds: &Bounds) -> Verdict {
        let verdict = self
            .verdict()
            .at_most("time", self.row.makespan_ratio, bounds.time)
            .at_most("refusals", self.row.refusals_per_answer, bounds.refusals);
        match bounds.wait_p99 {
            Some(bound) => verdict.at_most("p99 wait", self.row.wait_p99_ratio, bound),
            None => verdict,
        }
    }

    /// Answers whose request was sent in `from..to` to one of `endpoints`.
    pub(crate) fn answered_of(&self, endpoints: &[u32], from: Duration, to: Duration) -> Vec<Duration> {
        let sent = self.run.log.iter().filter(|end| end.is_answered());
        let sent = sent.filter(|end| end.endpoint.is_some_and(|at| endpoints.contains(&at)));
        let mut sent: Vec<Duration> = sent.filter_map(|end| Some(since_start(end.sent?))).collect();
        sent.retain(|at| (from..to).contains(at));
        sent.sort_unstable();
        sent
    }

    /// Attempts that failed and left in `from..to`.
    pub(crate) fn failed_within(&self, from: Duration, to: Duration) -> impl Iterator<Item = &Refused> {
        let failed = self.run.refused.iter();
        failed.filter(move |refused| (from..to).contains(&since_start(refused.sent)))
    }

    /// Of the failed attempts that `is_word` picks, how many left after the first of them had come back.
    pub(crate) fn sent_after_the_word(&self, is_word: impl Fn(&Refused) -> bool) -> usize {
        let words: Vec<&Refused> = self
            .run
            .refused
            .iter()
            .filter(|refused| is_word(refused))
            .collect();
        let Some(first) = words.iter().map(|refused| refused.ended).min() else {
            return 0;
        };
        words.iter().filter(|refused| refused.sent > first).count()
    }
}

/// What time, refusals and waits may come to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Bounds {
    pub(crate) time: f64,
    pub(crate) refusals: f64,
    pub(crate) wait_p99: Option<f64>,
}

/// Time since the world's first moment.
pub(crate) fn since_start(tick: Tick) -> Duration {
    tick.since(Tick::ZERO)
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "counts of calls lie far below 2^52")]
pub(crate) const fn figure(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::table::{World, row::tests::row};
    use dioscuri_scenarios::{Load, Setup};
    use dioscuri_vocab::Class;

    /// A run of `projects` endpoints, as if these attempts had failed: endpoint, when they left and ended in
    /// seconds, class; and these had been answered: endpoint, when they left.
    pub(crate) fn run(projects: u64, failed: &[(u32, u64, u64, Class)], answered: &[(u32, u64)]) -> Measured {
        let tick = |seconds| Tick::ZERO.after(Duration::from_secs(seconds));
        let world = World::new(60)
            .with_projects(projects)
            .and("[[incident]]\nwhat = \"unavailable\"\ncount = 1\n");
        let setup = Setup::new(world.scenario()).with_load(Load::at_once(2));
        let mut run = setup.run(dioscuri_scenarios::Strategy::Dioscuri);
        let (one_failed, one_ended) = (run.refused[0], run.log[0]);
        run.refused = failed
            .iter()
            .map(|(endpoint, sent, ended, class)| {
                let mut refused = one_failed;
                (refused.endpoint, refused.class) = (*endpoint, *class);
                (refused.sent, refused.ended) = (tick(*sent), tick(*ended));
                refused
            })
            .collect();
        run.log = answered
            .iter()
            .map(|(endpoint, sent)| {
                let mut end = one_ended;
                (end.endpoint, end.sent, end.started) = (Some(*endpoint), Some(tick(*sent)), tick(*sent));
                (end.ended, end.failure) = (tick(*sent + 1), None);
                end
            })
            .collect();
        run
    }

    /// What `judge` says of `run`, of a client that was told the limits or not.
    pub(crate) fn why_not(
        run: &Measured,
        limits: &'static str,
        judge: impl Fn(&Trial<'_>) -> Verdict,
    ) -> String {
        let row = Row {
            limits,
            ..row("one-key", "dioscuri")
        };
        let trial = Trial {
            row: &row,
            run,
            oracle: None,
        };
        judge(&trial).why_not()
    }

    #[track_caller]
    fn check(time: f64, refusals: f64, wait_p99: f64, expected: &str) {
        let bounds = Bounds {
            time: 1.01,
            refusals: 0.002,
            wait_p99: Some(1.2),
        };
        let row = Row {
            makespan_ratio: Some(time),
            refusals_per_answer: Some(refusals),
            wait_p99_ratio: Some(wait_p99),
            ..row("one-key", "dioscuri")
        };
        let trial = Trial {
            row: &row,
            run: &run(1, &[], &[]),
            oracle: None,
        };
        assert_eq!(trial.within(&bounds).why_not(), expected);
    }

    #[test]
    fn time_refusals_and_waits_are_all_asked_for() {
        check(1.01, 0.002, 1.2, "");
        check(1.02, 0.002, 1.2, "time is 1.020, not ≤ 1.01");
        check(1.01, 0.003, 1.2, "refusals is 0.0030, not ≤ 0.002");
        check(1.01, 0.002, 1.3, "p99 wait is 1.30, not ≤ 1.2");
    }

    #[test]
    fn what_left_before_the_word_came_back_is_not_sent_after_it() {
        let run = run(
            1,
            &[
                (0, 10, 12, Class::Billing),
                (0, 11, 13, Class::Billing),
                (0, 20, 21, Class::Billing),
                (0, 30, 31, Class::Unavailable),
            ],
            &[],
        );
        let row = row("closed-account", "dioscuri");
        let trial = Trial {
            row: &row,
            run: &run,
            oracle: None,
        };
        assert_eq!(
            trial.sent_after_the_word(|refused| refused.class == Class::Billing),
            1
        );
        assert_eq!(
            trial.sent_after_the_word(|refused| refused.class == Class::QuotaDay),
            0
        );
    }
}
