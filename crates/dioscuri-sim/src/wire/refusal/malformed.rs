//! Refusals of a body that is no request, or one that the model does not take: all are 400 and
//! `INVALID_ARGUMENT`, and only those of the JSON itself have details.

use std::borrow::Cow;

use super::Refusal;
use crate::{
    scenario::Surface,
    wire::error::{Code, Detail, FieldViolation},
    world::stats::Reason,
};

fn invalid(message: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(Reason::Malformed, Code::InvalidArgument, message)
}

/// What [`proto`](crate::wire::proto) found. Captured: one line and one violation for each.
pub(crate) fn bad_payload(field_violations: Vec<FieldViolation>) -> Refusal {
    let lines: Vec<&str> = field_violations
        .iter()
        .map(|violation| violation.description.as_str())
        .collect();
    invalid(lines.join("\n")).with(Detail::BadRequest { field_violations })
}

/// A body that is no JSON. Captured, without details.
pub(crate) fn broken_payload(problem: &str) -> Refusal {
    invalid(format!("Invalid JSON payload received. {problem}"))
}

/// The Developer API's list of what a request lacks: "* Type.field: problem". Captured.
pub(crate) fn listed(problems: &[String]) -> Refusal {
    let lines: String = problems
        .iter()
        .flat_map(|problem| ["* ", problem, "\n"])
        .collect();
    invalid(lines)
}

/// A sentence of the Developer API.
pub(crate) fn sentence(message: impl Into<Cow<'static, str>>) -> Refusal {
    invalid(message)
}

/// A sentence of Vertex, which begins "Unable to submit request because".
pub(crate) fn unable(because: &str) -> Refusal {
    invalid(format!("Unable to submit request because {because}"))
}

/// Captured: what neither surface explains.
pub(crate) fn opaque() -> Refusal {
    invalid("Request contains an invalid argument.")
}

/// Known on Vertex; the same page ends many of its refusals.
pub(crate) const LEARN_MORE: &str =
    "Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini";

/// Captured on the Developer API, known on Vertex.
pub(crate) fn no_contents(surface: Surface) -> Refusal {
    match surface {
        Surface::Developer => {
            listed(&["GenerateContentRequest.contents: contents is not specified".to_owned()])
        }
        Surface::Vertex => unable(&format!("at least one contents field is required. {LEARN_MORE}")),
    }
}

/// Captured on both surfaces.
pub(crate) fn too_long(surface: Surface, tokens: u64, limit: u64) -> Refusal {
    match surface {
        Surface::Developer => sentence(format!(
            "The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit})."
        )),
        Surface::Vertex => unable(&format!(
            "the input token count is {tokens} but model only supports up to {limit}. Reduce the input token \
             count and try again. You can also use the CountTokens API to calculate prompt token count and \
             billable characters. Learn more: \
             https://cloud.google.com/vertex-ai/generative-ai/docs/learn/models"
        )),
    }
}
