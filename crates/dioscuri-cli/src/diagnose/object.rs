//! `--format json`: everything found, as one object.

use super::{
    again::moment,
    clock::Clock,
    label::{Label, evidence},
    report::{Group, Report},
    stamp::Stamp,
    told,
};
use crate::figures::seconds;
use dioscuri::parts::errors::{Advice, Again, catalogue::Lang};
use serde::Serialize;

/// The whole report. Fields are added, never changed: other programs read them.
#[derive(Serialize)]
pub(super) struct Object {
    /// One of each kind, the decisive one first.
    findings: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    label: Label,
    /// What it was read from: `structure`, `salvaged` or `words`, the surest first.
    evidence: &'static str,
    /// The rule that decided.
    rule: &'static str,
    /// The server's message, without keys and quoted values; `None` if it cannot be told from other words.
    message: Option<String>,
    /// Where it stands, in bytes from the start.
    span: [u64; 2],
    count: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    advice: Advised,
}

#[derive(Serialize)]
struct Advised {
    sentence: Option<String>,
    translation: Option<String>,
    what: String,
    why: String,
    warnings: Vec<String>,
    now: Vec<String>,
    for_good: Vec<String>,
    prevent: Vec<String>,
    pages: Vec<&'static str>,
    status_page: Option<&'static str>,
    again: When,
}

/// When to try again.
#[derive(Debug, PartialEq, Serialize)]
struct When {
    /// `after_change`, `after`, `next_pacific_day`, `at_reset`, `backoff` or `once`.
    kind: &'static str,
    /// The moment in UTC, where there is one.
    at: Option<String>,
    /// The wait from now until then; zero if it is over.
    wait_s: Option<f64>,
    /// The first and the longest wait, and the attempts that are sensible; of `backoff` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<Steps>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Steps {
    first_s: f64,
    last_s: f64,
    attempts: u32,
}

impl Object {
    pub(super) fn new(report: &Report, clock: &Clock, lang: Lang) -> Self {
        let entry = |group| Entry::new(group, clock, lang);
        Self {
            findings: report.groups.iter().map(entry).collect(),
        }
    }
}

impl Entry {
    fn new(group: &Group, clock: &Clock, lang: Lang) -> Self {
        let diagnosis = &group.finding.diagnosis;
        let advice = told::advice(&group.finding, lang);
        let seen = |stamp: Option<Stamp>| stamp.map(|stamp| stamp.at.to_string());
        Self {
            label: group.label.clone(),
            evidence: evidence(group.finding.evidence),
            rule: diagnosis.rule,
            message: told::message(&group.finding, &advice),
            span: [group.span.start, group.span.end],
            count: group.count,
            first_seen: seen(group.first),
            last_seen: seen(group.last),
            advice: Advised::new(advice, group, clock),
        }
    }
}

impl Advised {
    fn new(advice: Advice, group: &Group, clock: &Clock) -> Self {
        Self {
            again: When::new(advice.again, group, clock),
            sentence: advice.sentence,
            translation: advice.translation,
            what: advice.what,
            why: advice.why,
            warnings: advice.warnings,
            now: advice.now,
            for_good: advice.for_good,
            prevent: advice.prevent,
            pages: advice.pages,
            status_page: advice.status_page,
        }
    }
}

impl When {
    fn new(again: Again, group: &Group, clock: &Clock) -> Self {
        let at = moment(again, group, clock);
        let wait = at.map(|at| clock.wait(at).unwrap_or_default());
        let (kind, backoff) = match again {
            Again::After(_) => ("after", None),
            Again::NextPacificDay { .. } => ("next_pacific_day", None),
            Again::AtReset => ("at_reset", None),
            Again::Backoff {
                first,
                last,
                attempts,
            } => {
                let [first_s, last_s] = [first, last].map(seconds);
                let steps = Steps {
                    first_s,
                    last_s,
                    attempts,
                };
                ("backoff", Some(steps))
            }
            Again::Once => ("once", None),
            _ => ("after_change", None),
        };
        Self {
            kind,
            at: at.map(|at| at.to_string()),
            wait_s: wait.map(seconds),
            backoff,
        }
    }
}
