//! Every refusal of the world, with Google's words.
//!
//! "Captured" means that the body was posted in public as Google sent it; "known" that the text is widely
//! quoted but that no whole body is at hand; "guess" that it is made up in the same manner.

use std::{collections::BTreeMap, time::Duration};

use dioscuri_vocab::{Unit, Window};

use super::error::{Code, Detail, ErrorBody, FieldViolation, Link, QuotaViolation, proto_duration};
use crate::{
    scenario::{Surface, Tier},
    world::{quota::Violated, route::Target, stats::Reason},
};

/// Why a request is refused, and the body that says so.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    pub(crate) body: ErrorBody,
}

impl Refusal {
    fn new(reason: Reason, code: Code, message: impl Into<String>) -> Self {
        Self {
            reason,
            body: ErrorBody::new(code, message),
        }
    }

    fn with(mut self, detail: Detail) -> Self {
        self.body = self.body.with(detail);
        self
    }
}

const fn service(surface: Surface) -> &'static str {
    match surface {
        Surface::Developer => "generativelanguage.googleapis.com",
        Surface::Vertex => "aiplatform.googleapis.com",
    }
}

fn rpc_method(target: &Target<'_>) -> String {
    let version = target.version;
    match target.surface {
        Surface::Developer => {
            format!("google.ai.generativelanguage.{version}.GenerativeService.GenerateContent")
        }
        Surface::Vertex => format!("google.cloud.aiplatform.{version}.PredictionService.GenerateContent"),
    }
}

/// Our own word for what Google has and the simulator has not.
pub(crate) fn not_served(method: &str, path: &str) -> Refusal {
    Refusal::new(
        Reason::NotServed,
        Code::Unimplemented,
        format!("dioscuri-sim does not serve {method} {path}"),
    )
}

/// Captured for embeddings with their own limit; that this limit reads the same is a guess.
pub(crate) fn too_large(limit: usize) -> Refusal {
    Refusal::new(
        Reason::TooLarge,
        Code::InvalidArgument,
        format!("Request payload size exceeds the limit: {limit} bytes."),
    )
}

/// Captured.
pub(crate) fn several_credentials() -> Refusal {
    Refusal::new(
        Reason::Credentials,
        Code::InvalidArgument,
        "Multiple authentication credentials received. Please pass only one.",
    )
}

/// Known on both surfaces.
pub(crate) fn no_credentials(target: &Target<'_>) -> Refusal {
    match target.surface {
        Surface::Developer => Refusal::new(
            Reason::Credentials,
            Code::PermissionDenied,
            "Method doesn't allow unregistered callers (callers without established identity). Please use \
             API Key or other form of API consumer identity to call this API.",
        ),
        Surface::Vertex => Refusal::new(
            Reason::Credentials,
            Code::Unauthenticated,
            "Request is missing required authentication credential. Expected OAuth 2 access token, login \
             cookie or other valid authentication credential. See \
             https://developers.google.com/identity/sign-in/web/devconsole-project.",
        )
        .with(credentials_missing(target)),
    }
}

/// Known: an API key where Vertex wants a token.
pub(crate) fn api_key_on_vertex(target: &Target<'_>) -> Refusal {
    Refusal::new(
        Reason::Credentials,
        Code::Unauthenticated,
        "API keys are not supported by this API. Expected OAuth2 access token or other authentication \
         credentials that assert a principal. See https://cloud.google.com/docs/authentication",
    )
    .with(credentials_missing(target))
}

fn credentials_missing(target: &Target<'_>) -> Detail {
    Detail::ErrorInfo {
        reason: "CREDENTIALS_MISSING",
        domain: Some("googleapis.com"),
        metadata: BTreeMap::from([
            ("method", rpc_method(target)),
            ("service", service(target.surface).to_owned()),
        ]),
    }
}

/// Captured on the Developer API, without a domain; that Vertex says the same of a bad token is a guess.
pub(crate) fn bad_token(target: &Target<'_>) -> Refusal {
    Refusal::new(
        Reason::InvalidKey,
        Code::Unauthenticated,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other \
         valid authentication credential. See \
         https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )
    .with(Detail::ErrorInfo {
        reason: "ACCESS_TOKEN_TYPE_UNSUPPORTED",
        domain: None,
        metadata: BTreeMap::from([
            ("method", rpc_method(target)),
            ("service", service(target.surface).to_owned()),
        ]),
    })
}

/// Captured.
pub(crate) fn bad_key() -> Refusal {
    const MESSAGE: &str = "API key not valid. Please pass a valid API key.";
    Refusal::new(Reason::InvalidKey, Code::InvalidArgument, MESSAGE)
        .with(Detail::ErrorInfo {
            reason: "API_KEY_INVALID",
            domain: Some("googleapis.com"),
            metadata: BTreeMap::from([("service", service(Surface::Developer).to_owned())]),
        })
        .with(Detail::LocalizedMessage {
            locale: "en-US",
            message: MESSAGE,
        })
}

/// Known: the token of one Vertex project on the path of another.
pub(crate) fn foreign_project(target: &Target<'_>) -> Refusal {
    const PERMISSION: &str = "aiplatform.endpoints.predict";
    let resource = format!("//aiplatform.googleapis.com/{}", resource(target));
    Refusal::new(
        Reason::PermissionDenied,
        Code::PermissionDenied,
        format!("Permission '{PERMISSION}' denied on resource '{resource}' (or it may not exist)."),
    )
    .with(Detail::ErrorInfo {
        reason: "IAM_PERMISSION_DENIED",
        domain: Some("aiplatform.googleapis.com"),
        metadata: BTreeMap::from([("permission", PERMISSION.to_owned()), ("resource", resource)]),
    })
}

fn resource(target: &Target<'_>) -> String {
    format!(
        "projects/{}/locations/{}/publishers/google/models/{}",
        target.project, target.location, target.model
    )
}

/// Captured on both surfaces.
pub(crate) fn unknown_model(target: &Target<'_>) -> Refusal {
    let message = match target.surface {
        Surface::Developer => format!(
            "models/{} is not found for API version {}, or is not supported for generateContent. Call \
             ListModels to see the list of available models and their supported methods.",
            target.model, target.version
        ),
        Surface::Vertex => format!(
            "Publisher Model `{}` was not found or your project does not have access to it. Please ensure you \
             are using a valid model version. For more information, see: \
             https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions",
            resource(target)
        ),
    };
    Refusal::new(Reason::NotFound, Code::NotFound, message)
}

/// Captured for unknown names; the words for broken JSON are a guess, without Google's quotation of the body.
pub(crate) fn bad_payload(problems: Vec<(Option<&str>, String)>) -> Refusal {
    let field_violations: Vec<FieldViolation> = problems
        .into_iter()
        .map(|(field, problem)| FieldViolation {
            field: field.map(str::to_owned),
            description: format!("Invalid JSON payload received. {problem}"),
        })
        .collect();
    let message = field_violations
        .iter()
        .map(|violation| violation.description.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    Refusal::new(Reason::Malformed, Code::InvalidArgument, message)
        .with(Detail::BadRequest { field_violations })
}

/// The form is captured for empty parts on the Developer API, without details; the rest is known.
pub(crate) fn no_contents(surface: Surface) -> Refusal {
    let message = match surface {
        Surface::Developer => "* GenerateContentRequest.contents: contents is not specified\n",
        Surface::Vertex => {
            "Unable to submit request because at least one contents field is required. Learn more: \
             https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini"
        }
    };
    Refusal::new(Reason::Malformed, Code::InvalidArgument, message)
}

/// Captured on the Developer API, known on Vertex.
pub(crate) fn no_parts(surface: Surface, content: usize) -> Refusal {
    let message = match surface {
        Surface::Developer => {
            format!("* GenerateContentRequest.contents[{content}].parts: contents.parts must not be empty.\n")
        }
        Surface::Vertex => {
            "Unable to submit request because it must include at least one parts field, which \
                            describes the prompt input. Learn more: \
                            https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini"
                .to_owned()
        }
    };
    Refusal::new(Reason::Malformed, Code::InvalidArgument, message)
}

/// Captured on both surfaces; both come without details.
pub(crate) fn no_capacity(surface: Surface) -> Refusal {
    match surface {
        Surface::Developer => Refusal::new(
            Reason::Capacity,
            Code::Unavailable,
            "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please \
             try again later.",
        ),
        Surface::Vertex => Refusal::new(
            Reason::Capacity,
            Code::ResourceExhausted,
            "Resource exhausted, please try again later.",
        ),
    }
}

/// The quotas that `target` has exceeded. `violated` is not empty.
pub(crate) fn quota_exceeded(
    target: &Target<'_>,
    tier: Tier,
    violated: &[Violated],
    retry_in: Duration,
) -> Refusal {
    let reason = if violated.iter().any(|quota| quota.window == Window::Day) {
        Reason::Day
    } else {
        Reason::Minute
    };
    match target.surface {
        Surface::Developer => developer_quota(reason, target, tier, violated, retry_in),
        Surface::Vertex => vertex_quota(reason, target, violated),
    }
}

/// Captured, with one violation. That several stand in this order is a guess; they were seen in any.
///
/// Captured bodies mostly cut `RetryInfo` to whole seconds, so that who obeys it comes too early. Here it is
/// as exact as the message.
fn developer_quota(
    reason: Reason,
    target: &Target<'_>,
    tier: Tier,
    violated: &[Violated],
    retry_in: Duration,
) -> Refusal {
    let violations: Vec<QuotaViolation> = violated
        .iter()
        .map(|quota| {
            let (metric, id) = developer_names(tier, quota.unit, quota.window);
            QuotaViolation {
                metric: format!("{}/{metric}", service(Surface::Developer)),
                id,
                dimensions: BTreeMap::from([
                    ("location", target.location.to_owned()),
                    ("model", target.model.to_owned()),
                ]),
                value: quota.limit.to_string(),
            }
        })
        .collect();
    let exceeded: Vec<String> = violations
        .iter()
        .map(|quota| {
            format!(
                "* Quota exceeded for metric: {}, limit: {}, model: {}",
                quota.metric, quota.value, target.model
            )
        })
        .collect();
    let retry_delay = proto_duration(retry_in);
    let message = format!(
        "You exceeded your current quota, please check your plan and billing details. For more information on \
         this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current \
         usage, head to: https://ai.dev/rate-limit. \n{}\nPlease retry in {retry_delay}.",
        exceeded.join("\n")
    );
    Refusal::new(reason, Code::ResourceExhausted, message)
        .with(Detail::Help {
            links: vec![Link {
                description: "Learn more about Gemini API quotas",
                url: "https://ai.google.dev/gemini-api/docs/rate-limits",
            }],
        })
        .with(Detail::QuotaFailure { violations })
        .with(Detail::RetryInfo { retry_delay })
}

/// The metric and the quota id on the Developer API. All captured.
const fn developer_names(tier: Tier, unit: Unit, window: Window) -> (&'static str, &'static str) {
    match (tier, unit, window) {
        (Tier::Free, Unit::InputTokens, _) => (
            "generate_content_free_tier_input_token_count",
            "GenerateContentInputTokensPerModelPerMinute-FreeTier",
        ),
        (Tier::Free, _, Window::Day) => (
            "generate_content_free_tier_requests",
            "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
        ),
        (Tier::Free, _, _) => (
            "generate_content_free_tier_requests",
            "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        ),
        (Tier::Paid, Unit::InputTokens, _) => (
            "generate_content_paid_tier_input_token_count",
            "GenerateContentPaidTierInputTokensPerModelPerMinute",
        ),
        (Tier::Paid, _, Window::Day) => (
            "generate_requests_per_model_per_day",
            "GenerateRequestsPerDayPerProjectPerModel",
        ),
        (Tier::Paid, _, _) => (
            "generate_requests_per_model",
            "GenerateRequestsPerMinutePerProjectPerModel",
        ),
    }
}

/// Captured for requests per minute: a message without details. The metrics of tokens and of days are guesses
/// after it, and so is that only the first of several is named.
fn vertex_quota(reason: Reason, target: &Target<'_>, violated: &[Violated]) -> Refusal {
    let metric = match violated.first().map(|quota| (quota.unit, quota.window)) {
        Some((Unit::InputTokens, _)) => "generate_content_input_tokens_per_minute_per_base_model",
        Some((_, Window::Day)) => "generate_content_requests_per_day_per_project_per_base_model",
        _ => "generate_content_requests_per_minute_per_project_per_base_model",
    };
    Refusal::new(
        reason,
        Code::ResourceExhausted,
        format!(
            "Quota exceeded for aiplatform.googleapis.com/{metric} with base model: {}. Please submit a quota \
             increase request. https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai.",
            target.model
        ),
    )
}
