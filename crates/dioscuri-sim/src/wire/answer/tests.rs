//! Whole bodies, each named after its section of the reference.

use super::*;
use crate::wire::{
    model_rules::Level,
    request::{Format, Function},
};

pub(in crate::wire) const DEVELOPER: Scene<'static> = Scene {
    surface: Surface::Developer,
    model: "gemini-3.8-flash",
    unix: UnixTime::from_secs(1_795_204_800),
    service_tier: ServiceTier::Standard,
    provisioned: false,
};

pub(in crate::wire) const VERTEX: Scene<'static> = Scene {
    surface: Surface::Vertex,
    ..DEVELOPER
};

pub(in crate::wire) const PLAN: Plan<'static> = Plan {
    length: 20,
    thinking: 0,
    output_limit: 65_536,
    hop_limit: None,
    fate: Fate::Well,
};

const ASKED: Asked<'static> = Asked {
    prompt: &[("TEXT", 6)],
    format: &Format::Text,
    stop_sequences: &[],
    max_output_tokens: None,
    candidates: 1,
    thoughts: false,
    budget: None,
    level: None,
    must_call: &[],
    continuation: None,
};

fn draw(scene: &Scene<'_>, asked: &Asked<'_>, plan: &Plan<'_>) -> Answer {
    Answer::to(scene, asked, plan, &mut SplitMix64::new(1)).unwrap()
}

fn bytes(scene: &Scene<'_>, answer: &Answer) -> String {
    String::from_utf8(answer.bytes(scene, &mut SplitMix64::new(2))).unwrap()
}

/// The body without its id, which is drawn.
fn body(scene: &Scene<'_>, asked: &Asked<'_>, plan: &Plan<'_>) -> Value {
    let mut body: Value = serde_json::from_str(&bytes(scene, &draw(scene, asked, plan))).unwrap();
    let id = body.as_object_mut().unwrap().remove("responseId").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 22);
    body
}

fn ending_for(reason: &'static str) -> Plan<'static> {
    Plan {
        fate: Fate::Finish(reason),
        ..PLAN
    }
}

#[test]
fn section_3_1_an_answer_of_the_developer_api_byte_by_byte() {
    let plan = Plan { thinking: 57, ..PLAN };
    let asked = Asked {
        thoughts: true,
        ..ASKED
    };
    let answer = draw(&DEVELOPER, &asked, &plan);
    let [said] = answer.said.as_slice() else {
        panic!("{answer:?}")
    };
    let text = serde_json::to_string(&said.text).unwrap();
    let thought = serde_json::to_string(said.thought.as_ref().unwrap()).unwrap();
    let signature = said.signature.as_ref().unwrap();
    let written = bytes(&DEVELOPER, &answer);
    let id = &written[written.len() - 26..written.len() - 4];
    let expected = format!(
        r#"{{
  "candidates": [
    {{
      "content": {{
        "parts": [
          {{
            "text": {thought},
            "thought": true
          }},
          {{
            "text": {text},
            "thoughtSignature": "{signature}"
          }}
        ],
        "role": "model"
      }},
      "finishReason": "STOP",
      "index": 0
    }}
  ],
  "usageMetadata": {{
    "promptTokenCount": 6,
    "candidatesTokenCount": 20,
    "totalTokenCount": 83,
    "promptTokensDetails": [
      {{
        "modality": "TEXT",
        "tokenCount": 6
      }}
    ],
    "thoughtsTokenCount": 57,
    "serviceTier": "standard"
  }},
  "modelVersion": "gemini-3.8-flash",
  "responseId": "{id}"
}}
"#
    );
    assert_eq!(written, expected);
    assert_eq!((answer.prompt_tokens(), answer.output_tokens()), (6, 77));
}

#[test]
fn section_3_1_an_answer_of_vertex_byte_by_byte() {
    let answer = draw(&VERTEX, &ASKED, &PLAN);
    let text = serde_json::to_string(&answer.said[0].text).unwrap();
    let written = bytes(&VERTEX, &answer);
    let id = &written[written.len() - 26..written.len() - 4];
    let expected = format!(
        r#"{{
  "candidates": [
    {{
      "content": {{
        "role": "model",
        "parts": [
          {{
            "text": {text}
          }}
        ]
      }},
      "finishReason": "STOP"
    }}
  ],
  "usageMetadata": {{
    "promptTokenCount": 6,
    "candidatesTokenCount": 20,
    "totalTokenCount": 26,
    "trafficType": "ON_DEMAND",
    "promptTokensDetails": [
      {{
        "modality": "TEXT",
        "tokenCount": 6
      }}
    ],
    "candidatesTokensDetails": [
      {{
        "modality": "TEXT",
        "tokenCount": 20
      }}
    ]
  }},
  "modelVersion": "gemini-3.8-flash",
  "createTime": "2026-11-20T20:00:00Z",
  "responseId": "{id}"
}}
"#
    );
    assert_eq!(written, expected);
}

#[test]
fn section_3_5_the_usage_names_how_it_was_served() {
    use ServiceTier::{Flex, Priority, Standard};
    for (service_tier, provisioned, traffic) in [
        (Standard, false, "ON_DEMAND"),
        (Priority, false, "ON_DEMAND_PRIORITY"),
        (Flex, false, "ON_DEMAND_FLEX"),
        (Standard, true, "PROVISIONED_THROUGHPUT"),
    ] {
        let scene = Scene {
            service_tier,
            provisioned,
            ..VERTEX
        };
        assert_eq!(
            body(&scene, &ASKED, &PLAN)["usageMetadata"]["trafficType"],
            traffic
        );
        let scene = Scene {
            surface: Surface::Developer,
            ..scene
        };
        assert_eq!(
            body(&scene, &ASKED, &PLAN)["usageMetadata"]["serviceTier"],
            service_tier.name()
        );
    }
}

/// The one candidate, and the usage.
#[track_caller]
fn check_ending(scene: &Scene<'_>, reason: &'static str, candidate: &Value, usage: &Value) {
    let model = scene.model;
    let mut expected = json!({
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": model,
    });
    if scene.surface == Surface::Vertex {
        expected["createTime"] = "2026-11-20T20:00:00Z".into();
    }
    assert_eq!(body(scene, &ASKED, &ending_for(reason)), expected, "{reason}");
}

fn details(tokens: u64) -> Value {
    json!([{"modality": "TEXT", "tokenCount": tokens}])
}

#[test]
fn section_3_2_answers_that_are_withheld_on_the_developer_api() {
    let nothing = json!({
        "promptTokenCount": 6,
        "totalTokenCount": 6,
        "promptTokensDetails": details(6),
        "serviceTier": "standard",
    });
    let counted = json!({
        "promptTokenCount": 6,
        "candidatesTokenCount": 20,
        "totalTokenCount": 26,
        "promptTokensDetails": details(6),
        "serviceTier": "standard",
    });
    let rated = |category: &str, probability: &str| json!({"category": format!("HARM_CATEGORY_{category}"), "probability": probability});
    let mut blocked = rated("SEXUALLY_EXPLICIT", "HIGH");
    blocked["blocked"] = true.into();
    check_ending(
        &DEVELOPER,
        "SAFETY",
        &json!({"finishReason": "SAFETY", "index": 0, "safetyRatings": [
            rated("HATE_SPEECH", "NEGLIGIBLE"),
            rated("DANGEROUS_CONTENT", "NEGLIGIBLE"),
            rated("HARASSMENT", "NEGLIGIBLE"),
            blocked,
        ]}),
        &counted,
    );
    check_ending(
        &DEVELOPER,
        "RECITATION",
        &json!({
            "content": {},
            "finishReason": "RECITATION",
            "index": 0,
            "finishMessage": "The generated content was filtered because it may contain material that resembles \
                              existing copyrighted works.",
            "citationMetadata": {"citationSources": [
                {"startIndex": 4, "endIndex": 156, "uri": "https://example.com/poem"},
            ]},
        }),
        &counted,
    );
    check_ending(
        &DEVELOPER,
        "MALFORMED_FUNCTION_CALL",
        &json!({
            "finishReason": "MALFORMED_FUNCTION_CALL",
            "index": 0,
            "finishMessage": "Malformed function call: print(default_api.archive(cities=[\"New",
        }),
        &nothing,
    );
    for reason in [
        "OTHER",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "TOO_MANY_TOOL_CALLS",
        "NO_IMAGE",
        "SOMETHING_NEW",
    ] {
        check_ending(
            &DEVELOPER,
            reason,
            &json!({"finishReason": reason, "index": 0}),
            &nothing,
        );
    }
}

#[test]
fn section_3_2_answers_that_are_withheld_on_vertex() {
    let nothing = json!({
        "promptTokenCount": 6,
        "totalTokenCount": 6,
        "trafficType": "ON_DEMAND",
        "promptTokensDetails": details(6),
    });
    check_ending(
        &VERTEX,
        "IMAGE_PROHIBITED_CONTENT",
        &json!({
            "content": {"role": "model"},
            "finishReason": "IMAGE_PROHIBITED_CONTENT",
            "finishMessage": "The model output could not be generated. This output contains sensitive words that \
                              violate Google's Responsible AI practices. If you think this was an error, send \
                              feedback. Support code: 42876398.",
        }),
        &nothing,
    );
    check_ending(
        &VERTEX,
        "MODEL_ARMOR",
        &json!({"content": {"role": "model"}, "finishReason": "MODEL_ARMOR"}),
        &nothing,
    );
    let counted = json!({
        "promptTokenCount": 6,
        "candidatesTokenCount": 5,
        "totalTokenCount": 11,
        "trafficType": "ON_DEMAND",
        "promptTokensDetails": details(6),
        "candidatesTokensDetails": details(5),
    });
    check_ending(
        &VERTEX,
        "UNEXPECTED_TOOL_CALL",
        &json!({
            "content": {"role": "model", "parts": [{"functionCall": {"name": "undeclaredTool", "args": {}}}]},
            "finishReason": "UNEXPECTED_TOOL_CALL",
            "finishMessage": "Unexpected tool call: Model tried to call an undeclared function: undeclaredTool",
        }),
        &counted,
    );
}

#[test]
fn section_3_3_a_blocked_prompt() {
    let blocked = Plan {
        fate: Fate::Block("PROHIBITED_CONTENT"),
        ..PLAN
    };
    let expected = json!({
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {
            "promptTokenCount": 6,
            "totalTokenCount": 6,
            "promptTokensDetails": details(6),
            "serviceTier": "standard",
        },
        "modelVersion": "gemini-3.8-flash",
    });
    assert_eq!(body(&DEVELOPER, &ASKED, &blocked), expected);
    let expected = json!({
        "promptFeedback": {
            "blockReason": "PROHIBITED_CONTENT",
            "blockReasonMessage": "The prompt could not be submitted. Please rephrase it and try again.",
        },
        "usageMetadata": {
            "promptTokenCount": 6,
            "totalTokenCount": 6,
            "trafficType": "ON_DEMAND",
            "promptTokensDetails": details(6),
        },
        "modelVersion": "gemini-3.8-flash",
        "createTime": "2026-11-20T20:00:00Z",
    });
    assert_eq!(body(&VERTEX, &ASKED, &blocked), expected);
    let unsafe_prompt = Plan {
        fate: Fate::Block("SAFETY"),
        ..PLAN
    };
    let feedback = body(&DEVELOPER, &ASKED, &unsafe_prompt)["promptFeedback"].clone();
    assert_eq!(feedback["safetyRatings"].as_array().unwrap().len(), 4);
}

#[test]
fn section_3_3_neither_candidates_nor_a_reason() {
    let empty = Plan {
        fate: Fate::Empty,
        ..PLAN
    };
    let expected = json!({
        "usageMetadata": {
            "promptTokenCount": 6,
            "totalTokenCount": 6,
            "promptTokensDetails": details(6),
            "serviceTier": "standard",
        },
        "modelVersion": "gemini-3.8-flash",
    });
    assert_eq!(body(&DEVELOPER, &ASKED, &empty), expected);
}

#[test]
fn section_3_2_thinking_counts_against_the_most_tokens() {
    for (most, thinking, thoughts, text) in [
        (60, 57, 57, 3),
        (60, 60, 60, 0),
        (60, 900, 60, 0),
        (0, 900, 0, 0),
        (7, 0, 0, 7),
    ] {
        let asked = Asked {
            max_output_tokens: Some(most),
            ..ASKED
        };
        let answer = draw(&DEVELOPER, &asked, &Plan { thinking, ..PLAN });
        assert_eq!(
            (answer.thoughts, answer.said[0].tokens),
            (thoughts, text),
            "{most} {thinking}"
        );
        assert_eq!(answer.said[0].finish, "MAX_TOKENS");
        let content = &body(&DEVELOPER, &asked, &Plan { thinking, ..PLAN })["candidates"][0]["content"];
        assert_eq!(content["role"], "model");
        assert_eq!(content.get("parts").is_some(), text > 0);
    }
    let bounded = Plan {
        output_limit: 5,
        ..PLAN
    };
    assert_eq!(draw(&DEVELOPER, &ASKED, &bounded).output_tokens(), 5);
}

#[test]
fn section_4_4_budget_and_level_decide_how_long_a_model_thinks() {
    for (budget, level, thoughts) in [
        (None, None, 90),
        (Some(0), None, 0),
        (Some(30), None, 30),
        (Some(1000), None, 90),
        (None, Some(Level::Minimal), 5),
        (None, Some(Level::Low), 45),
        (None, Some(Level::Medium), 90),
        (None, Some(Level::High), 180),
        (None, Some(Level::XHigh), 360),
    ] {
        let asked = Asked {
            budget,
            level,
            ..ASKED
        };
        let answer = draw(&DEVELOPER, &asked, &Plan { thinking: 90, ..PLAN });
        assert_eq!(answer.thoughts, thoughts);
    }
}

#[test]
fn section_4_3_thoughts_are_signed_from_gemini_3_on() {
    let plan = Plan { thinking: 9, ..PLAN };
    for (model, is_signed) in [
        ("gemini-4-neon", true),
        ("gemini-3-flash-preview", true),
        ("gemini-2.5-pro", false),
        ("gemma-3", false),
    ] {
        let scene = Scene { model, ..DEVELOPER };
        assert_eq!(
            draw(&scene, &ASKED, &plan).said[0].signature.is_some(),
            is_signed,
            "{model}"
        );
        assert_eq!(draw(&scene, &ASKED, &PLAN).said[0].signature, None);
    }
}

#[test]
fn section_3_1_all_candidates_are_answered() {
    let asked = Asked {
        candidates: 3,
        ..ASKED
    };
    let developer = body(&DEVELOPER, &asked, &PLAN);
    let texts: Vec<_> = (0..3)
        .map(|index| {
            let candidate = &developer["candidates"][index];
            assert_eq!(candidate["index"], index);
            candidate["content"]["parts"][0]["text"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2]);
    assert_eq!(developer["usageMetadata"]["candidatesTokenCount"], 60);
    let vertex = body(&VERTEX, &asked, &PLAN);
    assert_eq!(vertex["candidates"][0].get("index"), None);
    assert_eq!(vertex["candidates"][2]["index"], 2);
}

#[test]
fn section_3_6_a_function_that_must_be_called_is_called() {
    let functions = [Function {
        name: "look_up".to_owned(),
        parameters: Some(json!({"type": "OBJECT", "properties": {"twin": {"enum": ["castor"]}}})),
    }];
    let asked = Asked {
        must_call: &functions,
        ..ASKED
    };
    let answer = body(&DEVELOPER, &asked, &Plan { thinking: 4, ..PLAN });
    let part = &answer["candidates"][0]["content"]["parts"][0];
    assert_eq!(
        part["functionCall"],
        json!({"name": "look_up", "args": {"twin": "castor"}})
    );
    assert!(part["thoughtSignature"].is_string());
    assert_eq!(part.get("text"), None);
    assert_eq!(answer["candidates"][0]["finishReason"], "STOP");
}

#[test]
fn section_4_2_a_stop_sequence_ends_the_text() {
    let whole = draw(&DEVELOPER, &ASKED, &PLAN).said[0].text.clone();
    let word = whole.split(' ').nth(4).unwrap().to_owned();
    let stops = ["never said".to_owned(), word.clone(), String::new()];
    let asked = Asked {
        stop_sequences: &stops,
        ..ASKED
    };
    let answer = draw(&DEVELOPER, &asked, &PLAN);
    let (before, _) = whole.split_once(&word).unwrap();
    assert_eq!(answer.said[0].text, before);
    assert_eq!(answer.said[0].finish, "STOP");
    assert_eq!(answer.said[0].tokens, tokens::of_text(before));
}

/// A long answer in hops: the text of each, and what was billed.
fn hops(plan: &Plan<'_>, most: Option<u64>) -> Vec<Answer> {
    let mut hops: Vec<Answer> = Vec::new();
    let mut token = None;
    for hop in 0..64 {
        let asked = Asked {
            max_output_tokens: most,
            continuation: token.as_deref(),
            ..ASKED
        };
        // The token alone decides what follows: no draw does.
        let answer = Answer::to(&DEVELOPER, &asked, plan, &mut SplitMix64::new(hop)).unwrap();
        token = answer.said[0].token.clone();
        let ends = answer.said[0].finish != "CONTINUATION";
        hops.push(answer);
        if ends {
            return hops;
        }
    }
    panic!("no end after {} hops", hops.len());
}

#[test]
fn section_4_6_a_long_answer_comes_in_hops() {
    let plan = Plan {
        length: 100,
        thinking: 45,
        hop_limit: Some(30),
        ..PLAN
    };
    let hops = hops(&plan, None);
    let finishes: Vec<_> = hops.iter().map(|hop| hop.said[0].finish.as_ref()).collect();
    assert_eq!(
        finishes,
        [
            "CONTINUATION",
            "CONTINUATION",
            "CONTINUATION",
            "CONTINUATION",
            "STOP"
        ]
    );
    let outputs: Vec<_> = hops.iter().map(Answer::output_tokens).collect();
    assert_eq!(outputs, [30, 30, 30, 30, 25]);
    let thoughts: Vec<_> = hops.iter().map(|hop| hop.thoughts).collect();
    assert_eq!(thoughts, [30, 15, 0, 0, 0]);
    // Each hop reads the prompt and all that was generated before it.
    let prompts: Vec<_> = hops.iter().map(Answer::prompt_tokens).collect();
    assert_eq!(prompts, [6, 36, 66, 96, 126]);
    let text: String = hops.iter().map(|hop| hop.said[0].text.as_str()).collect();
    let whole = Plan {
        hop_limit: None,
        ..plan
    };
    let whole = Answer::to(&DEVELOPER, &ASKED, &whole, &mut SplitMix64::new(0)).unwrap();
    assert_eq!(text, whole.said[0].text);
    assert_eq!(hops[4].said[0].token, None);
}

#[test]
fn section_4_6_the_most_tokens_are_those_of_all_hops() {
    let plan = Plan {
        length: 100,
        hop_limit: Some(30),
        ..PLAN
    };
    let hops = hops(&plan, Some(70));
    let outputs: Vec<_> = hops.iter().map(Answer::output_tokens).collect();
    assert_eq!(outputs, [30, 30, 10]);
    let last = &hops[2].said[0];
    assert_eq!(last.finish, "MAX_TOKENS");
    // Its token is good for a request that allows more, and for the same request it brings nothing.
    let go_on = |most| {
        let asked = Asked {
            max_output_tokens: Some(most),
            continuation: last.token.as_deref(),
            ..ASKED
        };
        draw(&DEVELOPER, &asked, &plan)
    };
    assert_eq!(go_on(95).output_tokens(), 25);
    let again = go_on(70);
    assert_eq!(
        (again.output_tokens(), again.said[0].finish.as_ref()),
        (0, "MAX_TOKENS")
    );
    assert_eq!(again.said[0].token, last.token);
}

#[test]
fn section_4_6_the_form_of_a_hop() {
    let plan = Plan {
        length: 100,
        hop_limit: Some(30),
        ..PLAN
    };
    let candidate = body(&DEVELOPER, &ASKED, &plan)["candidates"][0].clone();
    let answer = draw(&DEVELOPER, &ASKED, &plan);
    let expected = json!({
        "content": {"parts": [{"text": answer.said[0].text}], "role": "model"},
        "finishReason": "CONTINUATION",
        "index": 0,
        "continuationToken": answer.said[0].token,
    });
    assert_eq!(candidate, expected);
}

#[test]
fn a_token_that_was_not_given_continues_nothing() {
    let hop = Plan {
        length: 100,
        hop_limit: Some(30),
        ..PLAN
    };
    let token = draw(&DEVELOPER, &ASKED, &hop).said[0].token.clone().unwrap();
    let asked = |token| Asked {
        continuation: Some(token),
        ..ASKED
    };
    let other = Scene {
        model: "gemini-4-neon",
        ..DEVELOPER
    };
    for (scene, token, plan) in [
        (&DEVELOPER, "+/+/aGk=", &hop),
        (&other, token.as_str(), &hop),
        (&DEVELOPER, token.as_str(), &PLAN),
    ] {
        let refusal = Answer::to(scene, &asked(token), plan, &mut SplitMix64::new(1)).unwrap_err();
        assert_eq!(refusal.body.http(), 400);
    }
}

#[test]
fn equal_draws_give_equal_answers() {
    let plan = Plan { thinking: 9, ..PLAN };
    assert_eq!(draw(&DEVELOPER, &ASKED, &plan), draw(&DEVELOPER, &ASKED, &plan));
    let other = Answer::to(&DEVELOPER, &ASKED, &plan, &mut SplitMix64::new(7)).unwrap();
    assert_ne!(draw(&DEVELOPER, &ASKED, &plan), other);
}
