//! Why an HTTP 200 is no answer, in one sentence.

use super::ResponseReader;
use super::event::{Event, Events};
use crate::ServerText;
use dioscuri_vocab::UnixTime;
use serde::de::DeserializeSeed as _;

/// Says in one sentence what an HTTP 200 that is no answer tells about itself: the block reason, the finish reason,
/// where the tokens went. `None` for a body that is not the JSON of an answer, or that holds an error.
///
/// ```
/// use dioscuri_errors::explain_answer;
///
/// let body = br#"{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}"#;
/// assert_eq!(explain_answer(body).as_deref(), Some("the prompt was blocked: PROHIBITED_CONTENT"));
/// ```
#[must_use]
pub fn explain_answer(body: &[u8]) -> Option<String> {
    let mut reader = ResponseReader::new();
    let (mut candidate, mut thoughts, mut failed) = (false, 0, false);
    let events = Events(|event: Event<'_>| {
        candidate |= event.candidates.any;
        thoughts = event.usage.as_ref().map_or(thoughts, |usage| usage.thoughts);
        if event.error || event.foreign {
            failed = true;
        } else {
            // The time matters to errors only, and this is none.
            reader.take(event, body, UnixTime(0));
        }
    });
    let mut json = serde_json::Deserializer::from_slice(body);
    events.deserialize(&mut json).and_then(|()| json.end()).ok()?;
    if failed {
        return None;
    }
    if let Some(reason) = reader.block_reason() {
        return Some(joined(
            format!("the prompt was blocked: {reason}"),
            reader.block_message(),
        ));
    }
    if !candidate {
        return Some("the answer has no candidate, and gives no reason".to_owned());
    }
    Some(match reader.finish_reason() {
        Some(reason @ "MAX_TOKENS") => {
            let spent = match thoughts {
                0 => String::new(),
                thoughts => format!(": {thoughts} tokens of output went to thinking"),
            };
            let said = format!("cut off at {reason} before any text{spent}");
            joined(said, reader.finish_message())
        }
        Some("STOP") | None => "the answer has no content, and gives no reason".to_owned(),
        Some(reason) => joined(
            format!("the answer was stopped: {reason}"),
            reader.finish_message(),
        ),
    })
}

fn joined(said: String, message: Option<&ServerText>) -> String {
    match message.map(ServerText::as_str) {
        None | Some("") => said,
        Some(message) => format!("{said} ({message})"),
    }
}

#[cfg(test)]
mod tests {
    use super::explain_answer;

    #[track_caller]
    fn check(body: &str, expected: &str) {
        assert_eq!(explain_answer(body.as_bytes()).as_deref(), Some(expected));
    }

    #[test]
    fn a_blocked_prompt_says_why() {
        check(
            r#"{"promptFeedback": {"blockReason": "MODEL_ARMOR", "blockReasonMessage": "Filtered."}}"#,
            "the prompt was blocked: MODEL_ARMOR (Filtered.)",
        );
    }

    #[test]
    fn a_stopped_answer_says_why() {
        check(
            r#"{"candidates": [{"finishReason": "SAFETY"}]}"#,
            "the answer was stopped: SAFETY",
        );
        check(
            r#"{"candidates": [{"finishReason": "MAX_TOKENS"}], "usageMetadata": {"thoughtsTokenCount": 40}}"#,
            "cut off at MAX_TOKENS before any text: 40 tokens of output went to thinking",
        );
    }

    #[test]
    fn an_answer_without_reasons_says_so() {
        check("{}", "the answer has no candidate, and gives no reason");
        check(
            r#"{"candidates": [{}]}"#,
            "the answer has no content, and gives no reason",
        );
    }

    #[test]
    fn the_last_event_of_a_list_says_why() {
        check(
            r#"[{"candidates": [{"content": {}}]}, {"candidates": [{"finish_reason": 4}]}]"#,
            "the answer was stopped: RECITATION",
        );
    }

    #[test]
    fn what_is_no_answer_is_not_explained() {
        assert_eq!(explain_answer(b"<html>"), None);
        assert_eq!(explain_answer(br#"{"error": {"code": 503}}"#), None);
        assert_eq!(explain_answer(br#"{"totalTokens": 31}"#), None);
    }
}
