//! When to come back, and what not to believe: of the cases where the server's words mislead.

use super::advice::message;
use dioscuri_errors::{Advice, Again, Finding, Taxonomy, catalogue::Lang};
use dioscuri_vocab::UnixTime;
use serde_json::json;
use std::time::Duration;

/// A refusal that names a quota in its message, but not its window.
const WITHOUT_WINDOW: &str = "You exceeded your current quota.\n\
    * Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, \
    limit: 20, model: gemini-x\nPlease retry in 14.2s.";

fn read(text: &str) -> Finding {
    let found = Taxonomy::new().find_in(text.as_bytes(), None, UnixTime(0));
    found.into_iter().next().expect("an error is found")
}

fn english(text: &str) -> Advice {
    Advice::new(&read(text), Lang::En)
}

const fn after(seconds: u64) -> Again {
    Again::After(Duration::from_secs(seconds))
}

#[test]
fn a_quota_without_a_window_is_tried_once_and_is_then_the_days() {
    let found = read(&format!("[429 Too Many Requests] {WITHOUT_WINDOW}"));
    for lang in Lang::ALL {
        let told = Advice::new(&found, *lang);
        let hint = Some(Duration::from_millis(14_200));
        assert_eq!(told.again, Again::NextPacificDay { hint }, "{lang}");
        assert!(told.warnings[0].contains("15"), "{lang}: {:?}", told.warnings);
        assert_eq!(told.warnings.len(), 1, "{lang}: {:?}", told.warnings);
    }
    let told = Advice::new(&found, Lang::En);
    let facts = "Used up: 20 requests, model gemini-x, free tier. ";
    assert!(told.why.starts_with(facts), "{}", told.why);
    assert!(told.what.starts_with("A quota of your project"), "{}", told.what);
}

#[test]
fn a_quota_without_a_window_and_a_hint_is_tried_after_a_minute() {
    let text = WITHOUT_WINDOW.replace("\nPlease retry in 14.2s.", "");
    let hint = Some(Duration::from_secs(60));
    assert_eq!(message(429, &text).again, Again::NextPacificDay { hint });
}

#[test]
fn hours_on_the_free_tier_are_its_day_and_no_plans() {
    let told = message(429, &WITHOUT_WINDOW.replace("14.2s", "10h20m30s"));
    let hint = Some(Duration::from_secs(37_230));
    assert_eq!(told.again, Again::NextPacificDay { hint });
    assert_eq!(told.what, "The daily quota of the free tier is used up.");
}

#[test]
fn a_limit_on_spending_is_waited_for() {
    let limit = "Your project exceeded its spend-based rate limit for the last 10 minutes.";
    let told = message(429, &format!("{limit} Please retry in 3m12s."));
    assert_eq!(told.again, after(192));
    assert_eq!(told.warnings, [""; 0]);
    assert_eq!(told.sentence.as_deref(), limit.strip_suffix('.'));
    assert_eq!(message(429, limit).again, after(600));
}

#[track_caller]
fn quoted(text: &str, expected: bool) {
    let told = message(429, text);
    let quotes = told
        .warnings
        .iter()
        .any(|warning| warning.contains("“Check quota”"));
    assert_eq!(quotes, expected, "{:?}", told.warnings);
}

#[test]
fn only_words_that_were_said_are_doubted() {
    quoted("Resource has been exhausted (e.g. check quota).", true);
    quoted("Too many requests.", false);
    quoted(WITHOUT_WINDOW, false);
}

#[track_caller]
fn said(text: &str, sentence: Option<&str>) {
    assert_eq!(english(text).sentence.as_deref(), sentence);
}

#[test]
fn the_first_sentence_of_a_server_is_told_known_or_not() {
    let body = |message: &str| json!({"error": {"code": 429, "message": message}}).to_string();
    said(
        &body("The flux is full. Please retry in 9s."),
        Some("The flux is full"),
    );
    said(
        &body("Too many requests for your flux. Resource exhausted."),
        Some("Too many requests for your flux"),
    );
    said("Gemini failed: status 429. Please retry in 9s.", None);
}

#[test]
fn a_refusal_has_no_status_page() {
    assert_eq!(message(429, "Resource exhausted.").status_page, None);
    assert_eq!(english("Gemini: httpx.ReadTimeout: timed out").status_page, None);
    let vertex = message(503, "Vertex AI is not available.");
    assert_eq!(vertex.status_page, Some("https://status.cloud.google.com"));
}

#[test]
fn a_timeout_of_the_client_is_its_own() {
    let theirs = "The answer took longer than the deadline allowed.";
    let own = "Your client stopped waiting: its own timeout ended the call.";
    for (text, what) in [
        ("httpx.ReadTimeout", own),
        ("httpx.ReadTimeout: The read operation timed out", own),
        (
            "litellm.Timeout: APITimeoutError - Request timed out. gemini",
            own,
        ),
        (
            "google.api_core.exceptions.GatewayTimeout: 504 Deadline Exceeded",
            theirs,
        ),
        ("Deadline expired before operation could complete.", theirs),
    ] {
        assert_eq!(english(text).what, what, "{text}");
    }
}

#[track_caller]
fn unnamed(text: &str, expected: bool) {
    let told = english(text);
    let says = |words: &str| told.warnings.iter().any(|warning| warning.contains(words));
    let first = told.warnings.first();
    let warns = first.is_some_and(|warning| warning.starts_with("Nothing here names Gemini"));
    assert_eq!(warns, expected, "{told:?}");
    assert!(!(warns && says("words alone")), "{told:?}");
}

#[test]
fn words_of_anybody_are_taken_with_a_warning() {
    unnamed("Error: 429 Too Many Requests", true);
    unnamed("Error 503: Service unavailable", true);
    unnamed(
        "429 You exceeded your current quota, please check your plan and billing details.",
        true,
    );
    unnamed("Gemini: 503 Service unavailable", false);
    unnamed("400 User location is not supported for the API use.", false);
    unnamed("google.api_core: 503 Service unavailable", false);
    unnamed(
        r#"{"error": {"code": 503, "message": "Down.", "status": "UNAVAILABLE"}}"#,
        false,
    );
}

#[track_caller]
fn ended(reason: &str, again: Again) {
    let body = format!(r#"{{"candidates": [{{"finishReason": "{reason}"}}]}}"#);
    assert_eq!(english(&body).again, again, "{reason}");
}

#[test]
fn another_sample_does_not_mend_a_history() {
    ended("MALFORMED_FUNCTION_CALL", Again::Once);
    ended("MISSING_THOUGHT_SIGNATURE", Again::AfterChange);
    ended("TOO_MANY_TOOL_CALLS", Again::AfterChange);
}

#[test]
fn tokens_of_a_day_are_not_told_as_requests() {
    let body = json!({"error": {"code": 429, "message": "Quota.", "details": [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
            {"quotaId": "InputTokensPerModelPerDay-FreeTier", "quotaValue": "1000000"}]}]}});
    let found = read(&body.to_string());
    assert!(Advice::new(&found, Lang::En).why.contains("tokens, not requests"));
    for lang in Lang::ALL {
        let told = Advice::new(&found, *lang);
        let advised = [&told.now, &told.for_good, &told.prevent].map(|steps| steps.join(" "));
        assert!(advised.concat().contains("countTokens"), "{lang}: {advised:?}");
    }
}
