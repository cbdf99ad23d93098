//! Finds the error objects in the bytes of a body.

use super::Form;
use crate::detail;
use crate::text::harvest::{self, Chain};
use serde_json::Value;

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
    let (form, errors) = find(text);
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
fn find(text: &str) -> (Form, Vec<Chain>) {
    if let Ok(value) = serde_json::from_str(text) {
        (Form::Json, harvest::errors_of(&[value]))
    } else if let Some(values) = stream(text) {
        (Form::Stream, harvest::errors_of(&values))
    } else {
        (Form::Salvaged, harvest::errors_in(text))
    }
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
