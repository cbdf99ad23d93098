//! Streams byte by byte, and properties of all of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::wire::{
    answer::{
        Fate, Plan,
        tests::{self, DEVELOPER, VERTEX},
    },
    error::Code,
    request::{ModelFacts, Request},
};

/// Long enough for two frames.
const PLAN: Plan<'static> = Plan {
    length: 16,
    ..tests::PLAN
};

const HI: &str = r#"{"contents": [{"parts": [{"text": "hi"}]}]}"#;

fn answer(scene: &Scene<'_>, body: &str, plan: &Plan<'_>, seed: u64) -> Answer {
    let facts = ModelFacts {
        name: scene.model,
        input_limit: 1_048_576,
        output_limit: 65_536,
        version: "v1beta",
    };
    let request = Request::read(scene.surface, &facts, body.as_bytes()).unwrap();
    Answer::draw(scene, &request, plan, &mut SplitMix64::new(seed)).unwrap()
}

fn stream(scene: &Scene<'_>, answer: &Answer, framing: Framing) -> Vec<(String, u64)> {
    frames(scene, answer, framing, &mut SplitMix64::new(9))
        .into_iter()
        .map(|(bytes, tokens)| (String::from_utf8(bytes).unwrap(), tokens))
        .collect()
}

/// What the frames hold.
fn read(framing: Framing, frames: &[(String, u64)]) -> Vec<Value> {
    match framing {
        Framing::Sse => frames
            .iter()
            .map(|(frame, _)| {
                let json = frame
                    .strip_prefix("data: ")
                    .unwrap()
                    .strip_suffix("\r\n\r\n")
                    .unwrap();
                assert!(!json.contains(['\r', '\n']), "{json}");
                serde_json::from_str(json).unwrap()
            })
            .collect(),
        Framing::Array => {
            let mut whole: String = frames.iter().map(|(frame, _)| frame.as_str()).collect();
            whole.push_str(std::str::from_utf8(framing.closing()).unwrap());
            serde_json::from_str(&whole).unwrap()
        }
    }
}

#[test]
fn section_1_2_server_sent_events_of_the_developer_api_byte_by_byte() {
    let answer = answer(&DEVELOPER, HI, &PLAN, 1);
    let (text, prompt) = (&answer.said[0].text, answer.prompt_tokens());
    let frames = stream(&DEVELOPER, &answer, Framing::Sse);
    let [(first, one), (second, two)] = frames.as_slice() else {
        panic!("{frames:?}")
    };
    let said = *one;
    let (begin, end) = text.split_at(4 * usize::try_from(said).unwrap());
    let id = first.rsplit('"').nth(1).unwrap();
    let usage = |said: u64| {
        format!(
            r#""usageMetadata": {{"promptTokenCount": {prompt},"candidatesTokenCount": {said},"totalTokenCount": {},"promptTokensDetails": [{{"modality": "TEXT","tokenCount": {prompt}}}],"serviceTier": "standard"}},"modelVersion": "gemini-3.8-flash","responseId": "{id}"}}"#,
            prompt + said
        )
    };
    let expected = format!(
        "data: {{\"candidates\": [{{\"content\": {{\"parts\": [{{\"text\": \"{begin}\"}}],\"role\": \
         \"model\"}},\"index\": 0}}],{}\r\n\r\n",
        usage(said)
    );
    assert_eq!(*first, expected);
    let expected = format!(
        "data: {{\"candidates\": [{{\"content\": {{\"parts\": [{{\"text\": \"{end}\"}}],\"role\": \
         \"model\"}},\"finishReason\": \"STOP\",\"index\": 0}}],{}\r\n\r\n",
        usage(16)
    );
    assert_eq!(*second, expected);
    assert_eq!(one + two, 16);
}

#[test]
fn section_1_2_an_array_byte_by_byte() {
    let answer = answer(&VERTEX, HI, &Plan { length: 3, ..PLAN }, 1);
    let (text, prompt) = (&answer.said[0].text, answer.prompt_tokens());
    let frames = stream(&VERTEX, &answer, Framing::Array);
    let [(only, 3)] = frames.as_slice() else {
        panic!("{frames:?}")
    };
    let id = only.rsplit('"').nth(1).unwrap();
    let expected = format!(
        r#"[{{
  "candidates": [
    {{
      "content": {{
        "role": "model",
        "parts": [
          {{
            "text": "{text}"
          }}
        ]
      }},
      "finishReason": "STOP"
    }}
  ],
  "usageMetadata": {{
    "promptTokenCount": {prompt},
    "candidatesTokenCount": 3,
    "totalTokenCount": {},
    "trafficType": "ON_DEMAND",
    "promptTokensDetails": [
      {{
        "modality": "TEXT",
        "tokenCount": {prompt}
      }}
    ],
    "candidatesTokensDetails": [
      {{
        "modality": "TEXT",
        "tokenCount": 3
      }}
    ]
  }},
  "modelVersion": "gemini-3.8-flash",
  "createTime": "2026-11-20T20:00:00Z",
  "responseId": "{id}"
}}
"#,
        prompt + 3
    );
    assert_eq!(*only, expected);
    assert_eq!(Framing::Array.closing(), b"]\n");
    let long = self::answer(&VERTEX, HI, &PLAN, 1);
    let frames = stream(&VERTEX, &long, Framing::Array);
    assert!(frames[1].0.starts_with(",\r\n{\n"), "{frames:?}");
}

#[test]
fn section_3_5_vertex_counts_on_the_last_frame_only() {
    let answer = answer(&VERTEX, HI, &PLAN, 1);
    let read = read(Framing::Sse, &stream(&VERTEX, &answer, Framing::Sse));
    assert_eq!(read[0]["usageMetadata"], json!({"trafficType": "ON_DEMAND"}));
    assert_eq!(read[0]["createTime"], "2026-11-20T20:00:00Z");
    assert_eq!(read[1]["usageMetadata"]["candidatesTokenCount"], 16);
}

#[test]
fn section_3_3_a_blocked_prompt_is_one_frame() {
    let plan = Plan {
        fate: Fate::Block("PROHIBITED_CONTENT"),
        ..PLAN
    };
    let answer = answer(&DEVELOPER, HI, &plan, 1);
    let frames = stream(&DEVELOPER, &answer, Framing::Sse);
    let mut read = read(Framing::Sse, &frames);
    let [frame] = read.as_mut_slice() else {
        panic!("{read:?}")
    };
    frame.as_object_mut().unwrap().remove("responseId").unwrap();
    let prompt = answer.prompt_tokens();
    let expected = json!({
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {
            "promptTokenCount": prompt,
            "totalTokenCount": prompt,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
            "serviceTier": "standard",
        },
        "modelVersion": "gemini-3.8-flash",
    });
    assert_eq!(*frame, expected);
    assert_eq!(frames[0].1, 0);
}

#[test]
fn section_4_3_thoughts_come_first_and_their_signature_last() {
    let body = r#"{"contents": [{"parts": [{"text": "hi"}]}],
                   "generationConfig": {"thinkingConfig": {"includeThoughts": true}}}"#;
    let answer = answer(&DEVELOPER, body, &Plan { thinking: 33, ..PLAN }, 1);
    let frames = stream(&DEVELOPER, &answer, Framing::Sse);
    let read = read(Framing::Sse, &frames);
    let part = |frame: &Value| frame["candidates"][0]["content"]["parts"][0].clone();
    let said = &answer.said[0];
    assert_eq!(part(&read[0]), json!({"text": said.thought, "thought": true}));
    assert_eq!(frames[0].1, 33);
    let last = read.last().unwrap();
    assert_eq!(
        part(last),
        json!({"text": "", "thoughtSignature": said.signature})
    );
    assert_eq!(last["candidates"][0]["finishReason"], "STOP");
}

const TOO_LATE: &str = "Deadline expired before operation could complete.";

#[test]
fn section_2_9_errors_within_a_stream() {
    let body = ErrorBody::new(Code::DeadlineExceeded, TOO_LATE);
    let line = format!(
        "data: {{\"error\": {{\"code\": 504,\"message\": \"{TOO_LATE}\",\"status\": \
         \"DEADLINE_EXCEEDED\"}}}}\r\n\r\n"
    );
    let lines = format!(
        "{{\n  \"error\": {{\n    \"code\": 504,\n    \"message\": \"{TOO_LATE}\",\n    \"status\": \
         \"DEADLINE_EXCEEDED\"\n  }}\n}}\n"
    );
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert_eq!(text(Framing::Sse.error(&body, 0)), line);
    assert_eq!(text(Framing::Sse.error(&body, 3)), line);
    assert_eq!(text(Framing::Array.error(&body, 0)), format!("[{lines}"));
    assert_eq!(text(Framing::Array.error(&body, 3)), format!(",\r\n{lines}"));
    assert_eq!(text(bare_error(&body)), lines);
    // Before the first element: the error alone, or an array of one.
    assert_eq!(text(Framing::Sse.refusal(&body)), lines);
    assert_eq!(text(Framing::Array.refusal(&body)), format!("[{lines}]\n"));
}

proptest! {
    /// Whole or in pieces, the answer is the same: its text, its end, its counts.
    #[test]
    fn a_stream_says_what_the_whole_answer_says(
        seed: u64,
        length in 0_u64..400,
        thinking in 0_u64..60,
        candidates in 1_u64..4,
        most in proptest::option::of(1_u64..300),
        hop in proptest::option::of(1_u64..300),
        is_vertex: bool,
        is_array: bool,
        finish in proptest::option::of(proptest::sample::select(vec!["SAFETY", "MAX_TOKENS", "OTHER"])),
    ) {
        let scene = Scene { model: "gemini-2.0-flash", ..if is_vertex { VERTEX } else { DEVELOPER } };
        let mut config = json!({"candidateCount": candidates});
        if let Some(most) = most {
            config["maxOutputTokens"] = most.into();
        }
        let body = json!({"contents": [{"parts": [{"text": "hi"}]}], "generationConfig": config});
        let fate = finish.map_or(Fate::Well, Fate::Finish);
        let plan = Plan { length, thinking, hop_limit: hop, fate, ..PLAN };
        let answer = answer(&scene, &body.to_string(), &plan, seed);
        let framing = if is_array { Framing::Array } else { Framing::Sse };
        let frames = stream(&scene, &answer, framing);
        let read = read(framing, &frames);
        let whole: Value = serde_json::from_slice(&answer.bytes(&scene, &mut SplitMix64::new(9))).unwrap();

        prop_assert_eq!(frames.iter().map(|(_, tokens)| tokens).sum::<u64>(), answer.output_tokens());
        let last = read.last().unwrap();
        for name in ["usageMetadata", "modelVersion", "responseId", "createTime"] {
            prop_assert_eq!(&last[name], &whole[name]);
        }
        for candidate in whole["candidates"].as_array().unwrap() {
            let index = &candidate["index"];
            let own: Vec<&Value> = read
                .iter()
                .flat_map(|frame| frame["candidates"].as_array().unwrap())
                .filter(|piece| piece["index"] == *index)
                .collect();
            let text = |piece: &&Value| piece["content"]["parts"][0]["text"].as_str().unwrap_or("").to_owned();
            let said: String = own.iter().map(text).collect();
            prop_assert_eq!(said, text(&candidate));
            let (end, before) = own.split_last().unwrap();
            prop_assert!(before.iter().all(|piece| piece.get("finishReason").is_none()));
            for name in ["finishReason", "finishMessage", "safetyRatings", "continuationToken"] {
                prop_assert_eq!(&end[name], &candidate[name]);
            }
        }
    }

    /// Whoever is cut off goes on from the last token that came, and misses nothing.
    #[test]
    fn a_broken_long_answer_is_taken_up_at_its_last_token(seed: u64, length in 1_u64..400, hop in 1_u64..400) {
        let scene = Scene { model: "gemini-4-neon", ..DEVELOPER };
        let plan = Plan { length, hop_limit: Some(hop), ..PLAN };
        let first = answer(&scene, HI, &plan, seed);
        let mut whole = first.said[0].text.clone();
        if first.said[0].tokens < length {
            whole = answer(&scene, HI, &Plan { hop_limit: Some(1000), ..plan }, seed).said[0].text.clone();
        }
        let mut said = String::new();
        for frame in read(Framing::Sse, &stream(&scene, &first, Framing::Sse)) {
            let candidate = &frame["candidates"][0];
            said += candidate["content"]["parts"][0]["text"].as_str().unwrap_or("");
            let Some(token) = candidate["continuationToken"].as_str() else {
                prop_assert_eq!(&candidate["finishReason"], "STOP");
                continue;
            };
            let mut body: Value = serde_json::from_str(HI).unwrap();
            body["continuationToken"] = token.into();
            let plan = Plan { hop_limit: Some(1000), ..plan };
            let rest = answer(&scene, &body.to_string(), &plan, seed.wrapping_add(1));
            prop_assert_eq!(format!("{said}{}", rest.said[0].text), whole.clone());
        }
    }
}
