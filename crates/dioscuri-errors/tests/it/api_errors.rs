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
    check(Form::Json, &quoted);
    check(Form::Salvaged, format!("HTTP 429 {{oops}}: {PLAIN} at line 3"));
}

#[test]
fn an_error_in_a_stream_is_read() {
    let answer = r#"{"candidates":[{"content":{"parts":[{"text":"{\"error\":{\"code\":500}}"}]}}]}"#;
    check(
        Form::Stream,
        format!("data: {answer}\r\n\r\ndata: {PLAIN}\r\n\r\n"),
    );
    check(
        Form::Stream,
        format!(": ping\nevent: error\nid: 7\ndata:{PLAIN}\n\ndata: [DONE]\n\n"),
    );
    check(Form::Stream, format!("data: {answer}\n\n{PLAIN}\n"));
    check(Form::Stream, format!("[{answer}\n,\r\n{PLAIN}\n,"));
    check(Form::Stream, format!("{answer}\n{PLAIN}"));
    let lines = PLAIN.replace(",\"", ",\ndata: \"");
    check(Form::Stream, format!("data: {lines}\n\n"));
    check(
        Form::Salvaged,
        format!("data: {answer}\n\ndata: {}", &PLAIN[..PLAIN.len() - 2]),
    );
}

#[test]
fn relays_hand_on_what_they_were_answered() {
    let quoted = serde_json::to_string(PLAIN).unwrap();
    for body in [
        format!(
            r#"{{"error":{{"message":"Provider returned error","code":429,"metadata":{{"raw":{quoted},"provider_name":"Google"}}}}}}"#
        ),
        format!(
            r#"{{"error":{{"message":"Slow down.","type":"api_error","upstreamStatus":429,"upstreamResponse":{PLAIN}}}}}"#
        ),
        format!(r#"{{"type":"error","error":{{"type":"api_error","message":{quoted}}}}}"#),
        format!(r#"{{"detail":{quoted}}}"#),
        format!(r#"{{"status":"failed","response":{PLAIN}}}"#),
        format!(r#"{{"error":{PLAIN}}}"#),
        format!(r#"{{"error":{quoted}}}"#),
        format!(r#"{{"error":[{PLAIN}]}}"#),
    ] {
        check(Form::Json, body);
    }
}

#[test]
fn envelopes_of_other_apis_tell_their_code() {
    for (body, status, code) in [
        (
            r#"{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
            401,
            Code::Unauthenticated,
        ),
        (
            r#"{"error":{"message":"No.","type":"rate_limit_error","param":"","code":null}}"#,
            429,
            Code::ResourceExhausted,
        ),
        (
            r#"{"error":{"code":"invalid_request","message":"No."}}"#,
            400,
            Code::InvalidArgument,
        ),
        (
            r#"{"error":{"message":"No.","code":404,"status":"Not Found"}}"#,
            404,
            Code::NotFound,
        ),
        (
            r#"{"success":false,"error":{"message":"No.","code":"NOT_FOUND"},"status":404}"#,
            404,
            Code::NotFound,
        ),
        (r#"{"message":"No.","statusCode":503}"#, 503, Code::Unavailable),
    ] {
        let error = parse(body);
        let read = (error.form(), error.status(), error.code(), error.message());
        assert_eq!(read, (Form::Json, Some(status), Some(code), "No."), "{body}");
    }
}

#[test]
fn the_status_of_the_answer_goes_before_a_word() {
    let body = br#"{"error":{"message":"No.","type":"api_error"}}"#;
    assert_eq!(
        ApiError::parse(Seen::new(Some(429), body)).code(),
        Some(Code::ResourceExhausted)
    );
    assert_eq!(
        ApiError::parse(Seen::new(None, body)).code(),
        Some(Code::Internal)
    );
}

#[test]
fn a_code_is_stated_only_by_its_name_or_number() {
    let stated = |body: &str| ApiError::parse(Seen::new(Some(429), body.as_bytes())).stated_code();
    assert_eq!(stated(PLAIN), Some(Code::ResourceExhausted));
    assert_eq!(
        stated(r#"{"error":{"code":8,"message":"m"}}"#),
        Some(Code::ResourceExhausted)
    );
    assert_eq!(stated(r#"{"error":{"code":429,"message":"m"}}"#), None);
    assert_eq!(
        stated(r#"{"error":{"type":"rate_limit_error","message":"m"}}"#),
        None
    );
    assert_eq!(stated(""), None);
}

#[test]
fn all_errors_of_a_body_are_kept() {
    let second = PLAIN
        .replace("429", "503")
        .replace("RESOURCE_EXHAUSTED", "UNAVAILABLE");
    let statuses = |body: &str| {
        let errors = ApiError::parse_all(Seen::new(None, body.as_bytes()));
        errors.iter().map(ApiError::status).collect::<Vec<_>>()
    };
    let both = [Some(429), Some(503)];
    assert_eq!(statuses(&format!("[{PLAIN},{second}]")), both);
    assert_eq!(statuses(&format!("data: {PLAIN}\n\ndata: {second}\n\n")), both);
    assert_eq!(statuses(&format!("one {PLAIN} two {second}")), both);
    assert_eq!(statuses(PLAIN), [Some(429)]);
    assert_eq!(statuses("nothing"), [None]);
    assert_eq!(
        statuses(&format!("[{}{PLAIN}]", format!("{PLAIN},").repeat(99))).len(),
        64
    );
}

#[test]
fn an_answer_that_quotes_an_error_is_none() {
    let quoted = serde_json::to_string(PLAIN).unwrap();
    let body =
        format!(r#"{{"candidates":[{{"content":{{"parts":[{{"text":{quoted}}}]}}}}],"message":{quoted}}}"#);
    assert_eq!(parse(&body).form(), Form::ForeignJson);
    // Nor is it one if it is longer than an error may be.
    let long = body.replace(
        "\"message\"",
        &format!("\"x\":\"{}\",\"message\"", "x".repeat(ApiError::MAX_BODY)),
    );
    let answer = ApiError::parse(Seen::new(Some(200), long.as_bytes()));
    assert_eq!((answer.form(), answer.message()), (Form::ForeignJson, ""));
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
        {"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"id","servingData":"s"},
        {"@type":"type.googleapis.com/google.rpc.ResourceInfo","resourceType":"t","resourceName":"n","owner":"o"},
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
        Detail::RequestInfo {
            request_id,
            serving_data,
        } => format!("{request_id} {}", serving_data.as_str()),
        Detail::ResourceInfo(info) => {
            format!("{} {} {}", info.kind, info.name.as_str(), info.owner.as_str())
        }
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
            "id s",
            "t n o",
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
