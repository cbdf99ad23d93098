//! Finds the error object in the bytes of a body.

use super::{Form, mend};
use crate::detail;
use serde_json::{Map, Value};

/// An error may be wrapped in the message of another this many times.
const MAX_WRAPPINGS: usize = 3;

/// How many opening braces of a text are tried as the beginning of an error. Each try is linear.
const MAX_TRIES: usize = 16;

/// What was found in a body.
pub(super) struct Wire {
    pub(super) form: Form,
    /// The errors, each wrapped in the message of the one before.
    pub(super) errors: Vec<Map<String, Value>>,
    /// The words of a body without an error object.
    pub(super) text: String,
    /// A status that stands in the words.
    pub(super) status: Option<u16>,
}

pub(super) fn read(body: &[u8]) -> Wire {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let Some((form, error)) = find(text) else {
        return without_error(text);
    };
    let mut errors = vec![error];
    while errors.len() <= MAX_WRAPPINGS
        && let Some(inner) = errors.last().and_then(inner_error)
    {
        errors.push(inner);
    }
    Wire {
        form,
        errors,
        text: String::new(),
        status: None,
    }
}

fn without_error(text: &str) -> Wire {
    let (form, text, status) = match serde_json::from_str::<Value>(text) {
        _ if text.is_empty() => (Form::Empty, String::new(), None),
        Ok(value) => (Form::ForeignJson, words(&value), None),
        Err(_) if is_html(text) => {
            let title = title(text);
            (Form::Html, title.to_owned(), status_in(title))
        }
        Err(_) => (Form::Text, text.to_owned(), None),
    };
    Wire {
        form,
        errors: Vec::new(),
        text,
        status,
    }
}

/// The error in `text` and how it was found.
fn find(text: &str) -> Option<(Form, Map<String, Value>)> {
    match serde_json::from_str(text) {
        Ok(Value::String(inner)) => salvage(&inner).map(|error| (Form::Salvaged, error)),
        Ok(value) => error_in(value).map(|error| (Form::Json, error)),
        Err(_) => salvage(text).map(|error| (Form::Salvaged, error)),
    }
}

/// The first error object in other text, mended where it is damaged or cut.
///
/// Server-sent events need no care of their own: `data:` is a prefix like any other.
fn salvage(text: &str) -> Option<Map<String, Value>> {
    let mut rest = text;
    for _ in 0..MAX_TRIES {
        rest = &rest[rest.find('{')?..];
        let (mended, length) = mend::first_value(rest);
        match serde_json::from_str(&mended) {
            Ok(value) => match error_in(value) {
                Some(error) => return Some(error),
                None => rest = &rest[length..],
            },
            Err(_) => rest = &rest[1..],
        }
    }
    None
}

fn inner_error(outer: &Map<String, Value>) -> Option<Map<String, Value>> {
    let message = detail::field(outer, "message")?;
    match message {
        Value::String(text) if text.contains('{') => find(text.trim()).map(|(_, error)| error),
        Value::Object(_) => error_in(message.clone()),
        _ => None,
    }
}

/// The error object that `value` is or holds.
fn error_in(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Array(values) => values.into_iter().find_map(error_in),
        Value::Object(mut object) => match object.remove("error") {
            Some(Value::Object(error)) => Some(error),
            // OAuth servers and proxies: the error is a word or a sentence.
            Some(Value::String(error)) => {
                let message = object
                    .get("error_description")
                    .or(object.get("message"))
                    .and_then(Value::as_str)
                    .map_or_else(|| error.clone(), |words| format!("{error}: {words}"));
                object.insert("message".to_owned(), message.into());
                Some(object)
            }
            Some(errors @ Value::Array(_)) => error_in(errors),
            _ => is_bare_error(&object).then_some(object),
        },
        _ => None,
    }
}

/// An error without its envelope: a message, something that makes it an error's, and no code of a success.
fn is_bare_error(object: &Map<String, Value>) -> bool {
    let has = |name| detail::field(object, name).is_some();
    let succeeded = super::codes(object).0.is_some_and(|status| status < 300);
    !succeeded && has("message") && ["code", "status", "details", "errors"].into_iter().any(has)
}

/// The words of JSON that is no error: a lonely message, as proxies write it.
fn words(value: &Value) -> String {
    let message = match value {
        Value::Object(object) => detail::optional(object, "message"),
        Value::String(text) => Some(text.as_str().into()),
        _ => None,
    };
    message.unwrap_or_default().to_string()
}

fn is_html(text: &str) -> bool {
    let head = text.get(..text.len().min(256)).unwrap_or(text);
    let head = head.to_ascii_lowercase();
    head.starts_with('<')
        && ["<!doctype", "<html", "<head"]
            .iter()
            .any(|tag| head.contains(tag))
}

fn title(html: &str) -> &str {
    let lower = html.to_ascii_lowercase();
    let between = lower.find("<title>").zip(lower.find("</title>"));
    between
        .and_then(|(start, end)| html.get(start + "<title>".len()..end))
        .map_or("", str::trim)
}

fn status_in(title: &str) -> Option<u16> {
    title
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|word| word.parse().ok())
        .find(|status| (400..600).contains(status))
}
