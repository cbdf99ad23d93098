//! Each case has one body for which it holds, and a text in every language.

use super::{CASES, find};
use crate::advice::clues::Clues;
use crate::catalogue::{Book, Lang};
use crate::{Finding, Taxonomy};
use dioscuri_vocab::UnixTime;
use serde_json::{Value, json};
use std::collections::HashSet;

fn refused(status: u16, error: &Value) -> Finding {
    let body = json!({ "error": error }).to_string();
    let found = Taxonomy::new().find_in(body.as_bytes(), Some(status), UnixTime(0));
    found.into_iter().next().expect("an error is found")
}

fn says(status: u16, message: &str) -> Finding {
    refused(status, &json!({"code": status, "message": message}))
}

fn reads(text: &str) -> Finding {
    let found = Taxonomy::new().find_in(text.as_bytes(), None, UnixTime(0));
    found.into_iter().next().expect("an error is found")
}

fn exceeds(service: &str, id: &str, limit: &str) -> Finding {
    let metric = format!("{service}.googleapis.com/requests");
    let details = json!([{"@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaMetric": metric, "quotaId": id, "quotaValue": limit}]}]);
    refused(
        429,
        &json!({"code": 429, "message": "Quota exceeded.", "details": details}),
    )
}

/// A body for each case, by its name.
fn bodies() -> Vec<(&'static str, Finding)> {
    const DEVELOPER: &str = "generativelanguage";
    const VERTEX: &str = "aiplatform";
    vec![
        (
            "minute_held",
            refused(
                429,
                &json!({"code": 429, "message": "Quota exceeded.", "details": [
                    {"@type": "type.googleapis.com/google.rpc.QuotaFailure",
                     "violations": [{"quotaId": "RequestsPerMinutePerProject", "quotaValue": "10"}]},
                    {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "86000s"}]}),
            ),
        ),
        (
            "minute_vertex",
            exceeds(VERTEX, "RequestsPerMinutePerProject", "60"),
        ),
        (
            "minute_free",
            exceeds(DEVELOPER, "RequestsPerMinutePerProject-FreeTier", "5"),
        ),
        (
            "minute_tokens",
            exceeds(DEVELOPER, "PaidTierInputTokensPerMinute", "1000000"),
        ),
        (
            "day_plan",
            says(
                429,
                "You have exhausted your capacity on this model. Your quota will reset after 5h10m.",
            ),
        ),
        (
            "day_tokens",
            exceeds(DEVELOPER, "InputTokensPerModelPerDay-FreeTier", "1000000"),
        ),
        (
            "day_free",
            exceeds(DEVELOPER, "RequestsPerDayPerProject-FreeTier", "20"),
        ),
        (
            "own_quota",
            says(
                429,
                "Quota exceeded for metric: generativelanguage.googleapis.com/free_tier_requests, limit: 20, model: gemini-x",
            ),
        ),
        ("zero_vertex", exceeds(VERTEX, "RequestsPerMinutePerProject", "0")),
        (
            "zero_free",
            exceeds(DEVELOPER, "RequestsPerDayPerProject-FreeTier", "0"),
        ),
        (
            "provisioned",
            says(429, "Too many requests. Exceeded the Provisioned Throughput."),
        ),
        (
            "shared_capacity",
            says(429, "Resource exhausted. Please try again later."),
        ),
        ("prepaid", says(429, "The prepaid credits are depleted.")),
        (
            "spend_rate",
            says(429, "Your spend-based limit is exceeded. Please retry in 3m12s."),
        ),
        (
            "monthly_cap",
            says(429, "Your project has exceeded its monthly spending cap."),
        ),
        (
            "spending_cap",
            says(429, "The spending cap of the tier is reached."),
        ),
        (
            "signature",
            says(400, "A functionCall part has no thought_signature."),
        ),
        (
            "function_turns",
            says(400, "A function call turn must come after a user turn."),
        ),
        (
            "two_credentials",
            says(
                400,
                "Multiple authentication credentials received. Please pass only one.",
            ),
        ),
        ("small_cache", says(400, "Cached content is too small.")),
        ("thinking", says(400, "The thinking budget (99999) is invalid.")),
        (
            "unknown_field",
            says(
                400,
                "Unknown name \"topp\" at 'generation_config': Cannot find field.",
            ),
        ),
        (
            "too_many_bytes",
            says(400, "Request payload size exceeds the limit: 4194304 bytes."),
        ),
        (
            "unpaid_region",
            says(
                400,
                "User location is not supported for the API use without a billing account linked.",
            ),
        ),
        (
            "service_agents",
            says(
                400,
                "Service agents are being provisioned. Try again in a few minutes.",
            ),
        ),
        (
            "file_not_ready",
            says(
                400,
                "The File abc is not in an ACTIVE state and usage is not allowed.",
            ),
        ),
        (
            "client_timeout",
            reads("httpx.ReadTimeout: The read operation timed out"),
        ),
        (
            "expired_key",
            says(400, "API key expired. Please renew the API key."),
        ),
        (
            "keys_not_accepted",
            says(401, "API keys are not supported by this API."),
        ),
        ("leaked_key", says(403, "Your API key was reported as leaked.")),
        ("file_of_another", says(403, "You may not access the File abc.")),
        (
            "missing_role",
            says(
                403,
                "Permission 'aiplatform.endpoints.predict' denied on resource 'x'.",
            ),
        ),
        (
            "cache_gone",
            says(403, "CachedContent not found (or permission denied)"),
        ),
        (
            "retired_model",
            says(
                404,
                "This model models/gemini-x is no longer available to new users.",
            ),
        ),
        (
            "model_elsewhere",
            says(
                404,
                "Publisher Model `publishers/google/models/gemini-x` not found.",
            ),
        ),
        (
            "unknown_model",
            says(404, "models/gemini-x is not found for API version v1beta."),
        ),
        ("file_gone", says(404, "The file files/abc does not exist.")),
    ]
}

#[test]
fn every_case_holds_for_its_body() {
    let bodies = bodies();
    for (name, finding) in &bodies {
        let found = find(&Clues::new(finding)).map(|at| CASES[at].subject.name);
        assert_eq!(found, Some(*name), "{}", finding.diagnosis.failure);
    }
    let tried: Vec<_> = bodies.iter().map(|(name, _)| *name).collect();
    let names: Vec<_> = CASES.iter().map(|case| case.subject.name).collect();
    assert_eq!(tried, names, "each case has its body");
}

#[test]
fn a_failure_of_its_class_and_no_more_is_no_case() {
    for (status, message) in [(400, "Wrong."), (403, "No."), (404, "Not here."), (503, "Down.")] {
        assert_eq!(find(&Clues::new(&says(status, message))), None, "{message}");
    }
}

#[test]
fn every_case_is_told_in_every_language() {
    let texts = |lang| Book::of(lang).cases.iter();
    let mut told = HashSet::new();
    for lang in Lang::ALL {
        for (case, english) in texts(*lang).zip(texts(Lang::En)) {
            assert_eq!((case.name, case.now.len()), (english.name, english.now.len()));
            let lists = [case.now, case.for_good, case.prevent];
            assert!(lists.iter().all(|list| !list.is_empty()), "{lang} {}", case.name);
            assert!(told.insert(case.meaning), "{lang} {}", case.meaning);
        }
    }
}
