//! Whatever arrives is answered.

use std::time::Duration;

use dioscuri_sim::Arrival;
use proptest::prelude::*;
use serde_json::json;

use crate::fixture::{DEVELOPER, VERTEX, json, noon, small};

/// Any JSON, with names that the world reads among its keys.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let name = prop_oneof![
        proptest::sample::select(vec![
            "contents",
            "parts",
            "text",
            "role",
            "generation_config",
            "responseMimeType",
            "responseJsonSchema",
            "maxOutputTokens",
            "tools",
            "type",
            "properties",
            "items",
        ])
        .prop_map(str::to_owned),
        "[a-z_]{0,6}",
    ];
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        ".{0,20}".prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|list| json!(list)),
            prop::collection::btree_map(name.clone(), inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// The status of the reply to `body` on either surface, and whether an error says it too.
#[track_caller]
fn status(path: &str, body: &[u8]) -> u16 {
    let arrival = Arrival::new("POST", path, body);
    let arrival = if path == VERTEX {
        arrival.with_bearer("ya29.leda")
    } else {
        arrival.with_api_key("AQ.castor")
    };
    let reply = small().arrive(&arrival, noon(Duration::ZERO));
    let said = json(&reply)["error"]["code"].as_u64();
    assert_eq!(said, (reply.status != 200).then_some(u64::from(reply.status)));
    reply.status
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(body in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!([200, 400].contains(&status(DEVELOPER, &body)));
        prop_assert!([200, 400].contains(&status(VERTEX, &body)));
    }

    #[test]
    fn any_json_gets_an_answer(value in value()) {
        let body = value.to_string();
        prop_assert!([200, 400, 429].contains(&status(DEVELOPER, body.as_bytes())));
        prop_assert!([200, 400, 429].contains(&status(VERTEX, body.as_bytes())));
    }

    #[test]
    fn any_member_of_a_request_gets_an_answer(value in value(), name in "[a-zA-Z]{0,9}|tools|toolConfig|systemInstruction") {
        let body = json!({"contents": [{"parts": [{"text": "?"}]}], name: value}).to_string();
        prop_assert!([200, 400, 429].contains(&status(DEVELOPER, body.as_bytes())));
    }

    #[test]
    fn any_schema_gets_json(schema in value()) {
        let body = json!({
            "contents": [{"parts": [{"text": "?"}]}],
            "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": schema},
        });
        let body = body.to_string();
        let arrival = Arrival::new("POST", DEVELOPER, body.as_bytes()).with_api_key("AQ.castor");
        let reply = small().arrive(&arrival, noon(Duration::ZERO));
        prop_assert_eq!(reply.status, 200);
        let text = json(&reply)["candidates"][0]["content"]["parts"][0]["text"].clone();
        let text: &str = text.as_str().unwrap();
        prop_assert!(serde_json::from_str::<serde_json::Value>(text).is_ok());
    }

    #[test]
    fn any_route_gets_an_error_with_its_status(target in "/.{0,40}", method in "[A-Z]{3,6}") {
        let reply = small().arrive(&Arrival::new(&method, &target, b""), noon(Duration::ZERO));
        prop_assert_eq!(json(&reply)["error"]["code"].as_u64(), Some(u64::from(reply.status)));
    }
}
