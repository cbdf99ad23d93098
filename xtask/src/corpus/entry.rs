//! A line of the corpus: a text as somebody posted it, and what a good diagnosis finds in it.

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One posted text. Fields that only people need are left out.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) id: String,
    /// The form of the text, for example `json` or `python-sdk`.
    pub(super) shape: String,
    /// The HTTP status that came with it, where the post tells.
    pub(super) http_status: Option<u16>,
    /// The text itself.
    pub(super) raw: String,
    pub(super) expect: Expect,
}

/// What is to be found. A field that the text does not tell is `None`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Expect {
    /// Google's name of the status, if the text states it.
    pub(super) status: Option<String>,
    /// The class.
    pub(super) kind: String,
    pub(super) retryable: bool,
    /// Seconds that the server asks to wait.
    pub(super) retry_after_s: Option<f64>,
    /// The seconds of the message, where they differ.
    pub(super) message_retry_s: Option<f64>,
    pub(super) quota: Option<Quota>,
    pub(super) reason: Option<String>,
    /// The old style `errors[].reason`.
    pub(super) legacy_reason: Option<String>,
    pub(super) field_violations: Vec<String>,
    pub(super) finish_reason: Option<String>,
    pub(super) block_reason: Option<String>,
    /// Whether another class, or another `retryable`, can be defended.
    pub(super) debatable: bool,
    /// Why it is labelled so.
    pub(super) why: String,
}

/// The quota that was hit, in the corpus and in an answer alike.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub(super) struct Quota {
    pub(super) metric: Option<String>,
    pub(super) id: Option<String>,
    /// `minute`, `day` or `second`.
    pub(super) window: Option<String>,
    /// `requests`, `tokens` or `other`.
    pub(super) unit: Option<String>,
    /// The limit, as Google writes it.
    pub(super) value: Option<String>,
    pub(super) model: Option<String>,
    pub(super) location: Option<String>,
    /// `free` or `paid`.
    pub(super) tier: Option<String>,
}

/// What the program is told: the text and its status, and not what to find.
#[derive(Serialize)]
struct Question<'a> {
    id: &'a str,
    http_status: Option<u16>,
    raw: &'a str,
}

impl Entry {
    /// The line that the program is given.
    pub(super) fn question(&self) -> serde_json::Result<String> {
        let line = serde_json::to_string(&Question {
            id: &self.id,
            http_status: self.http_status,
            raw: &self.raw,
        });
        line.map(|line| line + "\n")
    }
}

/// The entries of a corpus, in its order. Empty lines are passed over.
///
/// # Errors
///
/// A line is not an entry, an id stands there twice, or there is no entry at all; the line's number is told.
pub(super) fn parse(text: &str) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let entry: Entry = serde_json::from_str(line).with_context(|| format!("line {number}"))?;
        if let Some(before) = seen.insert(entry.id.clone(), number) {
            bail!(
                "line {number}: the id {} stands in line {before} already",
                entry.id
            );
        }
        entries.push(entry);
    }
    ensure!(!entries.is_empty(), "it has no entries");
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"id":"a1","source":"notes","shape":"text","http_status":429,"raw":"slow \"down\"","expect":{"status":null,"status_implied":null,"kind":"quota_unspecified","retryable":true,"retry_after_s":null,"message_retry_s":null,"quota":null,"reason":null,"legacy_reason":null,"field_violations":[],"finish_reason":null,"block_reason":null,"debatable":true,"why":"says nothing"}}"#;

    #[test]
    fn the_program_is_not_told_what_to_find() {
        let entries = parse(GOOD).unwrap();
        let question = entries[0].question().unwrap();
        assert_eq!(
            question,
            "{\"id\":\"a1\",\"http_status\":429,\"raw\":\"slow \\\"down\\\"\"}\n"
        );
    }

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let told = format!("{:#}", parse(text).unwrap_err());
        assert!(told.starts_with(expected), "{told}");
    }

    #[test]
    fn a_bad_line_is_told_by_its_number() {
        check_refused(
            &format!("{GOOD}\n\n{{\"id\":1}}"),
            "line 3: invalid type: integer `1`",
        );
        check_refused("nonsense", "line 1: ");
    }

    #[test]
    fn an_id_stands_there_once() {
        check_refused(
            &format!("{GOOD}\n{GOOD}"),
            "line 2: the id a1 stands in line 1 already",
        );
    }

    #[test]
    fn a_corpus_without_entries_proves_nothing() {
        check_refused("\n\n", "it has no entries");
    }
}
