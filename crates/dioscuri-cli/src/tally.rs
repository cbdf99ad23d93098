//! What a run counts while it goes, from the receipts of its calls.

use crate::carrier::Reply;
use dioscuri::Waits;
use std::collections::{BTreeMap, BTreeSet};

/// One refused or failed attempt: of which class, and where.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Refusal {
    /// The class, in the words of `dioscuri diagnose`.
    pub(crate) class: String,
    /// Whom it hits: an endpoint, `castor/global/gemini-3.8-flash`, or a key, `castor key 2`.
    pub(crate) place: String,
    /// Whether nothing left for the server; asked of failed connections only.
    pub(crate) unreached: bool,
}

/// Counts over the calls of one run.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Tally {
    /// Calls answered.
    pub(crate) answered: u64,
    /// Answers that end early, at the request's own `maxOutputTokens`.
    pub(crate) cut_off: u64,
    /// Calls that failed, by class.
    pub(crate) failed: BTreeMap<String, u64>,
    /// Answers by the model that served them.
    pub(crate) by_model: BTreeMap<String, u64>,
    /// The models among them that were not the first choice.
    pub(crate) fallbacks: BTreeSet<String>,
    /// Requests that went out.
    pub(crate) sent: u64,
    /// Attempts, those too that never got a connection.
    pub(crate) attempts: u64,
    /// How long the calls together waited for what.
    pub(crate) waited_for: Waits,
    /// Attempts that were refused or failed, by class and endpoint.
    pub(crate) refusals: BTreeMap<Refusal, u64>,
    /// Seconds that each call waited.
    pub(crate) waits: Vec<f64>,
    /// Answers that were paid for and could be written nowhere.
    pub(crate) lost: u64,
}

impl Tally {
    /// A call was answered.
    pub(crate) fn on_answer(&mut self, reply: &Reply) {
        self.answered += 1;
        self.cut_off += u64::from(reply.cut_off);
        let model = reply.receipt.model.as_deref().unwrap_or("unknown");
        *self.by_model.entry(model.to_owned()).or_default() += 1;
        if reply.fallback {
            self.fallbacks.insert(model.to_owned());
        }
    }

    /// A call failed for good.
    pub(crate) fn on_failure(&mut self, class: &str) {
        *self.failed.entry(class.to_owned()).or_default() += 1;
    }

    /// A call has ended, this way or that: what it cost.
    pub(crate) fn on_end(&mut self, reply: &Reply) {
        self.sent += reply.sent;
        self.attempts += u64::from(reply.receipt.attempts);
        self.waited_for.queue += reply.waits.queue;
        self.waited_for.quota += reply.waits.quota;
        self.waited_for.capacity += reply.waits.capacity;
        self.waited_for.backoff += reply.waits.backoff;
        // What never came to the queue has not waited.
        if reply.receipt.attempts > 0 || reply.receipt.waited_s > 0.0 {
            self.waits.push(reply.receipt.waited_s);
        }
        for refusal in &reply.refusals {
            *self.refusals.entry(refusal.clone()).or_default() += 1;
        }
    }

    /// Calls that failed, of all classes.
    pub(crate) fn failures(&self) -> u64 {
        self.failed.values().sum()
    }
}

/// Whether refusals of `class` say that there is less capacity than is asked for.
pub(crate) fn is_overload(class: &str) -> bool {
    matches!(class, "capacity" | "quota_unspecified" | "unavailable")
}
