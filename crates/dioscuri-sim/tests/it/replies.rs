//! What an answer holds, and that equal worlds give equal ones.

use std::time::Duration;

use dioscuri_sim::{Arrival, Reply, Scenario, World};
use serde_json::{Value, json};

use crate::fixture::{BODY, DEVELOPER, VERTEX, ask, json, noon, small};

/// What the model said to `body`, asked of a fresh small world.
fn said(body: &Value) -> String {
    let reply = ask(&mut small(), body.to_string().as_bytes());
    assert_eq!(reply.status, 200);
    let text = json(&reply)["candidates"][0]["content"]["parts"][0]["text"].clone();
    text.as_str().unwrap().to_owned()
}

fn prompt(text: &str, config: &Value) -> Value {
    json!({"contents": [{"parts": [{"text": text}]}], "generationConfig": config})
}

#[test]
fn an_answer_of_the_developer_api() {
    let reply = ask(&mut small(), BODY);
    assert_eq!(
        reply.header("content-type"),
        Some("application/json; charset=UTF-8")
    );
    assert_eq!(reply.header("x-gemini-service-tier"), Some("standard"));
    let answer = json(&reply);
    let candidate = &answer["candidates"][0];
    assert_eq!(candidate["finishReason"], "STOP");
    assert_eq!(candidate["index"], 0);
    assert_eq!(candidate["content"]["role"], "model");
    assert_eq!(answer["modelVersion"], "gemini-3.8-flash");
    assert_eq!(answer["responseId"].as_str().unwrap().len(), 22);
    let usage = &answer["usageMetadata"];
    let count = |name: &str| usage[name].as_u64().unwrap();
    // 14 characters make 4 tokens and a content adds 2.
    assert_eq!(count("promptTokenCount"), 6);
    assert!((16..=64).contains(&count("candidatesTokenCount")));
    assert_eq!(
        count("totalTokenCount"),
        count("promptTokenCount") + count("candidatesTokenCount")
    );
    assert_eq!(
        usage["promptTokensDetails"],
        json!([{"modality": "TEXT", "tokenCount": 6}])
    );
    assert_eq!(usage.get("trafficType"), None);
}

#[test]
fn an_answer_of_vertex() {
    let arrival = Arrival::new("POST", VERTEX, BODY).with_bearer("ya29.leda");
    let reply = small().arrive(&arrival, noon(Duration::ZERO));
    assert_eq!(reply.header("x-gemini-service-tier"), None);
    let answer = json(&reply);
    assert_eq!(answer["usageMetadata"]["trafficType"], "ON_DEMAND");
    assert_eq!(answer["createTime"], "2026-11-20T20:00:00Z");
}

#[test]
fn answers_differ_as_their_prompts_do_and_do_not_echo_them() {
    let first = said(&prompt("Who is Castor?", &json!({})));
    assert_eq!(first, said(&prompt("Who is Castor?", &json!({}))));
    assert_ne!(first, said(&prompt("Who is Pollux?", &json!({}))));
    assert!(!first.contains("Castor"));
}

#[test]
fn an_answer_ends_at_the_most_tokens_that_are_wanted() {
    let body = prompt("Tell me all.", &json!({"maxOutputTokens": 3}));
    let answer = json(&ask(&mut small(), body.to_string().as_bytes()));
    assert_eq!(answer["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert_eq!(answer["usageMetadata"]["candidatesTokenCount"], 3);
}

#[test]
fn json_is_answered_with_json_of_the_schema() {
    let schema = json!({
        "type": "OBJECT",
        "properties": {
            "twin": {"type": "STRING", "enum": ["castor", "pollux"]},
            "ages": {"type": "ARRAY", "items": {"type": "INTEGER"}},
        },
        "required": ["twin"],
    });
    let config = json!({"responseMimeType": "application/json", "responseSchema": schema});
    let answer: Value = serde_json::from_str(&said(&prompt("Which?", &config))).unwrap();
    assert!(["castor", "pollux"].contains(&answer["twin"].as_str().unwrap()));
    assert!(answer["ages"][0].is_i64());

    let free: Value = serde_json::from_str(&said(&prompt(
        "?",
        &json!({"responseMimeType": "application/json"}),
    )))
    .unwrap();
    assert!(free.is_object());

    let one_of = json!({
        "responseMimeType": "text/x.enum",
        "responseSchema": {"type": "STRING", "enum": ["mortal", "immortal"]},
    });
    assert!(["mortal", "immortal"].contains(&said(&prompt("?", &one_of)).as_str()));
}

#[test]
fn equal_seeds_and_equal_arrivals_give_equal_replies() {
    let log = |seed| -> Vec<Reply> {
        let mut world = World::new(&Scenario::named("demo").unwrap(), Some(seed));
        (0..300)
            .map(|index: u64| {
                let key = ["AQ.castor", "AQ.castor-revoked", "AQ.pollux"][(index % 3) as usize];
                let body = prompt(&format!("Question {index}"), &json!({})).to_string();
                let arrival = Arrival::new("POST", DEVELOPER, body.as_bytes()).with_api_key(key);
                world.arrive(&arrival, noon(Duration::from_millis(40 * index)))
            })
            .collect()
    };
    assert_eq!(log(1), log(1));
    assert_ne!(log(1), log(2));
}

#[test]
fn a_repeated_request_costs_what_it_cost() {
    let mut world = World::new(&Scenario::named("calm").unwrap(), None);
    let body = prompt(&"word ".repeat(500), &json!({})).to_string();
    let mut usage = || json(&ask(&mut world, body.as_bytes()))["usageMetadata"].clone();
    assert_eq!(usage(), usage());
}

#[test]
fn latency_lies_in_its_range_and_grows_with_the_answer() {
    let scenario = |per_token: &str| {
        let text = format!(
            "[latency]\nmin = \"50ms\"\nmax = \"350ms\"\nper_output_token = \"{per_token}\"\n{}",
            crate::fixture::SMALL.replace("seed = 3", "")
        );
        World::new(&Scenario::parse(&text).unwrap(), None)
    };
    let plain = ask(&mut scenario("0s"), BODY);
    assert!((Duration::from_millis(50)..=Duration::from_millis(350)).contains(&plain.after));
    let slow = ask(&mut scenario("10ms"), BODY);
    let tokens = json(&slow)["usageMetadata"]["candidatesTokenCount"]
        .as_u64()
        .unwrap();
    assert_eq!(slow.after, plain.after + Duration::from_millis(10 * tokens));
}
