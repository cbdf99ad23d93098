//! What to tell a person about a failure.

use crate::Finding;
use crate::catalogue::{Entry, Lang, Topic, entries};
use dioscuri_vocab::{Class, Window};
use std::time::Duration;

/// What to tell a person about one [`Finding`], in one language.
///
/// Nothing here quotes a prompt, and keys are masked.
///
/// ```
/// use dioscuri_errors::{Advice, Again, Taxonomy, catalogue::Lang};
/// use dioscuri_vocab::UnixTime;
/// use std::time::Duration;
///
/// let body = br#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded.", "details": [
///     {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
///       {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "20"}]},
///     {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "14s"}]}}"#;
/// let found = Taxonomy::new().find_in(body, Some(429), UnixTime(0));
/// let advice = Advice::new(&found[0], Lang::En);
///
/// let hint = Some(Duration::from_secs(14));
/// assert_eq!(advice.again, Again::NextPacificDay { hint });
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Advice {
    /// The server's own first sentence or two: keys masked, quoted values left out.
    pub sentence: Option<String>,
    /// Its translation, where the sentence is a known one and the language is not English.
    pub translation: Option<String>,
    /// What happened.
    pub what: String,
    /// Why, with the numbers and names that were found.
    pub why: String,
    /// Where the server's words comfort wrongly, and other traps.
    pub warnings: Vec<String>,
    /// What to do now.
    pub now: Vec<String>,
    /// What to do for good.
    pub for_good: Vec<String>,
    /// How to prevent it.
    pub prevent: Vec<String>,
    /// Official pages to read, the most useful first.
    pub pages: Vec<&'static str>,
    /// The page that tells of outages, where one may be the cause.
    pub status_page: Option<&'static str>,
    /// When to try again.
    pub again: Again,
}

/// When to try again. There is no clock here: whoever shows it adds the times.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Again {
    /// Not before something has changed: the request, the key, the project, the plan.
    AfterChange,
    /// After this time from the arrival of the failure: the server's hint, or the minute of a quota that
    /// came without one.
    After(Duration),
    /// After the next midnight in `America/Los_Angeles`.
    NextPacificDay {
        /// What the server says instead. One attempt after it does no harm.
        hint: Option<Duration>,
    },
    /// When the window of a plan resets, in hours to days; the server does not say when.
    AtReset,
    /// With growing waits and jitter; the server gives no time.
    Backoff {
        /// The first wait; it doubles each time.
        first: Duration,
        /// The longest wait.
        last: Duration,
        /// How many attempts are sensible, the failed one not counted.
        attempts: u32,
    },
    /// Once and at once: another sample may pass.
    Once,
}

impl Advice {
    /// What to tell about `finding` in `lang`.
    #[must_use]
    pub fn new(finding: &Finding, lang: Lang) -> Self {
        let entry = entry(finding, lang);
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Self {
            sentence: None,
            translation: None,
            what: entry.meaning.to_owned(),
            why: entry.cause.to_owned(),
            warnings: Vec::new(),
            now: owned(entry.now),
            for_good: owned(entry.for_good),
            prevent: owned(entry.prevent),
            pages: entry.pages.to_vec(),
            status_page: None,
            again: again(finding),
        }
    }
}

fn entry(finding: &Finding, lang: Lang) -> &'static Entry {
    let class = finding.diagnosis.failure.class;
    entries(lang)
        .find(|entry| entry.topic == Topic::Class(class))
        .expect("every class has an entry")
}

fn again(finding: &Finding) -> Again {
    let failure = &finding.diagnosis.failure;
    let hint = failure.hint();
    let daily = failure.violations.iter().any(|v| v.window == Some(Window::Day));
    match (failure.class, hint) {
        (Class::QuotaDay, hint) if daily => Again::NextPacificDay { hint },
        (_, Some(hint)) if finding.diagnosis.transient => Again::After(hint),
        _ => Again::AfterChange,
    }
}
