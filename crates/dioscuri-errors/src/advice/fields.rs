//! Which fields of a request are wrong, and what was expected.

use crate::{ApiError, ServerText};

/// One wrong field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wrong {
    /// Its path; empty for the request as a whole.
    pub(crate) field: String,
    pub(crate) problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Problem {
    /// There is no such field.
    Unknown,
    /// Another type is expected, as the server names it.
    Expected(String),
    /// One value is expected, a list came.
    NotAList,
    /// In the server's words: the values of the request left out.
    Said(String),
}

/// Every wrong field that `BadRequest` names; where there is none, those that the message names.
pub(crate) fn wrong(error: &ApiError) -> Vec<Wrong> {
    let mut found: Vec<Wrong> = Vec::new();
    let mut add = |wrong: Option<Wrong>| {
        if let Some(wrong) = wrong.filter(|wrong| !found.contains(wrong)) {
            found.push(wrong);
        }
    };
    for violation in error.field_violations() {
        add(read(&violation.field, violation.description.as_str()));
    }
    if error.field_violations().next().is_none() {
        for line in error.message().lines() {
            add(in_message(line));
        }
    }
    found
}

/// A line of the message that names a field, in one of the two forms that Google's servers write:
/// `… at 'path' …` and `* Type.path: problem`.
fn in_message(line: &str) -> Option<Wrong> {
    if let Some(listed) = line.trim_start().strip_prefix("* ") {
        let (path, problem) = listed.split_once(": ")?;
        return is_path(path).then(|| read(path, problem))?;
    }
    let named = line.contains("Unknown name ") || line.contains("Invalid value at ");
    named.then(|| read("", line))?
}

fn read(field: &str, description: &str) -> Option<Wrong> {
    let path = between(description, "at '", "'").filter(|path| is_path(path));
    let path = if field.is_empty() {
        path.unwrap_or_default()
    } else {
        field
    };
    let name = between(description, "Unknown name \"", "\"").filter(|name| is_path(name));
    let field = match name {
        // The path of an unknown name is that of its parent, unless the name is already in it.
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) if !path.ends_with(name) => format!("{path}.{name}"),
        _ => path.to_owned(),
    };
    let problem = problem(description)?;
    let field = ServerText::from(field).first_sentence();
    Some(Wrong { field, problem })
}

fn problem(description: &str) -> Option<Problem> {
    if description.contains("Cannot find field") {
        return Some(Problem::Unknown);
    }
    if description.contains("field is not repeating") {
        return Some(Problem::NotAList);
    }
    if let Some(kind) = between(description, "' (", ")").and_then(type_name) {
        return Some(Problem::Expected(kind));
    }
    let said = ServerText::from(description.trim_start_matches("* ")).first_sentence();
    (!said.is_empty()).then_some(Problem::Said(said))
}

/// `TYPE_INT32` → `int32`, `type.googleapis.com/google.ai.v1.Schema.Type` → `Schema.Type`.
fn type_name(text: &str) -> Option<String> {
    if let Some(scalar) = text.strip_prefix("TYPE_") {
        return Some(scalar.to_ascii_lowercase());
    }
    let path = text.strip_prefix("type.googleapis.com/")?;
    // Packages are in lower case, messages and enums are not.
    let parts: Vec<_> = path
        .split('.')
        .skip_while(|part| !part.starts_with(|c: char| c.is_ascii_uppercase()))
        .collect();
    (!parts.is_empty()).then(|| parts.join("."))
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    rest.split_once(close).map(|(inner, _)| inner)
}

/// Whether `text` can be the path of a field, and so is no part of a prompt.
fn is_path(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']' | '$' | '@');
    !text.is_empty() && text.len() <= 256 && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seen;

    #[track_caller]
    fn check(message: &str, expected: &[(&str, Problem)]) {
        let body = serde_json::json!({"error": {"code": 400, "message": message}}).to_string();
        let error = ApiError::parse(Seen::new(Some(400), body.as_bytes()));
        let found: Vec<_> = wrong(&error)
            .into_iter()
            .map(|wrong| (wrong.field, wrong.problem))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(field, problem)| ((*field).to_owned(), problem.clone()))
            .collect();
        assert_eq!(found, expected, "{message}");
    }

    #[test]
    fn a_message_names_unknown_fields() {
        check(
            "Invalid JSON payload received. Unknown name \"topp\" at 'generation_config': Cannot find field.\n\
             Invalid JSON payload received. Unknown name \"labels\": Cannot find field.",
            &[
                ("generation_config.topp", Problem::Unknown),
                ("labels", Problem::Unknown),
            ],
        );
    }

    #[test]
    fn a_message_names_what_was_expected() {
        check(
            "Invalid value at 'generation_config.top_k' (TYPE_INT32), \"many\"",
            &[("generation_config.top_k", Problem::Expected("int32".to_owned()))],
        );
        check(
            "Invalid value at 'tools[0].schema.type' (type.googleapis.com/google.ai.v1.Schema.Type), 17",
            &[(
                "tools[0].schema.type",
                Problem::Expected("Schema.Type".to_owned()),
            )],
        );
        check(
            "Invalid JSON payload received. Unknown name \"type\" at 'a.b': Proto field is not repeating, \
             cannot start list.",
            &[("a.b.type", Problem::NotAList)],
        );
    }

    #[test]
    fn a_listed_problem_is_told_in_the_servers_words() {
        check(
            "* GenerateContentRequest.contents: contents is not specified\n",
            &[(
                "GenerateContentRequest.contents",
                Problem::Said("contents is not specified".to_owned()),
            )],
        );
    }

    #[test]
    fn what_is_no_path_is_not_told() {
        check("Request contains an invalid argument.", &[]);
        check("* my secret plan: destroy the moon", &[]);
        check(
            "Unknown name \"my secret plan\": Cannot find field.",
            &[("", Problem::Unknown)],
        );
    }
}
