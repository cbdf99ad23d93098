//! A line of what `dioscuri diagnose --format jsonl` answers.

use super::entry::Quota;
use anyhow::{Context as _, bail};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the program found in one text. What it did not find is `None`, or empty.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) class: Option<String>,
    pub(super) retryable: Option<bool>,
    pub(super) retry_after_s: Option<f64>,
    pub(super) status: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) quota: Option<Quota>,
    #[serde(default)]
    pub(super) field_violations: Vec<String>,
    pub(super) finish_reason: Option<String>,
    pub(super) block_reason: Option<String>,
}

impl Answer {
    /// The quota it names, if it names anything of one.
    pub(super) fn quota(&self) -> Option<&Quota> {
        self.quota.as_ref().filter(|quota| **quota != Quota::default())
    }
}

/// The answers by id.
///
/// # Errors
///
/// A line has another form, or an id is answered twice; the line's number is told.
pub(super) fn parse(text: &str) -> anyhow::Result<BTreeMap<String, Answer>> {
    let mut answers = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let answer: Answer = serde_json::from_str(line).with_context(|| format!("line {number}"))?;
        if let Some(twice) = answers.insert(answer.id.clone(), answer) {
            bail!("line {number}: {} is answered twice", twice.id);
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_of_nulls_is_none() {
        let line = r#"{"id":"a1","class":"capacity","retryable":true,"quota":{"metric":null,"window":null}}"#;
        assert_eq!(parse(line).unwrap()["a1"].quota(), None);
    }

    #[test]
    fn a_text_is_answered_once() {
        let line = r#"{"id":"a1"}"#;
        let told = parse(&format!("{line}\n{line}\n")).unwrap_err().to_string();
        assert_eq!(told, "line 2: a1 is answered twice");
    }

    #[test]
    fn an_answer_of_another_form_is_told_by_its_line() {
        let told = parse("{\"id\":\"a1\"}\n{\"id\":\"a2\",\"retryable\":\"yes\"}").unwrap_err();
        assert_eq!(told.to_string(), "line 2");
    }
}
