//! What an HTTP 200 turns out to be.

use dioscuri_errors::{ClassifyStream, ResponseReader, ServerText, StreamStep, read_answer};
use dioscuri_vocab::{Class, Outcome, Phase, Served, UnixTime};

const NOON: UnixTime = UnixTime(0);

#[track_caller]
fn check(body: &str, expected: Option<Class>) {
    assert_eq!(read_answer(body.as_bytes(), NOON).class(), expected, "{body}");
}

fn finished(reason: &str, parts: &str) -> String {
    format!(r#"{{"candidates":[{{"content":{{"parts":[{parts}]}},"finishReason":"{reason}"}}]}}"#)
}

#[test]
fn every_finish_reason_has_its_class() {
    let text = r#"{"text":"Hello"}"#;
    for (reason, class) in [
        ("STOP", None),
        ("MAX_TOKENS", None),
        ("CONTINUATION", None),
        ("SAFETY", Some(Class::BlockedResponse)),
        ("RECITATION", Some(Class::Recitation)),
        ("OTHER", Some(Class::BlockedResponse)),
        ("LANGUAGE", Some(Class::BlockedResponse)),
        ("BLOCKLIST", Some(Class::BlockedResponse)),
        ("PROHIBITED_CONTENT", Some(Class::BlockedResponse)),
        ("SPII", Some(Class::BlockedResponse)),
        ("MODEL_ARMOR", Some(Class::BlockedResponse)),
        ("IMAGE_SAFETY", Some(Class::BlockedResponse)),
        ("IMAGE_PROHIBITED_CONTENT", Some(Class::BlockedResponse)),
        ("IMAGE_OTHER", Some(Class::BlockedResponse)),
        ("IMAGE_RECITATION", Some(Class::Recitation)),
        ("NO_IMAGE", Some(Class::EmptyResponse)),
        ("MALFORMED_FUNCTION_CALL", Some(Class::MalformedOutput)),
        ("UNEXPECTED_TOOL_CALL", Some(Class::MalformedOutput)),
        ("TOO_MANY_TOOL_CALLS", Some(Class::MalformedOutput)),
        ("MALFORMED_RESPONSE", Some(Class::MalformedOutput)),
        ("MISSING_THOUGHT_SIGNATURE", Some(Class::MalformedOutput)),
        ("A_REASON_OF_NEXT_YEAR", Some(Class::Unknown)),
        ("FINISH_REASON_UNSPECIFIED", Some(Class::Connection)),
    ] {
        check(&finished(reason, text), class);
    }
}

/// Reads `body` as one event and gives the finish reason and the block reason.
fn reasons(body: &str) -> (Option<String>, Option<String>) {
    let mut reader = ResponseReader::new();
    reader.on_event(body.as_bytes(), NOON);
    (
        reader.finish_reason().map(str::to_owned),
        reader.block_reason().map(str::to_owned),
    )
}

#[test]
fn a_reason_has_its_name_however_it_is_written() {
    let finish = |value: &str| reasons(&format!(r#"{{"candidates":[{{"finishReason":{value}}}]}}"#)).0;
    for value in [
        r#""MAX_TOKENS""#,
        r#""max_tokens""#,
        r#""FinishReason.MAX_TOKENS""#,
        "2",
    ] {
        assert_eq!(finish(value).as_deref(), Some("MAX_TOKENS"), "{value}");
    }
    assert_eq!(finish("10").as_deref(), Some("MALFORMED_FUNCTION_CALL"));
    assert_eq!(finish(r#""TIRED""#).as_deref(), Some("TIRED"));
    assert_eq!(finish("99").as_deref(), Some("99"));
    assert_eq!(finish("0"), None);
    assert_eq!(finish("null"), None);

    let block = |value: &str| reasons(&format!(r#"{{"promptFeedback":{{"blockReason":{value}}}}}"#)).1;
    assert_eq!(block("4").as_deref(), Some("PROHIBITED_CONTENT"));
    assert_eq!(
        block(r#""BlockedReason.JAILBREAK""#).as_deref(),
        Some("JAILBREAK")
    );
    assert_eq!(block("0"), None);
    assert_eq!(block(r#""BLOCK_REASON_UNSPECIFIED""#), None);
}

#[test]
fn numbered_and_snake_case_answers_have_their_class() {
    check(
        r#"{"candidates":[{"content":{"parts":[]},"finish_reason":2}]}"#,
        Some(Class::TruncatedOutput),
    );
    check(
        r#"{"candidates":[{"finish_reason":"RECITATION","safety_ratings":[{"a":[{}]}]}]}"#,
        Some(Class::Recitation),
    );
    check(
        r#"{"prompt_feedback":{"block_reason":1}}"#,
        Some(Class::BlockedPrompt),
    );
}

#[test]
fn the_server_may_say_more_about_a_reason() {
    let mut reader = ResponseReader::new();
    let event = br#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"print(\"x"}]}"#;
    reader.on_event(event, NOON);
    assert_eq!(reader.finish_message().map(ServerText::as_str), Some("print(\"x"));
    assert!(!format!("{reader:?}").contains("print"));

    let mut reader = ResponseReader::new();
    let event = br#"{"promptFeedback":{"blockReason":"MODEL_ARMOR","blockReasonMessage":"Filtered."}}"#;
    reader.on_event(event, NOON);
    assert_eq!(reader.block_message().map(ServerText::as_str), Some("Filtered."));
}

#[test]
fn the_first_complete_candidate_names_the_reason() {
    let body = r#"{"candidates":[{"finishReason":"STOP"},{"finishReason":"SAFETY"}]}"#;
    assert_eq!(reasons(body).0.as_deref(), Some("STOP"));
    let body = r#"{"candidates":[{"finishReason":"SAFETY"},{"finishReason":"OTHER"}]}"#;
    assert_eq!(reasons(body).0.as_deref(), Some("OTHER"));
}

#[test]
fn an_answer_may_name_both_tiers() {
    let body = r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],
        "usageMetadata":{"serviceTier":"standard","trafficType":"ON_DEMAND","promptTokenCount":null}}"#;
    check(body, None);
}

#[test]
fn an_answer_without_text_is_none() {
    let thought = r#"{"text":"Hm","thought":true}"#;
    check(&finished("MAX_TOKENS", ""), Some(Class::TruncatedOutput));
    check(&finished("MAX_TOKENS", thought), Some(Class::TruncatedOutput));
    check(
        &finished("STOP", r#"{"text":"","thoughtSignature":"x"}"#),
        Some(Class::EmptyResponse),
    );
    check(&finished("STOP", r#"{"functionCall":{"name":"f"}}"#), None);
    check(r#"{"candidates":[]}"#, Some(Class::EmptyResponse));
    check(
        r#"{"usageMetadata":{"promptTokenCount":3}}"#,
        Some(Class::EmptyResponse),
    );
    check("{}", Some(Class::EmptyResponse));
}

#[test]
fn refused_prompts_and_errors_are_failures() {
    check(
        r#"{"promptFeedback":{"blockReason":"JAILBREAK"}}"#,
        Some(Class::BlockedPrompt),
    );
    check(
        r#"{"error":{"code":503,"status":"UNAVAILABLE","message":"overloaded"}}"#,
        Some(Class::Capacity),
    );
    check(
        r#"{"code":429,"message":"Resource exhausted.","status":"RESOURCE_EXHAUSTED"}"#,
        Some(Class::Capacity),
    );
    check(r#"[{"error":{"code":500,"message":"m"}}]"#, Some(Class::Internal));
    check("<html><title>Sign in</title></html>", Some(Class::GatewayError));
    check(r#"{"candidates":[{"content""#, Some(Class::MalformedOutput));
    check("", Some(Class::Connection));
    check(r#"{"candidates":7}"#, Some(Class::Unknown));
}

#[test]
fn answers_of_other_methods_are_successes() {
    check(r#"{"totalTokens":31}"#, None);
    check(r#"{"code":200,"message":"done"}"#, None);
    check(r#"{"embedding":{"values":[0.1]}}"#, None);
}

#[test]
fn one_complete_candidate_of_several_is_enough() {
    let body = r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"finishReason":"SAFETY"}]}"#;
    check(body, None);
}

#[test]
fn a_success_says_what_served_it_and_what_it_cost() {
    let body = r#"[{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"modelVersion":"gemini-3.8-flash"},
        {"candidates":[{"finishReason":"STOP"}],"modelVersion":"gemini-3.8-flash",
         "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":3,"thoughtsTokenCount":4,"trafficType":"ON_DEMAND"}}]"#;
    let Outcome::Success(served) = read_answer(body.as_bytes(), NOON) else {
        panic!("an answer");
    };
    assert_eq!(served.model.as_deref(), Some("gemini-3.8-flash"));
    assert_eq!(served.tier.as_deref(), Some("ON_DEMAND"));
    let used = served.used.expect("usage");
    assert_eq!((used.requests, used.input_tokens, used.output_tokens), (1, 10, 7));
}

/// Feeds `events` and gives the steps and the end.
fn stream(events: &[&str]) -> (Vec<StreamStep>, Outcome) {
    let mut reader = ResponseReader::new();
    let steps = events
        .iter()
        .map(|event| reader.on_event(event.as_bytes(), NOON))
        .collect();
    (steps, reader.on_end())
}

const HELLO: &str = r#"{"candidates":[{"content":{"parts":[{"text":"Hello"}]}}]}"#;

fn phase(outcome: &Outcome) -> (Option<Class>, Option<Phase>) {
    match outcome {
        Outcome::Failed { failure, phase } => (Some(failure.class), Some(*phase)),
        _ => (None, None),
    }
}

#[test]
fn a_stream_commits_at_its_first_content() {
    let empty = r#"{"candidates":[{"content":{"parts":[{"text":""}]}}]}"#;
    let stop = r#"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":2}}"#;
    let (steps, end) = stream(&[empty, HELLO, stop]);
    assert_eq!(
        steps,
        [StreamStep::Metadata, StreamStep::Content, StreamStep::Metadata]
    );
    let Outcome::Success(served) = end else {
        panic!("a success");
    };
    assert_eq!(served.used.map(|used| used.input_tokens), Some(2));
}

#[test]
fn a_stream_that_stops_without_a_reason_has_failed() {
    assert_eq!(
        phase(&stream(&[HELLO]).1),
        (Some(Class::Connection), Some(Phase::Committed))
    );
    assert_eq!(
        phase(&stream(&[]).1),
        (Some(Class::Connection), Some(Phase::Answered))
    );
}

#[test]
fn an_error_in_place_of_an_event_ends_the_stream() {
    let error = r#"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#;
    let (steps, end) = stream(&[HELLO, error, HELLO]);
    assert_eq!(phase(&end), (Some(Class::Capacity), Some(Phase::Committed)));
    assert_eq!(steps[1..], [StreamStep::End(end.clone()), StreamStep::End(end)]);
}

#[test]
fn a_continuation_is_neither_end_nor_failure() {
    let pause = r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"CONTINUATION","continuationToken":"t-1"}]}"#;
    let (steps, end) = stream(&[pause]);
    assert_eq!(steps, [StreamStep::Continue { token: "t-1".into() }]);
    let mut served = Served::new();
    served.continuation = Some("t-1".into());
    assert_eq!(end, Outcome::Success(served));
}

#[test]
fn a_continuation_without_a_token_is_cut() {
    check(&finished("CONTINUATION", ""), Some(Class::TruncatedOutput));
}
