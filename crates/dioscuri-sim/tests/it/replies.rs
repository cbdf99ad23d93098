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
fn section_3_1_an_answer_of_the_developer_api() {
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
fn section_3_1_an_answer_of_vertex() {
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

/// A world without quotas: a model that thinks, one that answers in hops, one that embeds.
const PLENTY: &str = r#"
[[model]]
name = "gemini-3.8-flash"
thinking_tokens = { min = 30, max = 30 }
[[model]]
name = "gemini-4-neon"
output_tokens = { min = 100, max = 100 }
hop_limit = 40
[[model]]
name = "gemini-embedding-001"
kind = "embed"
dimensions = 8
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "AQ.castor" }]
[[project]]
id = "leda"
surface = "vertex"
locations = ["global", "us"]
key = [{ secret = "ya29.leda" }]
"#;

/// The reply of a fresh world of plenty to a body for one of its models.
fn plenty(path: &str, body: &Value) -> Reply {
    let body = body.to_string();
    let arrival = Arrival::new("POST", path, body.as_bytes());
    let arrival = if path.contains("/projects/") {
        arrival.with_bearer("ya29.leda")
    } else {
        arrival.with_api_key("AQ.castor")
    };
    let mut world = World::new(&Scenario::parse(PLENTY).unwrap(), None);
    let reply = world.arrive(&arrival, noon(Duration::ZERO));
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes()));
    reply
}

/// The values of server-sent events.
fn events(reply: &Reply) -> Vec<Value> {
    let whole = String::from_utf8(reply.bytes().into_owned()).unwrap();
    let events = whole.strip_suffix("\r\n\r\n").unwrap().split("\r\n\r\n");
    events
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect()
}

fn text(answer: &Value) -> &str {
    answer["candidates"][0]["content"]["parts"][0]["text"]
        .as_str()
        .unwrap_or("")
}

#[test]
fn section_1_2_a_stream_says_what_the_whole_answer_says() {
    let body = prompt("Who is Castor?", &json!({}));
    for path in [DEVELOPER, VERTEX] {
        let whole = json(&plenty(path, &body));
        let path = path.replace(":generate", ":streamGenerate");
        let array = plenty(&path, &body);
        assert_eq!(
            array.header("content-type"),
            Some("application/json; charset=UTF-8")
        );
        let array = json(&array);
        let sse = plenty(&format!("{path}?alt=sse"), &body);
        assert_eq!(sse.header("content-type"), Some("text/event-stream"));
        for frames in [array.as_array().unwrap().clone(), events(&sse)] {
            assert!(frames.len() > 1, "{frames:?}");
            let said: String = frames.iter().map(text).collect();
            assert_eq!(said, text(&whole));
            let last = frames.last().unwrap();
            assert_eq!(last["candidates"][0]["finishReason"], "STOP");
            assert_eq!(last["usageMetadata"], whole["usageMetadata"]);
        }
    }
}

#[test]
fn section_3_5_thinking_is_counted_and_told_if_asked_for() {
    let quiet = json(&plenty(DEVELOPER, &prompt("Who?", &json!({}))));
    assert_eq!(quiet["usageMetadata"]["thoughtsTokenCount"], 30);
    assert_eq!(
        quiet["candidates"][0]["content"]["parts"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let config = json!({"thinkingConfig": {"includeThoughts": true}});
    let loud = json(&plenty(DEVELOPER, &prompt("Who?", &config)));
    let parts = &loud["candidates"][0]["content"]["parts"];
    assert_eq!(parts[0]["thought"], true);
    assert!(parts[1]["thoughtSignature"].is_string());
    let config = json!({"maxOutputTokens": 20});
    let short = json(&plenty(DEVELOPER, &prompt("Who?", &config)));
    let expected = json!([{"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}]);
    assert_eq!(short["candidates"], expected);
    assert_eq!(short["usageMetadata"]["thoughtsTokenCount"], 20);
}

#[test]
fn section_4_6_a_long_answer_is_continued_with_its_token() {
    let path = "/v1beta/models/gemini-4-neon:generateContent";
    let mut body = prompt("Tell me all.", &json!({}));
    let (mut said, mut prompts) = (String::new(), Vec::new());
    for _ in 0..9 {
        let answer = json(&plenty(path, &body));
        said += text(&answer);
        prompts.push(answer["usageMetadata"]["promptTokenCount"].as_u64().unwrap());
        let candidate = &answer["candidates"][0];
        if candidate["finishReason"] != "CONTINUATION" {
            assert_eq!(candidate["finishReason"], "STOP");
            break;
        }
        body["continuationToken"] = candidate["continuationToken"].clone();
    }
    assert_eq!(said.len(), 400);
    assert_eq!(prompts, [prompts[0], prompts[0] + 40, prompts[0] + 80]);
}

#[test]
fn section_4_7_tokens_are_counted_and_contents_embedded() {
    let body = prompt("Who is Castor?", &json!({}));
    let contents = json!({"contents": body["contents"]});
    let count = json(&plenty("/v1beta/models/gemini-3.8-flash:countTokens", &contents));
    let expected = json!({"totalTokens": 6, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 6}]});
    assert_eq!(count, expected);

    let content = body["contents"][0].clone();
    let one = json!({"model": "models/gemini-embedding-001", "content": content});
    let single = json(&plenty("/v1beta/models/gemini-embedding-001:embedContent", &one));
    assert_eq!(single["embedding"]["values"].as_array().unwrap().len(), 8);
    let batch = json!({"requests": [one, one]});
    let batch = json(&plenty(
        "/v1beta/models/gemini-embedding-001:batchEmbedContents",
        &batch,
    ));
    assert_eq!(
        batch,
        json!({"embeddings": [single["embedding"], single["embedding"]]})
    );

    let path = VERTEX.replace("gemini-3.8-flash:generateContent", "gemini-embedding-001:predict");
    let instances =
        json!({"instances": [{"content": "Who is Castor?"}], "parameters": {"outputDimensionality": 2}});
    let predicted = json(&plenty(&path, &instances));
    let embedding = &predicted["predictions"][0]["embeddings"];
    assert_eq!(embedding["values"].as_array().unwrap().len(), 2);
    assert_eq!(embedding["statistics"]["truncated"], false);
    assert_eq!(predicted["metadata"], json!({"billableCharacterCount": 12}));
}

#[test]
fn section_3_3_a_blocked_prompt_has_no_candidates() {
    let toml = format!("{PLENTY}\n[[incident]]\nwhat = \"block\"\nreason = \"PROHIBITED_CONTENT\"\n");
    let mut world = World::new(&Scenario::parse(&toml).unwrap(), None);
    let answer = json(&ask(&mut world, BODY));
    assert_eq!(
        answer["promptFeedback"],
        json!({"blockReason": "PROHIBITED_CONTENT"})
    );
    assert_eq!(answer.get("candidates"), None);
    assert_eq!(answer["usageMetadata"].get("candidatesTokenCount"), None);
}
