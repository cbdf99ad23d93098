//! Refusals because of who asks.

use super::{Refusal, rpc_method, service};
use crate::{
    scenario::{KeyState, Surface},
    wire::error::{Code, Detail, Link},
    world::{route::Target, stats::Reason},
};

/// Where tokens are told to come from; said of every bad one.
const EXPECTED_TOKEN: &str = "Expected OAuth 2 access token, login cookie or other valid authentication credential. \
                              See https://developers.google.com/identity/sign-in/web/devconsole-project.";

/// What is said of a credential in that state: `secret`, of the project of this number.
///
/// A valid one is refused as one that was never issued.
pub(crate) fn of_key(state: KeyState, target: &Target<'_>, number: u64, secret: &str) -> Refusal {
    match state {
        KeyState::Valid | KeyState::Invalid => invalid(target),
        KeyState::Expired => expired(target),
        KeyState::Leaked => leaked(),
        KeyState::Suspended => suspended(target, number, secret),
        KeyState::Blocked => blocked(target, number),
        KeyState::ServiceDisabled => service_disabled(target, number),
        KeyState::WrongTokenType => bad_token(target),
    }
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
            format!("Request is missing required authentication credential. {EXPECTED_TOKEN}"),
        )
        .with(about_token("CREDENTIALS_MISSING", Some("googleapis.com"), target)),
    }
}

/// An API key where Vertex wants a token. Captured on a path without a project, before there was express mode; that
/// a path with a project is answered so is a guess.
pub(crate) fn api_key_on_vertex(target: &Target<'_>) -> Refusal {
    Refusal::new(
        Reason::Credentials,
        Code::Unauthenticated,
        "API keys are not supported by this API. Expected OAuth2 access token or other authentication \
         credentials that assert a principal. See https://cloud.google.com/docs/authentication",
    )
    .with(about_token("CREDENTIALS_MISSING", Some("googleapis.com"), target))
}

/// Captured on the Developer API, without a domain; that Vertex says the same of a bad token is a guess.
pub(crate) fn bad_token(target: &Target<'_>) -> Refusal {
    Refusal::new(
        Reason::InvalidKey,
        Code::Unauthenticated,
        format!("Request had invalid authentication credentials. {EXPECTED_TOKEN}"),
    )
    .with(about_token("ACCESS_TOKEN_TYPE_UNSUPPORTED", None, target))
}

fn about_token(reason: &'static str, domain: Option<&'static str>, target: &Target<'_>) -> Detail {
    Detail::ErrorInfo {
        reason,
        domain,
        metadata: [
            ("method", rpc_method(target)),
            ("service", service(target.surface).to_owned()),
        ]
        .into(),
    }
}

/// A credential that was never issued: a key of the Developer API or of express mode, else a token.
pub(super) fn invalid(target: &Target<'_>) -> Refusal {
    if takes_keys(target) {
        key_invalid(
            target.surface,
            Reason::InvalidKey,
            "API key not valid. Please pass a valid API key.",
        )
    } else {
        bad_token(target)
    }
}

/// In express mode a path names no project: there the credential is a key.
fn takes_keys(target: &Target<'_>) -> bool {
    target.surface == Surface::Developer || target.project.is_empty()
}

/// Captured for keys; for tokens, the text is captured and the reason is known.
fn expired(target: &Target<'_>) -> Refusal {
    if takes_keys(target) {
        return key_invalid(
            target.surface,
            Reason::ExpiredKey,
            "API key expired. Please renew the API key.",
        );
    }
    Refusal::new(
        Reason::ExpiredKey,
        Code::Unauthenticated,
        format!("Request had invalid authentication credentials. {EXPECTED_TOKEN}"),
    )
    .with(about_token(
        "ACCESS_TOKEN_EXPIRED",
        Some("googleapis.com"),
        target,
    ))
}

fn key_invalid(surface: Surface, reason: Reason, message: &'static str) -> Refusal {
    Refusal::new(reason, Code::InvalidArgument, message)
        .with(Detail::ErrorInfo {
            reason: "API_KEY_INVALID",
            domain: Some("googleapis.com"),
            metadata: [("service", service(surface).to_owned())].into(),
        })
        .with(localized(message))
}

fn localized(message: impl Into<std::borrow::Cow<'static, str>>) -> Detail {
    Detail::LocalizedMessage {
        locale: "en-US",
        message: message.into(),
    }
}

/// Known, from Google's own page about it; without details.
pub(super) fn leaked() -> Refusal {
    Refusal::new(
        Reason::LeakedKey,
        Code::PermissionDenied,
        "Your API key was reported as leaked. Please use another API key.",
    )
}

/// Captured for a key, which stands in the message; what stands there for a token is a guess.
fn suspended(target: &Target<'_>, number: u64, secret: &str) -> Refusal {
    let consumer = if takes_keys(target) {
        format!("api_key:{secret}")
    } else {
        format!("project_number:{number}")
    };
    Refusal::new(
        Reason::SuspendedKey,
        Code::PermissionDenied,
        format!("Permission denied: Consumer '{consumer}' has been suspended."),
    )
    .with(Detail::ErrorInfo {
        reason: "CONSUMER_SUSPENDED",
        domain: Some("googleapis.com"),
        metadata: of_consumer(target, number).into(),
    })
}

fn of_consumer(target: &Target<'_>, number: u64) -> [(&'static str, String); 2] {
    [
        ("consumer", format!("projects/{number}")),
        ("service", service(target.surface).to_owned()),
    ]
}

/// The message is captured; the details are those of Google's other APIs with the same reason.
fn blocked(target: &Target<'_>, number: u64) -> Refusal {
    let (service, method) = (service(target.surface), rpc_method(target));
    let message = format!("Requests to this API {service} method {method} are blocked.");
    let [consumer, service_entry] = of_consumer(target, number);
    Refusal::new(Reason::BlockedKey, Code::PermissionDenied, message.clone())
        .with(Detail::ErrorInfo {
            reason: "API_KEY_SERVICE_BLOCKED",
            domain: Some("googleapis.com"),
            metadata: [
                ("apiName", service.to_owned()),
                consumer,
                ("methodName", method),
                service_entry,
            ]
            .into(),
        })
        .with(localized(message))
}

/// Captured on the Developer API, as text; the name of Vertex's is known.
pub(super) fn service_disabled(target: &Target<'_>, number: u64) -> Refusal {
    let api = match target.surface {
        Surface::Developer => "Generative Language API",
        Surface::Vertex => "Vertex AI API",
    };
    let url = format!(
        "https://console.developers.google.com/apis/api/{}/overview?project={number}",
        service(target.surface)
    );
    Refusal::new(
        Reason::ServiceDisabled,
        Code::PermissionDenied,
        format!(
            "{api} has not been used in project {number} before or it is disabled. Enable it by visiting {url} \
             then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our \
             systems and retry."
        ),
    )
    .with(Detail::Help {
        links: vec![Link {
            description: "Google developers console API activation",
            url: url.into(),
        }],
    })
    .with(Detail::ErrorInfo {
        reason: "SERVICE_DISABLED",
        domain: Some("googleapis.com"),
        metadata: of_consumer(target, number).into(),
    })
}

/// Captured on the Developer API; on Vertex the refusal of a foreign project.
pub(super) fn permission_denied(target: &Target<'_>) -> Refusal {
    match target.surface {
        Surface::Developer => Refusal::new(
            Reason::PermissionDenied,
            Code::PermissionDenied,
            "The caller does not have permission",
        ),
        Surface::Vertex => foreign_project(target),
    }
}

/// The message is captured, the details are known: the token of one Vertex project on the path of another.
pub(crate) fn foreign_project(target: &Target<'_>) -> Refusal {
    const PERMISSION: &str = "aiplatform.endpoints.predict";
    let resource = format!(
        "//aiplatform.googleapis.com/{}",
        super::not_found::resource(target)
    );
    Refusal::new(
        Reason::PermissionDenied,
        Code::PermissionDenied,
        format!("Permission '{PERMISSION}' denied on resource '{resource}' (or it may not exist)."),
    )
    .with(Detail::ErrorInfo {
        reason: "IAM_PERMISSION_DENIED",
        domain: Some("aiplatform.googleapis.com"),
        metadata: [("permission", PERMISSION.to_owned()), ("resource", resource)].into(),
    })
}
