//! Bodies that are no requests, and what Google says of them (§2.8 of the reference).

use std::time::Duration;

use dioscuri_sim::{Arrival, Reason};
use serde_json::{Value, json};

use crate::fixture::{DEVELOPER, VERTEX, json, noon, small};

/// The error in the first reply of the small world to `body`.
#[track_caller]
fn refused(path: &str, body: &str) -> Value {
    let arrival = Arrival::new("POST", path, body.as_bytes());
    let arrival = if path == VERTEX {
        arrival.with_bearer("ya29.leda")
    } else {
        arrival.with_api_key("AQ.castor")
    };
    let mut world = small();
    let reply = world.arrive(&arrival, noon(Duration::ZERO));
    assert_eq!(reply.status, 400, "{body}");
    assert_eq!(world.stats().refused_for(Reason::Malformed), 1);
    assert_eq!(world.stats().admitted, 0);
    json(&reply)["error"].clone()
}

/// `body` is refused with `message` and without details.
#[track_caller]
fn check(path: &str, body: &str, message: &str) {
    let expected = json!({"code": 400, "message": message, "status": "INVALID_ARGUMENT"});
    assert_eq!(refused(path, body), expected, "{body}");
}

/// `body` is refused with these violations of a `BadRequest`, one a line.
#[track_caller]
fn check_fields(path: &str, body: &Value, violations: &[(&str, &str)]) {
    let lines: Vec<&str> = violations.iter().map(|(_, description)| *description).collect();
    let violations: Vec<Value> = violations
        .iter()
        .map(|(field, description)| match *field {
            "" => json!({ "description": description }),
            field => json!({"field": field, "description": description}),
        })
        .collect();
    let expected = json!({
        "code": 400,
        "message": lines.join("\n"),
        "status": "INVALID_ARGUMENT",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": violations,
        }],
    });
    assert_eq!(refused(path, &body.to_string()), expected, "{body}");
}

fn unknown(name: &str, place: &str) -> String {
    format!("Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field.")
}

#[test]
fn a_body_that_is_no_json() {
    for (body, problem) in [
        ("who is castor?", "Unexpected token.\nwho is castor?\n^"),
        (
            "{\"contents\": [",
            "Unexpected end of string. Expected a value or ] within an array.\n\n^",
        ),
        (
            r#"{"contents": [{"parts": [{"text": "Say "hi"."}]}]}"#,
            "Expected , or } after key:value pair.\ns\": [{\"text\": \"Say \"hi\".\"}]}]}\n                    ^",
        ),
    ] {
        check(
            DEVELOPER,
            body,
            &format!("Invalid JSON payload received. {problem}"),
        );
        check(VERTEX, body, &format!("Invalid JSON payload received. {problem}"));
    }
    let deep = format!("{}1{}", "{\"a\":".repeat(101), "}".repeat(101));
    check(
        DEVELOPER,
        &deep,
        "Invalid JSON payload received. Message too deep. Max recursion depth reached for key 'a'",
    );
}

#[test]
fn a_body_that_is_no_message() {
    let problem = "Invalid JSON payload received. Unknown name \"\": Root element must be a message.";
    for body in [json!([]), json!("hi"), json!(7), json!(null)] {
        check_fields(DEVELOPER, &body, &[("", problem)]);
    }
}

#[test]
fn names_that_the_message_does_not_have() {
    let root =
        |name: &str| format!("Invalid JSON payload received. Unknown name \"{name}\": Cannot find field.");
    check_fields(
        DEVELOPER,
        &json!({"contents": [], "prompt": 1, "max_tokens": null}),
        &[("", &root("max_tokens")), ("", &root("prompt"))],
    );
    check_fields(
        DEVELOPER,
        &json!({"contents": [], "modelArmorConfig": {}}),
        &[("", &root("modelArmorConfig"))],
    );
    check_fields(
        VERTEX,
        &json!({"contents": [], "serviceTier": "flex"}),
        &[("", &root("serviceTier"))],
    );

    let places = [
        "contents[0].parts",
        "generation_config",
        "tools[0].function_declarations[0].parameters.properties[1].value.any_of[0]",
    ];
    check_fields(
        DEVELOPER,
        &json!({
            "contents": [{"parts": {"x": "hi", "text": "hi"}}],
            "generationConfig": {"responseModality": "TEXT"},
            "tools": [{"functionDeclarations": [{"name": "f", "parameters": {
                "type": "OBJECT",
                "properties": {"a": {"type": "STRING"}, "b": {"anyOf": [{"type": "STRING", "const": "x"}]}},
            }}]}],
        }),
        &[
            (places[0], &unknown("x", places[0])),
            (places[1], &unknown("responseModality", places[1])),
            (places[2], &unknown("const", places[2])),
        ],
    );
}

#[test]
fn lists_and_objects_where_none_belong() {
    let list = |name: &str, place: &str| {
        format!(
            "Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Proto field is not repeating, \
             cannot start list."
        )
    };
    let schema = "generation_config.response_schema";
    check_fields(
        DEVELOPER,
        &json!({
            "contents": [{"parts": [{"text": [{"text": "hi"}]}, {"inlineData": {"data": {"data": "AAAA"}}}]}],
            "generationConfig": {"responseSchema": {"type": ["STRING", "NULL"], "properties": []}},
        }),
        &[
            ("contents[0].parts[0]", &list("text", "contents[0].parts[0]")),
            (
                "contents[0].parts[1].inline_data",
                "Invalid value at 'contents[0].parts[1].inline_data' (data), Starting an object on a scalar field",
            ),
            (
                schema,
                "Invalid value at 'generation_config.response_schema' (Map), Cannot bind a list to map for field \
                 'properties'.",
            ),
            (schema, &list("type", schema)),
        ],
    );
    check_fields(
        DEVELOPER,
        &json!({"contents": [], "cachedContent": {}}),
        &[(
            "",
            "Invalid value (cached_content), Starting an object on a scalar field",
        )],
    );
    let args = "contents[0].parts[0].function_call";
    check_fields(
        DEVELOPER,
        &json!({"contents": [{"parts": [{"functionCall": {"name": "f", "args": []}}]}]}),
        &[(args, &list("args", args))],
    );
}

#[test]
fn values_of_the_wrong_type() {
    let content = |surface: &str| format!("(type.googleapis.com/{surface}.Content), \"hi\"");
    check_fields(
        DEVELOPER,
        &json!({"contents": "hi"}),
        &[(
            "contents",
            &format!(
                "Invalid value at 'contents' {}",
                content("google.ai.generativelanguage.v1beta")
            ),
        )],
    );
    check_fields(
        VERTEX,
        &json!({"contents": ["hi"]}),
        &[(
            "contents[0]",
            &format!(
                "Invalid value at 'contents[0]' {}",
                content("google.cloud.aiplatform.v1")
            ),
        )],
    );
    for (config, field, problem) in [
        (
            json!({"temperature": "hot"}),
            "temperature",
            "(TYPE_FLOAT), \"hot\"",
        ),
        (
            json!({"seed": 3_812_238_859_u32}),
            "seed",
            "(TYPE_INT32), 3812238859",
        ),
        (
            json!({"maxOutputTokens": 1.5}),
            "max_output_tokens",
            "(TYPE_INT32), 1.5",
        ),
        (
            json!({"responseLogprobs": 1}),
            "response_logprobs",
            "(TYPE_BOOL), 1",
        ),
        (
            json!({"stopSequences": ["a", 5]}),
            "stop_sequences[1]",
            "(TYPE_STRING), 5",
        ),
        (
            json!({"responseSchema": {"minItems": "1e3"}}),
            "response_schema.min_items",
            "(TYPE_INT64), \"1e3\"",
        ),
        (
            json!({"thinkingConfig": {"thinkingLevel": "BOGUS"}}),
            "thinking_config.thinking_level",
            "(type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingConfig.ThinkingLevel), \"BOGUS\"",
        ),
        (
            json!({"responseSchema": {"properties": {"a": "string"}}}),
            "response_schema.properties[0].value",
            "(type.googleapis.com/google.ai.generativelanguage.v1beta.Schema), \"string\"",
        ),
    ] {
        let field = format!("generation_config.{field}");
        check_fields(
            DEVELOPER,
            &json!({"contents": [], "generationConfig": config}),
            &[(&field, &format!("Invalid value at '{field}' {problem}"))],
        );
    }
}

#[test]
fn parts_that_do_not_fit_together() {
    let signature = "contents[0].parts[0].thought_signature";
    check_fields(
        DEVELOPER,
        &json!({"contents": [{"parts": [
            {"text": "a", "thoughtSignature": "default_signature!"},
            {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "text": "b"},
            {"functionResponse": {"name": "f", "response": "done"}},
            {"text": "c", "videoMetadata": {"startOffset": "10"}},
        ]}]}),
        &[
            (
                signature,
                &format!(
                    "Invalid value at '{signature}' (TYPE_BYTES), Base64 decoding failed for \"default_signature!\""
                ),
            ),
            (
                "contents[0].parts[1]",
                "Invalid value at 'contents[0].parts[1]' (oneof), oneof field 'data' is already set. Cannot set 'text'",
            ),
            (
                "contents[0].parts[2].function_response.response",
                "Invalid value at 'contents[0].parts[2].function_response.response' \
                 (type.googleapis.com/google.protobuf.Struct), \"done\"",
            ),
            (
                "contents[0].parts[3].video_metadata.start_offset",
                "Invalid value at 'contents[0].parts[3].video_metadata.start_offset' \
                 (type.googleapis.com/google.protobuf.Duration), Field 'start_offset', Illegal duration format; \
                 duration must end with 's'",
            ),
        ],
    );
}

#[test]
fn a_request_without_a_prompt() {
    let missing = "* GenerateContentRequest.contents: contents is not specified\n";
    for body in ["", "{}", r#"{"contents": null}"#, r#"{"contents": []}"#] {
        check(DEVELOPER, body, missing);
        check(
            VERTEX,
            body,
            "Unable to submit request because at least one contents field is required. Learn more: \
             https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini",
        );
    }
    check(
        DEVELOPER,
        r#"{"contents": [{"parts": {"text": "hi"}}, {"role": "user"}, {"parts": [{}, {"thought": true}]}]}"#,
        "* GenerateContentRequest.contents[1].parts: contents.parts must not be empty.\n\
         * GenerateContentRequest.contents[2].parts[0].data: required oneof field 'data' must have one initialized \
         field\n\
         * GenerateContentRequest.contents[2].parts[1].data: required oneof field 'data' must have one initialized \
         field\n",
    );
    for (parts, problem) in [
        (
            "[]",
            "it must include at least one parts field, which describes the prompt input.",
        ),
        (
            r#"[{"text": ""}]"#,
            "it has an empty text parameter. Add a value to the parameter and try again.",
        ),
    ] {
        check(
            VERTEX,
            &format!(r#"{{"contents": [{{"role": "user", "parts": {parts}}}]}}"#),
            &format!(
                "Unable to submit request because {problem} Learn more: \
                 https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini"
            ),
        );
    }
}

#[test]
fn turns_that_are_out_of_order() {
    let body = |contents: Value| json!({ "contents": contents }).to_string();
    let role = "Please use a valid role: user, model.";
    let system = json!([{"role": "system", "parts": [{"text": "hi"}]}]);
    check(DEVELOPER, &body(system.clone()), role);
    check(VERTEX, &body(system), role);
    let nameless = json!([{"role": "user", "parts": [{"text": "hi"}]}, {"parts": [{"text": "hi"}]}]);
    check(VERTEX, &body(nameless), role);

    let response = json!({"functionResponse": {"name": "f", "response": {}}});
    let call = json!({"functionCall": {"name": "f"}, "thoughtSignature": "AAAA"});
    check(
        DEVELOPER,
        &body(json!([{"role": "user", "parts": [response]}])),
        "Please ensure that function response turn comes immediately after a function call turn.",
    );
    check(
        DEVELOPER,
        &body(json!([
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [call, call]},
            {"role": "user", "parts": [response]},
        ])),
        "Please ensure that the number of function response parts is equal to the number of function call parts \
         of the function call turn.",
    );
}

#[test]
fn settings_out_of_their_ranges() {
    let path = "* GenerateContentRequest.generation_config";
    for (config, problem) in [
        (
            json!({"temperature": 99}),
            "temperature: temperature must be in the range [0.0, 2.0].",
        ),
        (
            json!({"topP": -1}),
            "top_p: top_p must be in the range [0.0, 1.0].",
        ),
        (
            json!({"candidateCount": 9}),
            "candidate_count: candidate_count must be in the range [1, 8].",
        ),
        (
            json!({"stopSequences": vec!["x"; 6]}),
            "stop_sequences: at most 5 stop sequences are allowed",
        ),
        (
            json!({"responseMimeType": "audio/wav"}),
            "response_mime_type: allowed mimetypes are text/plain, application/json, application/xml, \
             application/yaml and text/x.enum",
        ),
        (
            json!({"responseSchema": {"type": "ARRAY"}}),
            "response_schema.items: missing field.",
        ),
        (
            json!({"responseSchema": {
                "type": "OBJECT",
                "properties": {"a": {"type": "STRING", "enum": ["x", ""]}, "b": {"type": "STRING"}},
                "required": ["b"],
            }}),
            "response_schema.properties[a].enum[1]: cannot be empty",
        ),
        (
            json!({"responseSchema": {"type": "OBJECT", "required": ["a"]}}),
            "response_schema.required[0]: property is not defined",
        ),
        (
            json!({"responseSchema": {"properties": {}}}),
            "response_schema.type: must be specified when not using one_of, any_of or all_of fields\n\
             * GenerateContentRequest.generation_config.response_schema.properties: only allowed for OBJECT type",
        ),
    ] {
        let body = json!({"contents": [{"parts": [{"text": "hi"}]}], "generationConfig": config});
        check(DEVELOPER, &body.to_string(), &format!("{path}.{problem}\n"));
    }
    let body = json!({
        "contents": [{"parts": [{"text": "hi"}]}],
        "safetySettings": [{"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "OFF"}, {}],
    });
    check(
        DEVELOPER,
        &body.to_string(),
        "* GenerateContentRequest.safety_settings[1]: element predicate failed: $.category in \
         (HarmCategory.HARM_CATEGORY_HATE_SPEECH, HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT, \
         HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT, HarmCategory.HARM_CATEGORY_HARASSMENT, \
         HarmCategory.HARM_CATEGORY_CIVIC_INTEGRITY)\n",
    );
}

#[test]
fn functions_that_cannot_be_called() {
    let body = |functions: Value| {
        json!({"contents": [{"parts": [{"text": "hi"}]}], "tools": [{"functionDeclarations": functions}]})
            .to_string()
    };
    check(
        DEVELOPER,
        &body(json!([{"name": "f"}, {"name": "21st_builder"}])),
        "* GenerateContentRequest.tools[0].function_declarations[1].name: Invalid function name. Must start with a \
         letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or \
         dashes (-), with a maximum length of 64.\n",
    );
    for path in [DEVELOPER, VERTEX] {
        check(
            path,
            &body(json!([{"name": "f"}, {"name": "f"}])),
            "Duplicate function declaration found: f",
        );
    }
    check(
        VERTEX,
        &body(json!([{"name": "f", "parameters": {"type": "STRING"}}])),
        "Unable to submit request because f functionDeclaration parameters schema should be of type OBJECT",
    );
}
