//! Every refusal in the form in which Google sends it. The sections are those of the API reference.

use std::time::Duration;

use dioscuri_sim::{Arrival, Reason, Reply, Scenario, World};
use serde_json::{Value, json};

use crate::fixture::{BODY, DEVELOPER, VERTEX, ask, json, noon, small};

/// The first reply of the small world to `arrival` is an error of this form.
#[track_caller]
fn check(arrival: &Arrival<'_>, reason: Reason, status: u16, error: &Value) {
    let mut world = small();
    let reply = world.arrive(arrival, noon(Duration::ZERO));
    assert_eq!(json(&reply), json!({ "error": error }));
    assert_eq!(reply.status, status);
    assert_eq!(
        reply.headers,
        [("content-type", "application/json; charset=UTF-8")]
    );
    assert_eq!(world.stats().refused_for(reason), 1);
    assert_eq!(world.stats().admitted, 0);
}

fn developer(body: &[u8]) -> Arrival<'_> {
    Arrival::new("POST", DEVELOPER, body).with_api_key("AQ.castor")
}

fn vertex(path: &str) -> Arrival<'static> {
    Arrival::new("POST", path, BODY).with_bearer("ya29.leda")
}

#[test]
fn an_invalid_key() {
    const MESSAGE: &str = "API key not valid. Please pass a valid API key.";
    let error = json!({
        "code": 400,
        "message": MESSAGE,
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            },
            {
                "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
                "locale": "en-US",
                "message": MESSAGE,
            },
        ],
    });
    let arrival = || Arrival::new("POST", DEVELOPER, BODY);
    for key in ["AQ.gone", "AQ.never", "ya29.leda", ""] {
        check(&arrival().with_api_key(key), Reason::InvalidKey, 400, &error);
    }
    let in_query = format!("{DEVELOPER}?alt=json&key=AQ.gone");
    check(
        &Arrival::new("POST", &in_query, BODY),
        Reason::InvalidKey,
        400,
        &error,
    );
}

#[test]
fn two_credentials() {
    let error = json!({
        "code": 400,
        "message": "Multiple authentication credentials received. Please pass only one.",
        "status": "INVALID_ARGUMENT",
    });
    check(
        &developer(BODY).with_bearer("AQ.castor"),
        Reason::Credentials,
        400,
        &error,
    );
    let in_query = format!("{DEVELOPER}?key=AQ.castor");
    let twice = Arrival::new("POST", &in_query, BODY).with_api_key("AQ.castor");
    check(&twice, Reason::Credentials, 400, &error);
    check(
        &vertex(VERTEX).with_api_key("AQ.castor"),
        Reason::Credentials,
        400,
        &error,
    );
}

#[test]
fn no_credential() {
    let error = json!({
        "code": 403,
        "message": "Method doesn't allow unregistered callers (callers without established identity). Please use \
                    API Key or other form of API consumer identity to call this API.",
        "status": "PERMISSION_DENIED",
    });
    check(
        &Arrival::new("POST", DEVELOPER, BODY),
        Reason::Credentials,
        403,
        &error,
    );

    let error = json!({
        "code": 401,
        "message": "Request is missing required authentication credential. Expected OAuth 2 access token, login \
                    cookie or other valid authentication credential. See \
                    https://developers.google.com/identity/sign-in/web/devconsole-project.",
        "status": "UNAUTHENTICATED",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "CREDENTIALS_MISSING",
            "domain": "googleapis.com",
            "metadata": {
                "method": "google.cloud.aiplatform.v1.PredictionService.GenerateContent",
                "service": "aiplatform.googleapis.com",
            },
        }],
    });
    check(
        &Arrival::new("POST", VERTEX, BODY),
        Reason::Credentials,
        401,
        &error,
    );
}

#[test]
fn an_api_key_on_vertex() {
    let error = json!({
        "code": 401,
        "message": "API keys are not supported by this API. Expected OAuth2 access token or other authentication \
                    credentials that assert a principal. See https://cloud.google.com/docs/authentication",
        "status": "UNAUTHENTICATED",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "CREDENTIALS_MISSING",
            "domain": "googleapis.com",
            "metadata": {
                "method": "google.cloud.aiplatform.v1.PredictionService.GenerateContent",
                "service": "aiplatform.googleapis.com",
            },
        }],
    });
    let arrival = Arrival::new("POST", VERTEX, BODY).with_api_key("ya29.leda");
    check(&arrival, Reason::Credentials, 401, &error);
}

#[test]
fn a_bad_token() {
    let error = |method, service| {
        json!({
            "code": 401,
            "message": "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie \
                        or other valid authentication credential. See \
                        https://developers.google.com/identity/sign-in/web/devconsole-project.",
            "status": "UNAUTHENTICATED",
            "details": [{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED",
                "metadata": {"method": method, "service": service},
            }],
        })
    };
    check(
        &Arrival::new("POST", DEVELOPER, BODY).with_bearer("AQ.castor"),
        Reason::InvalidKey,
        401,
        &error(
            "google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent",
            "generativelanguage.googleapis.com",
        ),
    );
    check(
        &Arrival::new("POST", VERTEX, BODY).with_bearer("ya29.other"),
        Reason::InvalidKey,
        401,
        &error(
            "google.cloud.aiplatform.v1.PredictionService.GenerateContent",
            "aiplatform.googleapis.com",
        ),
    );
}

#[test]
fn a_token_of_another_project() {
    let resource = "//aiplatform.googleapis.com/projects/sparta/locations/us/publishers/google/models/\
                    gemini-3.8-flash";
    let error = json!({
        "code": 403,
        "message": format!(
            "Permission 'aiplatform.endpoints.predict' denied on resource '{resource}' (or it may not exist)."
        ),
        "status": "PERMISSION_DENIED",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "IAM_PERMISSION_DENIED",
            "domain": "aiplatform.googleapis.com",
            "metadata": {"permission": "aiplatform.endpoints.predict", "resource": resource},
        }],
    });
    let path = VERTEX.replace("leda", "sparta");
    check(&vertex(&path), Reason::PermissionDenied, 403, &error);
}

#[test]
fn an_unknown_model() {
    let error = json!({
        "code": 404,
        "message": "models/gemini-pro is not found for API version v1beta, or is not supported for generateContent. \
                    Call ListModels to see the list of available models and their supported methods.",
        "status": "NOT_FOUND",
    });
    let arrival =
        Arrival::new("POST", "/v1beta/models/gemini-pro:generateContent", BODY).with_api_key("AQ.castor");
    check(&arrival, Reason::NotFound, 404, &error);

    let error = json!({
        "code": 404,
        "message": "Publisher Model `projects/leda/locations/eu/publishers/google/models/gemini-3.8-flash` was not \
                    found or your project does not have access to it. Please ensure you are using a valid model \
                    version. For more information, see: \
                    https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions",
        "status": "NOT_FOUND",
    });
    check(
        &vertex(&VERTEX.replace("/us/", "/eu/")),
        Reason::NotFound,
        404,
        &error,
    );
}

#[test]
fn a_route_that_is_not_served() {
    let error = |what: &str| {
        json!({
            "code": 501,
            "message": format!("dioscuri-sim does not serve {what}"),
            "status": "UNIMPLEMENTED",
        })
    };
    let count = "/v1beta/models/gemini-3.8-flash:countTokens";
    let arrival = Arrival::new("POST", count, BODY).with_api_key("AQ.castor");
    check(&arrival, Reason::NotServed, 501, &error(&format!("POST {count}")));
    let arrival = Arrival::new("GET", "/v1beta/models?key=AQ.castor", b"");
    check(&arrival, Reason::NotServed, 501, &error("GET /v1beta/models"));
}

#[test]
fn a_body_that_is_no_request() {
    let error = |problems: &[&str]| {
        let descriptions: Vec<String> = problems
            .iter()
            .map(|problem| format!("Invalid JSON payload received. {problem}"))
            .collect();
        let violations: Vec<Value> = descriptions
            .iter()
            .map(|description| json!({ "description": description }))
            .collect();
        json!({
            "code": 400,
            "message": descriptions.join("\n"),
            "status": "INVALID_ARGUMENT",
            "details": [{
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": violations,
            }],
        })
    };
    for (body, problems) in [
        (&br#"{"contents": ["#[..], &["Unexpected end of string."][..]),
        (b"who is castor?", &["Unexpected token."]),
        (b"[]", &["Unknown name \"\": Root element must be a message."]),
        (
            br#"{"contents": [], "content": [], "prompt": 1}"#,
            &[
                "Unknown name \"content\": Cannot find field.",
                "Unknown name \"prompt\": Cannot find field.",
            ],
        ),
        (
            br#"{"contents": [], "labels": {}}"#,
            &["Unknown name \"labels\": Cannot find field."],
        ),
    ] {
        check(&developer(body), Reason::Malformed, 400, &error(problems));
    }
}

#[test]
fn a_value_of_the_wrong_type() {
    let message = "Invalid JSON payload received. Invalid value at 'contents'.";
    let error = json!({
        "code": 400,
        "message": message,
        "status": "INVALID_ARGUMENT",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": "contents", "description": message}],
        }],
    });
    for body in [&br#"{"contents": "hi"}"#[..], br#"{"contents": ["hi"]}"#] {
        check(&developer(body), Reason::Malformed, 400, &error);
    }
}

#[test]
fn a_request_without_a_prompt() {
    let error = |message: &str| json!({"code": 400, "message": message, "status": "INVALID_ARGUMENT"});
    let missing = error("* GenerateContentRequest.contents: contents is not specified\n");
    for body in [&b""[..], b"{}", br#"{"contents": null}"#, br#"{"contents": []}"#] {
        check(&developer(body), Reason::Malformed, 400, &missing);
    }
    let empty = error("* GenerateContentRequest.contents[1].parts: contents.parts must not be empty.\n");
    let body = br#"{"contents": [{"parts": {"text": "hi"}}, {"role": "user"}]}"#;
    check(&developer(body), Reason::Malformed, 400, &empty);

    let missing = error(
        "Unable to submit request because at least one contents field is required. Learn more: \
         https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini",
    );
    let arrival = Arrival::new("POST", VERTEX, b"{}").with_bearer("ya29.leda");
    check(&arrival, Reason::Malformed, 400, &missing);
}

#[test]
fn a_body_that_is_too_large() {
    let error = json!({
        "code": 400,
        "message": "Request payload size exceeds the limit: 20971520 bytes.",
        "status": "INVALID_ARGUMENT",
    });
    let body = vec![b' '; 20_971_521];
    check(&developer(&body), Reason::TooLarge, 400, &error);
}

/// The quota refusal that follows two answers to `arrival`.
fn third(arrival: &Arrival<'_>) -> Reply {
    let mut world = small();
    for second in 0..2 {
        let reply = world.arrive(arrival, noon(Duration::from_secs(second)));
        assert_eq!(reply.status, 200);
    }
    let reply = world.arrive(arrival, noon(Duration::from_millis(33_788)));
    assert_eq!(reply.status, 429);
    reply
}

const EXCEEDED: &str = "You exceeded your current quota, please check your plan and billing details. For more \
                        information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To \
                        monitor your current usage, head to: https://ai.dev/rate-limit. ";

#[test]
fn a_spent_minute_on_the_developer_api() {
    for (key, metric, id) in [
        (
            "AQ.castor",
            "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        ),
        (
            "AQ.pollux",
            "generativelanguage.googleapis.com/generate_requests_per_model",
            "GenerateRequestsPerMinutePerProjectPerModel",
        ),
    ] {
        let reply = third(&Arrival::new("POST", DEVELOPER, BODY).with_api_key(key));
        let expected = json!({"error": {
            "code": 429,
            "message": format!(
                "{EXCEEDED}\n* Quota exceeded for metric: {metric}, limit: 2, model: gemini-3.8-flash\n\
                 Please retry in 26.212s."
            ),
            "status": "RESOURCE_EXHAUSTED",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.Help",
                    "links": [{
                        "description": "Learn more about Gemini API quotas",
                        "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
                    }],
                },
                {
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [{
                        "quotaMetric": metric,
                        "quotaId": id,
                        "quotaDimensions": {"location": "global", "model": "gemini-3.8-flash"},
                        "quotaValue": "2",
                    }],
                },
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26.212s"},
            ],
        }});
        assert_eq!(json(&reply), expected);
    }
}

#[test]
fn every_violated_quota_of_the_developer_api_is_listed() {
    let scenario = r#"
        [[model]]
        name = "m"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{ secret = "s" }]
        quota = [{ model = "m", rpm = 0, tpm = 0, rpd = 9, rpd_used = 9 }]
    "#;
    for (tier, names) in [
        (
            "paid",
            [
                (
                    "generate_requests_per_model",
                    "GenerateRequestsPerMinutePerProjectPerModel",
                ),
                (
                    "generate_content_paid_tier_input_token_count",
                    "GenerateContentPaidTierInputTokensPerModelPerMinute",
                ),
                (
                    "generate_requests_per_model_per_day",
                    "GenerateRequestsPerDayPerProjectPerModel",
                ),
            ],
        ),
        (
            "free",
            [
                (
                    "generate_content_free_tier_requests",
                    "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                ),
                (
                    "generate_content_free_tier_input_token_count",
                    "GenerateContentInputTokensPerModelPerMinute-FreeTier",
                ),
                (
                    "generate_content_free_tier_requests",
                    "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
                ),
            ],
        ),
    ] {
        let text = scenario.replace("id = \"p\"", &format!("id = \"p\"\ntier = \"{tier}\""));
        let mut world = World::new(&Scenario::parse(&text).unwrap(), None);
        let arrival = Arrival::new("POST", "/v1beta/models/m:generateContent", BODY).with_api_key("s");
        let error = &json(&world.arrive(&arrival, noon(Duration::ZERO)))["error"];
        let violations = error["details"][1]["violations"].as_array().unwrap();
        let lines: Vec<&str> = error["message"].as_str().unwrap().lines().skip(1).collect();
        for (((metric, id), limit), (violation, line)) in names
            .into_iter()
            .zip([0, 0, 9])
            .zip(violations.iter().zip(&lines))
        {
            let metric = format!("generativelanguage.googleapis.com/{metric}");
            assert_eq!(violation["quotaMetric"], metric);
            assert_eq!(violation["quotaId"], id);
            assert_eq!(violation["quotaValue"], limit.to_string());
            let exceeded = format!("* Quota exceeded for metric: {metric}, limit: {limit}, model: m");
            assert_eq!(*line, exceeded);
        }
        assert_eq!((violations.len(), lines.len()), (3, 4));
        assert_eq!(world.stats().refused_for(Reason::Day), 1);
    }
}

#[test]
fn a_spent_day_asks_for_seconds_all_the_same() {
    let mut world = small();
    for minute in 0..3 {
        let arrival = developer(BODY);
        assert_eq!(
            world
                .arrive(&arrival, noon(Duration::from_secs(60 * minute)))
                .status,
            200
        );
    }
    let reply = world.arrive(&developer(BODY), noon(Duration::from_secs(300)));
    let delay = json(&reply)["error"]["details"][2]["retryDelay"].clone();
    let delay: f64 = delay.as_str().unwrap().trim_end_matches('s').parse().unwrap();
    assert!((0.0..60.0).contains(&delay), "{delay}");
}

#[test]
fn a_spent_minute_on_vertex() {
    let expected = json!({"error": {
        "code": 429,
        "message": "Quota exceeded for \
                    aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model with \
                    base model: gemini-3.8-flash. Please submit a quota increase request. \
                    https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai.",
        "status": "RESOURCE_EXHAUSTED",
    }});
    assert_eq!(json(&third(&vertex(VERTEX))), expected);
}

#[test]
fn a_lack_of_capacity() {
    let text = format!(
        "[faults]\ncapacity = 1.0\n{}",
        crate::fixture::SMALL.replace("seed = 3", "")
    );
    let mut world = World::new(&Scenario::parse(&text).unwrap(), None);
    let developer = ask(&mut world, BODY);
    assert_eq!(developer.status, 503);
    let expected = json!({"error": {
        "code": 503,
        "message": "This model is currently experiencing high demand. Spikes in demand are usually temporary. \
                    Please try again later.",
        "status": "UNAVAILABLE",
    }});
    assert_eq!(json(&developer), expected);
    let vertex = world.arrive(&vertex(VERTEX), noon(Duration::ZERO));
    assert_eq!(vertex.status, 429);
    let expected = json!({"error": {
        "code": 429,
        "message": "Resource exhausted, please try again later.",
        "status": "RESOURCE_EXHAUSTED",
    }});
    assert_eq!(json(&vertex), expected);
    assert_eq!(world.stats().refused_for(Reason::Capacity), 2);
}
