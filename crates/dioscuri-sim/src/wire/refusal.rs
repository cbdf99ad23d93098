//! Every refusal of the world, with Google's words.
//!
//! "Captured" means that the body was posted in public as Google sent it; "known" that the text is widely
//! quoted but that no whole body is at hand; "guess" that it is made up in the same manner.

pub(crate) mod malformed;
mod quota;

use std::collections::BTreeMap;

pub(crate) use self::quota::quota_exceeded;
use super::error::{Code, Detail, ErrorBody};
use crate::{
    scenario::Surface,
    world::{route::Target, stats::Reason},
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
