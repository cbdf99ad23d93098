//! Advice on one failure: specific, with its numbers, without wrong comfort and without the prompt.

use dioscuri_errors::{Advice, Again, Finding, Taxonomy, catalogue::Lang};
use dioscuri_vocab::{Class, Failure, UnixTime};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::Duration;

fn finding(status: u16, error: &Value) -> Finding {
    let body = json!({ "error": error }).to_string();
    let found = Taxonomy::new().find_in(body.as_bytes(), Some(status), UnixTime(0));
    found.into_iter().next().expect("an error is found")
}

fn advice(status: u16, error: &Value) -> Advice {
    Advice::new(&finding(status, error), Lang::En)
}

pub(super) fn message(status: u16, message: &str) -> Advice {
    advice(status, &json!({"code": status, "message": message}))
}

/// A refusal of the Developer API with one quota and a hint of seconds.
fn quota(id: &str, value: &str, hint: &str) -> Value {
    json!({"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota.", "details": [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests", "quotaId": id,
            "quotaDimensions": {"location": "global", "model": "gemini-x"}, "quotaValue": value}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": hint}]})
}

const DAY_FREE: &str = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";

#[track_caller]
fn starts(text: &str, beginning: &str) {
    assert!(text.starts_with(beginning), "{text}");
}

#[test]
fn a_short_hint_is_no_comfort_on_a_daily_quota() {
    let told = advice(429, &quota(DAY_FREE, "20", "14s"));
    let hint = Some(Duration::from_secs(14));
    assert_eq!(told.again, Again::NextPacificDay { hint });
    assert_eq!(told.what, "The daily quota of the free tier is used up.");
    starts(
        &told.why,
        "Used up: 20 requests a day, model gemini-x, free tier. ",
    );
    starts(
        &told.warnings[0],
        "The server says to come back in 14 s, but the quota that is used up is a day's.",
    );
}

#[test]
fn a_hint_until_the_reset_is_not_doubted() {
    let told = advice(429, &quota(DAY_FREE, "20", "39043s"));
    assert_eq!(told.warnings, [""; 0]);
}

#[test]
fn a_limit_of_zero_is_not_waited_for() {
    let told = advice(429, &quota(DAY_FREE, "0", "48s"));
    assert_eq!(told.again, Again::AfterChange);
    starts(
        &told.why,
        "The limit is 0: requests a day, model gemini-x, free tier. ",
    );
    assert!(told.warnings[0].contains("48 s, but the limit is 0"));
}

#[test]
fn a_minute_is_waited_for() {
    let id = "GenerateRequestsPerMinutePerProjectPerModel";
    let told = advice(429, &quota(id, "1000", "26.5s"));
    assert_eq!(told.again, Again::After(Duration::from_millis(26_500)));
    starts(&told.why, "Used up: 1,000 requests a minute, model gemini-x. ");
    assert_eq!(told.warnings, [""; 0]);
}

#[test]
fn several_quotas_are_all_told() {
    let mut error = quota(DAY_FREE, "20", "14s");
    let minute =
        json!({"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "quotaValue": "5"});
    let violations = error["details"][0]["violations"].as_array_mut().unwrap();
    violations.push(minute);
    let told = advice(429, &error);
    assert!(told.why.contains("20 requests a day"), "{}", told.why);
    assert!(told.why.contains("5 requests a minute"), "{}", told.why);
    assert!(
        told.warnings[1].starts_with("2 quotas are named."),
        "{:?}",
        told.warnings
    );
}

#[test]
fn money_is_not_waited_for() {
    let told = message(429, "Your prepayment credits are depleted. Please retry in 30s.");
    assert_eq!(told.what, "The prepaid credits are used up.");
    assert_eq!(told.again, Again::AfterChange);
    assert!(told.warnings[0].contains("30 s, but it is about money"));
}

#[track_caller]
fn case(status: u16, text: &str, what: &str) {
    assert_eq!(message(status, text).what, what);
}

#[test]
fn the_same_class_can_call_for_different_advice() {
    case(
        403,
        "Your API key was reported as leaked. Please use another API key.",
        "Google has blocked this key: it was reported as leaked.",
    );
    case(
        403,
        "CachedContent not found (or permission denied)",
        "The cached content is gone, or belongs to another project. The model itself is there.",
    );
    case(
        404,
        "models/gemini-x is not found for API version v1beta, or is not supported for generateContent.",
        "There is no model of this name here, or it cannot do what was asked.",
    );
    case(
        404,
        "This model models/gemini-x is no longer available to new users.",
        "This model is not offered any more, at least not to your project.",
    );
    case(
        404,
        "cachedContents/abc was not found.",
        "The cached content is gone, or belongs to another project. The model itself is there.",
    );
    case(
        429,
        "Resource exhausted. Please try again later.",
        "The shared capacity of Vertex AI is exhausted at the moment; this is no quota of yours.",
    );
    case(
        400,
        "Multiple authentication credentials received. Please pass only one.",
        "The request carried two credentials; exactly one is allowed.",
    );
    case(
        400,
        "Request payload size exceeds the limit: 4194304 bytes.",
        "The request is too large in bytes.",
    );
}

#[test]
fn a_reason_tells_more_than_the_class() {
    let told = advice(
        403,
        &json!({"code": 403, "message": "Requests are blocked.", "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_IP_ADDRESS_BLOCKED",
             "metadata": {"service": "generativelanguage.googleapis.com"}}]}),
    );
    assert_eq!(told.what, "The key may not be used from this IP address.");
    starts(&told.why, "Service: generativelanguage.googleapis.com. ");
}

#[test]
fn a_finish_reason_tells_more_than_the_class() {
    let body = br#"{"candidates": [{"finishReason": "SPII", "content": {"parts": [{"text": "4"}]}}]}"#;
    let found = Taxonomy::new().find_in(body, Some(200), UnixTime(0));
    let told = Advice::new(&found[0], Lang::En);
    assert_eq!(
        told.what,
        "The answer held sensitive personal data and was stopped."
    );
}

#[test]
fn wrong_fields_are_named_with_what_was_expected() {
    let told = advice(
        400,
        &json!({"code": 400, "message": "Invalid value.", "details": [
            {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [
                {"field": "generation_config.top_k",
                 "description": "Invalid value at 'generation_config.top_k' (TYPE_INT32), \"many\""},
                {"field": "contents[0]",
                 "description": "Invalid JSON payload received. Unknown name \"txt\" at 'contents[0]': Cannot find field."}]}]}),
    );
    starts(
        &told.why,
        "Wrong in the request: generation_config.top_k (expected int32); contents[0].txt (no such field here). ",
    );
}

#[test]
fn tokens_are_counted_against_the_limit() {
    let told = message(
        400,
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    );
    starts(
        &told.why,
        "1,200,000 tokens were counted and 1,048,576 are allowed: 151,424 too many. ",
    );
}

#[test]
fn a_servers_fault_has_the_status_page_of_its_service() {
    let developer = message(503, "The model is overloaded. Please try again later.");
    assert_eq!(developer.status_page, Some("https://aistudio.google.com/status"));
    let vertex = message(503, "aiplatform.googleapis.com is overloaded.");
    assert_eq!(vertex.status_page, Some("https://status.cloud.google.com"));
    assert_eq!(message(400, "Wrong.").status_page, None);
}

#[test]
fn pages_are_those_of_the_service_that_answered() {
    let vertex = message(503, "aiplatform.googleapis.com is overloaded.");
    assert!(vertex.pages.iter().all(|page| page.contains("cloud.google.com")));
    let developer = message(503, "generativelanguage.googleapis.com is overloaded.");
    assert!(developer.pages.iter().all(|page| page.contains("ai.google.dev")));
}

#[test]
fn steps_are_those_of_the_service_that_answered() {
    let of_vertex = |step: &String| step.starts_with("Vertex:");
    let developer = message(401, "No. See generativelanguage.googleapis.com.");
    assert!(!developer.now.iter().any(of_vertex), "{:?}", developer.now);
    let vertex = message(401, "No. See aiplatform.googleapis.com.");
    assert!(vertex.now.iter().any(of_vertex), "{:?}", vertex.now);
    assert!(vertex.now.len() < message(401, "No.").now.len());
}

#[track_caller]
fn translated(text: &str, german: Option<&str>, chinese: Option<&str>) {
    let finding = finding(503, &json!({"code": 503, "message": text}));
    for (lang, expected) in [(Lang::En, None), (Lang::De, german), (Lang::Zh, chinese)] {
        let told = Advice::new(&finding, lang);
        assert_eq!(told.translation.as_deref(), expected, "{lang}");
    }
}

#[test]
fn known_sentences_are_translated_and_others_are_not() {
    translated(
        "The model is overloaded. Please try again later.",
        Some("Das Modell ist überlastet. Bitte versuchen Sie es später noch einmal."),
        Some("模型过载。请稍后重试。"),
    );
    translated("The hamsters are on strike.", None, None);
}

#[test]
fn what_is_known_of_a_class_alone_is_told_in_every_language() {
    let mut finding = finding(400, &json!({"code": 400, "message": "x"}));
    for class in Class::ALL {
        finding.diagnosis.failure = Failure::new(*class);
        finding.diagnosis.failure.transient = class.is_transient();
        for lang in Lang::ALL {
            let told = Advice::new(&finding, *lang);
            let waits = told.again != Again::AfterChange;
            let resets = *class == Class::QuotaDay;
            assert_eq!(waits, class.is_transient() || resets, "{class}");
            assert!(told.why.len() > 20 && !told.now.is_empty(), "{lang} {class}");
        }
    }
}

#[track_caller]
fn doubted(text: &str, expected: bool) {
    let found = Taxonomy::new().find_in(text.as_bytes(), None, UnixTime(0));
    let told = Advice::new(&found[0], Lang::En);
    let doubts = told
        .warnings
        .iter()
        .any(|warning| warning.contains("words alone"));
    assert_eq!(doubts, expected, "{told:?}");
}

#[test]
fn words_that_no_server_is_known_to_write_leave_doubt() {
    doubted("Gemini: 503 UNAVAILABLE", true);
    doubted(
        "Gemini: 503 UNAVAILABLE. The model is overloaded. Please try again later.",
        false,
    );
}

#[test]
fn a_client_is_not_the_server() {
    let told = message(503, "The model is overloaded. Retrying in 2 seconds.");
    starts(&told.warnings[0], "“Retrying in …” is the client's own back-off.");
    assert!(matches!(told.again, Again::Backoff { .. }));
}

proptest! {
    #[test]
    fn neither_keys_nor_quoted_prompts_are_told(
        secret in "[a-z]{12,20}",
        key in "[A-Za-z0-9_]{35}",
        status in prop::sample::select(&[400_u16, 403, 404, 429, 500][..]),
    ) {
        let text = format!(
            "Invalid value at 'contents' (TYPE_X), \"my {secret} plan\" for key AIza{key}.\n* Field.x: \"{secret}\" AIza{key}"
        );
        let finding = finding(status, &json!({"code": status, "message": text}));
        for lang in Lang::ALL {
            let told = format!("{:?}", Advice::new(&finding, *lang));
            prop_assert!(!told.contains(&secret), "{}", told);
            prop_assert!(!told.contains(&key), "{}", told);
        }
    }

    #[test]
    fn any_message_can_be_advised_on(text in ".{0,300}", status in 400_u16..600) {
        let finding = finding(status, &json!({"code": status, "message": text}));
        for lang in Lang::ALL {
            prop_assert!(!Advice::new(&finding, *lang).what.is_empty());
        }
    }
}
