//! Why the model stopped, as far as a run has to know.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    candidates: Vec<Candidate<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate<'a> {
    #[serde(borrow)]
    finish_reason: Option<Cow<'a, str>>,
}

/// Whether a candidate of `response` stopped at `maxOutputTokens`: it is an answer, but not a whole one.
pub(super) fn is_cut_off(response: &RawValue) -> bool {
    serde_json::from_str(response.get()).is_ok_and(|response: Response<'_>| {
        let mut candidates = response.candidates.iter();
        candidates.any(|candidate| candidate.finish_reason.as_deref() == Some("MAX_TOKENS"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(response: &str, expected: bool) {
        let response = RawValue::from_string(response.to_owned()).unwrap();
        assert_eq!(is_cut_off(&response), expected);
    }

    #[test]
    fn only_the_limit_of_output_cuts_an_answer_off() {
        check(r#"{"candidates":[{"finishReason":"MAX_TOKENS"}]}"#, true);
        check(
            r#"{"candidates":[{"finishReason":"STOP"},{"finishReason":"MAX_TOKENS"}]}"#,
            true,
        );
        check(r#"{"candidates":[{"finishReason":"STOP"}]}"#, false);
        check(r#"{"candidates":[{}]}"#, false);
        check(r#"{"usageMetadata":{}}"#, false);
    }
}
