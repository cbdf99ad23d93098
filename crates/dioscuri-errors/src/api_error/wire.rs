//! Finds the error objects in the bytes of a body.

use super::{Form, mend};
use crate::detail;
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// An error may be wrapped in another, or encoded as a string once more, this many times.
const MAX_WRAPPINGS: usize = 4;

/// At most this many errors of one body are kept. The most seen in one body is three.
const MAX_ERRORS: usize = 64;

/// How many bytes may be looked at while errors are sought in damaged text, for each byte of it. Every try
/// costs what it has read, so that hostile text ends the search early, not late.
const EFFORT: usize = 8;

/// Fields in which relays hand on what they were answered, in the order in which they are asked.
const RELAYED: &[&str] = &[
    "message",
    "error",
    "upstreamResponse",
    "raw",
    "metadata",
    "response",
    "body",
    "data",
    "cause",
    "originalError",
    "innerError",
    "detail",
];

/// An error and those that are wrapped in it, the outermost first.
pub(super) type Chain = Vec<Object>;

/// What was found in a body.
pub(super) struct Wire {
    pub(super) form: Form,
    /// The errors, in the order of the body.
    pub(super) errors: Vec<Chain>,
    /// The words of a body without an error object.
    pub(super) text: String,
    /// A status that stands in the words.
    pub(super) status: Option<u16>,
}

pub(super) fn read(body: &[u8]) -> Wire {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let (form, errors) = find(text, MAX_WRAPPINGS);
    if errors.is_empty() {
        return without_error(text);
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

/// The errors in `text`, and the clearest form in which it can be read.
fn find(text: &str, wrappings: usize) -> (Form, Vec<Chain>) {
    let mut errors = Vec::new();
    if let Ok(value) = serde_json::from_str(text) {
        search(value, wrappings, &mut errors);
        return (Form::Json, errors);
    }
    if let Some(values) = stream(text) {
        for value in values {
            search(value, wrappings, &mut errors);
        }
        return (Form::Stream, errors);
    }
    salvage(text, wrappings, &mut errors);
    (Form::Salvaged, errors)
}

/// The JSON values of a stream: server-sent events, lines, a list that was cut between two of its entries.
/// `None` if anything else stands there.
fn stream(text: &str) -> Option<Vec<Value>> {
    let mut json = String::with_capacity(text.len());
    for line in text.lines() {
        let field = line.split(':').next().unwrap_or_default();
        match line.strip_prefix("data:") {
            Some(data) if data.trim() != "[DONE]" => json.push_str(data),
            None if !matches!(field, "" | "event" | "id" | "retry") => json.push_str(line),
            _ => {}
        }
        json.push('\n');
    }
    let mut values = Vec::new();
    let mut rest = separators(json.strip_prefix('[').unwrap_or(&json));
    while !rest.is_empty() {
        let mut next = serde_json::Deserializer::from_str(rest).into_iter();
        values.push(next.next()?.ok()?);
        rest = separators(&rest[next.byte_offset()..]);
    }
    Some(values)
}

fn separators(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',')
}

/// The errors in other text, mended where it is damaged or cut.
fn salvage(text: &str, wrappings: usize, errors: &mut Vec<Chain>) {
    let mut effort = text.len().saturating_mul(EFFORT);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        rest = &rest[start..];
        let (mended, length) = mend::first_value(rest);
        rest = if let Ok(value) = serde_json::from_str(&mended) {
            search(value, wrappings, errors);
            &rest[length..]
        } else {
            &rest[1..]
        };
        let Some(left) = effort.checked_sub(length) else {
            break;
        };
        effort = left;
    }
}

/// Adds every error in `value`.
fn search(value: Value, wrappings: usize, errors: &mut Vec<Chain>) {
    if errors.len() >= MAX_ERRORS {
        return;
    }
    match value {
        Value::Array(values) => {
            for value in values {
                search(value, wrappings, errors);
            }
        }
        Value::String(text) if wrappings > 0 && text.contains('{') => {
            errors.append(&mut find(text.trim(), wrappings - 1).1);
        }
        Value::Object(mut object) => match error_in(&mut object) {
            Some(Value::Object(error)) => errors.push(chain(object, error, wrappings)),
            Some(several) => search(several, wrappings, errors),
            // What a model wrote is no error, whatever it looks like.
            None if object.contains_key("candidates") => {}
            None if is_bare_error(&object) => errors.push(chain(Object::new(), object, wrappings)),
            None => errors.append(&mut relayed(&object, wrappings)),
        },
        _ => {}
    }
}

/// What stands under `error`, taken out: an object, or a list of errors.
fn error_in(object: &mut Object) -> Option<Value> {
    match object.remove("error")? {
        error @ (Value::Object(_) | Value::Array(_)) => Some(error),
        // OAuth servers and proxies: the error is a word or a sentence.
        Value::String(word) => {
            let mut error = std::mem::take(object);
            let words = ["error_description", "message", "detail"]
                .iter()
                .find_map(|name| error.get(*name).and_then(Value::as_str));
            let message = words.map_or_else(|| word.clone(), |words| format!("{word}: {words}"));
            error.insert("message".to_owned(), message.into());
            Some(error.into())
        }
        _ => None,
    }
}

/// `error`, after what stands `around` it and before what is wrapped in it.
fn chain(around: Object, error: Object, wrappings: usize) -> Chain {
    let inner = relayed(&error, wrappings).into_iter().next();
    let mut chain = Vec::with_capacity(2);
    if !around.is_empty() {
        chain.push(around);
    }
    chain.push(error);
    chain.extend(inner.into_iter().flatten());
    chain
}

/// The errors of the first field of `object` that hands any on.
fn relayed(object: &Object, wrappings: usize) -> Vec<Chain> {
    let mut errors = Vec::new();
    if wrappings > 0 {
        for name in RELAYED {
            if let Some(value @ (Value::String(_) | Value::Object(_))) = detail::field(object, name) {
                search(value.clone(), wrappings - 1, &mut errors);
            }
            if !errors.is_empty() {
                break;
            }
        }
    }
    errors
}

/// An error without its envelope: a message, something that makes it an error's, and no code of a success.
fn is_bare_error(object: &Object) -> bool {
    let has = |name| detail::field(object, name).is_some();
    let status = super::codes(object).0;
    let succeeded = status.is_some_and(|status| status < 300);
    let told = || status.is_some() || ["code", "status", "details", "errors"].into_iter().any(has);
    !succeeded && has("message") && told()
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
