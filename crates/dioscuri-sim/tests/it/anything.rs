//! Whatever arrives is answered.

use std::time::Duration;

use dioscuri_sim::Arrival;
use proptest::prelude::*;
use serde_json::json;

use crate::fixture::{DEVELOPER, json, noon, small};

/// Any JSON, with names that the world reads among its keys.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let name = prop_oneof![
        Just("contents".to_owned()),
        Just("parts".to_owned()),
        Just("text".to_owned()),
        Just("generation_config".to_owned()),
        Just("responseMimeType".to_owned()),
        Just("maxOutputTokens".to_owned()),
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

proptest! {
    #[test]
    fn any_bytes_get_an_answer(body in prop::collection::vec(any::<u8>(), 0..100)) {
        let arrival = Arrival::new("POST", DEVELOPER, &body).with_api_key("AQ.castor");
        let reply = small().arrive(&arrival, noon(Duration::ZERO));
        prop_assert!([200, 400].contains(&reply.status));
    }

    #[test]
    fn any_json_gets_an_answer(value in value()) {
        let body = value.to_string();
        let arrival = Arrival::new("POST", DEVELOPER, body.as_bytes()).with_api_key("AQ.castor");
        let reply = small().arrive(&arrival, noon(Duration::ZERO));
        prop_assert!([200, 400, 429].contains(&reply.status));
    }

    #[test]
    fn any_schema_gets_json(schema in value()) {
        let body = json!({
            "contents": [{"parts": [{"text": "?"}]}],
            "generationConfig": {"responseMimeType": "application/json", "responseSchema": schema},
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
