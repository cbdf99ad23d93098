//! The end of a run: what was answered, what was not and why, and how well the quotas were used.

mod sheet;
mod text;

use crate::{
    exit::Exit,
    figures::seconds,
    tally::{Refusal, Tally},
};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

pub(crate) use text::{Style, render};

/// The summary of a run; as JSON the last line of `--progress json`.
#[derive(Clone, Serialize, Debug)]
pub(crate) struct Summary {
    pub(crate) event: &'static str,
    /// Lines of the input, bad ones included.
    pub(crate) total: u64,
    /// Requests answered by this run.
    pub(crate) answered: u64,
    /// Requests whose answer was there before.
    pub(crate) already_answered: u64,
    /// Requests that failed, in this run or for good in an earlier one, and bad lines.
    pub(crate) failed: u64,
    pub(crate) failed_by_class: BTreeMap<String, u64>,
    /// Requests that changed after they had been answered; the old answer stands.
    pub(crate) changed: u64,
    /// Requests that the run did not come to.
    pub(crate) unfinished: u64,
    /// Requests that went out, those given up included.
    pub(crate) sent: u64,
    /// Requests among them that were in flight when the run ended: nobody read their answers, which may be billed.
    pub(crate) given_up: u64,
    /// Requests that went out for each answer; null without an answer.
    pub(crate) sent_per_answer: Option<f64>,
    /// Attempts for each answer, those too that never got a connection; null without an answer.
    pub(crate) attempts_per_answer: Option<f64>,
    /// Refused and failed attempts for each answer; null without an answer.
    pub(crate) refusals_per_answer: Option<f64>,
    /// Refused and failed attempts by class.
    pub(crate) refusals: BTreeMap<String, u64>,
    /// Answers that end early, at the request's own `maxOutputTokens`.
    pub(crate) cut_off: u64,
    /// Answers by the model that served them.
    pub(crate) by_model: BTreeMap<String, u64>,
    /// The models among them that were not the first choice.
    pub(crate) fallbacks: BTreeSet<String>,
    pub(crate) quotas: Vec<QuotaUse>,
    pub(crate) elapsed_s: f64,
    /// Minutes of quota that have passed; in a scenario they may be shorter than 60 s.
    pub(crate) minutes: f64,
    pub(crate) waited_s: Waited,
    /// The same over all calls, by what they waited for.
    pub(crate) waited_for_s: WaitedFor,
    /// Answers that could be written nowhere.
    pub(crate) lost: u64,
    /// Where answers went that the output had no room for.
    pub(crate) rescued_to: Option<PathBuf>,
    pub(crate) exit_code: u8,
    /// What the simulator counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sim: Option<Value>,
    #[serde(skip)]
    pub(crate) refused_at: Vec<RefusalCount>,
    #[serde(skip)]
    pub(crate) minute: Duration,
    #[serde(skip)]
    pub(crate) output: PathBuf,
}

/// How well one quota was used.
#[derive(Clone, PartialEq, Serialize, Debug)]
pub(crate) struct QuotaUse {
    pub(crate) endpoint: String,
    /// What it counts: `requests`, `input_tokens`, …; null where no refusal said.
    pub(crate) unit: Option<&'static str>,
    /// Over which window: `minute` or `day`; null where no refusal said.
    pub(crate) window: Option<&'static str>,
    /// In its unit, for each window; null where nobody knows it.
    pub(crate) limit: Option<u64>,
    /// Where the limit comes from: `configured`, `learned` from a refusal that stated it, or `probed`.
    pub(crate) source: &'static str,
    /// In its unit, over the run.
    pub(crate) used: u64,
    /// Used of what it allowed since its first request, from 0 to 1; null where the limit is unknown.
    pub(crate) share: Option<f64>,
    /// Times that the server refused by it.
    pub(crate) refused: u64,
    /// Seconds for which it is still closed.
    pub(crate) closed_for_s: Option<f64>,
    /// Seconds added to its window for the spread of travel times; null where it has no window of a minute or less.
    pub(crate) guard_s: Option<f64>,
    /// The share of the limit that may go at once, as far as the server has shown that it bears it.
    pub(crate) burst_share: Option<f64>,
    /// The guard, if it has moved from what the run began with by more than a tenth.
    #[serde(skip)]
    pub(crate) learned_guard: Option<Duration>,
}

/// Seconds that the calls of the run spent waiting for quota, capacity or a retry.
#[derive(Clone, Copy, PartialEq, Serialize, Debug, Default)]
pub(crate) struct Waited {
    pub(crate) mean: f64,
    /// Ninety-nine of a hundred waited no longer.
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

/// Seconds that all calls of the run together waited for what.
#[derive(Clone, Copy, PartialEq, Serialize, Debug, Default)]
pub(crate) struct WaitedFor {
    /// For quotas to have room.
    pub(crate) quota: f64,
    /// For their turn.
    pub(crate) queue: f64,
    /// For places that had failed to recover.
    pub(crate) capacity: f64,
    /// In backoffs of their own.
    pub(crate) backoff: f64,
}

/// Refusals of one class at one endpoint.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RefusalCount {
    pub(crate) refusal: Refusal,
    pub(crate) count: u64,
    /// How long the place stays closed for it; `None` once the next request may ask again.
    pub(crate) closed_for: Option<Duration>,
}

impl Summary {
    /// The summary of what a tally holds after `elapsed`; the rest is for the caller to fill in.
    pub(crate) fn of(tally: &Tally, elapsed: Duration, minute: Duration) -> Self {
        let mut refusals = BTreeMap::<String, u64>::new();
        for (refusal, count) in &tally.refusals {
            *refusals.entry(refusal.class.clone()).or_default() += count;
        }
        Self {
            event: "summary",
            total: 0,
            answered: tally.answered,
            already_answered: 0,
            failed: tally.failures(),
            failed_by_class: tally.failed.clone(),
            changed: 0,
            unfinished: 0,
            sent: tally.sent,
            given_up: 0,
            sent_per_answer: ratio(tally.sent, tally.answered),
            attempts_per_answer: ratio(tally.attempts, tally.answered),
            refusals_per_answer: ratio(tally.refusals.values().sum(), tally.answered),
            refusals,
            cut_off: tally.cut_off,
            by_model: tally.by_model.clone(),
            fallbacks: tally.fallbacks.clone(),
            quotas: Vec::new(),
            elapsed_s: seconds(elapsed),
            minutes: round(elapsed.as_secs_f64() / minute.as_secs_f64().max(f64::MIN_POSITIVE)),
            waited_s: Waited::of(&tally.waits),
            waited_for_s: WaitedFor {
                quota: round(tally.waited_for.quota.as_secs_f64()),
                queue: round(tally.waited_for.queue.as_secs_f64()),
                capacity: round(tally.waited_for.capacity.as_secs_f64()),
                backoff: round(tally.waited_for.backoff.as_secs_f64()),
            },
            lost: tally.lost,
            rescued_to: None,
            exit_code: Exit::Unanswered.code(),
            sim: None,
            refused_at: refused_at(tally),
            minute,
            output: PathBuf::new(),
        }
    }

    /// Adds what earlier runs and the reading of the input had found to fail.
    pub(crate) fn add_failures(&mut self, class: &str, count: u64) {
        if count > 0 {
            *self.failed_by_class.entry(class.to_owned()).or_default() += count;
            self.failed += count;
        }
    }

    /// Adds what was in flight when the run ended.
    pub(crate) fn give_up(&mut self, in_flight: u64) {
        self.given_up += in_flight;
        self.sent += in_flight;
        self.sent_per_answer = ratio(self.sent, self.answered);
    }

    /// Requests with an answer in the output.
    pub(crate) const fn with_answer(&self) -> u64 {
        self.answered + self.already_answered
    }

    /// The code for a run that came to its end.
    pub(crate) const fn exit(&self) -> Exit {
        if self.with_answer() == self.total {
            Exit::Answered
        } else {
            Exit::Unanswered
        }
    }
}

fn refused_at(tally: &Tally) -> Vec<RefusalCount> {
    let mut all: Vec<_> = tally.refusals.iter().collect();
    all.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then_with(|| a.cmp(b)));
    let refused = |(refusal, count): (&Refusal, &u64)| RefusalCount {
        refusal: refusal.clone(),
        count: *count,
        closed_for: None,
    };
    all.into_iter().map(refused).collect()
}

impl Waited {
    /// Over `waits` in seconds; all zero if there are none.
    fn of(waits: &[f64]) -> Self {
        let mut sorted = waits.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let Some(max) = sorted.last().copied() else {
            return Self::default();
        };
        // Nearest rank: the smallest wait that ninety-nine of a hundred do not exceed.
        let p99 = sorted[(sorted.len() * 99).div_ceil(100) - 1];
        #[expect(clippy::cast_precision_loss, reason = "calls are counted far below 2^52")]
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        Self {
            mean: round(mean),
            p99: round(p99),
            max: round(max),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "calls are counted far below 2^52")]
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| round(part as f64 / whole as f64))
}

/// Three decimals: more would pretend.
fn round(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests;
