//! What each surface reads, and what it says of what it does not.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const DEVELOPER: Surface = Surface::Developer;
const VERTEX: Surface = Surface::Vertex;

fn facts(name: &str) -> ModelFacts<'_> {
    ModelFacts {
        name,
        input_limit: 1_048_576,
        output_limit: 65_536,
        version: "v1beta",
    }
}

fn read(surface: Surface, model: &str, body: &Value) -> Result<Request, Value> {
    let request = Request::read(surface, &facts(model), body.to_string().as_bytes());
    request.map_err(|refusal| error(&refusal))
}

fn error(refusal: &Refusal) -> Value {
    let body: Value = serde_json::from_slice(&refusal.body.bytes()).unwrap();
    assert_eq!(body["error"]["code"], 400);
    assert_eq!(body["error"]["status"], "INVALID_ARGUMENT");
    body["error"].clone()
}

/// A request to a model that nobody knows.
fn parse(body: &Value) -> Request {
    read(DEVELOPER, "", body).unwrap()
}

/// `body` is refused with `message` and nothing else.
#[track_caller]
fn check(surface: Surface, model: &str, body: &Value, message: &str) {
    let refused = read(surface, model, body).unwrap_err();
    let expected = json!({"code": 400, "message": message, "status": "INVALID_ARGUMENT"});
    assert_eq!(refused, expected, "{body}");
}

#[track_caller]
fn passes(surface: Surface, model: &str, body: &Value) {
    assert_eq!(read(surface, model, body).err(), None, "{model} {body}");
}

fn hi() -> Value {
    json!([{"role": "user", "parts": [{"text": "hi"}]}])
}

fn with_config(config: &Value) -> Value {
    json!({"contents": hi(), "generationConfig": config})
}

fn with_thinking(config: &Value) -> Value {
    with_config(&json!({ "thinkingConfig": config }))
}

#[test]
fn both_spellings_of_a_field_are_read() {
    let camel = parse(&json!({
        "contents": [{"parts": [{"text": "hi"}, {"functionCall": {"name": "f", "args": {"aB": 1}}}]}],
        "generationConfig": {
            "maxOutputTokens": 7,
            "responseMimeType": "application/json",
            "thinkingConfig": {"includeThoughts": true},
        },
    }));
    let snake = parse(&json!({
        "contents": {"parts": [{"text": "hi"}, {"function_call": {"name": "f", "args": {"aB": 1}}}]},
        "generation_config": {
            "max_output_tokens": "7",
            "response_mime_type": "application/json",
            "response_schema": null,
            "thinking_config": {"include_thoughts": "true"},
        },
    }));
    assert_eq!(camel, snake);
    assert_eq!(camel.max_output_tokens, Some(7));
    assert_eq!(camel.format, Format::Json(None));
    assert!(camel.thinking.include_thoughts);
}

#[test]
fn everything_that_the_world_looks_at_is_read() {
    let request = read(
        DEVELOPER,
        "gemini-2.5-flash",
        &json!({
            "contents": hi(),
            "continuationToken": "aGk=",
            "serviceTier": "flex",
            "tools": [{"functionDeclarations": [
                {"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}},
                {"name": "g"},
            ]}],
            "toolConfig": {"functionCallingConfig": {"mode": "any", "allowedFunctionNames": ["f"]}},
            "generationConfig": {
                "candidateCount": 2,
                "stopSequences": ["END"],
                "thinkingConfig": {"thinkingBudget": 0},
            },
        }),
    )
    .unwrap();
    assert_eq!(request.continuation_token.as_deref(), Some("aGk="));
    assert_eq!(request.service_tier, Some(ServiceTier::Flex));
    assert_eq!(request.candidate_count, 2);
    assert_eq!(request.stop_sequences, ["END"]);
    assert_eq!(request.thinking.budget, Some(0));
    assert_eq!(request.calling.mode, CallingMode::Any);
    let names: Vec<_> = request
        .calling
        .functions
        .iter()
        .map(|function| &function.name)
        .collect();
    assert_eq!(names, ["f"]);
    assert_eq!(
        request.calling.functions[0].parameters,
        Some(json!({"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}))
    );
}

/// §8
#[test]
fn everything_of_the_prompt_is_counted() {
    let text = "x".repeat(4000);
    let body = json!({
        "systemInstruction": {"parts": [{"text": text}]},
        "contents": [{"role": "user", "parts": [
            {"text": text},
            {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
            {"fileData": {"mimeType": "audio/mp3", "fileUri": "files/a"}},
            {"functionCall": {"name": "f", "args": {"a": 1}}},
        ]}],
    });
    let request = parse(&body);
    let names: Vec<_> = request.prompt_tokens.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["TEXT", "IMAGE", "AUDIO"]);
    assert!((1840..=2190).contains(&request.prompt_tokens[0].1), "{request:?}");
    assert_eq!(request.tokens(), request.prompt_tokens[0].1 + 258 + 60 * 32);
}

/// §8
#[test]
fn a_picture_costs_what_its_model_says() {
    let cost = |model: &str, part: Value, config: Value| {
        let body = json!({"contents": [{"role": "user", "parts": [part]}], "generationConfig": config});
        read(DEVELOPER, model, &body).unwrap().prompt_tokens[1]
    };
    let image = |level: Option<&str>| {
        let resolution = level.map(|level| json!({ "level": level }));
        json!({"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "mediaResolution": resolution})
    };
    let low = json!({"mediaResolution": "MEDIA_RESOLUTION_LOW"});
    assert_eq!(cost("gemini-2.5-flash", image(None), json!({})), ("IMAGE", 258));
    assert_eq!(cost("gemini-3.8-flash", image(None), json!({})), ("IMAGE", 1_120));
    assert_eq!(cost("gemini-3.8-flash", image(None), low.clone()), ("IMAGE", 280));
    let ultra = image(Some("MEDIA_RESOLUTION_ULTRA_HIGH"));
    assert_eq!(cost("gemini-3.8-flash", ultra, low), ("IMAGE", 2_240));
    let video = json!({
        "fileData": {"mimeType": "video/mp4", "fileUri": "files/v"},
        "videoMetadata": {"startOffset": "10s", "endOffset": "20s", "fps": 2},
    });
    assert_eq!(cost("gemini-3.8-flash", video, json!({})), ("VIDEO", 20 * 70));
}

#[test]
fn equal_prompts_cost_the_same_in_whatever_request() {
    let contents = json!([{"parts": [{"text": "hi there".repeat(100)}]}]);
    let generated = parse(&json!({"contents": contents, "generationConfig": {"maxOutputTokens": 5}}));
    let count =
        |surface, body: Value| CountTokens::read(surface, &facts(""), body.to_string().as_bytes()).unwrap();
    let counted = count(DEVELOPER, json!({ "contents": contents }));
    assert_eq!(counted.prompt_tokens, generated.prompt_tokens);
    assert_eq!(counted.tokens(), generated.tokens());
    let nested = count(
        DEVELOPER,
        json!({"generateContentRequest": {"contents": contents}}),
    );
    assert_eq!(
        nested,
        CountTokens {
            characters: 700,
            ..counted
        }
    );
    let instances = count(VERTEX, json!({"instances": [{"content": "two words"}]}));
    assert_eq!((instances.tokens(), instances.characters), (3, 8));
}

/// §2.8
#[test]
fn a_prompt_above_the_limit_does_not_fit() {
    let request = parse(&json!({ "contents": hi() }));
    let small = ModelFacts {
        input_limit: 2,
        ..facts("")
    };
    assert_eq!(request.fits(DEVELOPER, &facts("")), Ok(()));
    let message = |surface| error(&request.fits(surface, &small).unwrap_err())["message"].clone();
    assert_eq!(
        message(DEVELOPER),
        "The input token count (3) exceeds the maximum number of tokens allowed (2)."
    );
    let vertex = message(VERTEX);
    assert!(
        vertex.as_str().unwrap().starts_with(
            "Unable to submit request because the input token count is 3 but model only supports up to 2. Reduce \
             the input token count and try again."
        ),
        "{vertex}"
    );
}

/// §4.4
#[test]
fn thinking_is_refused_where_the_model_does_not_know_it() {
    let both = json!({"thinkingBudget": 128, "thinkingLevel": "LOW"});
    for surface in [DEVELOPER, VERTEX] {
        check(
            surface,
            "gemini-2.5-flash",
            &with_thinking(&both),
            "You can only set only one of thinking budget and thinking level.",
        );
    }
    for (model, config, developer, vertex) in [
        (
            "gemini-2.5-pro",
            json!({"thinkingBudget": 0}),
            "Budget 0 is invalid. This model only works in thinking mode.",
            "Thinking can't be disabled for this model. Remove 'thinking_config.thinking_budget' from the request \
             and try again.",
        ),
        (
            "gemini-2.5-pro",
            json!({"thinkingBudget": 52428}),
            "The thinking budget 52428 is invalid. Please choose a value between 128 and 32768.",
            "thinking_budget is out of range; supported values are integers from 128 to 32768.",
        ),
        (
            "gemini-2.5-flash",
            json!({"thinkingBudget": 32000}),
            "The thinking budget 32000 is invalid. Please choose a value between 0 and 24576.",
            "thinking_budget is out of range; supported values are integers from 1 to 24576.",
        ),
        (
            "gemini-2.5-flash",
            json!({"thinkingLevel": "low"}),
            "Thinking level is not supported for this model.",
            "thinking_level is not supported by this model.",
        ),
        (
            "gemini-2.5-flash-lite",
            json!({"includeThoughts": true}),
            "Thinking_config.include_thoughts is only enabled when thinking is enabled.",
            "Thinking_config.include_thoughts is only enabled when thinking is enabled.",
        ),
        (
            "gemini-3.8-flash",
            json!({"thinking_level": "MINIMAL"}),
            "Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.",
            "thinking_level is not supported by this model.",
        ),
        (
            "gemini-4-argon",
            json!({"thinkingBudget": 1024}),
            "Thinking budget is not supported for this model.",
            "thinking_budget is not supported by this model.",
        ),
        (
            "gemini-2.0-flash",
            json!({"thinkingBudget": 1024}),
            "Thinking is not enabled for this model",
            "thinking is not supported by this model.",
        ),
    ] {
        check(DEVELOPER, model, &with_thinking(&config), developer);
        let vertex = format!("Unable to submit request because {vertex}");
        check(VERTEX, model, &with_thinking(&config), &vertex);
    }
    check(
        DEVELOPER,
        "gemini-3.5-flash-lite",
        &with_thinking(&json!({"thinkingBudget": 0})),
        "Request contains an invalid argument.",
    );
    for (model, config) in [
        (
            "gemini-2.5-pro",
            json!({"thinkingBudget": -1, "includeThoughts": true}),
        ),
        ("gemini-2.5-flash", json!({"thinkingBudget": 0})),
        ("gemini-3.8-flash", json!({"thinkingBudget": 512})),
        ("gemini-4-neon", json!({"thinkingLevel": "XHIGH"})),
        ("gemini-flash-latest", json!({"thinkingLevel": "MINIMAL"})),
    ] {
        passes(DEVELOPER, model, &with_thinking(&config));
    }
}

/// §2.8 and §4.2
#[test]
fn what_newer_models_no_longer_take() {
    let penalty = with_config(&json!({"frequencyPenalty": 0.5}));
    check(
        DEVELOPER,
        "gemini-2.5-flash",
        &penalty,
        "Penalty is not enabled for this model",
    );
    passes(
        DEVELOPER,
        "gemini-2.5-flash",
        &with_config(&json!({"frequencyPenalty": 0.0})),
    );
    passes(DEVELOPER, "gemini-2.0-flash", &penalty);

    let several = with_config(&json!({"candidateCount": 3}));
    check(
        DEVELOPER,
        "gemini-3.8-flash",
        &several,
        "Multiple candidates is not enabled for this model",
    );
    check(
        VERTEX,
        "gemini-4-argon",
        &several,
        "Unable to submit request because candidateCount must be 1 but the entered value was 3. Update the \
         candidateCount value and try again.",
    );
    passes(DEVELOPER, "gemini-2.5-flash", &several);

    let prefilled = json!({"contents": [
        {"role": "user", "parts": [{"text": "Who is Castor?"}]},
        {"role": "model", "parts": [{"text": "Castor is"}]},
    ]});
    for surface in [DEVELOPER, VERTEX] {
        check(
            surface,
            "gemini-4-hydrogen",
            &prefilled,
            "Requests ending with a model turn are not supported.",
        );
        passes(surface, "gemini-2.5-pro", &prefilled);
    }

    let cached = json!({"contents": hi(), "cachedContent": "cachedContents/a"});
    check(
        DEVELOPER,
        "gemini-4-argon",
        &cached,
        "CachedContent is not supported for this model.",
    );
    let mut twice = cached.clone();
    twice["systemInstruction"] = json!({"parts": [{"text": "Be short."}]});
    check(
        DEVELOPER,
        "gemini-2.5-flash",
        &twice,
        "CachedContent can not be used with GenerateContent request setting system_instruction, tools or \
         tool_config.\n\nProposed fix: move those values to CachedContent from GenerateContent request.",
    );
    passes(DEVELOPER, "gemini-2.5-flash", &cached);

    let grounded = json!({
        "contents": hi(),
        "tools": [{"googleSearch": {"excludeDomains": null}}],
        "generationConfig": {"responseMimeType": "application/json"},
    });
    check(
        DEVELOPER,
        "gemini-2.5-flash",
        &json!({
            "contents": hi(),
            "tools": [{"googleSearch": {}}],
            "generationConfig": {"responseMimeType": "application/json"},
        }),
        "Tool use with a response mime type: 'application/json' is unsupported",
    );
    passes(VERTEX, "gemini-3.8-flash", &grounded);
}

/// §2.8
#[test]
fn more_output_than_the_model_has() {
    let most = |most: i64| with_config(&json!({ "maxOutputTokens": most }));
    for wanted in [-1, 131_072] {
        check(
            VERTEX,
            "gemini-3.8-flash",
            &most(wanted),
            &format!(
                "Unable to submit request because it has a maxOutputTokens value of {wanted} but the supported range \
                 is from 1 (inclusive) to 65537 (exclusive). Update the value and try again."
            ),
        );
    }
    check(
        DEVELOPER,
        "gemini-3.8-flash",
        &most(0),
        "Request contains an invalid argument.",
    );
    passes(DEVELOPER, "gemini-3.8-flash", &most(131_072));
    // §4.6: long decode.
    passes(VERTEX, "gemini-4-argon", &most(131_072));
}

/// §4.3
#[test]
fn signatures_come_back_in_the_current_turn() {
    let call = |signature: Option<&str>| {
        let mut part = json!({"functionCall": {"name": "shell", "args": {}}});
        if let Some(signature) = signature {
            part["thoughtSignature"] = json!(signature);
        }
        json!({"role": "model", "parts": [part]})
    };
    let response =
        json!({"role": "user", "parts": [{"functionResponse": {"name": "shell", "response": {}}}]});
    let asked = hi()[0].clone();
    let unsigned = json!({"contents": [asked, call(None), response]});
    check(
        DEVELOPER,
        "gemini-3.8-flash",
        &unsigned,
        "Function call is missing a thought_signature in functionCall parts. This is required for tools to work \
         correctly, and missing thought_signature may lead to degraded model performance. Additional data, function \
         call `default_api:shell` , position 2. Please refer to \
         https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
    );
    check(
        VERTEX,
        "gemini-4-argon",
        &unsigned,
        "Unable to submit request because function call `default_api:shell` in the 2. content block is missing a \
         `thought_signature`. Learn more: \
         https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures",
    );
    passes(DEVELOPER, "gemini-2.5-pro", &unsigned);
    let signed = json!({"contents": [asked, call(Some("c2lnbmVk")), response]});
    passes(DEVELOPER, "gemini-3.8-flash", &signed);
    let earlier = json!({"contents": [asked, call(None), response, asked]});
    passes(DEVELOPER, "gemini-3.8-flash", &earlier);
}

/// §2.8 and §4.7
#[test]
fn embeddings_are_read_in_all_their_forms() {
    let body = json!({
        "content": {"parts": [{"text": "Castor "}, {"text": "and Pollux"}]},
        "taskType": "RETRIEVAL_DOCUMENT",
        "title": "Twins",
        "outputDimensionality": 256,
    });
    let plain = Embed::read(
        DEVELOPER,
        &facts("gemini-embedding-001"),
        body.to_string().as_bytes(),
    )
    .unwrap();
    let body = json!({
        "content": {"parts": [{"text": "Castor "}, {"text": "and Pollux"}]},
        "embedContentConfig": {
            "taskType": "RETRIEVAL_DOCUMENT",
            "title": "Twins",
            "outputDimensionality": 256,
        },
    });
    let nested = Embed::read(
        VERTEX,
        &facts("gemini-embedding-001"),
        body.to_string().as_bytes(),
    )
    .unwrap();
    assert_eq!(plain, nested);
    assert_eq!(plain.content, "Castor and Pollux");
    assert_eq!(plain.output_dimensionality, Some(256));
    let body = json!({
        "instances": [{"content": "Castor and Pollux", "task_type": "RETRIEVAL_DOCUMENT", "title": "Twins"}],
        "parameters": {"outputDimensionality": 256, "autoTruncate": false},
    });
    let body = body.to_string();
    let predicted = BatchEmbed::predict(VERTEX, &facts("gemini-embedding-001"), body.as_bytes()).unwrap();
    let one = &predicted.requests[0];
    assert_eq!(one.content, plain.content);
    assert_eq!(one.output_dimensionality, Some(256));
    assert_eq!(one.tokens(), 5);
    let short = ModelFacts {
        input_limit: 4,
        ..facts("")
    };
    assert!(one.fits(VERTEX, &short).is_err());
    assert_eq!(plain.fits(VERTEX, &short), Ok(()));
}

/// §2.8
#[test]
fn a_batch_has_its_limits() {
    let one = json!({"model": "models/e", "content": {"parts": [{"text": "hi"}]}});
    let read = |surface, body: Value| {
        let batch = BatchEmbed::read(
            surface,
            &facts("gemini-embedding-001"),
            body.to_string().as_bytes(),
        );
        batch.map_err(|refusal| error(&refusal)["message"].clone())
    };
    let full = read(DEVELOPER, json!({"requests": vec![one.clone(); 100]})).unwrap();
    assert_eq!(full.requests.len(), 100);
    assert_eq!(
        read(DEVELOPER, json!({"requests": vec![one.clone(); 101]})).unwrap_err(),
        "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n"
    );
    let nameless = json!({"content": {"parts": [{"text": "hi"}]}});
    let bare = json!({"model": "e", "content": {"parts": [{"text": "hi"}]}});
    assert_eq!(
        read(DEVELOPER, json!({"requests": [one, nameless, bare]})).unwrap_err(),
        "* BatchEmbedContentsRequest.requests[1].model: model is not specified\n\
         * BatchEmbedContentsRequest.requests[2].model: unexpected model name format\n"
    );
    assert!(read(VERTEX, json!({"requests": [nameless]})).is_ok());
    let empty = json!({"model": "models/e", "content": {"parts": [{"text": ""}]}});
    assert_eq!(
        read(DEVELOPER, json!({"requests": [empty]})).unwrap_err(),
        "EmbedContentRequest.content contains an empty Part."
    );
}

#[test]
fn counting_takes_what_generating_refuses() {
    let count = |surface, body: Value| {
        let counted = CountTokens::read(surface, &facts("gemini-4-argon"), body.to_string().as_bytes());
        counted.map_err(|refusal| error(&refusal)["message"].clone())
    };
    let odd = json!({"contents": hi(), "generationConfig": {"candidateCount": 3, "temperature": 9}});
    assert!(count(VERTEX, odd.clone()).is_ok());
    assert!(count(DEVELOPER, json!({ "generateContentRequest": odd })).is_ok());
    assert_eq!(
        count(DEVELOPER, json!({})).unwrap_err(),
        "* CountTokensRequest.contents: contents is not specified\n"
    );
    assert_eq!(
        count(
            DEVELOPER,
            json!({"contents": hi(), "generateContentRequest": {"contents": hi()}})
        )
        .unwrap_err(),
        "* CountTokensRequest: contents and generate_content_request must not both be set\n"
    );
    assert_eq!(
        count(DEVELOPER, json!({"contents": hi(), "tools": []})).unwrap_err(),
        "Invalid JSON payload received. Unknown name \"tools\": Cannot find field."
    );
}

/// Any JSON, with names and values that mean something among its own.
fn tree() -> impl Strategy<Value = Value> {
    let name = proptest::sample::select(vec![
        "contents",
        "content",
        "parts",
        "text",
        "role",
        "inlineData",
        "data",
        "mimeType",
        "tools",
        "functionDeclarations",
        "parameters",
        "properties",
        "items",
        "type",
        "required",
        "enum",
        "anyOf",
        "generationConfig",
        "thinkingConfig",
        "thinking_budget",
        "maxOutputTokens",
        "responseSchema",
        "toolConfig",
        "functionCall",
        "functionResponse",
        "requests",
        "instances",
        "generateContentRequest",
        "videoMetadata",
        "fps",
        "endOffset",
        "labels",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(vec![
            "user",
            "model",
            "ARRAY",
            "OBJECT",
            "STRING",
            "1.5s",
            "AAAA",
            "7",
            "é\u{1F600}"
        ])
        .prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..5).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// Every reader of bodies, on both surfaces, for a few models.
fn read_all(body: &[u8]) {
    for surface in [DEVELOPER, VERTEX] {
        for model in ["", "gemini-2.5-pro", "gemini-3.8-flash", "gemini-4-neon"] {
            let facts = facts(model);
            let request = Request::read(surface, &facts, body);
            let again = Request::read(surface, &facts, body);
            assert_eq!(request, again);
            let _ = request.map(|request| request.fits(surface, &facts));
            let _ = CountTokens::read(surface, &facts, body).map(|count| count.tokens());
            let _ = Embed::read(surface, &facts, body).map(|embed| embed.tokens());
            let _ = BatchEmbed::read(surface, &facts, body).map(|batch| batch.requests.len());
            let _ = BatchEmbed::predict(surface, &facts, body).map(|batch| batch.requests.len());
        }
    }
}

/// More names than can be compared each with each.
fn names() -> Vec<String> {
    (0..30_000).map(|number| format!("n{number}")).collect()
}

/// The worst bodies are answered with little, and none of them takes a name of one list for each of another.
#[test]
fn a_refusal_has_an_end() {
    let empty = |count| vec![json!({}); count];
    let long = "n".repeat(1_000_000);
    let schema = |schema: Value| with_config(&json!({ "responseSchema": schema }));
    let bodies = [
        ("contents", json!({ "contents": empty(200_000) })),
        ("parts", json!({"contents": [{ "parts": empty(200_000) }]})),
        (
            "safety",
            json!({"contents": hi(), "safetySettings": empty(200_000)}),
        ),
        (
            "functions",
            json!({"contents": hi(), "tools": [{ "functionDeclarations": empty(200_000) }]}),
        ),
        (
            "required",
            schema(json!({"type": "OBJECT", "required": names(), "properties": {}})),
        ),
        (
            "long paths",
            schema(json!({
                "type": "OBJECT",
                "properties": {long: {"type": "STRING", "enum": vec![""; 1000]}},
            })),
        ),
        ("types", json!({ "contents": vec![1; 200_000] })),
        (
            "unknown names",
            names().into_iter().map(|name| (name, json!(1))).collect(),
        ),
        (
            "values",
            json!({"contents": hi(), "generationConfig": {"stopSequences": vec![1; 200_000]}}),
        ),
    ];
    for (what, body) in bodies {
        let body = body.to_string();
        let refusal = Request::read(DEVELOPER, &facts(""), body.as_bytes()).expect_err(what);
        assert!(refusal.body.bytes().len() < 4_000_000, "{what}");
    }
}

#[test]
fn long_lists_of_names_are_compared_in_order() {
    let properties: Value = names()
        .into_iter()
        .map(|name| (name, json!({"type": "STRING"})))
        .collect();
    let schema = json!({"type": "OBJECT", "required": names(), "properties": properties});
    let functions: Vec<Value> = names().iter().map(|name| json!({ "name": name })).collect();
    let request = parse(&json!({
        "contents": hi(),
        "generationConfig": {"responseSchema": schema},
        "tools": [{ "functionDeclarations": functions }],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": names()}},
    }));
    assert_eq!(request.calling.functions.len(), 30_000);
}

#[test]
fn a_prediction_has_at_most_250_instances() {
    let read = |count: usize| {
        let body = json!({ "instances": vec![json!({"content": "hi"}); count] }).to_string();
        BatchEmbed::predict(VERTEX, &facts("gemini-embedding-001"), body.as_bytes())
    };
    assert_eq!(read(250).unwrap().requests.len(), 250);
    assert_eq!(
        error(&read(251).unwrap_err()),
        json!({
            "code": 400,
            "message": "250 instance(s) is allowed per prediction. Actual: 251",
            "status": "INVALID_ARGUMENT",
        })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_json_is_read_or_refused(tree in tree()) {
        read_all(tree.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        read_all(&bytes);
    }

    #[test]
    fn any_cut_of_a_request_is_refused(end in 1_usize..180) {
        let body = br#"{"contents": [{"role": "user", "parts": [{"text": "a\u0041\n"}]}], 'generationConfig': {topK: 1.5e1,}, "tools": [{"functionDeclarations": [{"name": "f", "description": "tells"}]}]}"#;
        let end = end.min(body.len() - 1);
        prop_assert!(Request::read(DEVELOPER, &facts(""), &body[..end]).is_err());
    }
}
