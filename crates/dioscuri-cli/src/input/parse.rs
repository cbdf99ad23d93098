//! One line of either form of input, judged.

use super::{Fingerprint, Trouble};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{borrow::Cow, path::Path};

/// How the lines of an input are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// JSON lines of the Gemini Batch API: `{"key": …, "request": …}`.
    Batch,
    /// One prompt a line, keyed by line number.
    Prompts,
}

/// A good line.
#[derive(Debug)]
pub(super) struct Parsed<'a> {
    pub(super) key: String,
    pub(super) fingerprint: Fingerprint,
    /// The request's JSON, as it is sent.
    pub(super) body: Cow<'a, str>,
}

/// A bad line: its key, where it has one, and what is wrong.
pub(super) type Bad = (Option<String>, Trouble);

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow)]
    request: Option<&'a RawValue>,
}

impl Form {
    /// The form that the name of a file announces: `.txt` holds prompts, all else JSON lines.
    pub(super) fn of(path: &Path) -> Self {
        match path.extension() {
            Some(end) if end.eq_ignore_ascii_case("txt") => Self::Prompts,
            _ => Self::Batch,
        }
    }

    /// Judges the text of line `number`; a blank line is neither good nor bad.
    pub(super) fn parse(self, text: &[u8], number: u64) -> Result<Option<Parsed<'_>>, Bad> {
        if text.trim_ascii().is_empty() {
            return Ok(None);
        }
        let text = str::from_utf8(text).map_err(|error| {
            let column = error.valid_up_to() + 1;
            (None, Trouble::NotUtf8 { column })
        })?;
        match self {
            Self::Batch => batch(text).map(Some),
            Self::Prompts => Ok(Some(prompt(text.strip_suffix('\r').unwrap_or(text), number))),
        }
    }
}

fn prompt(text: &str, number: u64) -> Parsed<'_> {
    let request = json!({ "contents": [{ "role": "user", "parts": [{ "text": text }] }] });
    Parsed {
        key: number.to_string(),
        fingerprint: Fingerprint::of(&request),
        body: Cow::Owned(request.to_string()),
    }
}

fn batch(text: &str) -> Result<Parsed<'_>, Bad> {
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|error| (None, unparsed(&error)))?;
    if !text.trim_ascii_start().starts_with('{') {
        // An array would pass for the envelope, field by field.
        return Err((None, Trouble::NotAnObject));
    }
    let key = envelope
        .key
        .ok_or(Trouble::NoKey)
        .and_then(|key| serde_json::from_str::<String>(key.get()).map_err(|_| Trouble::KeyNotAString));
    let request = envelope.request.ok_or(Trouble::NoRequest).and_then(|raw| {
        let request: Value = serde_json::from_str(raw.get()).map_err(|error| unparsed(&error))?;
        let fields = request.as_object().ok_or(Trouble::RequestNotAnObject)?;
        let turns = fields.get("contents").and_then(Value::as_array);
        if turns.is_none_or(Vec::is_empty) {
            return Err(Trouble::NoContents);
        }
        Ok((Fingerprint::of(&request), raw.get()))
    });
    match (key, request) {
        (Ok(key), Ok((fingerprint, body))) => Ok(Parsed {
            key,
            fingerprint,
            body: Cow::Borrowed(body),
        }),
        // A line without its request is told as such, whatever else it lacks.
        (key, Err(trouble)) => Err((key.ok(), trouble)),
        (Err(trouble), Ok(_)) => Err((None, trouble)),
    }
}

fn unparsed(error: &serde_json::Error) -> Trouble {
    if !error.is_data() {
        let text = error.to_string();
        let missed = text.split(" at line ").next().unwrap_or(&text).to_owned();
        return Trouble::NotJson {
            missed,
            column: error.column(),
        };
    }
    // The sentence of a data error may quote the line; only its kind is told.
    if error.to_string().starts_with("duplicate field") {
        Trouble::FieldTwice
    } else {
        Trouble::NotAnObject
    }
}
