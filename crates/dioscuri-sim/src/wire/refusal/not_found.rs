//! Refusals of a model.

use super::Refusal;
use crate::{
    scenario::{Method, Surface},
    wire::error::Code,
    world::{route::Target, stats::Reason},
};

/// A model that does not exist, not there, or not for what is asked. Captured on both surfaces; of a single
/// model that is looked up, known.
pub(crate) fn unknown_model(target: &Target<'_>) -> Refusal {
    let (model, version) = (target.model, target.version);
    let message = match (target.surface, verb(target)) {
        (Surface::Developer, Some(verb)) => format!(
            "models/{model} is not found for API version {version}, or is not supported for {verb}. Call \
             ListModels to see the list of available models and their supported methods."
        ),
        (Surface::Developer, None) => format!("Model is not found: models/{model} for api version {version}"),
        (Surface::Vertex, _) => publisher_model(target),
    };
    Refusal::new(Reason::NotFound, Code::NotFound, message)
}

/// How the message names what was asked. A stream is captured under the name of the whole answer; that a batch
/// has the name of the single embedding is a guess.
fn verb(target: &Target<'_>) -> Option<&'static str> {
    match target.method {
        Method::Generate | Method::Stream => Some("generateContent"),
        Method::Count => Some("countTokens"),
        Method::Embed if target.predicts => Some("predict"),
        Method::Embed | Method::BatchEmbed => Some("embedContent"),
        Method::Models => None,
    }
}

/// Captured on the Developer API in 2026, with and without the name of the model to take instead; on Vertex,
/// captured for models of which we know that they had ended.
pub(crate) fn retired_model(target: &Target<'_>, successor: Option<&str>) -> Refusal {
    gone(target, "no longer available", successor)
}

/// Captured on the Developer API in 2026; that Vertex tells a new user no more than others is a guess.
pub(crate) fn closed_to_new_users(target: &Target<'_>, successor: Option<&str>) -> Refusal {
    gone(target, "no longer available to new users", successor)
}

fn gone(target: &Target<'_>, how: &str, successor: Option<&str>) -> Refusal {
    let message = match target.surface {
        Surface::Developer => {
            let newer = successor.map_or_else(|| "a newer model".to_owned(), |name| format!("models/{name}"));
            format!(
                "This model models/{} is {how}. Please update your code to use {newer} for the latest features and \
                 improvements. We recommend you to use the Interactions API \
                 (https://ai.google.dev/gemini-api/docs/get-started).",
                target.model
            )
        }
        Surface::Vertex => publisher_model(target),
    };
    Refusal::new(Reason::NotFound, Code::NotFound, message)
}

fn publisher_model(target: &Target<'_>) -> String {
    format!(
        "Publisher Model `{}` was not found or your project does not have access to it. Please ensure you are using \
         a valid model version. For more information, see: \
         https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions",
        resource(target)
    )
}

/// The model's full name on Vertex; where the path names no project, the name has none either.
pub(super) fn resource(target: &Target<'_>) -> String {
    let model = target.model;
    if target.project.is_empty() {
        return format!("publishers/google/models/{model}");
    }
    format!(
        "projects/{}/locations/{}/publishers/google/models/{model}",
        target.project, target.location
    )
}
