//! Errors in texts of every notation, damaged and wrapped as terminals, logs and programs leave them.

use dioscuri_errors::{Code, Evidence, Finding, Taxonomy};
use dioscuri_vocab::{Class, QuotaTier, Unit, UnixTime, Window};
use std::time::Duration;

fn found(text: &str) -> Vec<Finding> {
    Taxonomy::new().find_in(text.as_bytes(), None, UnixTime(0))
}

/// The class of the decisive finding.
#[track_caller]
fn check(text: &str, class: Class) {
    let found = found(text);
    let first = found.first().map(|finding| finding.diagnosis.failure.class);
    assert_eq!(first, Some(class), "{text}");
}

/// A refusal that names everything, as the server writes it.
const DAILY: &str = r#"{"error": {"code": 429, "message": "You exceeded your current quota.\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 20, model: gemini-9-flash\nPlease retry in 14.5s.", "status": "RESOURCE_EXHAUSTED", "details": [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests", "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaDimensions": {"location": "global", "model": "gemini-9-flash"}, "quotaValue": "20"}]}, {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "14s"}]}}"#;

/// The same in other notations: as a Python `repr`, as Go prints maps, as protobuf text, inspected by Node.
fn notations() -> Vec<(&'static str, String)> {
    let quoted = serde_json::to_string(DAILY).expect("a string is JSON");
    let python = DAILY.replace('"', "'");
    vec![
        ("json", DAILY.to_owned()),
        ("a list", format!("[{DAILY}]")),
        ("an event", format!("data: {DAILY}\n\n")),
        ("with a prefix", format!("ApiError: got status: 429 Too Many Requests. {DAILY}")),
        ("in a message", format!(r#"{{"error": {{"message": {quoted}, "code": 429, "status": "Too Many Requests"}}}}"#)),
        ("in a log", format!(r#"{{"ts": "2026-11-22T08:00:00Z", "level": "error", "msg": {quoted}}}"#)),
        ("a repr", format!("429 RESOURCE_EXHAUSTED. {python}")),
        ("a repr in a list", format!("Error code: 429 - [{python}]")),
        ("typographic", DAILY.replace("{\"", "{“").replace('"', "”")),
        ("full width", DAILY.replace("\": ", "\"： ")),
        ("HTML", DAILY.replace('"', "&quot;")),
        ("coloured", format!("\u{1b}[31m{DAILY}\u{1b}[0m")),
        ("quoted by mail", format!("> {}", pretty().replace('\n', "\n> "))),
        ("numbered", each_line(|n, line| format!("{n:4} {line}"))),
        ("in a frame", each_line(|_, line| format!("│ {line:<170} │"))),
        ("of a container", each_line(|_, line| format!("web-1  | 2026-11-22 08:00:00 ERROR {line}"))),
        ("inspected", each_line(|_, line| format!("    '{line}\\n' +"))),
        ("bytes", format!("b'{}'", pretty().replace('\n', "\\n"))),
        (
            "go",
            "Error 429, Message: You exceeded your current quota.\n* Quota exceeded for metric: \
             generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 20, model: gemini-9-flash\nPlease \
             retry in 14.5s., Status: RESOURCE_EXHAUSTED, Details: [map[@type:type.googleapis.com/google.rpc.QuotaFailure \
             violations:[map[quotaDimensions:map[location:global model:gemini-9-flash] \
             quotaId:GenerateRequestsPerDayPerProjectPerModel-FreeTier \
             quotaMetric:generativelanguage.googleapis.com/generate_content_free_tier_requests quotaValue:20]]] \
             map[@type:type.googleapis.com/google.rpc.RetryInfo retryDelay:14s]]"
                .to_owned(),
        ),
        (
            "protobuf",
            "google.api_core.exceptions.ResourceExhausted: 429 You exceeded your current quota. [violations {\n  quota_metric: \
             \"generativelanguage.googleapis.com/generate_content_free_tier_requests\"\n  quota_id: \
             \"GenerateRequestsPerDayPerProjectPerModel-FreeTier\"\n  quota_dimensions {\n    key: \"model\"\n    value: \
             \"gemini-9-flash\"\n  }\n  quota_dimensions {\n    key: \"location\"\n    value: \"global\"\n  }\n  quota_value: \
             20\n}\n, retry_delay {\n  seconds: 14\n}\n]"
                .to_owned(),
        ),
    ]
}

/// The pretty body with something around each of its lines.
fn each_line(around: impl Fn(usize, &str) -> String) -> String {
    let pretty = pretty();
    let lines: Vec<_> = pretty.lines().zip(1..).map(|(line, n)| around(n, line)).collect();
    lines.join("\n")
}

fn pretty() -> String {
    let value: serde_json::Value = serde_json::from_str(DAILY).expect("the body is JSON");
    serde_json::to_string_pretty(&value).expect("JSON can be written")
}

#[test]
fn every_notation_says_the_same() {
    for (name, text) in notations() {
        let found = found(&text);
        let diagnosis = &found
            .first()
            .unwrap_or_else(|| panic!("nothing found in {name}"))
            .diagnosis;
        let failure = &diagnosis.failure;
        assert_eq!(failure.class, Class::QuotaDay, "{name}");
        assert_eq!(failure.hint().map(|hint| hint.as_secs()), Some(14), "{name}");
        let [violation] = failure.violations.as_slice() else {
            panic!("{name}: {:?}", failure.violations);
        };
        assert_eq!(violation.window, Some(Window::Day), "{name}");
        assert_eq!(violation.unit, Some(Unit::Requests), "{name}");
        assert_eq!(violation.limit, Some(20), "{name}");
        assert_eq!(violation.tier, Some(QuotaTier::Free), "{name}");
        assert_eq!(violation.model.as_deref(), Some("gemini-9-flash"), "{name}");
        assert_eq!(violation.location.as_deref(), Some("global"), "{name}");
        assert_eq!(
            violation.quota_id.as_deref(),
            Some("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
            "{name}"
        );
        assert!(!diagnosis.failure.transient, "{name}");
    }
}

#[test]
fn valid_json_is_surer_than_the_rest() {
    assert_eq!(found(DAILY)[0].evidence, Evidence::Structure);
    assert_eq!(found(&DAILY.replace('"', "'"))[0].evidence, Evidence::Salvaged);
    assert_eq!(found("503 The model is overloaded.")[0].evidence, Evidence::Words);
}

#[test]
fn a_text_cut_anywhere_is_still_read_as_far_as_it_goes() {
    let start = DAILY.find("quotaId").expect("the body has an id");
    for cut in start + 40..DAILY.len() {
        check(&DAILY[..cut], Class::QuotaDay);
    }
}

#[test]
fn names_of_exceptions_are_enough() {
    check("ResourceExhausted", Class::QuotaUnspecified);
    check(
        "google.api_core.exceptions.InvalidArgument",
        Class::InvalidRequest,
    );
    check("BlockedPromptException", Class::BlockedPrompt);
    check(
        "google.generativeai.types.generation_types.StopCandidateException",
        Class::BlockedResponse,
    );
    check("BrokenResponseError", Class::GatewayError);
    check("IncompleteIterationError", Class::InvalidRequest);
    check(
        "google.auth.exceptions.DefaultCredentialsError",
        Class::Unauthenticated,
    );
    check("google.auth.exceptions.RefreshError", Class::Unauthenticated);
    check("RetryError", Class::DeadlineExceeded);
    check("google.genai.errors.ServerError", Class::Internal);
    check("google.genai.errors.ClientError", Class::InvalidRequest);
    check("ClientError: 404", Class::NotFound);
    check("ServerError: 503", Class::Unavailable);
    check("openai.RateLimitError", Class::QuotaUnspecified);
    check("litellm.ContextWindowExceededError", Class::ContextTooLong);
    check(
        "com.google.api.gax.rpc.UnauthenticatedException",
        Class::Unauthenticated,
    );
    check("io.grpc.StatusRuntimeException: UNAVAILABLE", Class::Unavailable);
    check("GenerateContentError.promptBlocked", Class::BlockedPrompt);
}

#[test]
fn what_a_wrapper_wraps_decides() {
    check(
        "RetryError: Timeout of 60.0s exceeded, last exception: 503 The model is overloaded.",
        Class::Capacity,
    );
    check(
        "tenacity.RetryError: RetryError[<Future at 0x1 state=finished raised ResourceExhausted>]",
        Class::QuotaUnspecified,
    );
    check(
        "AI_RetryError: Failed after 3 attempts. Last error: Your prepayment credits are depleted.",
        Class::Billing,
    );
}

#[test]
fn the_sentences_of_the_servers_need_no_status() {
    check(
        "API key not valid. Please pass a valid API key.",
        Class::AuthInvalidKey,
    );
    check(
        "User location is not supported for the API use.",
        Class::UnsupportedRegion,
    );
    check("Resource exhausted. Please try again later.", Class::Capacity);
    check(
        "You have exhausted your daily quota on this model.",
        Class::QuotaDay,
    );
    check(
        "The input token count (9) exceeds the maximum number of tokens allowed (8).",
        Class::ContextTooLong,
    );
    check(
        "* GenerateContentRequest.contents[0].parts: must not be empty.",
        Class::InvalidRequest,
    );
}

#[test]
fn a_sentence_broken_by_a_terminal_is_read() {
    check(
        "│ User location is not sup │\n│ ported for the API use.  │",
        Class::UnsupportedRegion,
    );
}

#[test]
fn a_clients_own_backoff_is_no_hint() {
    let text =
        "Retrying call in 4.4 seconds as it raised ClientError: 429 RESOURCE_EXHAUSTED. will retry in 9s";
    assert_eq!(found(text)[0].diagnosis.failure.hint(), None);
}

#[test]
fn a_name_that_was_cut_is_not_given_as_a_name() {
    let text = r#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerPro"#;
    let found = found(text);
    let violation = &found[0].diagnosis.failure.violations[0];
    assert_eq!(
        (violation.window, violation.quota_id.as_deref()),
        (Some(Window::Day), None)
    );
}

#[test]
fn fields_that_are_wrong_are_named() {
    let text = r#"  "field": "tools[0].parameters", "description": "Unknown name \"const\""}, {"field": "contents[1]", "description": "…"}"#;
    let found = found(text);
    let fields: Vec<_> = found[0]
        .diagnosis
        .error
        .field_violations()
        .map(|violation| violation.field.to_string())
        .collect();
    assert_eq!(fields, ["tools[0].parameters", "contents[1]"]);
    assert_eq!(found[0].diagnosis.failure.class, Class::InvalidRequest);
}

#[test]
fn of_several_errors_the_decisive_one_is_first_and_all_are_listed() {
    let overloaded =
        r#"{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}"#;
    let text = format!(
        "2026-11-22 08:00:00 try 1: {overloaded}\n2026-11-22 08:00:09 try 2: {DAILY}\n2026-11-22 08:00:19 gave up"
    );
    let found = found(&text);
    let classes: Vec<_> = found
        .iter()
        .map(|finding| finding.diagnosis.failure.class)
        .collect();
    assert_eq!(classes, [Class::QuotaDay, Class::Capacity]);
    assert!(
        text[found[1].span.clone()].contains("try 1"),
        "each finding says where it stands"
    );
}

#[test]
fn answers_that_are_no_good_are_found() {
    for (text, class, finish, block) in [
        (
            r#"{"candidates": [{"finishReason": "SAFETY"}]}"#,
            Class::BlockedResponse,
            Some("SAFETY"),
            None,
        ),
        (
            r#"data: {"promptFeedback": {"blockReason": "OTHER"}}"#,
            Class::BlockedPrompt,
            None,
            Some("OTHER"),
        ),
        (
            "candidates=None prompt_feedback=Feedback(block_reason=<BlockedReason.SAFETY: 'SAFETY'>)",
            Class::BlockedPrompt,
            None,
            Some("SAFETY"),
        ),
        (
            "[Candidate(content=None, finish_reason=<FinishReason.MAX_TOKENS: 'MAX_TOKENS'>)]",
            Class::TruncatedOutput,
            Some("MAX_TOKENS"),
            None,
        ),
        (
            "response:\ncandidates {\n  index: 0\n  finish_reason: RECITATION\n}",
            Class::Recitation,
            Some("RECITATION"),
            None,
        ),
        (
            "[GoogleGenerativeAI Error]: Candidate was blocked due to SAFETY",
            Class::BlockedResponse,
            Some("SAFETY"),
            None,
        ),
        (
            "Response was blocked due to PROHIBITED_CONTENT",
            Class::BlockedPrompt,
            None,
            Some("PROHIBITED_CONTENT"),
        ),
        (
            "none were returned. The candidate's finish_reason is 2.",
            Class::TruncatedOutput,
            Some("MAX_TOKENS"),
            None,
        ),
        (
            "Gemini said MALFORMED_FUNCTION_CALL again",
            Class::MalformedOutput,
            Some("MALFORMED_FUNCTION_CALL"),
            None,
        ),
    ] {
        let found = found(text);
        let first = found.first().unwrap_or_else(|| panic!("nothing found in {text}"));
        assert_eq!(first.diagnosis.failure.class, class, "{text}");
        assert_eq!(first.finish_reason.as_deref(), finish, "{text}");
        assert_eq!(first.block_reason.as_deref(), block, "{text}");
    }
}

#[test]
fn what_is_no_failure_is_not_found() {
    for text in [
        "",
        "all is well",
        r#"{"candidates": [{"content": {"parts": [{"text": "hello"}]}, "finishReason": "STOP"}]}"#,
        r#"{"level": "info", "message": "started", "status": "ok", "code": 0}"#,
        "2026-11-22 10:00:00,429 INFO worker-503 took 500 ms for 404 items",
        "error: failed to open file",
        "fn main() { let error = \"code\"; }",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn a_log_of_other_programs_is_quiet() {
    let line =
        "10.0.0.1 - - [22/Nov/2026:10:00:00 +0000] \"GET /missing HTTP/1.1\" 404 153 error: 500 oops\n";
    let log = line.repeat(400);
    assert_eq!(found(&log), []);
    let with_ours = format!("{log}gemini call: HTTP 503 Service Unavailable\n");
    assert_eq!(found(&with_ours)[0].diagnosis.failure.class, Class::Unavailable);
}

#[test]
fn a_status_beside_the_text_always_counts() {
    let at = |status, text: &str| Taxonomy::new().find_in(text.as_bytes(), Some(status), UnixTime(0));
    assert_eq!(at(503, "")[0].diagnosis.failure.class, Class::Unavailable);
    assert_eq!(
        at(403, "what?")[0].diagnosis.error.code(),
        Some(Code::PermissionDenied)
    );
    assert_eq!(
        at(
            200,
            r#"{"usageMetadata": {"promptTokenCount": 3}, "modelVersion": "m"}"#
        )[0]
        .diagnosis
        .failure
        .class,
        Class::EmptyResponse
    );
    assert_eq!(at(200, "hello"), []);
}

#[test]
fn what_passes_soon_is_told_from_what_does_not() {
    let transient = |text: &str| found(text)[0].diagnosis.failure.transient;
    assert!(transient(
        "400 The File abc is not in an ACTIVE state and usage is not allowed."
    ));
    assert!(transient("503 The model is overloaded."));
    assert!(!transient("400 FAILED_PRECONDITION. Billing must be on."));
    assert!(!transient(DAILY));
}

#[test]
fn hints_of_every_form_are_read() {
    for (words, expected) in [
        (
            "Please retry in 45.837906927s.",
            Duration::from_nanos(45_837_906_927),
        ),
        (
            "Your quota will reset after 10h50m43.65s.",
            Duration::from_millis(39_043_650),
        ),
        ("Please retry in 900ms.", Duration::from_millis(900)),
    ] {
        let found = found(&format!("429 You exceeded your current quota. {words}"));
        assert_eq!(found[0].diagnosis.failure.hint(), Some(expected), "{words}");
    }
}

#[test]
fn what_a_model_wrote_is_no_failure() {
    let text = r#"{"candidates": [{"content": {"parts": [{"text": "The model is overloaded: 429 RESOURCE_EXHAUSTED"}]}, "finishReason": "STOP"}]}"#;
    assert_eq!(found(text), []);
    assert_eq!(
        Taxonomy::new().find_in(text.as_bytes(), Some(200), UnixTime(0)),
        []
    );
}

#[test]
fn the_errors_of_other_providers_are_not_ours() {
    for text in [
        r#"{"error": {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": "insufficient_quota"}}"#,
        "botocore.errorfactory.ThrottlingException: Too many requests: 429",
        r#"{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "vendor": "anthropic", "status": 529}"#,
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn the_headers_of_a_printed_answer_count() {
    let text = "HTTP/2 429\nretry-after: 37\n\n{\"error\": {\"code\": 429, \"message\": \"Slow down.\", \"status\": \"RESOURCE_EXHAUSTED\"}}";
    let found = found(text);
    assert_eq!(found.len(), 1, "it is told once");
    assert_eq!(found[0].diagnosis.failure.hint(), Some(Duration::from_secs(37)));
}

#[test]
fn in_a_long_log_a_code_counts_where_the_provider_is_named_and_a_pair_anywhere() {
    let line = |text: &str| format!("2026-11-22 10:00:00 {text}\n").repeat(600);
    assert_eq!(found(&line("StatusCode.UNAVAILABLE")), []);
    assert_eq!(found(&line("429 RESOURCE_EXHAUSTED")).len(), 600);
    let named = format!("using gemini-9-flash\n{}", line("StatusCode.UNAVAILABLE"));
    assert_eq!(found(&named).len(), 600);
}

#[test]
fn a_letter_read_for_a_digit_is_no_limit() {
    let text = "429 Quota exceeded for metric: generativelanguage.googleapis.com/x_requests, limit: 2O, model: gemini-9";
    assert_eq!(found(text)[0].diagnosis.failure.violations[0].limit, None);
}

#[test]
fn what_other_containers_write_in_between_does_not_tear_a_body() {
    let mut text = String::new();
    for line in pretty().lines() {
        text.extend([
            "worker-1  | ",
            line,
            "\nweb-1     | 2026-11-22 08:00:00 GET /health 200\n",
        ]);
    }
    let found = found(&text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].diagnosis.failure.violations[0].limit, Some(20));
}

#[test]
fn a_body_behind_a_status_is_structure() {
    let text = r#"got status: 400 Bad Request. {"error": {"message": "API key not valid.", "code": 400, "status": "INVALID_ARGUMENT"}}"#;
    let found = found(text);
    assert_eq!(found[0].evidence, Evidence::Structure);
    assert_eq!(found[0].diagnosis.error.message(), "API key not valid.");
}

#[test]
fn the_same_line_three_times_is_read_as_once() {
    let found = found(&format!("attempt failed: {DAILY}\n").repeat(3));
    assert_eq!(found[0].evidence, Evidence::Structure);
    assert_eq!(found[0].diagnosis.failure.violations[0].window, Some(Window::Day));
}

#[test]
fn words_around_an_error_are_not_the_servers() {
    let found =
        found("user asked: write about my diary {\"error\": {\"code\": 503, \"status\": \"UNAVAILABLE\"}}");
    let shown = format!("{} {:?}", found[0].diagnosis.error, found[0]);
    assert!(!shown.contains("diary"), "{shown}");
}

#[test]
fn a_repr_of_a_good_answer_is_no_failure() {
    let text = "candidates=[Candidate(content=Content(parts=[Part(text='The model is overloaded: 429 RESOURCE_EXHAUSTED')]), \
                finish_reason=<FinishReason.STOP: 'STOP'>)]";
    assert_eq!(found(text), []);
}

#[test]
fn in_a_long_log_only_what_is_ours_counts() {
    let quiet = "2026-11-22 10:00:00 all is well\n".repeat(1000);
    for line in [
        r#"{"level": "info", "message": "step done", "code": 3}"#,
        r#"{"message": "sensor 7 polled", "status": "unknown"}"#,
        r#"{"timestamp": 1, "status": 503, "error": "Service Unavailable", "path": "/cart"}"#,
        "pump unavailable, stopped due to SAFETY",
        "66.249.66.1 \"GET /x HTTP/1.1\" 404 \"Mozilla (compatible; Googlebot/2.1; +http://www.google.com/bot.html)\"",
    ] {
        assert_eq!(found(&format!("{quiet}{line}\n{quiet}")), [], "{line}");
    }
    for line in [
        "The input token count (9) exceeds the maximum number of tokens allowed (8).",
        "models/m1 is not found for API version v1beta",
        "Request payload size exceeds the limit: 4 bytes.",
        "Deadline expired before operation could complete.",
    ] {
        assert_eq!(found(&format!("{quiet}{line}\n{quiet}")).len(), 1, "{line}");
    }
}
