//! What holds for any bytes whatever.

use dioscuri_errors::{
    ApiError, Classify, ClassifyStream, Fault, ResponseReader, Seen, Taxonomy, connection, read_answer,
};
use dioscuri_vocab::{Class, Phase, UnixTime};
use proptest::prelude::*;

/// Bytes that look a little like an error, so that the deeper paths are reached.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "\\u00",
        "\"error\":",
        "\"message\":",
        "\"code\":429",
        "\"details\":",
        "\"retryDelay\":",
        "\"99999999999999999999h\"",
        "\"candidates\":",
        "\"finishReason\":",
        "data: ",
        "\n",
        "Quota exceeded for ",
        "metric: a/b, limit: 0",
        "retry in 1",
        "é",
        "<html><title>",
        "null",
        " ",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(words, 0..60).prop_map(|words| words.concat().into_bytes()),
    ]
}

proptest! {
    #[test]
    fn no_body_panics(body in body(), status in prop::option::of(100_u16..600)) {
        let seen = Seen::new(status, &body).cut();
        let _ = Taxonomy::new().diagnose(seen, UnixTime(0));
        let _ = read_answer(&body, UnixTime(0));
        let mut reader = ResponseReader::new();
        let _ = (reader.on_event(&body, UnixTime(0)), reader.on_end());
    }

    #[test]
    fn the_first_of_all_errors_is_the_one(body in body(), status in prop::option::of(100_u16..600)) {
        let seen = Seen::new(status, &body);
        let all = ApiError::parse_all(seen);
        prop_assert!((1..=64).contains(&all.len()));
        prop_assert_eq!(&all[0], &ApiError::parse(seen));
    }

    #[test]
    fn every_status_but_a_success_has_a_failure(status in 100_u16..600, body in body()) {
        let failure = Taxonomy::new().classify(Seen::new(Some(status), &body), UnixTime(0));
        prop_assert!(failure.is_some() || (200..300).contains(&status));
    }
}

#[test]
fn hostile_bodies_are_read_to_the_cap_and_no_further() {
    for unit in [
        "{",
        "[",
        "{\"error\":",
        "{\"a\":\"",
        "\\",
        "Quota exceeded for quota metric ",
        "retry in ",
    ] {
        let body = unit.repeat(2 * ApiError::MAX_BODY / unit.len());
        let error = ApiError::parse(Seen::new(Some(500), body.as_bytes()));
        assert!(error.message().len() <= ApiError::MAX_BODY, "{unit}");
        let _ = Taxonomy::new().diagnose(Seen::new(Some(500), body.as_bytes()), UnixTime(0));
    }
}

#[test]
fn only_a_timeout_after_sending_is_a_deadline() {
    for fault in [
        Fault::Dns,
        Fault::Refused,
        Fault::Tls,
        Fault::Timeout,
        Fault::Reset,
        Fault::Truncated,
        Fault::Other,
    ] {
        for phase in [Phase::NotSent, Phase::Sent, Phase::Answered, Phase::Committed] {
            let failure = connection(phase, fault);
            let late = fault == Fault::Timeout && phase > Phase::NotSent;
            let class = if late {
                Class::DeadlineExceeded
            } else {
                Class::Connection
            };
            assert_eq!(failure.class, class, "{fault:?} in {phase:?}");
            assert_eq!(failure.counted, (phase == Phase::NotSent).then_some(false));
        }
    }
}
