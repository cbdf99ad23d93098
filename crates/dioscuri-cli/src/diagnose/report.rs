//! What was found in a text, the same things together.

use super::{
    clock::Clock,
    label::{self, Label, UNKNOWN},
    scan::Found,
    stamp::{self, Stamp},
    timeline::Timeline,
    told::redacted,
};
use dioscuri::parts::errors::{Evidence, Finding};
use std::{collections::HashMap, ops::Range};

/// Kinds of failures told apart. Beyond, only classes are: a log that has more kinds than anybody reads must
/// not fill the memory.
const KINDS: usize = 1000;

/// How much of a message tells two failures of one class apart, in characters.
const WORDING: usize = 200;

/// Hexadecimal words from this length on are ids of requests and the like, in bytes: no name is as long.
const MIN_ID: usize = 16;

/// Everything that was found in one text.
#[derive(Debug)]
pub(super) struct Report {
    clock: Clock,
    /// One of each kind, in the order in which they were met: the decisive one first.
    pub(super) groups: Vec<Group>,
    by_kind: HashMap<String, usize>,
    /// When it happened.
    pub(super) timeline: Timeline,
    /// All failures, the same ones counted each time.
    pub(super) total: u64,
}

/// Failures that say the same.
#[derive(Debug)]
pub(super) struct Group {
    /// The one that is shown: the latest, where times tell; else the first.
    pub(super) finding: Finding,
    pub(super) label: Label,
    /// Where it stands in the text, in bytes.
    pub(super) span: Range<u64>,
    pub(super) count: u64,
    pub(super) first: Option<Stamp>,
    pub(super) last: Option<Stamp>,
}

/// All failures of one class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ClassCount {
    pub(super) class: &'static str,
    pub(super) count: u64,
    pub(super) first: Option<Stamp>,
    pub(super) last: Option<Stamp>,
    /// What the server said in the most frequent kind.
    pub(super) example: String,
}

impl Report {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            timeline: Timeline::new(clock.zone().clone()),
            clock,
            groups: Vec::new(),
            by_kind: HashMap::new(),
            total: 0,
        }
    }

    /// One more.
    pub(super) fn add(&mut self, found: Found<'_>) {
        let label = Label::of(&found.finding);
        let stamp = stamp::of_place(found.before, found.start, self.clock.zone());
        self.total += 1;
        self.timeline.add(label.class, stamp.map(|stamp| stamp.at));
        let mut kind = kind(&label, &found.finding);
        if self.groups.len() >= KINDS && !self.by_kind.contains_key(&kind) {
            label.class.clone_into(&mut kind);
        }
        if let Some(at) = self.by_kind.get(&kind) {
            self.groups[*at].merge(found, label, stamp);
            return;
        }
        self.by_kind.insert(kind, self.groups.len());
        self.groups.push(Group {
            finding: found.finding,
            label,
            span: found.span,
            count: 1,
            first: stamp,
            last: stamp,
        });
    }

    /// By class, the most frequent first.
    pub(super) fn by_class(&self) -> Vec<ClassCount> {
        let mut classes: Vec<ClassCount> = Vec::new();
        for group in self.by_weight() {
            if let Some(class) = classes.iter_mut().find(|class| class.class == group.label.class) {
                class.count += group.count;
                class.first = earlier(class.first, group.first);
                class.last = class.last.max(group.last);
            } else {
                classes.push(ClassCount {
                    class: group.label.class,
                    count: group.count,
                    first: group.first,
                    last: group.last,
                    example: group.example(),
                });
            }
        }
        classes.sort_by_key(|class| std::cmp::Reverse(class.count));
        classes
    }

    /// The kinds, the most frequent first; of equals in the order of the text; what could not be read last.
    pub(super) fn by_weight(&self) -> Vec<&Group> {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|group| (group.label.class == UNKNOWN, std::cmp::Reverse(group.count)));
        groups
    }
}

impl Report {
    /// The kinds in the order in which a person needs them: one of each class, what lasts before what passes; then the
    /// others. So a key that leaked is not lost behind a thousand overloads.
    pub(super) fn by_need(&self) -> Vec<&Group> {
        let mut groups = self.by_weight();
        groups.sort_by_key(|group| (group.label.class == UNKNOWN, group.label.retryable));
        let mut of_class: HashMap<&str, usize> = HashMap::new();
        let mut ranked: Vec<_> = groups
            .into_iter()
            .map(|group| {
                let rank = of_class.entry(group.label.class).or_default();
                *rank += 1;
                (*rank > 1, group)
            })
            .collect();
        ranked.sort_by_key(|(is_another, _)| *is_another);
        ranked.into_iter().map(|(_, group)| group).collect()
    }
}

impl Group {
    /// In a line: how an answer ended, or status and sentence of an error.
    fn example(&self) -> String {
        let label = &self.label;
        let reason = label.finish_reason.as_ref().or(label.block_reason.as_ref());
        reason.map_or_else(
            || redacted(&self.finding.diagnosis.error.to_string()),
            Clone::clone,
        )
    }

    fn merge(&mut self, found: Found<'_>, label: Label, stamp: Option<Stamp>) {
        self.count += 1;
        // Of the server's hints only the latest may still hold.
        if stamp > self.last {
            self.finding = found.finding;
            self.label = label;
            self.span = found.span;
        }
        self.first = earlier(self.first, stamp);
        self.last = self.last.max(stamp);
    }
}

fn earlier(one: Option<Stamp>, other: Option<Stamp>) -> Option<Stamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Two findings of one kind say the same but for times, counts and ids: words that begin with a digit, and long
/// hexadecimal ones. Where words are all there is, lines of others may stand among them, and what was recognised tells.
fn kind(label: &Label, finding: &Finding) -> String {
    let mut label = label.clone();
    label.retry_after_s = None;
    let mut kind = serde_json::to_string(&label).expect("a label has string keys");
    kind.push_str(label::evidence(finding.evidence));
    let diagnosis = &finding.diagnosis;
    if finding.evidence == Evidence::Words {
        let status = diagnosis.error.status().map(|status| status.to_string());
        kind.push_str(diagnosis.rule);
        kind.push_str(&status.unwrap_or_default());
        return kind;
    }
    let message = diagnosis.error.message();
    let end = message
        .char_indices()
        .nth(WORDING)
        .map_or(message.len(), |(end, _)| end);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    for piece in message[..end].split_inclusive(|c| !is_name(c)) {
        let word = piece.trim_end_matches(|c| !is_name(c));
        kind.push_str(if is_of_the_moment(word) { "#" } else { word });
        kind.push_str(&piece[word.len()..]);
    }
    kind
}

/// Whether the next failure would have another word in its place.
fn is_of_the_moment(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    let is_id = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    word.starts_with(|c: char| c.is_ascii_digit()) || word.len() >= MIN_ID && word.bytes().all(is_id)
}

#[cfg(test)]
mod tests {
    use super::super::{clock::tests::berlin, scan::Scan};
    use super::*;

    fn report(text: &str) -> Report {
        let clock = berlin();
        let mut scan = Scan::new(clock.unix());
        let mut report = Report::new(clock);
        scan.push(text.as_bytes(), |found| report.add(found));
        scan.finish(|found| report.add(found));
        report
    }

    fn record(head: &str, code: u16, status: &str, message: &str, details: &str) -> String {
        format!(
            r#"{head} {{"error": {{"code": {code}, "message": "{message}", "status": "{status}", "details": [{details}]}}}}"#
        ) + "\n"
    }

    fn refusal(head: &str, delay: &str) -> String {
        let details = r#"{"@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}]}"#;
        let message = format!("Quota exceeded. Please retry in {delay}.");
        record(head, 429, "RESOURCE_EXHAUSTED", &message, details)
    }

    #[track_caller]
    fn check(text: &[String], total: u64, kinds: usize) -> Report {
        let report = report(&text.concat());
        assert_eq!((report.total, report.groups.len()), (total, kinds));
        report
    }

    #[test]
    fn what_differs_in_numbers_only_is_one_kind() {
        let report = check(&[refusal("ERROR", "26.2s"), refusal("ERROR", "9s")], 2, 1);
        assert_eq!(report.groups[0].count, 2);
    }

    #[test]
    fn what_differs_in_times_and_ids_only_is_one_kind() {
        let refusal = |time: &str, id: &str| {
            let message = format!("Quota exceeded at {time}, request {id}.");
            record("ERROR", 429, "RESOURCE_EXHAUSTED", &message, "")
        };
        let text = [
            refusal("2026-11-22T06:18:31.299Z", "3e5d8f2a-97c1-4b7e-8a55-0c9d1e2f3a4b"),
            refusal("2026-11-22T07:01:02Z", "a97c13e5d8f24b7e8a550c9d1e2f3a4b"),
        ];
        check(&text, 2, 1);
    }

    #[test]
    fn words_are_one_kind_whatever_stands_around_them() {
        let line = |number: u32| {
            format!(
                "[{number}] 2026-11-22T0{number}:18:31Z worker-{number} google.genai.errors.ServerError: 503 UNAVAILABLE. \
                 The model is overloaded. Please try again later.\nINFO job {number} goes on\n"
            )
        };
        let text: Vec<_> = (0..9).map(line).collect();
        let report = report(&text.concat());
        assert_eq!((report.total, report.groups.len()), (9, 1), "{:?}", report.groups);
    }

    #[test]
    fn each_class_comes_first_by_one_kind_and_what_lasts_before_what_passes() {
        let overloaded = |number: usize| {
            let message = format!("The model m{number} is overloaded.");
            record("ERROR", 503, "UNAVAILABLE", &message, "")
        };
        let refused = "API key not valid. Please pass a valid API key.";
        let mut text: Vec<_> = (0..1000).map(|number| overloaded(number % 9)).collect();
        text.push(record("ERROR", 400, "INVALID_ARGUMENT", refused, ""));
        text.push(refusal("ERROR", "9s"));
        let report = report(&text.concat());
        let classes: Vec<_> = report.by_need().iter().map(|group| group.label.class).collect();
        assert_eq!(
            classes[..4],
            ["auth_invalid_key", "capacity", "quota_minute", "capacity"]
        );
    }

    #[test]
    fn what_differs_in_a_name_is_two_kinds() {
        let missing = |model| {
            let message = format!("models/{model} is not found.");
            record("ERROR", 404, "NOT_FOUND", &message, "")
        };
        check(&[missing("gemini-3.5-pro"), missing("gemini-3.8-pro")], 2, 2);
    }

    #[test]
    fn the_latest_of_a_kind_is_shown_whatever_its_place() {
        let late = refusal("2026-11-22T02:00:00Z", "9s");
        let early = refusal("2026-11-22T01:00:00Z", "26s");
        let report = check(&[late, early], 2, 1);
        let group = &report.groups[0];
        assert_eq!(group.label.retry_after_s, Some(9.0));
        let seen = [group.first, group.last].map(|stamp| stamp.unwrap().at.to_string());
        assert_eq!(seen, ["2026-11-22T01:00:00Z", "2026-11-22T02:00:00Z"]);
    }

    #[test]
    fn without_times_the_first_of_a_kind_is_shown() {
        let report = check(&[refusal("ERROR", "9s"), refusal("ERROR", "26s")], 2, 1);
        assert_eq!(report.groups[0].label.retry_after_s, Some(9.0));
        assert_eq!(report.groups[0].first, None);
    }

    #[test]
    fn classes_are_counted_over_their_kinds_the_most_frequent_first() {
        let overloaded = |what: &str| {
            let message = format!("The {what} is overloaded.");
            record("ERROR", 503, "UNAVAILABLE", &message, "")
        };
        let text = [overloaded("model"), refusal("ERROR", "9s"), overloaded("service")];
        let report = check(&text, 3, 3);
        let counts: Vec<_> = report
            .by_class()
            .iter()
            .map(|class| (class.class, class.count))
            .collect();
        assert_eq!(counts, [("capacity", 2), ("quota_minute", 1)]);
    }

    #[test]
    fn kinds_beyond_the_bound_are_told_apart_by_class_only() {
        let missing = |number| {
            let message = format!("models/m{number} is not found.");
            record("ERROR", 404, "NOT_FOUND", &message, "")
        };
        let text: Vec<_> = (0..KINDS + 50).map(missing).collect();
        let report = check(&text, KINDS as u64 + 50, KINDS + 1);
        assert_eq!(report.groups[KINDS].count, 50);
    }
}
