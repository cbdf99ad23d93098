//! Refusals of a body that is no request.

use super::Refusal;
use crate::{
    scenario::Surface,
    wire::error::{Code, Detail, FieldViolation},
    world::stats::Reason,
};

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
