//! Every refusal, whole, named after its section of the reference.

use dioscuri_vocab::{Unit, Window};
use serde_json::{Value, json};

use super::*;
use crate::{scenario::KeyState, world::ledger::Violated};

const DEVELOPER: Target<'static> = Target {
    surface: Surface::Developer,
    version: "v1beta",
    project: "",
    location: "global",
    model: "gemini-3.8-flash",
    method: Method::Generate,
    predicts: false,
};

const VERTEX: Target<'static> = Target {
    surface: Surface::Vertex,
    version: "v1",
    project: "leda",
    location: "us",
    ..DEVELOPER
};

const EXPRESS: Target<'static> = Target {
    project: "",
    location: "global",
    ..VERTEX
};

const FACTS: Facts<'static> = Facts {
    served: "gemini-3.8-flash",
    number: 123_456_789_012,
    tier: Tier::Free,
    kind: ModelKind::Generate,
    quota: None,
    hint: RetryHint::Lying,
    seconds: Duration::from_nanos(26_211_922_938),
    prepaid_status: 429,
};

#[track_caller]
fn check(refusal: &Refusal, reason: Reason, status: u16, error: &Value) {
    let body: Value = serde_json::from_slice(&refusal.body.bytes()).unwrap();
    assert_eq!(body, json!({ "error": error }));
    assert_eq!((refusal.reason, refusal.body.http()), (reason, status));
}

/// A refusal without details.
#[track_caller]
fn check_bare(refusal: &Refusal, reason: Reason, status: u16, name: &str, message: &str) {
    let error = json!({"code": status, "message": message, "status": name});
    check(refusal, reason, status, &error);
}

const HIGH_DEMAND: &str = "This model is currently experiencing high demand. Spikes in demand are usually temporary. \
                           Please try again later.";

#[test]
fn sections_2_5_and_2_7_refusals_by_name_without_details() {
    for (kind, target, reason, status, name, message) in [
        (
            RefusalKind::Capacity,
            DEVELOPER,
            Reason::Capacity,
            503,
            "UNAVAILABLE",
            HIGH_DEMAND,
        ),
        (
            RefusalKind::Capacity,
            VERTEX,
            Reason::Capacity,
            429,
            "RESOURCE_EXHAUSTED",
            "Resource exhausted, please try again later.",
        ),
        (
            RefusalKind::Shed,
            DEVELOPER,
            Reason::Shed,
            503,
            "UNAVAILABLE",
            HIGH_DEMAND,
        ),
        (
            RefusalKind::Shed,
            VERTEX,
            Reason::Shed,
            429,
            "RESOURCE_EXHAUSTED",
            "Resource exhausted. Please try again later. Please refer to \
             https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.",
        ),
        (
            RefusalKind::Overloaded,
            DEVELOPER,
            Reason::Overloaded,
            503,
            "UNAVAILABLE",
            "The model is overloaded. Please try again later.",
        ),
        (
            RefusalKind::Unavailable,
            VERTEX,
            Reason::Overloaded,
            503,
            "UNAVAILABLE",
            "The service is currently unavailable.",
        ),
        (
            RefusalKind::Internal,
            DEVELOPER,
            Reason::Internal,
            500,
            "INTERNAL",
            "An internal error has occurred. Please retry or report in \
             https://developers.generativeai.google/guide/troubleshooting",
        ),
        (
            RefusalKind::Internal,
            VERTEX,
            Reason::Internal,
            500,
            "INTERNAL",
            "Internal error encountered.",
        ),
        (
            RefusalKind::Cancelled,
            DEVELOPER,
            Reason::Cancelled,
            499,
            "CANCELLED",
            "The operation was cancelled.",
        ),
        (
            RefusalKind::DeadlineExceeded,
            DEVELOPER,
            Reason::DeadlineExceeded,
            504,
            "DEADLINE_EXCEEDED",
            "Deadline expired before operation could complete.",
        ),
        (
            RefusalKind::ResourceExhausted,
            DEVELOPER,
            Reason::Unspecified,
            429,
            "RESOURCE_EXHAUSTED",
            "Resource has been exhausted (e.g. check quota).",
        ),
        (
            RefusalKind::QuotaText,
            DEVELOPER,
            Reason::Unspecified,
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota, please check your plan and billing details. For more information on \
             this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current \
             usage, head to: https://ai.dev/usage?tab=rate-limit. ",
        ),
        (
            RefusalKind::LocationUnsupported,
            DEVELOPER,
            Reason::Precondition,
            400,
            "FAILED_PRECONDITION",
            "User location is not supported for the API use.",
        ),
        (
            RefusalKind::InvalidArgument,
            VERTEX,
            Reason::Malformed,
            400,
            "INVALID_ARGUMENT",
            "Request contains an invalid argument.",
        ),
        (
            RefusalKind::KeyLeaked,
            DEVELOPER,
            Reason::LeakedKey,
            403,
            "PERMISSION_DENIED",
            "Your API key was reported as leaked. Please use another API key.",
        ),
        (
            RefusalKind::PermissionDenied,
            DEVELOPER,
            Reason::PermissionDenied,
            403,
            "PERMISSION_DENIED",
            "The caller does not have permission",
        ),
        (
            RefusalKind::PrepaidDepleted,
            DEVELOPER,
            Reason::Prepaid,
            429,
            "RESOURCE_EXHAUSTED",
            "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage \
             your project and billing. Learn more at https://ai.google.dev/gemini-api/docs/billing#prepay. ",
        ),
        (
            RefusalKind::SpendingCap,
            DEVELOPER,
            Reason::SpendingCap,
            429,
            "RESOURCE_EXHAUSTED",
            "Your project has exceeded its monthly spending cap. Please go to AI Studio at \
             https://ai.studio/spend to manage your project spend cap.",
        ),
        (
            RefusalKind::SpendLimit,
            DEVELOPER,
            Reason::Spend,
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your spend-based rate limit. Your spending rate has exceeded the allowed limit for your \
             account's billing history and tier.",
        ),
    ] {
        check_bare(&of(kind, &target, &FACTS), reason, status, name, message);
    }
    let unpaid = Facts {
        prepaid_status: 402,
        ..FACTS
    };
    assert_eq!(
        of(RefusalKind::PrepaidDepleted, &DEVELOPER, &unpaid).body.http(),
        402
    );
    check_bare(
        &throughput(),
        Reason::Throughput,
        429,
        "RESOURCE_EXHAUSTED",
        "Too many requests. Exceeded the Provisioned Throughput.",
    );
}

#[test]
fn every_refusal_can_be_said_on_both_surfaces() {
    for kind in RefusalKind::ALL {
        for target in [DEVELOPER, VERTEX, EXPRESS] {
            let refusal = of(kind, &target, &FACTS);
            let body: Value = serde_json::from_slice(&refusal.body.bytes()).unwrap();
            assert_eq!(body["error"]["code"], refusal.body.http(), "{kind:?}");
            assert!((400..600).contains(&refusal.body.http()), "{kind:?}");
        }
    }
}

#[test]
fn section_2_7_no_capacity_for_a_model() {
    let error = json!({
        "code": 503,
        "message": "No capacity available for model gemini-3.8-flash on the server",
        "status": "UNAVAILABLE",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "MODEL_CAPACITY_EXHAUSTED",
            "domain": "generativelanguage.googleapis.com",
            "metadata": {"model": "gemini-3.8-flash"},
        }],
    });
    check(
        &of(RefusalKind::ModelCapacity, &DEVELOPER, &FACTS),
        Reason::Capacity,
        503,
        &error,
    );
}

fn key_invalid(message: &str, service: &str) -> Value {
    json!({
        "code": 400,
        "message": message,
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": service},
            },
            {
                "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
                "locale": "en-US",
                "message": message,
            },
        ],
    })
}

fn of_state(state: KeyState, target: &Target<'_>) -> Refusal {
    of_key(state, target, FACTS.number, "AQ.castor")
}

#[test]
fn section_2_8_keys_that_open_nothing() {
    let (developer, vertex) = ("generativelanguage.googleapis.com", "aiplatform.googleapis.com");
    for (state, reason, message) in [
        (
            KeyState::Invalid,
            Reason::InvalidKey,
            "API key not valid. Please pass a valid API key.",
        ),
        (
            KeyState::Expired,
            Reason::ExpiredKey,
            "API key expired. Please renew the API key.",
        ),
    ] {
        check(
            &of_state(state, &DEVELOPER),
            reason,
            400,
            &key_invalid(message, developer),
        );
        check(
            &of_state(state, &EXPRESS),
            reason,
            400,
            &key_invalid(message, vertex),
        );
    }
    let kind = of(RefusalKind::KeyInvalid, &DEVELOPER, &FACTS);
    assert_eq!(kind, of_state(KeyState::Invalid, &DEVELOPER));
}

#[test]
fn section_2_8_tokens_that_open_nothing() {
    let error = |reason: &str, domain: Option<&str>| {
        let mut info = json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "metadata": {
                "method": "google.cloud.aiplatform.v1.PredictionService.GenerateContent",
                "service": "aiplatform.googleapis.com",
            },
        });
        if let Some(domain) = domain {
            info["domain"] = domain.into();
        }
        json!({
            "code": 401,
            "message": "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie \
                        or other valid authentication credential. See \
                        https://developers.google.com/identity/sign-in/web/devconsole-project.",
            "status": "UNAUTHENTICATED",
            "details": [info],
        })
    };
    let unsupported = error("ACCESS_TOKEN_TYPE_UNSUPPORTED", None);
    for state in [KeyState::Invalid, KeyState::WrongTokenType] {
        check(&of_state(state, &VERTEX), Reason::InvalidKey, 401, &unsupported);
    }
    let expired = error("ACCESS_TOKEN_EXPIRED", Some("googleapis.com"));
    check(
        &of_state(KeyState::Expired, &VERTEX),
        Reason::ExpiredKey,
        401,
        &expired,
    );
}

#[test]
fn section_2_8_a_key_of_the_wrong_kind_names_the_method() {
    for (method, name) in [
        (Method::Generate, "GenerativeService.GenerateContent"),
        (Method::Stream, "GenerativeService.StreamGenerateContent"),
        (Method::Count, "GenerativeService.CountTokens"),
        (Method::Embed, "GenerativeService.EmbedContent"),
        (Method::BatchEmbed, "GenerativeService.BatchEmbedContents"),
        (Method::Models, "ModelService.GetModel"),
    ] {
        let target = Target { method, ..DEVELOPER };
        let refusal = of_state(KeyState::WrongTokenType, &target);
        let body: Value = serde_json::from_slice(&refusal.body.bytes()).unwrap();
        let metadata = json!({
            "method": format!("google.ai.generativelanguage.v1beta.{name}"),
            "service": "generativelanguage.googleapis.com",
        });
        assert_eq!(body["error"]["details"][0]["metadata"], metadata);
    }
}

#[test]
fn section_2_8_a_suspended_consumer() {
    let error = json!({
        "code": 403,
        "message": "Permission denied: Consumer 'api_key:AQ.castor' has been suspended.",
        "status": "PERMISSION_DENIED",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "CONSUMER_SUSPENDED",
            "domain": "googleapis.com",
            "metadata": {
                "consumer": "projects/123456789012",
                "service": "generativelanguage.googleapis.com",
            },
        }],
    });
    check(
        &of_state(KeyState::Suspended, &DEVELOPER),
        Reason::SuspendedKey,
        403,
        &error,
    );
}

#[test]
fn section_2_8_a_key_that_is_restricted_to_other_apis() {
    let method = "google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent";
    let message =
        format!("Requests to this API generativelanguage.googleapis.com method {method} are blocked.");
    let error = json!({
        "code": 403,
        "message": message,
        "status": "PERMISSION_DENIED",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_SERVICE_BLOCKED",
                "domain": "googleapis.com",
                "metadata": {
                    "apiName": "generativelanguage.googleapis.com",
                    "consumer": "projects/123456789012",
                    "methodName": method,
                    "service": "generativelanguage.googleapis.com",
                },
            },
            {
                "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
                "locale": "en-US",
                "message": message,
            },
        ],
    });
    check(
        &of_state(KeyState::Blocked, &DEVELOPER),
        Reason::BlockedKey,
        403,
        &error,
    );
}

/// A refusal that points at a page of the console, where the project is to be mended.
fn with_help(message: &str, description: &str, url: &str, reason: &str, service: &str) -> Value {
    json!({
        "code": 403,
        "message": message,
        "status": "PERMISSION_DENIED",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{"description": description, "url": url}],
            },
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason,
                "domain": "googleapis.com",
                "metadata": {"consumer": "projects/123456789012", "service": service},
            },
        ],
    })
}

#[test]
fn section_2_8_an_api_that_is_not_enabled() {
    for (target, api, service) in [
        (
            &DEVELOPER,
            "Generative Language API",
            "generativelanguage.googleapis.com",
        ),
        (&VERTEX, "Vertex AI API", "aiplatform.googleapis.com"),
    ] {
        let url =
            format!("https://console.developers.google.com/apis/api/{service}/overview?project=123456789012");
        let error = with_help(
            &format!(
                "{api} has not been used in project 123456789012 before or it is disabled. Enable it by visiting \
                 {url} then retry. If you enabled this API recently, wait a few minutes for the action to \
                 propagate to our systems and retry."
            ),
            "Google developers console API activation",
            &url,
            "SERVICE_DISABLED",
            service,
        );
        check(
            &of_state(KeyState::ServiceDisabled, target),
            Reason::ServiceDisabled,
            403,
            &error,
        );
    }
}

#[test]
fn section_5_2_billing_that_is_off() {
    let url = "https://console.developers.google.com/billing/enable?project=123456789012";
    let error = with_help(
        &format!(
            "This API method requires billing to be enabled. Please enable billing on project #123456789012 by \
             visiting {url} then retry. If you enabled billing for this project recently, wait a few minutes for \
             the action to propagate to our systems and retry."
        ),
        "Google developers console billing",
        url,
        "BILLING_DISABLED",
        "aiplatform.googleapis.com",
    );
    check(
        &billing_closed(&VERTEX, FACTS.number),
        Reason::BillingClosed,
        403,
        &error,
    );
}

#[test]
fn section_2_8_a_model_that_does_not_exist() {
    for (method, predicts, verb) in [
        (Method::Generate, false, "generateContent"),
        (Method::Stream, false, "generateContent"),
        (Method::Count, false, "countTokens"),
        (Method::Embed, false, "embedContent"),
        (Method::Embed, true, "predict"),
        (Method::BatchEmbed, false, "embedContent"),
    ] {
        let target = Target {
            method,
            predicts,
            ..DEVELOPER
        };
        let message = format!(
            "models/gemini-3.8-flash is not found for API version v1beta, or is not supported for {verb}. Call \
             ListModels to see the list of available models and their supported methods."
        );
        check_bare(
            &unknown_model(&target),
            Reason::NotFound,
            404,
            "NOT_FOUND",
            &message,
        );
    }
    let target = Target {
        method: Method::Models,
        ..DEVELOPER
    };
    check_bare(
        &unknown_model(&target),
        Reason::NotFound,
        404,
        "NOT_FOUND",
        "Model is not found: models/gemini-3.8-flash for api version v1beta",
    );
    for (target, name) in [
        (
            &VERTEX,
            "projects/leda/locations/us/publishers/google/models/gemini-3.8-flash",
        ),
        (&EXPRESS, "publishers/google/models/gemini-3.8-flash"),
    ] {
        let message = format!(
            "Publisher Model `{name}` was not found or your project does not have access to it. Please ensure you \
             are using a valid model version. For more information, see: \
             https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"
        );
        for refusal in [
            unknown_model(target),
            retired_model(target, Some("gemini-4-neon")),
            closed_to_new_users(target, None),
        ] {
            check_bare(&refusal, Reason::NotFound, 404, "NOT_FOUND", &message);
        }
    }
}

#[test]
fn section_7_3_a_model_that_has_ended() {
    let message = |how: &str, newer: &str| {
        format!(
            "This model models/gemini-3.8-flash is {how}. Please update your code to use {newer} for the latest \
             features and improvements. We recommend you to use the Interactions API \
             (https://ai.google.dev/gemini-api/docs/get-started)."
        )
    };
    for (successor, newer) in [
        (None, "a newer model"),
        (Some("gemini-4-neon"), "models/gemini-4-neon"),
    ] {
        let retired = message("no longer available", newer);
        check_bare(
            &retired_model(&DEVELOPER, successor),
            Reason::NotFound,
            404,
            "NOT_FOUND",
            &retired,
        );
        let closed = message("no longer available to new users", newer);
        let refusal = closed_to_new_users(&DEVELOPER, successor);
        check_bare(&refusal, Reason::NotFound, 404, "NOT_FOUND", &closed);
    }
}

#[test]
fn section_2_3_an_error_of_the_scenario_s_own() {
    let detail = json!({"@type": "type.googleapis.com/google.rpc.DebugInfo", "detail": "x"});
    let custom = custom(&CustomError {
        code: 418,
        status: "TEAPOT".to_owned(),
        message: "I am one.".to_owned(),
        details: vec![detail.clone()],
    });
    let error = json!({"code": 418, "message": "I am one.", "status": "TEAPOT", "details": [detail]});
    check(&custom, Reason::Custom, 418, &error);
}

const EXCEEDED: &str = "You exceeded your current quota, please check your plan and billing details. For more \
                        information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To \
                        monitor your current usage, head to: https://ai.dev/rate-limit. ";

const REQUESTS: Violated = Violated {
    unit: Unit::Requests,
    window: Window::Minute,
    limit: 5,
    wait: Some(Duration::from_millis(57_500)),
};

const DAY: Violated = Violated {
    window: Window::Day,
    limit: 20,
    wait: Some(Duration::from_millis(39_043_500)),
    ..REQUESTS
};

#[test]
fn section_2_5_how_true_the_wait_is() {
    let lying = ("26.211922938s", "26.211922938s");
    for (hint, minute, day) in [
        (
            RetryHint::Honest,
            Some(("57.5s", "57.500s")),
            Some(("10h50m43.5s", "39043.500s")),
        ),
        (
            RetryHint::Rounded,
            Some(("57.5s", "57s")),
            Some(("10h50m43.5s", "39043s")),
        ),
        (RetryHint::Absent, None, None),
        (RetryHint::Lying, Some(("57.5s", "57.500s")), Some(lying)),
    ] {
        let facts = Facts { hint, ..FACTS };
        for (violated, asked) in [(REQUESTS, minute), (DAY, day)] {
            let refusal = of_quota(&DEVELOPER, &facts, &[violated]);
            let body: Value = serde_json::from_slice(&refusal.body.bytes()).unwrap();
            let message = body["error"]["message"].as_str().unwrap();
            let said = message
                .split_once("\nPlease retry in ")
                .map(|(_, said)| said.to_owned());
            assert_eq!(said, asked.map(|(said, _)| format!("{said}.")), "{hint:?}");
            let details = body["error"]["details"].as_array().unwrap();
            assert_eq!(details.len(), if asked.is_some() { 3 } else { 2 });
            if let Some((_, delay)) = asked {
                assert_eq!(details[2]["retryDelay"], delay, "{hint:?}");
            }
        }
    }
}

/// What no wait helps is not waited for, and only those who lie ask for it (§2.5).
#[test]
fn section_2_5_no_wait_is_true_of_what_never_fits() {
    let never = Violated {
        limit: 0,
        wait: None,
        ..REQUESTS
    };
    for hint in [
        RetryHint::Honest,
        RetryHint::Rounded,
        RetryHint::Absent,
        RetryHint::Lying,
    ] {
        let facts = Facts { hint, ..FACTS };
        for violated in [vec![never], vec![REQUESTS, never], vec![never, DAY]] {
            let refusal = of_quota(&DEVELOPER, &facts, &violated);
            let body = String::from_utf8(refusal.body.bytes()).unwrap();
            for said in ["Please retry in", "RetryInfo"] {
                assert_eq!(
                    body.contains(said),
                    hint == RetryHint::Lying,
                    "{hint:?} {violated:?}"
                );
            }
        }
    }
}

#[test]
fn section_2_5_a_limit_of_zero() {
    let zero = Violated {
        limit: 0,
        wait: None,
        ..REQUESTS
    };
    let metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests";
    let error = json!({
        "code": 429,
        "message": format!(
            "{EXCEEDED}\n* Quota exceeded for metric: {metric}, limit: 0, model: gemini-3.8-flash\n\
             Please retry in 26.211922938s."
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
                    "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                    "quotaDimensions": {"location": "global", "model": "gemini-3.8-flash"},
                    "quotaValue": "0",
                }],
            },
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26.211922938s"},
        ],
    });
    let refusal = of_quota(&DEVELOPER, &FACTS, &[zero]);
    check(&refusal, Reason::Minute, 429, &error);
    // A quota that had room says the same.
    let quota = crate::scenario::Scenario::parse(
        r#"
        [[model]]
        name = "m"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{ secret = "s" }]
        quota = [{ model = "m", rpm = 0 }]
        "#,
    )
    .unwrap()
    .projects[0]
        .quotas[0]
        .clone();
    let facts = Facts {
        quota: Some(&quota),
        ..FACTS
    };
    let spurious = of(RefusalKind::SpuriousQuota, &DEVELOPER, &facts);
    assert_eq!((spurious.body, spurious.reason), (refusal.body, Reason::Spurious));
}

#[test]
fn section_2_5_how_quotas_are_named() {
    let tokens = Violated {
        unit: Unit::InputTokens,
        ..REQUESTS
    };
    for (kind, tier, violated, metric, id) in [
        (
            ModelKind::Generate,
            Tier::Free,
            tokens,
            "generate_content_free_tier_input_token_count",
            "GenerateContentInputTokensPerModelPerMinute-FreeTier",
        ),
        (
            ModelKind::Generate,
            Tier::Free,
            DAY,
            "generate_content_free_tier_requests",
            "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
        ),
        (
            ModelKind::Generate,
            Tier::Paid,
            tokens,
            "generate_content_paid_tier_input_token_count",
            "GenerateContentPaidTierInputTokensPerModelPerMinute",
        ),
        (
            ModelKind::Generate,
            Tier::Paid,
            REQUESTS,
            "generate_requests_per_model",
            "GenerateRequestsPerMinutePerProjectPerModel",
        ),
        (
            ModelKind::Generate,
            Tier::Paid,
            DAY,
            "generate_requests_per_model_per_day",
            "GenerateRequestsPerDayPerProjectPerModel",
        ),
        (
            ModelKind::Embed,
            Tier::Free,
            REQUESTS,
            "embed_content_free_tier_requests",
            "EmbedContentRequestsPerMinutePerUserPerProjectPerModel-FreeTier",
        ),
        (
            ModelKind::Embed,
            Tier::Free,
            DAY,
            "embed_content_free_tier_requests",
            "EmbedContentRequestsPerDayPerUserPerProjectPerModel-FreeTier",
        ),
        (
            ModelKind::Embed,
            Tier::Free,
            tokens,
            "embed_content_free_tier_input_token_count",
            "EmbedContentInputTokensPerMinutePerProjectPerModel-FreeTier",
        ),
        (
            ModelKind::Embed,
            Tier::Paid,
            REQUESTS,
            "embed_content_paid_tier_requests",
            "EmbedContentPerMinutePerProjectPerUserPerModel-PaidTier",
        ),
        (
            ModelKind::Embed,
            Tier::Paid,
            DAY,
            "embed_content_paid_tier_requests",
            "EmbedContentPerDayPerProjectPerUserPerModel-PaidTier",
        ),
        (
            ModelKind::Embed,
            Tier::Paid,
            tokens,
            "embed_content_paid_tier_input_token_count",
            "EmbedContentInputTokensPerMinutePerProjectPerModel-PaidTier",
        ),
    ] {
        let facts = Facts { tier, kind, ..FACTS };
        let refusal = of_quota(&DEVELOPER, &facts, &[violated]);
        let body: Value = serde_json::from_slice(&refusal.body.bytes()).unwrap();
        let violation = &body["error"]["details"][1]["violations"][0];
        assert_eq!(
            violation["quotaMetric"],
            format!("generativelanguage.googleapis.com/{metric}")
        );
        assert_eq!(violation["quotaId"], id);
    }
}

#[test]
fn section_2_5_a_quota_of_vertex() {
    let tokens = Violated {
        unit: Unit::InputTokens,
        ..REQUESTS
    };
    for (kind, violated, metric) in [
        (
            ModelKind::Generate,
            REQUESTS,
            "generate_content_requests_per_minute_per_project_per_base_model",
        ),
        (
            ModelKind::Generate,
            tokens,
            "generate_content_input_tokens_per_minute_per_base_model",
        ),
        (
            ModelKind::Generate,
            DAY,
            "generate_content_requests_per_day_per_project_per_base_model",
        ),
        (
            ModelKind::Embed,
            tokens,
            "embed_content_input_tokens_per_minute_per_base_model",
        ),
        (
            ModelKind::Embed,
            REQUESTS,
            "online_prediction_requests_per_base_model",
        ),
        (
            ModelKind::Embed,
            DAY,
            "embed_content_requests_per_day_per_base_model",
        ),
    ] {
        let message = format!(
            "Quota exceeded for aiplatform.googleapis.com/{metric} with base model: gemini-3.8-flash. Please submit \
             a quota increase request. https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai."
        );
        let facts = Facts { kind, ..FACTS };
        let reason = if violated == DAY {
            Reason::Day
        } else {
            Reason::Minute
        };
        let refusal = of_quota(&VERTEX, &facts, &[violated]);
        check_bare(&refusal, reason, 429, "RESOURCE_EXHAUSTED", &message);
    }
}

#[test]
fn refusals_of_our_own_guess() {
    for (refusal, message) in [
        (bad_continuation(), "The continuation token is invalid."),
        (bad_page_token(), "The page token is invalid."),
    ] {
        check_bare(&refusal, Reason::Malformed, 400, "INVALID_ARGUMENT", message);
    }
    let message = "Invalid value at 'page_size' (TYPE_INT32), \"x\"";
    let error = json!({
        "code": 400,
        "message": message,
        "status": "INVALID_ARGUMENT",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": "page_size", "description": message}],
        }],
    });
    check(&bad_page_size("x"), Reason::Malformed, 400, &error);
}
