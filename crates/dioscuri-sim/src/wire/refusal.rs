//! Every refusal of the world, with Google's words.
//!
//! "Captured" means that the body was posted in public as Google sent it; "known" that the text is widely
//! quoted but that no whole body is at hand; "guess" that it is made up in the same manner.

mod billing;
mod credentials;
pub(crate) mod malformed;
mod not_found;
mod quota;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, time::Duration};

pub(crate) use self::{
    billing::{billing_closed, prepaid_depleted, spend_limit, spending_cap},
    credentials::{
        api_key_on_vertex, bad_token, foreign_project, no_credentials, of_key, several_credentials,
    },
    not_found::{closed_to_new_users, retired_model, unknown_model},
    quota::of_quota,
};
use super::error::{Code, Detail, ErrorBody, FieldViolation};
use crate::{
    scenario::{CustomError, Method, ModelKind, Quota, RefusalKind, RetryHint, Surface, Tier},
    world::{route::Target, stats::Reason},
};

/// Why a request is refused, and the body that says so.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    pub(crate) body: ErrorBody,
}

impl Refusal {
    fn new(reason: Reason, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
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

/// What a refusal says of the project, the model and the quota that it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// The project's number.
    pub(crate) number: u64,
    pub(crate) tier: Tier,
    /// The model that serves, which is the one that is counted.
    pub(crate) served: &'a str,
    /// The kind of the model: embeddings have quotas of their own names.
    pub(crate) kind: ModelKind,
    /// The limits there, if any: a spurious refusal names one of them.
    pub(crate) quota: Option<&'a Quota>,
    pub(crate) hint: RetryHint,
    /// Of a spurious refusal, and where there is no true wait: what is asked for, drawn from a minute.
    pub(crate) seconds: Duration,
    /// The HTTP status that tells of no prepaid credits.
    pub(crate) prepaid_status: u16,
}

/// The refusal of that name, as the surface of `target` says it.
pub(crate) fn of(kind: RefusalKind, target: &Target<'_>, facts: &Facts<'_>) -> Refusal {
    match kind {
        RefusalKind::Capacity => no_capacity(target.surface),
        RefusalKind::Overloaded => overloaded(),
        RefusalKind::Unavailable => unavailable(),
        RefusalKind::Internal => internal(target.surface),
        RefusalKind::Cancelled => cancelled(),
        RefusalKind::DeadlineExceeded => deadline_exceeded(),
        RefusalKind::ModelCapacity => model_capacity(target),
        RefusalKind::ResourceExhausted => resource_exhausted(),
        RefusalKind::QuotaText => quota::only_text(),
        RefusalKind::SpuriousQuota => quota::spurious_minute(target, facts),
        RefusalKind::SpuriousDay => quota::spurious_day(target, facts),
        RefusalKind::LocationUnsupported => location_unsupported(),
        RefusalKind::InvalidArgument => invalid_argument(),
        RefusalKind::KeyInvalid => credentials::invalid(target),
        RefusalKind::KeyLeaked => credentials::leaked(),
        RefusalKind::ServiceDisabled => credentials::service_disabled(target, facts.number),
        RefusalKind::PermissionDenied => credentials::permission_denied(target),
        RefusalKind::PrepaidDepleted => prepaid_depleted(facts.prepaid_status),
        RefusalKind::SpendingCap => spending_cap(),
        RefusalKind::SpendLimit => spend_limit(),
        RefusalKind::Shed => shed(target.surface),
    }
}

const fn service(surface: Surface) -> &'static str {
    match surface {
        Surface::Developer => "generativelanguage.googleapis.com",
        Surface::Vertex => "aiplatform.googleapis.com",
    }
}

/// The name of what is asked, as gRPC has it. Captured for the two ways to generate on both surfaces; the rest
/// is from the public protocol files.
fn rpc_method(target: &Target<'_>) -> String {
    let (developer, vertex) = match target.method {
        Method::Generate => (
            "GenerativeService.GenerateContent",
            "PredictionService.GenerateContent",
        ),
        Method::Stream => (
            "GenerativeService.StreamGenerateContent",
            "PredictionService.StreamGenerateContent",
        ),
        Method::Count => ("GenerativeService.CountTokens", "LlmUtilityService.CountTokens"),
        Method::Embed if target.predicts => ("PredictionService.Predict", "PredictionService.Predict"),
        Method::Embed => ("GenerativeService.EmbedContent", "PredictionService.EmbedContent"),
        Method::BatchEmbed => (
            "GenerativeService.BatchEmbedContents",
            "PredictionService.BatchEmbedContents",
        ),
        Method::Models if target.model.is_empty() => (
            "ModelService.ListModels",
            "ModelGardenService.ListPublisherModels",
        ),
        Method::Models => ("ModelService.GetModel", "ModelGardenService.GetPublisherModel"),
    };
    let version = target.version;
    match target.surface {
        Surface::Developer => format!("google.ai.generativelanguage.{version}.{developer}"),
        Surface::Vertex => format!("google.cloud.aiplatform.{version}.{vertex}"),
    }
}

/// An error of anybody's making.
pub(crate) fn custom(error: &CustomError) -> Refusal {
    let body = ErrorBody::free(error.code, error.status.clone(), error.message.clone());
    Refusal {
        reason: Reason::Custom,
        body: error
            .details
            .iter()
            .fold(body, |body, detail| body.with(Detail::Free(detail.clone()))),
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

/// Captured on both surfaces; both come without details.
pub(crate) fn no_capacity(surface: Surface) -> Refusal {
    match surface {
        Surface::Developer => high_demand(Reason::Capacity),
        Surface::Vertex => Refusal::new(
            Reason::Capacity,
            Code::ResourceExhausted,
            "Resource exhausted, please try again later.",
        ),
    }
}

fn high_demand(reason: Reason) -> Refusal {
    Refusal::new(
        reason,
        Code::Unavailable,
        "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try \
         again later.",
    )
}

/// A request of the tier "flex" that is shed: both texts are captured, that they are said of it is a guess.
pub(crate) fn shed(surface: Surface) -> Refusal {
    match surface {
        Surface::Developer => high_demand(Reason::Shed),
        Surface::Vertex => Refusal::new(
            Reason::Shed,
            Code::ResourceExhausted,
            "Resource exhausted. Please try again later. Please refer to \
             https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.",
        ),
    }
}

/// Captured: dedicated throughput that is exhausted, or that nobody has ordered.
pub(crate) fn throughput() -> Refusal {
    Refusal::new(
        Reason::Throughput,
        Code::ResourceExhausted,
        "Too many requests. Exceeded the Provisioned Throughput.",
    )
}

/// Captured on the Developer API, in 2025; that Vertex says the same is a guess.
fn overloaded() -> Refusal {
    Refusal::new(
        Reason::Overloaded,
        Code::Unavailable,
        "The model is overloaded. Please try again later.",
    )
}

/// Known on both surfaces.
fn unavailable() -> Refusal {
    Refusal::new(
        Reason::Overloaded,
        Code::Unavailable,
        "The service is currently unavailable.",
    )
}

/// Captured on the Developer API; of the other text only the message.
fn internal(surface: Surface) -> Refusal {
    let message = match surface {
        Surface::Developer => {
            "An internal error has occurred. Please retry or report in \
             https://developers.generativeai.google/guide/troubleshooting"
        }
        Surface::Vertex => "Internal error encountered.",
    };
    Refusal::new(Reason::Internal, Code::Internal, message)
}

/// The text is captured; that nothing stands beside it is a guess.
fn cancelled() -> Refusal {
    Refusal::new(Reason::Cancelled, Code::Cancelled, "The operation was cancelled.")
}

/// Captured on the Developer API; that Vertex says the same is a guess.
pub(crate) fn deadline_exceeded() -> Refusal {
    Refusal::new(
        Reason::DeadlineExceeded,
        Code::DeadlineExceeded,
        "Deadline expired before operation could complete.",
    )
}

/// Captured on Cloud Code, with its own domain; that these surfaces put theirs is a guess.
fn model_capacity(target: &Target<'_>) -> Refusal {
    let model = target.model.to_owned();
    Refusal::new(
        Reason::Capacity,
        Code::Unavailable,
        format!("No capacity available for model {model} on the server"),
    )
    .with(Detail::ErrorInfo {
        reason: "MODEL_CAPACITY_EXHAUSTED",
        domain: Some(service(target.surface)),
        metadata: [("model", model)].into(),
    })
}

/// Captured on the Developer API; that Vertex says the same is a guess.
fn resource_exhausted() -> Refusal {
    Refusal::new(
        Reason::Unspecified,
        Code::ResourceExhausted,
        "Resource has been exhausted (e.g. check quota).",
    )
}

/// Captured on the Developer API; that Vertex says the same is a guess.
fn location_unsupported() -> Refusal {
    Refusal::new(
        Reason::Precondition,
        Code::FailedPrecondition,
        "User location is not supported for the API use.",
    )
}

/// The form is captured of other fields.
pub(crate) fn bad_page_size(size: &str) -> Refusal {
    let message = format!("Invalid value at 'page_size' (TYPE_INT32), \"{size}\"");
    Refusal::new(Reason::Malformed, Code::InvalidArgument, message.clone()).with(Detail::BadRequest {
        field_violations: vec![FieldViolation {
            field: Some("page_size".to_owned()),
            description: message,
        }],
    })
}

/// A guess.
pub(crate) fn bad_page_token() -> Refusal {
    Refusal::new(
        Reason::Malformed,
        Code::InvalidArgument,
        "The page token is invalid.",
    )
}

/// A guess: a continuation token that was not issued, or for something else.
pub(crate) fn bad_continuation() -> Refusal {
    Refusal::new(
        Reason::Malformed,
        Code::InvalidArgument,
        "The continuation token is invalid.",
    )
}

/// Captured on the Developer API, known on Vertex.
fn invalid_argument() -> Refusal {
    Refusal::new(
        Reason::Malformed,
        Code::InvalidArgument,
        "Request contains an invalid argument.",
    )
}
