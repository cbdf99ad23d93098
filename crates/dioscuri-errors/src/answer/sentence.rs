//! Why an HTTP 200 is no answer, in one sentence.

use serde_json::Value;

/// Says in one sentence what an HTTP 200 that is no answer tells about itself: the block reason, the finish reason,
/// where the tokens went. `None` for a body that is not the JSON of one answer.
///
/// ```
/// use dioscuri_errors::explain_answer;
///
/// let body = br#"{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}"#;
/// assert_eq!(explain_answer(body).as_deref(), Some("the prompt was blocked: PROHIBITED_CONTENT"));
/// ```
#[must_use]
pub fn explain_answer(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let feedback = either(&answer, "promptFeedback", "prompt_feedback");
    if let Some(reason) = feedback.and_then(|feedback| word(feedback, "blockReason", "block_reason")) {
        let message =
            feedback.and_then(|feedback| word(feedback, "blockReasonMessage", "block_reason_message"));
        return Some(joined(&format!("the prompt was blocked: {reason}"), message));
    }
    let Some(candidate) = answer.get("candidates").and_then(|all| all.get(0)) else {
        return Some("the answer has no candidate, and gives no reason".to_owned());
    };
    let message = word(candidate, "finishMessage", "finish_message");
    Some(match word(candidate, "finishReason", "finish_reason") {
        Some("MAX_TOKENS") => joined(
            &format!("cut off at MAX_TOKENS before any text{}", spent(&answer)),
            message,
        ),
        Some("STOP") | None => "the answer has no content, and gives no reason".to_owned(),
        Some(reason) => joined(&format!("the answer was stopped: {reason}"), message),
    })
}

/// Where the tokens of the output went.
fn spent(answer: &Value) -> String {
    let usage = either(answer, "usageMetadata", "usage_metadata");
    let count = |camel, snake| {
        usage
            .and_then(|usage| either(usage, camel, snake))
            .and_then(Value::as_u64)
    };
    match count("thoughtsTokenCount", "thoughts_token_count") {
        Some(thoughts) if thoughts > 0 => format!(": {thoughts} tokens of output went to thinking"),
        _ => String::new(),
    }
}

fn joined(said: &str, message: Option<&str>) -> String {
    message.map_or_else(|| said.to_owned(), |message| format!("{said} ({message})"))
}

fn word<'a>(object: &'a Value, camel: &str, snake: &str) -> Option<&'a str> {
    either(object, camel, snake)?
        .as_str()
        .filter(|word| !word.is_empty())
}

/// Both spellings of a field are in use.
fn either<'a>(object: &'a Value, camel: &str, snake: &str) -> Option<&'a Value> {
    object.get(camel).or_else(|| object.get(snake))
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
    fn what_is_not_one_answer_is_not_explained() {
        assert_eq!(explain_answer(b"<html>"), None);
    }
}
