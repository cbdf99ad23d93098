//! Refusals of what is asked and by whom, in the form in which Google sends them.

use std::time::Duration;

use dioscuri_sim::{Arrival, Reason, Reply, Scenario, World};
use serde_json::{Value, json};

use crate::fixture::{BODY, DEVELOPER, VERTEX, json, noon, small};

/// The first reply of the small world to `arrival` is an error of this form.
#[track_caller]
fn check(arrival: &Arrival<'_>, reason: Reason, status: u16, error: &Value) {
    let mut world = small();
    let reply = world.arrive(arrival, noon(Duration::ZERO));
    assert_eq!(json(&reply), json!({ "error": error }));
    assert_eq!(reply.status, status);
    assert_eq!(
        reply.headers,
        [("content-type", "application/json; charset=UTF-8".into())]
    );
    assert_eq!(world.stats().refused_for(reason), 1);
    assert_eq!(world.stats().admitted, 0);
}

fn developer(body: &[u8]) -> Arrival<'_> {
    Arrival::new("POST", DEVELOPER, body).with_api_key("AQ.castor")
}

fn vertex(path: &str) -> Arrival<'_> {
    Arrival::new("POST", path, BODY).with_bearer("ya29.leda")
}

#[test]
fn section_2_8_an_invalid_key() {
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
fn section_1_6_two_credentials() {
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
fn section_2_8_no_credential() {
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
fn section_1_6_an_api_key_on_vertex() {
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
fn section_2_8_a_bad_token() {
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
fn section_2_8_a_token_of_another_project() {
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
fn section_2_8_an_unknown_model() {
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
fn a_route_that_is_not_served_names_itself() {
    let check = |arrival: &Arrival<'_>, what: &str| {
        let error = json!({
            "code": 501,
            "message": format!("dioscuri-sim does not serve {what}"),
            "status": "UNIMPLEMENTED",
        });
        check(arrival, Reason::NotServed, 501, &error);
    };
    let batch = "/v1beta/models/gemini-3.8-flash:batchGenerateContent";
    let arrival = Arrival::new("POST", batch, BODY).with_api_key("AQ.castor");
    check(&arrival, &format!("POST {batch}"));
    let files = Arrival::new("GET", "/v1beta/files?key=AQ.castor", b"");
    check(&files, "GET /v1beta/files");
}

#[test]
fn section_2_8_a_body_that_is_too_large() {
    let error = json!({
        "code": 400,
        "message": "Request payload size exceeds the limit: 100000000 bytes.",
        "status": "INVALID_ARGUMENT",
    });
    let body = vec![b' '; 100_000_001];
    check(&developer(&body), Reason::TooLarge, 400, &error);
}

/// One project of each surface with a credential in every state, and models in every state.
const STATES: &str = r#"
[[model]]
name = "gemini-3.8-flash"
[[model]]
name = "gemini-embedding-001"
kind = "embed"
[[model]]
name = "gemini-1.5-pro"
state = "retired"
[[model]]
name = "gemini-2.5-flash"
state = "closed_to_new_users"
[[project]]
id = "castor"
number = 123456789012
surface = "developer"
new_user = true
[[project.key]]
secret = "AQ.good"
[[project.key]]
secret = "AQ.expired"
state = "expired"
[[project.key]]
secret = "AQ.leaked"
state = "leaked"
[[project.key]]
secret = "AQ.suspended"
state = "suspended"
[[project.key]]
secret = "AQ.blocked"
state = "blocked"
[[project.key]]
secret = "AQ.disabled"
state = "service_disabled"
[[project.key]]
secret = "AQ.wrong"
state = "wrong_token_type"
"#;

/// The error of a world of `toml`, and its status.
fn refused(toml: &str, arrival: &Arrival<'_>) -> (u16, Value) {
    let mut world = World::new(&Scenario::parse(toml).unwrap(), None);
    let reply = world.arrive(arrival, noon(Duration::ZERO));
    assert_eq!(reply.header("retry-after"), None);
    (reply.status, json(&reply)["error"].clone())
}

#[test]
fn section_2_8_a_credential_is_refused_for_its_state() {
    for (key, status, name, reason) in [
        ("AQ.expired", 400, "INVALID_ARGUMENT", "API_KEY_INVALID"),
        ("AQ.suspended", 403, "PERMISSION_DENIED", "CONSUMER_SUSPENDED"),
        ("AQ.blocked", 403, "PERMISSION_DENIED", "API_KEY_SERVICE_BLOCKED"),
        ("AQ.disabled", 403, "PERMISSION_DENIED", "SERVICE_DISABLED"),
        (
            "AQ.wrong",
            401,
            "UNAUTHENTICATED",
            "ACCESS_TOKEN_TYPE_UNSUPPORTED",
        ),
    ] {
        let arrival = Arrival::new("POST", DEVELOPER, BODY).with_api_key(key);
        let (code, error) = refused(STATES, &arrival);
        assert_eq!((code, &error["status"]), (status, &json!(name)), "{key}");
        let details = error["details"].as_array().unwrap();
        assert!(details.iter().any(|detail| detail["reason"] == reason), "{error}");
    }
    let arrival = Arrival::new("POST", DEVELOPER, BODY).with_api_key("AQ.leaked");
    let expected = json!({
        "code": 403,
        "message": "Your API key was reported as leaked. Please use another API key.",
        "status": "PERMISSION_DENIED",
    });
    assert_eq!(refused(STATES, &arrival), (403, expected));
}

#[test]
fn sections_2_8_and_7_3_a_model_is_refused_for_its_state() {
    let ended = |model: &str, how: &str| {
        format!(
            "This model models/{model} is {how}. Please update your code to use a newer model for the latest features \
             and improvements. We recommend you to use the Interactions API \
             (https://ai.google.dev/gemini-api/docs/get-started)."
        )
    };
    let unknown = |model: &str, verb: &str| {
        format!(
            "models/{model} is not found for API version v1, or is not supported for {verb}. Call ListModels to see the \
             list of available models and their supported methods."
        )
    };
    for (path, message) in [
        (
            "gemini-1.5-pro:generateContent",
            ended("gemini-1.5-pro", "no longer available"),
        ),
        (
            "gemini-2.5-flash:streamGenerateContent?alt=sse",
            ended("gemini-2.5-flash", "no longer available to new users"),
        ),
        ("gemini-pro:countTokens", unknown("gemini-pro", "countTokens")),
        (
            "gemini-3.8-flash:embedContent",
            unknown("gemini-3.8-flash", "embedContent"),
        ),
        (
            "gemini-embedding-001:generateContent",
            unknown("gemini-embedding-001", "generateContent"),
        ),
    ] {
        let path = format!("/v1/models/{path}");
        let arrival = Arrival::new("POST", &path, BODY).with_api_key("AQ.good");
        let error = json!({"code": 404, "message": message, "status": "NOT_FOUND"});
        assert_eq!(refused(STATES, &arrival), (404, error), "{path}");
    }
    let arrival = Arrival::new("GET", "/v1/models/gemini-pro", b"").with_api_key("AQ.good");
    let message = "Model is not found: models/gemini-pro for api version v1";
    let error = json!({"code": 404, "message": message, "status": "NOT_FOUND"});
    assert_eq!(refused(STATES, &arrival), (404, error));
}

/// The small world without quotas, where every request meets `what`.
fn struck(what: &str, arrival: &Arrival<'_>) -> Reply {
    let toml = format!("{STATES}\n[[incident]]\nwhat = \"{what}\"\n");
    let mut world = World::new(&Scenario::parse(&toml).unwrap(), None);
    world.arrive(arrival, noon(Duration::ZERO))
}

#[test]
fn section_2_7_incidents_speak_as_google_does() {
    let arrival = Arrival::new("POST", DEVELOPER, BODY).with_api_key("AQ.good");
    for (what, status, name, message) in [
        (
            "overloaded",
            503,
            "UNAVAILABLE",
            "The model is overloaded. Please try again later.",
        ),
        (
            "unavailable",
            503,
            "UNAVAILABLE",
            "The service is currently unavailable.",
        ),
        (
            "internal",
            500,
            "INTERNAL",
            "An internal error has occurred. Please retry or report in \
             https://developers.generativeai.google/guide/troubleshooting",
        ),
        ("cancelled", 499, "CANCELLED", "The operation was cancelled."),
        (
            "deadline_exceeded",
            504,
            "DEADLINE_EXCEEDED",
            "Deadline expired before operation could complete.",
        ),
        (
            "resource_exhausted",
            429,
            "RESOURCE_EXHAUSTED",
            "Resource has been exhausted (e.g. check quota).",
        ),
        (
            "location_unsupported",
            400,
            "FAILED_PRECONDITION",
            "User location is not supported for the API use.",
        ),
    ] {
        let reply = struck(what, &arrival);
        let error = json!({"code": status, "message": message, "status": name});
        assert_eq!(
            (reply.status, json(&reply)),
            (status, json!({ "error": error })),
            "{what}"
        );
        assert_eq!(
            reply.header("content-type"),
            Some("application/json; charset=UTF-8")
        );
    }
}

#[test]
fn section_2_1_pages_and_texts_in_place_of_json() {
    let arrival = Arrival::new("POST", DEVELOPER, BODY).with_api_key("AQ.good");
    let page = struck("html", &arrival);
    assert_eq!(
        (page.status, page.header("content-type")),
        (502, Some("text/html; charset=UTF-8"))
    );
    assert!(page.bytes().starts_with(b"<!DOCTYPE html>\n<html lang=en>\n"));
    let text = struck("plain_text", &arrival);
    assert_eq!(text.header("content-type"), Some("text/plain; charset=UTF-8"));
    assert!(!text.bytes().starts_with(b"{"));
    assert_eq!(struck("huge_error", &arrival).bytes().len(), 10_000_000);
}

#[test]
fn section_1_2_an_error_before_an_array_is_an_array_of_one() {
    let path = DEVELOPER.replace(":generate", ":streamGenerate");
    let array = struck(
        "internal",
        &Arrival::new("POST", &path, BODY).with_api_key("AQ.good"),
    );
    assert_eq!(array.status, 500);
    assert_eq!(json(&array)[0]["error"]["status"], "INTERNAL");
    let path = format!("{path}?alt=sse");
    let events = struck(
        "internal",
        &Arrival::new("POST", &path, BODY).with_api_key("AQ.good"),
    );
    assert_eq!(json(&events)["error"]["status"], "INTERNAL");
}
