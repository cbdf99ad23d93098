//! What failures mean, with `dioscuri-errors` alone: a daily quota that hints at seconds, a page of HTML from a
//! proxy, and an answer of HTTP 200 that is none.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use dioscuri_errors::{Seen, Taxonomy, read_answer};
use dioscuri_vocab::{Class, Failure, Unit, UnixTime, Window};

/// Shortened from a body of the free tier.
const QUOTA: &[u8] = br#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
  "message": "You exceeded your current quota, please check your plan and billing details.\nPlease retry in 26.4s.",
  "details": [
    {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
      "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
      "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
      "quotaDimensions": {"location": "global", "model": "gemini-3.8-flash"},
      "quotaValue": "20"}]},
    {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26s"}]}}"#;

const PAGE: &[u8] = b"<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>
<p>The server encountered a temporary error and could not complete your request.</html>";

const BLOCKED: &[u8] = br#"{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
  "usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12}, "modelVersion": "gemini-3.8-flash"}"#;

fn main() {
    // When it arrived: a `Retry-After` may be a date.
    let now = UnixTime::from_secs(1_795_291_200);
    let taxonomy = Taxonomy::new();

    let quota = taxonomy.diagnose(Seen::new(Some(429), QUOTA), now);
    println!(
        "HTTP 429: {}",
        quota.error.message().lines().next().unwrap_or_default()
    );
    println!("  decided by rule `{}`", quota.rule);
    show(&quota.failure);
    let violation = &quota.failure.violations[0];
    assert_eq!(quota.failure.class, Class::QuotaDay);
    assert_eq!(
        (violation.unit, violation.window),
        (Some(Unit::Requests), Some(Window::Day))
    );

    let headers = [("Content-Type", "text/html"), ("Retry-After", "30")];
    let page = taxonomy.diagnose(Seen::new(Some(502), PAGE).with_headers(&headers), now);
    println!("HTTP 502: a page, not JSON ({:?})", page.error.form());
    println!("  decided by rule `{}`", page.rule);
    show(&page.failure);
    assert_eq!(page.failure.class, Class::GatewayError);
    assert_eq!(page.failure.hint().map(|hint| hint.as_secs()), Some(30));

    let blocked = read_answer(BLOCKED, now);
    println!("HTTP 200: an answer without an answer");
    let failure = blocked.failure().expect("a blocked prompt is a failure");
    show(failure);
    assert_eq!(failure.class, Class::BlockedPrompt);
}

/// Prints the facts; what to do about them is a policy's business.
fn show(failure: &Failure) {
    let transient = if failure.class.is_transient() {
        "transient"
    } else {
        "not transient"
    };
    println!("  class {}, {transient}, scope {}", failure.class, failure.scope);
    for violation in &failure.violations {
        let model = violation.model.as_deref().unwrap_or("any model");
        let limit = violation
            .limit
            .map_or("unknown".to_owned(), |limit| limit.to_string());
        let unit = violation.unit.map_or("?", Unit::name);
        let window = violation.window.map_or("?", Window::name);
        println!("  quota: {limit} {unit} a {window} of {model}");
    }
    match failure.hint() {
        Some(hint) => println!("  the server says: again in {} s", hint.as_secs_f64()),
        None => println!("  the server does not say when to try again"),
    }
}
