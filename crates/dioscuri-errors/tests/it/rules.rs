//! One recorded body for each rule of the taxonomy, and what the failure then says.

use dioscuri_errors::{Classify, ClassifyExt, Seen, Taxonomy};
use dioscuri_vocab::{Class, Failure, HintSource, QuotaTier, Scope, Unit, UnixTime, Violation, Window};
use std::collections::BTreeSet;

const NOON: UnixTime = UnixTime(0);

/// Status if one came with it, body, the rule that must decide, its class, its scope.
type Row = (Option<u16>, &'static str, &'static str, Class, Scope);

const RECORDED: &[Row] = &[
    (
        Some(429),
        r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: gemini-4-neon\nPlease retry in 38.804097346s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"38s"}]}}"#,
        "limit-of-zero",
        Class::QuotaZero,
        Scope::QuotaDomain,
    ),
    (
        Some(402),
        r#"{"error":{"code":402,"message":"Payment required."}}"#,
        "payment-required",
        Class::Billing,
        Scope::BillingAccount,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"This API method requires billing to be enabled.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"BILLING_DISABLED","domain":"googleapis.com"}]}}"#,
        "billing-reason",
        Class::Billing,
        Scope::BillingAccount,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"No capacity available for model gemini-3.1-pro on the server","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"MODEL_CAPACITY_EXHAUSTED","domain":"cloudcode-pa.googleapis.com","metadata":{"model":"gemini-3.1-pro"}}]}}"#,
        "capacity-reason",
        Class::Capacity,
        Scope::Capacity,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaDimensions":{"location":"global","model":"gemini-3.8-flash"},"quotaValue":"20"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"26s"}]}}"#,
        "quota-per-day",
        Class::QuotaDay,
        Scope::QuotaDomain,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"Quota exceeded for aiplatform.googleapis.com/embed_content_input_tokens_per_minute_per_base_model with base model: gemini-embedding. Please submit a quota increase request.","status":"RESOURCE_EXHAUSTED"}}"#,
        "quota-per-minute",
        Class::QuotaMinute,
        Scope::QuotaDomain,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"You have exhausted your capacity on this model. Your quota will reset after 59s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"QUOTA_EXHAUSTED","domain":"cloudcode-pa.googleapis.com","metadata":{"quotaResetDelay":"10h50m43.65s"}}]}}"#,
        "subscription-quota-reason",
        Class::QuotaDay,
        Scope::QuotaDomain,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]}}"#,
        "key-invalid-reason",
        Class::AuthInvalidKey,
        Scope::Key,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"Disabled.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","domain":"googleapis.com"}]}}"#,
        "service-disabled-reason",
        Class::ServiceDisabled,
        Scope::Endpoint,
    ),
    (
        Some(401),
        r#"{"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"UNAUTHENTICATED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCESS_TOKEN_TYPE_UNSUPPORTED","domain":"googleapis.com"}]}}"#,
        "credentials-reason",
        Class::Unauthenticated,
        Scope::Key,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"Permission denied: Consumer 'projects/1' has been suspended.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"CONSUMER_SUSPENDED","domain":"googleapis.com"}]}}"#,
        "consumer-reason",
        Class::PermissionDenied,
        Scope::Endpoint,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"Requests to this API are blocked.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_SERVICE_BLOCKED","domain":"googleapis.com"}]}}"#,
        "key-restricted-reason",
        Class::PermissionDenied,
        Scope::Key,
    ),
    (
        Some(500),
        "<!DOCTYPE html><html><head><title>Error 500 (Server Error)!!1</title></head></html>",
        "page-of-a-front-end",
        Class::GatewayError,
        Scope::Endpoint,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"API key expired. Please renew the API key.","status":"INVALID_ARGUMENT"}}"#,
        "key-invalid-words",
        Class::AuthInvalidKey,
        Scope::Key,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}"#,
        "location",
        Class::UnsupportedRegion,
        Scope::Caller,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"Your project has exceeded its monthly spending cap.","status":"RESOURCE_EXHAUSTED"}}"#,
        "billing-words",
        Class::Billing,
        Scope::BillingAccount,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"CachedContent not found (or permission denied)","status":"PERMISSION_DENIED"}}"#,
        "cached-content",
        Class::NotFound,
        Scope::Caller,
    ),
    (
        Some(413),
        "Request Entity Too Large",
        "request-too-large",
        Class::ContextTooLong,
        Scope::Caller,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"You have exhausted your capacity on this model. Your quota will reset after 5h59m59s.","status":"RESOURCE_EXHAUSTED"}}"#,
        "subscription-quota-hint",
        Class::QuotaDay,
        Scope::QuotaDomain,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"Individual quota reached. Please upgrade your subscription.","status":"RESOURCE_EXHAUSTED"}}"#,
        "quota-day-words",
        Class::QuotaDay,
        Scope::QuotaDomain,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"Too many requests per minute.","status":"RESOURCE_EXHAUSTED"}}"#,
        "quota-minute-words",
        Class::QuotaMinute,
        Scope::QuotaDomain,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"Resource exhausted, please try again later.","status":"RESOURCE_EXHAUSTED"}}"#,
        "capacity-429",
        Class::Capacity,
        Scope::Capacity,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"Slow down.","status":"RESOURCE_EXHAUSTED"}}"#,
        "quota-unspecified",
        Class::QuotaUnspecified,
        Scope::Capacity,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"The input token count (132478) exceeds the maximum number of tokens allowed (131072).","status":"INVALID_ARGUMENT"}}"#,
        "too-many-tokens",
        Class::ContextTooLong,
        Scope::Caller,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"Request payload size exceeds the limit: 4194304 bytes.","status":"INVALID_ARGUMENT"}}"#,
        "payload-too-large",
        Class::ContextTooLong,
        Scope::Caller,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"You don't have access to this model or the model name is invalid","status":"INVALID_ARGUMENT"}}"#,
        "model-name-invalid",
        Class::NotFound,
        Scope::Endpoint,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"This model is closed to the project.","status":"FAILED_PRECONDITION"}}"#,
        "failed-precondition",
        Class::FailedPrecondition,
        Scope::Caller,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"The File abc is not in an ACTIVE state and usage is not allowed."}}"#,
        "file-not-active",
        Class::FailedPrecondition,
        Scope::Caller,
    ),
    (
        Some(400),
        "",
        "bad-request-without-words",
        Class::Unknown,
        Scope::Endpoint,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"Penalty is not enabled for this model","status":"INVALID_ARGUMENT"}}"#,
        "invalid-request",
        Class::InvalidRequest,
        Scope::Caller,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"Method doesn't allow unregistered callers (callers without established identity).","status":"PERMISSION_DENIED"}}"#,
        "no-identity",
        Class::Unauthenticated,
        Scope::Key,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"Generative Language API has not been used in project 1 before or it is disabled.","status":"PERMISSION_DENIED"}}"#,
        "service-disabled-words",
        Class::ServiceDisabled,
        Scope::Endpoint,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"Your API key was reported as leaked. Please use another API key.","status":"PERMISSION_DENIED"}}"#,
        "leaked-key",
        Class::PermissionDenied,
        Scope::Key,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"You do not have permission to access the File abc or it may not exist.","status":"PERMISSION_DENIED"}}"#,
        "file-of-another",
        Class::PermissionDenied,
        Scope::Caller,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"You may not.","status":"PERMISSION_DENIED"}}"#,
        "permission-denied",
        Class::PermissionDenied,
        Scope::Key,
    ),
    (
        Some(401),
        "",
        "unauthenticated",
        Class::Unauthenticated,
        Scope::Key,
    ),
    (
        Some(404),
        r#"{"error":{"code":404,"message":"File files/abc not found.","status":"NOT_FOUND"}}"#,
        "file-not-found",
        Class::NotFound,
        Scope::Caller,
    ),
    (
        Some(404),
        r#"{"error":{"code":404,"message":"There is no such thing.","status":"NOT_FOUND"}}"#,
        "not-found",
        Class::NotFound,
        Scope::Endpoint,
    ),
    (
        Some(501),
        r#"{"error":{"code":501,"message":"Operation is not implemented.","status":"UNIMPLEMENTED"}}"#,
        "unimplemented",
        Class::NotFound,
        Scope::Endpoint,
    ),
    (
        Some(409),
        r#"{"error":{"code":409,"message":"The operation was aborted.","status":"ABORTED"}}"#,
        "conflict",
        Class::Conflict,
        Scope::Caller,
    ),
    (
        Some(499),
        r#"{"error":{"code":499,"message":"The operation was cancelled.","status":"CANCELLED"}}"#,
        "cancelled",
        Class::Cancelled,
        Scope::Endpoint,
    ),
    (
        Some(503),
        r#"{"error":{"code":503,"message":"This model is currently experiencing high demand. Spikes in demand are usually temporary.","status":"UNAVAILABLE"}}"#,
        "capacity-5xx",
        Class::Capacity,
        Scope::Capacity,
    ),
    (
        Some(503),
        r#"{"error":{"code":503,"message":"The service is currently unavailable.","status":"UNAVAILABLE"}}"#,
        "unavailable",
        Class::Unavailable,
        Scope::Capacity,
    ),
    (
        Some(504),
        r#"{"error":{"code":504,"message":"Deadline expired before operation could complete.","status":"DEADLINE_EXCEEDED"}}"#,
        "deadline",
        Class::DeadlineExceeded,
        Scope::Endpoint,
    ),
    (
        Some(502),
        "upstream connect error",
        "bad-gateway",
        Class::GatewayError,
        Scope::Endpoint,
    ),
    (
        Some(500),
        r#"{"error":{"code":500,"message":"An internal error has occurred.","status":"INTERNAL"}}"#,
        "internal",
        Class::Internal,
        Scope::Endpoint,
    ),
    (
        Some(418),
        "I am a teapot",
        "guess-4xx",
        Class::InvalidRequest,
        Scope::Caller,
    ),
    (Some(529), "", "guess-5xx", Class::Internal, Scope::Endpoint),
    (Some(302), "", "redirect", Class::NotFound, Scope::Endpoint),
    (Some(103), "", "guess-1xx", Class::GatewayError, Scope::Endpoint),
    (
        Some(200),
        r#"{"error":{"message":"What?"}}"#,
        "no-clue",
        Class::Unknown,
        Scope::Endpoint,
    ),
    (
        Some(401),
        r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
        "grant-refused",
        Class::Unauthenticated,
        Scope::Key,
    ),
    (
        None,
        "You exceeded your current quota, please check your plan and billing details.",
        "quota-words",
        Class::QuotaUnspecified,
        Scope::Capacity,
    ),
    (
        Some(400),
        r#"{"error":{"code":400,"message":"Service agents are being provisioned. So please try again in a few minutes.","status":"FAILED_PRECONDITION"}}"#,
        "soon-ready",
        Class::FailedPrecondition,
        Scope::Caller,
    ),
    (
        None,
        r#"{"error":{"message":"No.","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents","description":"Required."}]}]}}"#,
        "field-violations",
        Class::InvalidRequest,
        Scope::Caller,
    ),
    (
        None,
        "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.",
        "invalid-request-words",
        Class::InvalidRequest,
        Scope::Caller,
    ),
    (
        Some(403),
        r#"{"error":{"code":403,"message":"Requests from referer <empty> are blocked.","status":"PERMISSION_DENIED"}}"#,
        "key-restricted-words",
        Class::PermissionDenied,
        Scope::Key,
    ),
    (
        None,
        "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/p' (or it may not exist).",
        "permission-words",
        Class::PermissionDenied,
        Scope::Key,
    ),
    (
        None,
        "API keys are not supported by this API. Expected OAuth2 access token.",
        "credentials-words",
        Class::Unauthenticated,
        Scope::Key,
    ),
    (
        None,
        "models/gemini-0 is not found for API version v1beta, or is not supported for generateContent.",
        "model-not-found",
        Class::NotFound,
        Scope::Endpoint,
    ),
    (
        None,
        "received 1008 (policy violation) BidiGenerateContent session not found",
        "session-not-found",
        Class::NotFound,
        Scope::Caller,
    ),
    (
        None,
        "received 1011 (internal error) Internal error encountered.",
        "internal-words",
        Class::Internal,
        Scope::Endpoint,
    ),
    (
        None,
        "The model is overloaded. Please try again later.",
        "capacity-words",
        Class::Capacity,
        Scope::Capacity,
    ),
    (
        Some(429),
        r#"{"error":{"code":429,"message":"The spend-based rate limit is exceeded. Please retry in 95s.","status":"RESOURCE_EXHAUSTED"}}"#,
        "spend-limit",
        Class::Billing,
        Scope::BillingAccount,
    ),
    (
        None,
        "Deadline expired before operation could complete.",
        "deadline-words",
        Class::DeadlineExceeded,
        Scope::Endpoint,
    ),
    (
        None,
        "HTTPSConnectionPool(host=h): Read timed out.",
        "timeout-words",
        Class::DeadlineExceeded,
        Scope::Endpoint,
    ),
    (
        None,
        "request failed: socket hang up",
        "broken-connection-words",
        Class::GatewayError,
        Scope::Endpoint,
    ),
    (
        None,
        "The `response.text` quick accessor requires a valid `Part`, but none were returned.",
        "answer-without-parts",
        Class::EmptyResponse,
        Scope::Caller,
    ),
];

#[test]
fn every_rule_decides_its_recorded_body() {
    let decided = |(status, body, ..): &Row| {
        let diagnosis = Taxonomy::new().diagnose(Seen::new(*status, body.as_bytes()), NOON);
        (diagnosis.rule, diagnosis.failure.class, diagnosis.failure.scope)
    };
    let found: Vec<_> = RECORDED.iter().map(decided).collect();
    let expected: Vec<_> = RECORDED.iter().map(|row| (row.2, row.3, row.4)).collect();
    let wrong: Vec<_> = found
        .iter()
        .zip(&expected)
        .filter(|(found, expected)| found != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_rule_lacks_a_recorded_body() {
    let recorded: BTreeSet<_> = RECORDED.iter().map(|row| row.2).collect();
    assert_eq!(recorded, Taxonomy::rules().collect());
    assert_eq!(RECORDED.len(), recorded.len());
}

#[track_caller]
fn failure(status: impl Into<Option<u16>>, body: &str) -> Failure {
    let seen = Seen::new(status.into(), body.as_bytes());
    Taxonomy::new()
        .classify(seen, NOON)
        .expect("an error is a failure")
}

fn recorded(rule: &str) -> Failure {
    let row = RECORDED
        .iter()
        .find(|row| row.2 == rule)
        .expect("a recorded rule");
    failure(row.0, row.1)
}

#[test]
fn a_daily_quota_stays_daily_whatever_the_hint() {
    let failure = recorded("quota-per-day");
    let hint = failure.retry_after.expect("a hint");
    assert_eq!((hint.after.as_secs(), hint.source), (26, HintSource::RetryInfo));
    let [violation] = failure.violations.as_slice() else {
        panic!("one violation: {:?}", failure.violations);
    };
    assert_eq!(violation.window, Some(Window::Day));
    assert_eq!(violation.unit, Some(Unit::Requests));
    assert_eq!(violation.limit, Some(20));
    assert_eq!(violation.tier, Some(QuotaTier::Free));
    assert_eq!(violation.model.as_deref(), Some("gemini-3.8-flash"));
    assert_eq!(violation.location.as_deref(), Some("global"));
}

#[test]
fn a_sentence_names_a_quota_where_no_detail_does() {
    let failure = recorded("limit-of-zero");
    let mut expected = Violation::new();
    expected.metric = Some("generativelanguage.googleapis.com/generate_content_free_tier_requests".into());
    expected.model = Some("gemini-4-neon".into());
    expected.limit = Some(0);
    expected.unit = Some(Unit::Requests);
    expected.tier = Some(QuotaTier::Free);
    assert_eq!(failure.violations, [expected]);

    let vertex = recorded("quota-per-minute");
    assert_eq!(vertex.violations[0].unit, Some(Unit::InputTokens));
    assert_eq!(vertex.violations[0].model.as_deref(), Some("gemini-embedding"));
}

#[test]
fn sentences_and_details_about_one_quota_are_one_violation() {
    let body = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota.\n* Quota exceeded for metric: g/free_tier_requests, limit: 200, model: m\n* Quota exceeded for metric: g/free_tier_requests, limit: 15, model: m\n","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"g/free_tier_requests","quotaId":"RequestsPerDay"},{"quotaMetric":"g/free_tier_requests","quotaId":"RequestsPerMinute"}]}]}}"#;
    let violations = failure(429, body).violations;
    let facts: Vec<_> = violations
        .iter()
        .map(|v| (v.window, v.limit, v.model.as_deref()))
        .collect();
    assert_eq!(
        facts,
        [
            (Some(Window::Day), Some(200), Some("m")),
            (Some(Window::Minute), Some(15), Some("m")),
        ]
    );
}

#[test]
fn display_names_of_a_quota_tell_its_window_and_unit_only() {
    let body = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota exceeded for quota metric 'Some requests' and limit 'Some requests per minute for a region' of service 's' for consumer 'c'."}}"#;
    let failure = failure(429, body);
    assert_eq!(failure.class, Class::QuotaMinute);
    assert_eq!(failure.violations[0].unit, Some(Unit::Requests));
    assert_eq!(failure.violations[0].metric, None);
}

#[test]
fn the_older_error_info_names_a_quota_too() {
    let body = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota.","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","domain":"googleapis.com","metadata":{"quota_metric":"generativelanguage.googleapis.com/model_requests","quota_limit":"ModelRequests","quota_unit":"1/min/{project}/{region}","quota_limit_value":"200","quota_location":"us-south1"}}]}}"#;
    let failure = failure(429, body);
    assert_eq!(failure.class, Class::QuotaMinute);
    let violation = &failure.violations[0];
    assert_eq!(violation.limit, Some(200));
    assert_eq!(violation.location.as_deref(), Some("us-south1"));
}

#[test]
fn the_most_trusted_hint_is_taken() {
    let headers = [("Retry-After", "120")];
    let from = |body: &str| {
        let seen = Seen::new(Some(429), body.as_bytes()).with_headers(&headers);
        let hint = Taxonomy::new()
            .diagnose(seen, NOON)
            .failure
            .retry_after
            .expect("a hint");
        (hint.after.as_millis(), hint.source)
    };
    let told = r#"{"error":{"code":429,"message":"Please retry in 7s.","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"900ms"}]}}"#;
    assert_eq!(from(told), (900, HintSource::RetryInfo));
    assert_eq!(from("Please retry in 7s."), (120_000, HintSource::Header));

    let metadata = recorded("subscription-quota-reason").retry_after.expect("a hint");
    assert_eq!(metadata.source, HintSource::Metadata);
    assert_eq!(metadata.after.as_millis(), 39_043_650);
    let message = recorded("subscription-quota-hint").retry_after.expect("a hint");
    assert_eq!(
        (message.after.as_secs(), message.source),
        (21_599, HintSource::Message)
    );
}

#[test]
fn an_error_is_counted_only_where_google_says_so() {
    assert_eq!(recorded("internal").counted, Some(true));
    assert_eq!(recorded("invalid-request").counted, Some(true));
    assert_eq!(recorded("key-invalid-reason").counted, None);
    assert_eq!(recorded("quota-per-day").counted, None);
    assert_eq!(recorded("bad-gateway").counted, None);
}

#[test]
fn a_success_without_an_error_is_not_a_failure() {
    let classify = |status, body: &str| Taxonomy::new().classify(Seen::new(status, body.as_bytes()), NOON);
    assert_eq!(classify(Some(200), r#"{"candidates":[]}"#), None);
    assert_eq!(classify(None, "hello"), None);
    let inside = classify(Some(200), r#"{"error":{"code":503,"status":"UNAVAILABLE"}}"#);
    assert_eq!(
        inside.map(|f| (f.class, f.status)),
        Some((Class::Unavailable, Some(503)))
    );
}

#[test]
fn a_closure_before_the_taxonomy_overrides_a_rule() {
    let mine =
        |seen: Seen<'_>, _: UnixTime| (seen.status == Some(503)).then(|| Failure::new(Class::GatewayError));
    let chain = mine.or(Taxonomy::new());
    let class = |status| {
        chain
            .classify(Seen::new(Some(status), b""), NOON)
            .map(|f| f.class)
    };
    assert_eq!(class(503), Some(Class::GatewayError));
    assert_eq!(class(504), Some(Class::DeadlineExceeded));
}
