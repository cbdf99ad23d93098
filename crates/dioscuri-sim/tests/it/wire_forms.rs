//! Refusals of what is asked and by whom, in the form in which Google sends them.

use std::time::Duration;

use dioscuri_sim::{Arrival, Reason};
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
fn a_body_that_is_too_large() {
    let error = json!({
        "code": 400,
        "message": "Request payload size exceeds the limit: 20971520 bytes.",
        "status": "INVALID_ARGUMENT",
    });
    let body = vec![b' '; 20_971_521];
    check(&developer(&body), Reason::TooLarge, 400, &error);
}
