//! Each text with its answer, field by field.

use super::{
    answer::Answer,
    entry::Entry,
    field::{Comparison, FIELDS, Field},
};
use anyhow::Context as _;
use std::collections::BTreeMap;

/// A text, and how each of its fields was found.
#[derive(Debug)]
pub(super) struct Judged<'a> {
    pub(super) entry: &'a Entry,
    /// Those fields that there is something to say about.
    pub(super) fields: Vec<(&'static Field, Comparison)>,
}

impl Judged<'_> {
    /// What was not found as it should have been.
    pub(super) fn misses(&self) -> impl Iterator<Item = (&'static str, &Comparison)> {
        let wrong = self.fields.iter().filter(|(_, compared)| !compared.right);
        wrong.map(|(field, compared)| (field.name, compared))
    }

    /// How `field` was found, if there is something to say about it.
    pub(super) fn of(&self, name: &str) -> Option<&Comparison> {
        let found = self.fields.iter().find(|(field, _)| field.name == name);
        found.map(|(_, compared)| compared)
    }
}

/// Judges every entry.
///
/// # Errors
///
/// There is no answer for one of them.
pub(super) fn all<'a>(
    entries: &'a [Entry],
    answers: &BTreeMap<String, Answer>,
) -> anyhow::Result<Vec<Judged<'a>>> {
    let judged = entries.iter().map(|entry| {
        let answer = answers
            .get(&entry.id)
            .with_context(|| format!("there is no answer for {}", entry.id))?;
        let fields = FIELDS
            .iter()
            .filter_map(|field| Some((field, (field.compare)(entry, answer)?)));
        Ok(Judged {
            entry,
            fields: fields.collect(),
        })
    });
    judged.collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::corpus::{answer, entry};
    use serde_json::{Value, json};

    /// An entry whose expectation is a plain overload but for `changes`.
    pub(in crate::corpus) fn entry(id: &str, changes: &Value) -> Entry {
        let mut expect = json!({"kind": "capacity", "retryable": true, "field_violations": [], "debatable": false,
            "why": "says so"});
        for (name, value) in changes.as_object().unwrap() {
            expect[name] = value.clone();
        }
        let line = json!({"id": id, "shape": "text", "http_status": 503, "raw": "The model is overloaded.",
            "expect": expect});
        entry::parse(&line.to_string()).unwrap().remove(0)
    }

    /// The answer to the same, but for `changes`.
    pub(in crate::corpus) fn answers(id: &str, changes: &Value) -> BTreeMap<String, Answer> {
        let mut line = json!({"id": id, "class": "capacity", "retryable": true, "field_violations": []});
        for (name, value) in changes.as_object().unwrap() {
            line[name] = value.clone();
        }
        answer::parse(&line.to_string()).unwrap()
    }

    /// What is missed if `expected` is to be found and `got` is: the fields.
    #[track_caller]
    fn check(expected: &Value, got: &Value, missed: &[&str]) {
        let entries = [entry("a1", expected)];
        let judged = all(&entries, &answers("a1", got)).unwrap();
        let found: Vec<_> = judged[0].misses().map(|(field, _)| field).collect();
        assert_eq!(found, missed, "{expected} and {got}");
    }

    #[test]
    fn the_class_and_whether_to_retry_must_be_said() {
        check(&json!({}), &json!({}), &[]);
        check(&json!({}), &json!({"class": "unavailable"}), &["class"]);
        check(&json!({}), &json!({"retryable": false}), &["retryable"]);
        check(
            &json!({}),
            &json!({"class": null, "retryable": null}),
            &["class", "retryable"],
        );
    }

    #[test]
    fn a_hint_may_be_a_second_off() {
        let expected = json!({"retry_after_s": 26});
        check(&expected, &json!({"retry_after_s": 26.9}), &[]);
        check(&expected, &json!({"retry_after_s": 25}), &[]);
        check(&expected, &json!({"retry_after_s": 27.5}), &["hint"]);
        check(&expected, &json!({}), &["hint"]);
    }

    #[test]
    fn a_hint_of_the_message_will_do() {
        let expected = json!({"retry_after_s": 26, "message_retry_s": 40.5});
        check(&expected, &json!({"retry_after_s": 40.5}), &[]);
        check(&expected, &json!({"retry_after_s": 33}), &["hint"]);
    }

    #[test]
    fn what_is_not_there_must_not_be_found() {
        check(&json!({}), &json!({"retry_after_s": 2}), &["hint"]);
        check(&json!({}), &json!({"reason": "API_KEY_INVALID"}), &["reason"]);
        check(
            &json!({}),
            &json!({"field_violations": ["contents"]}),
            &["field violations"],
        );
        check(
            &json!({}),
            &json!({"finish_reason": "SAFETY"}),
            &["finish reason"],
        );
        check(
            &json!({}),
            &json!({"quota": {"window": "day"}}),
            &["quota window"],
        );
    }

    #[test]
    fn a_status_that_the_text_does_not_state_may_be_implied() {
        check(&json!({}), &json!({"status": "UNAVAILABLE"}), &[]);
        check(&json!({"status": "UNAVAILABLE"}), &json!({}), &["status"]);
    }

    #[test]
    fn the_reason_of_the_older_form_will_do() {
        let expected = json!({"legacy_reason": "rateLimitExceeded"});
        check(&expected, &json!({}), &[]);
        check(&expected, &json!({"reason": "rateLimitExceeded"}), &[]);
        check(&expected, &json!({"reason": "RATE_LIMIT_EXCEEDED"}), &["reason"]);
    }

    #[test]
    fn every_part_of_a_quota_counts() {
        let quota = json!({"window": "day", "unit": "requests", "value": "20", "model": "gemini-2.5-flash"});
        check(&json!({"quota": quota}), &json!({"quota": quota}), &[]);
        check(
            &json!({"quota": quota}),
            &json!({"quota": {"window": "minute", "unit": "requests", "tier": "free"}}),
            &["quota window", "quota value", "quota model", "quota tier"],
        );
        check(
            &json!({"quota": quota}),
            &json!({}),
            &["quota window", "quota unit", "quota value", "quota model"],
        );
    }

    #[test]
    fn a_window_that_only_the_metric_fixes_may_be_left_out() {
        let metric = "aiplatform.googleapis.com/online_prediction_requests_per_base_model";
        let quota = |window: Option<&str>| json!({"quota": {"metric": metric, "window": window}});
        check(&quota(Some("minute")), &quota(None), &[]);
        check(&quota(Some("minute")), &quota(Some("minute")), &[]);
        check(&quota(Some("minute")), &quota(Some("day")), &["quota window"]);
    }

    #[test]
    fn field_violations_are_a_list_in_any_order() {
        let list = |fields: &[&str]| json!({"field_violations": fields});
        check(&list(&["a[0]", "b"]), &list(&["b", "a[0]"]), &[]);
        check(&list(&["a[0]", "b"]), &list(&["b"]), &["field violations"]);
        check(&list(&["b"]), &list(&["b", "b"]), &["field violations"]);
    }

    #[test]
    fn a_text_without_an_answer_is_an_error() {
        let told = all(&[entry("a1", &json!({}))], &answers("a2", &json!({}))).unwrap_err();
        assert_eq!(told.to_string(), "there is no answer for a1");
    }
}
