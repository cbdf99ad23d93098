//! One line of either form of input, judged.

use super::{Fingerprint, Trouble};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{borrow::Cow, collections::BTreeMap, path::Path};

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
        .ok_or_else(|| Trouble::NoKey {
            near: field_near("key", text),
        })
        .and_then(|key| serde_json::from_str::<String>(key.get()).map_err(|_| Trouble::KeyNotAString))
        .and_then(|key| {
            if key.is_empty() {
                Err(Trouble::EmptyKey)
            } else {
                Ok(key)
            }
        });
    let no_request = || Trouble::NoRequest {
        near: field_near("request", text),
    };
    let request = envelope.request.ok_or_else(no_request).and_then(|raw| {
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

/// A field of the object `text` whose name is a slip of the pen away from `wanted`.
fn field_near(wanted: &str, text: &str) -> Option<String> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    fields.into_keys().find(|name| is_slip(wanted, name))
}

/// Whether `word` is `wanted` but for one stretch of at most a third of it: a letter missed, added, changed, or
/// two exchanged.
fn is_slip(wanted: &str, word: &str) -> bool {
    let same = |(a, b): &(char, char)| a == b;
    let head = wanted.chars().zip(word.chars()).take_while(same).count();
    let (wanted_tail, word_tail) = (wanted.chars().skip(head), word.chars().skip(head));
    let (wanted_tail, word_tail): (Vec<_>, Vec<_>) = (wanted_tail.collect(), word_tail.collect());
    let tails = wanted_tail.iter().rev().zip(word_tail.iter().rev());
    let tail = tails.take_while(|(a, b)| a == b).count();
    let stretch = wanted_tail.len().max(word_tail.len()) - tail;
    (1..=wanted.len() / 3).contains(&stretch)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_near_and_another_word_is_not() {
        for word in ["reqest", "requets", "requests", "Request", "rrequest"] {
            assert!(is_slip("request", word), "{word}");
        }
        for word in ["request", "req", "contents", "prompt", ""] {
            assert!(!is_slip("request", word), "{word}");
        }
        assert!(is_slip("key", "keys") && is_slip("key", "Key") && !is_slip("key", "id"));
    }
}
