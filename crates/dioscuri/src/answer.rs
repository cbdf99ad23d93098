//! An answer with its receipt.

use crate::Receipt;
use bytes::Bytes;
use serde::Deserialize;
use std::fmt;

/// An answer: the bytes as they came, and what they cost.
#[derive(Clone)]
pub struct Answer {
    body: Bytes,
    receipt: Receipt,
}

impl Answer {
    pub(crate) fn new(body: Bytes, receipt: Receipt) -> Self {
        Self { body, receipt }
    }

    /// The JSON of the `GenerateContentResponse`, as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The text of the first candidate, without the model's thoughts; empty if it holds none.
    #[must_use]
    pub fn text(&self) -> String {
        let parsed: Response = serde_json::from_slice(&self.body).unwrap_or_default();
        let parts = parsed
            .candidates
            .into_iter()
            .next()
            .unwrap_or_default()
            .content
            .parts;
        parts
            .into_iter()
            .filter(|part| !part.thought)
            .map(|part| part.text)
            .collect()
    }

    /// What it cost.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The bytes and the receipt.
    #[must_use]
    pub fn into_parts(self) -> (Bytes, Receipt) {
        (self.body, self.receipt)
    }
}

impl fmt::Debug for Answer {
    /// Shows the size of the answer, never the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("body_bytes", &self.body.len())
            .field("receipt", &self.receipt)
            .finish()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Response {
    candidates: Vec<Candidate>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Candidate {
    content: Content,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    parts: Vec<Part>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Part {
    text: String,
    thought: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &'static str, text: &str) {
        assert_eq!(
            Answer::new(Bytes::from_static(body.as_bytes()), Receipt::default()).text(),
            text
        );
    }

    #[test]
    fn text_is_the_first_candidates_without_thoughts() {
        check(
            r#"{"candidates": [{"content": {"parts": [{"text": "hm", "thought": true}, {"text": "a"}, {"text": "b"}]}},
                {"content": {"parts": [{"text": "other"}]}}]}"#,
            "ab",
        );
    }

    #[test]
    fn an_answer_without_text_is_empty() {
        check("{}", "");
        check(
            r#"{"candidates": [{"content": {"parts": [{"functionCall": {"name": "f"}}]}}]}"#,
            "",
        );
    }
}
