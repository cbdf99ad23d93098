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
