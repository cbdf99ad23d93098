//! What to tell a person about a failure.

mod again;
mod cases;
mod cause;
mod clues;
mod fields;
mod known;
mod phrases;
mod sentence;
mod warnings;

pub use again::Again;
pub(crate) use cases::SUBJECTS;
pub(crate) use phrases::Phrases;

use crate::Finding;
use crate::catalogue::{Book, Entry, Lang, Topic, entries, pages};
use clues::{Clues, Surface};
use dioscuri_vocab::Class;

/// What to tell a person about one [`Finding`], in one language.
///
/// The numbers and names are those of the failure; nothing here quotes a prompt, and keys are masked.
///
/// ```
/// use dioscuri_errors::{Advice, Again, Taxonomy, catalogue::Lang};
/// use dioscuri_vocab::UnixTime;
/// use std::time::Duration;
///
/// let body = br#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota.",
///   "details": [
///     {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
///       {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "20"}]},
///     {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "14s"}]}}"#;
/// let found = Taxonomy::new().find_in(body, Some(429), UnixTime(0));
/// let advice = Advice::new(&found[0], Lang::En);
///
/// assert_eq!(advice.what, "The daily quota of the free tier is used up.");
/// assert!(advice.why.starts_with("Used up: 20 requests a day, free tier."));
/// // 14 seconds are no comfort.
/// assert!(advice.warnings[0].starts_with("The server says to come back in 14 s, but"));
/// assert_eq!(advice.again, Again::NextPacificDay { hint: Some(Duration::from_secs(14)) });
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Advice {
    /// The server's own first sentence or two, in English: keys masked, quoted values of the request left
    /// out. `None` if it said nothing, or nothing that could be told from other text.
    pub sentence: Option<String>,
    /// Its translation. `None` in English, and for a sentence that is not known.
    pub translation: Option<String>,
    /// What happened.
    pub what: String,
    /// Why, with the numbers and names that were found.
    pub why: String,
    /// Where the server's words comfort wrongly, and what makes the diagnosis less sure.
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

impl Advice {
    /// What to tell about `finding` in `lang`.
    #[must_use]
    pub fn new(finding: &Finding, lang: Lang) -> Self {
        let clues = Clues::new(finding);
        let entry = entry(&clues, lang);
        let again = Again::read(&clues);
        let sentence = sentence::read(finding, lang);
        Self {
            what: entry.meaning.to_owned(),
            why: cause::tell(&clues, entry, lang),
            warnings: warnings::tell(&clues, again, &sentence, lang),
            now: steps_for(entry.now, clues.surface),
            for_good: steps_for(entry.for_good, clues.surface),
            prevent: steps_for(entry.prevent, clues.surface),
            pages: pages_for(entry, clues.surface),
            status_page: status_page(&clues),
            again,
            sentence: sentence.told,
            translation: sentence.translation,
        }
    }
}

/// The most specific entry that fits: a case, else what the server named, else the class.
fn entry(clues: &Clues<'_>, lang: Lang) -> &'static Entry {
    if let Some(at) = cases::find(clues) {
        return &Book::of(lang).cases[at];
    }
    let class = clues.class();
    let finding = clues.finding;
    let named = [
        (Topic::FinishReason, finding.finish_reason.as_deref()),
        (Topic::BlockReason, finding.block_reason.as_deref()),
        (Topic::Reason, finding.diagnosis.error.reason()),
        (Topic::Class(class), Some(class.name())),
    ];
    let find = |(topic, name): (Topic, Option<&str>)| {
        entries(lang)
            .find(|entry| entry.topic == topic && Some(entry.name) == name && entry.class == Some(class))
    };
    named
        .into_iter()
        .find_map(find)
        .expect("every class has an entry")
}

/// The steps without those that are for another service, as the catalogue labels them.
fn steps_for(steps: &[&str], surface: Option<Surface>) -> Vec<String> {
    let is_of_another = |step: &str| {
        let label = surface.and_then(Surface::label_of_another);
        let rest = label.and_then(|label| step.strip_prefix(label));
        rest.is_some_and(|rest| rest.starts_with([':', '：']))
    };
    let kept = steps.iter().filter(|step| !is_of_another(step));
    kept.map(|step| (*step).to_owned()).collect()
}

/// The pages of the service that answered; all of them if it is not known.
fn pages_for(entry: &Entry, surface: Option<Surface>) -> Vec<&'static str> {
    let of_another = |page: &str| match surface {
        Some(Surface::Developer) => page.starts_with(pages::OF_VERTEX),
        Some(Surface::Vertex) => page.starts_with(pages::OF_DEVELOPER),
        Some(Surface::CodeAssist) | None => false,
    };
    let mut pages = entry.pages.to_vec();
    if !pages.iter().all(|page| of_another(page)) {
        pages.retain(|page| !of_another(page));
    }
    pages
}

fn status_page(clues: &Clues<'_>) -> Option<&'static str> {
    let by_server = clues
        .finding
        .diagnosis
        .failure
        .status
        .is_none_or(|status| status >= 500);
    let may_be_outage = by_server
        && !clues.is_clients_timeout()
        && matches!(
            clues.class(),
            Class::Capacity
                | Class::Internal
                | Class::Unavailable
                | Class::DeadlineExceeded
                | Class::GatewayError
        );
    may_be_outage.then_some(match clues.surface {
        Some(Surface::Vertex | Surface::CodeAssist) => pages::STATUS_CLOUD,
        Some(Surface::Developer) | None => pages::STATUS_DEVELOPER,
    })
}
