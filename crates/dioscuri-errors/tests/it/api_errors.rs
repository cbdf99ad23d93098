//! The forms in which one and the same error arrives.

use dioscuri_errors::{ApiError, Code, Detail, Form, Seen};

const PLAIN: &str = r#"{"error":{"code":429,"message":"Slow down.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"26s"}]}}"#;

fn parse(body: impl AsRef<[u8]>) -> ApiError {
    ApiError::parse(Seen::new(None, body.as_ref()))
}

/// Whatever its wrapping, it is the error of `PLAIN`.
#[track_caller]
fn check(form: Form, body: impl AsRef<[u8]>) {
    let error = parse(body);
    assert_eq!(error.form(), form);
    assert_eq!(error.status(), Some(429));
    assert_eq!(error.code(), Some(Code::ResourceExhausted));
    assert_eq!(error.message(), "Slow down.");
    assert_eq!(error.retry_delay().map(|delay| delay.as_secs()), Some(26));
}

#[test]
fn one_error_is_read_from_every_envelope() {
    let bare = &PLAIN[r#"{"error":"#.len()..PLAIN.len() - 1];
    let quoted = serde_json::to_string(PLAIN).unwrap();
    let twice = serde_json::to_string(&format!(r#"{{"error":{{"message":{quoted}}}}}"#)).unwrap();
    check(Form::Json, PLAIN);
    check(Form::Json, format!("\u{feff} {PLAIN}\n"));
    check(Form::Json, format!("[{PLAIN}]"));
    check(Form::Json, format!(r#"[{{"candidates":[]}},{PLAIN},{PLAIN}]"#));
    check(Form::Json, bare);
    check(
        Form::Json,
        format!(r#"{{"error":{{"code":500,"message":{quoted}}}}}"#),
    );
    check(
        Form::Json,
        format!(r#"{{"error":{{"code":500,"message":{twice}}}}}"#),
    );
    check(Form::Salvaged, &quoted);
    check(
        Form::Salvaged,
        format!("data: {{\"candidates\":[]}}\r\n\r\ndata: {PLAIN}\r\n\r\n"),
    );
    check(Form::Salvaged, format!("HTTP 429 {{oops}}: {PLAIN} at line 3"));
}

#[test]
fn damaged_bodies_are_mended() {
    check(Form::Salvaged, &PLAIN[..PLAIN.len() - 3]);
    check(
        Form::Salvaged,
        PLAIN.replace("\"details\"", "\n\"details\"") + "}",
    );
    let mut invalid = PLAIN.as_bytes().to_vec();
    invalid.push(0xff);
    check(Form::Salvaged, invalid);

    let cut = parse(&PLAIN[..PLAIN.find(" down").unwrap()]);
    assert_eq!((cut.status(), cut.message()), (Some(429), "Slow"));
}

#[test]
fn odd_keys_and_types_are_read() {
    check(
        Form::Json,
        r#"{"error":{"code":"429","message":"Slow down.","status":"resource_exhausted","details":{" @type ,":"type.googleapis.com/google.rpc.RetryInfo","retry_delay":{"seconds":"26"}}}}"#,
    );
    check(
        Form::Json,
        r#"{"error":{"code":429,"message":"Slow down.","details":[{"retryDelay":"26s"}]}}"#,
    );
    check(
        Form::Json,
        r#"{"code":8,"message":"Slow down.","details":[{"retryDelay":"26s"}]}"#,
    );
}

#[test]
fn interactions_and_oauth_errors_are_read() {
    let error = parse(r#"{"event_type":"error","error":{"code":"not_found","message":"No."}}"#);
    assert_eq!((error.code(), error.status()), (Some(Code::NotFound), Some(404)));
    let error = parse(r#"{"error":"invalid_grant","error_description":"Token expired"}"#);
    assert_eq!(error.message(), "invalid_grant: Token expired");
}

#[test]
fn bodies_without_an_error_say_what_they_are() {
    assert_eq!(parse("").form(), Form::Empty);
    assert_eq!(parse(" \n").form(), Form::Empty);
    assert_eq!(parse("upstream timeout").form(), Form::Text);
    assert_eq!(parse("upstream timeout").message(), "upstream timeout");
    assert_eq!(parse(r#"{"candidates":[]}"#).form(), Form::ForeignJson);
    let page = parse("<html><title>Error 502 (Bad Gateway)!!1</title></html>");
    assert_eq!((page.form(), page.status()), (Form::Html, Some(502)));
}

#[test]
fn every_detail_is_typed_and_unknown_ones_are_kept() {
    let body = r#"{"error":{"code":400,"message":"m","errors":[{"reason":"badRequest","domain":"global","message":"m"}],"details":[
        {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","domain":"d","metadata":{"k":"v"}},
        {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaValue":20},{"quotaValue":"30"}]},
        {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents[0]","description":"wrong"},{"description":"root"}]},
        {"@type":"type.googleapis.com/google.rpc.PreconditionFailure","violations":[{"type":"TOS","subject":"s","description":"d"}]},
        {"@type":"type.googleapis.com/google.rpc.Help","links":[{"description":"d","url":"https://ai.google.dev"}]},
        {"@type":"type.googleapis.com/google.rpc.LocalizedMessage","locale":"en-US","message":"m"},
        {"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"id"},
        {"@type":"type.googleapis.com/google.rpc.ResourceInfo","resourceType":"t","resourceName":"n"},
        {"@type":"type.googleapis.com/google.rpc.DebugInfo","detail":"[ORIGINAL ERROR]","stackEntries":["a"]},
        {"@type":"type.googleapis.com/google.rpc.Novelty","x":[1]}, 7]}}"#;
    let error = parse(body);
    let names = |detail: &Detail| match detail {
        Detail::ErrorInfo(info) => format!("{} {}", info.reason, info.metadata["k"].as_str()),
        Detail::QuotaFailure(list) => format!("{:?} {:?}", list[0].value, list[1].value),
        Detail::BadRequest(list) => format!("{}|{}", list[0].field, list[1].field),
        Detail::PreconditionFailure(list) => list[0].kind.to_string(),
        Detail::Help(links) => links[0].url.to_string(),
        Detail::LocalizedMessage { locale, .. } => locale.to_string(),
        Detail::RequestInfo { request_id } => request_id.to_string(),
        Detail::ResourceInfo(info) => format!("{} {}", info.kind, info.name.as_str()),
        Detail::DebugInfo { detail, stack } => format!("{} {}", detail.as_str(), stack.len()),
        Detail::Unknown { type_url, json } => format!("{type_url:?} {}", json.as_str()),
        other => panic!("{other:?}"),
    };
    let read: Vec<_> = error.details().iter().map(names).collect();
    assert_eq!(
        read,
        [
            "R v",
            "Some(20) Some(30)",
            "contents[0]|",
            "TOS",
            "https://ai.google.dev",
            "en-US",
            "id",
            "t n",
            "[ORIGINAL ERROR] 1",
            r#"Some("type.googleapis.com/google.rpc.Novelty") {"@type":"type.googleapis.com/google.rpc.Novelty","x":[1]}"#,
            "None 7",
        ]
    );
    assert_eq!(&*error.legacy()[0].reason, "badRequest");
    assert_eq!(error.field_violations().count(), 2);
}

#[test]
fn neither_prompts_nor_keys_are_shown() {
    let key = format!("AIza{}", "S".repeat(35));
    let body = format!(
        r#"{{"error":{{"code":400,"message":"Key {key} is bad. You wrote: my secret.","details":[{{"@type":"x.BadRequest","fieldViolations":[{{"field":"f","description":"my secret"}}]}},{{"@type":"x.Other","v":"my secret"}}]}}}}"#
    );
    let error = parse(body);
    let shown = format!("{error} {error:?} {:?}", error.details());
    assert!(!shown.contains("secret") && !shown.contains("SSSS"), "{shown}");
    assert_eq!(error.to_string(), "400 INVALID_ARGUMENT: Key [key] is bad");
}
