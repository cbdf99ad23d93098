//! `--format jsonl`: a labelled line for each line, in order, as they come.

use super::{
    label::Label,
    source::{Source, Unreadable},
};
use crate::{
    exit::{CannotStart, Exit},
    input::{Lines, MAX_LINE},
    progress::print,
    stdout,
};
use dioscuri::parts::{errors::Taxonomy, vocab::UnixTime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use std::{
    io::{self, Write},
    path::Path,
};

/// One line of the input. Other fields may be there.
#[derive(Deserialize)]
struct Asked<'a> {
    /// Any value; it is given back as it came.
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    http_status: Option<Status>,
    raw: std::borrow::Cow<'a, str>,
}

/// A status as programs write it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Status {
    Number(u16),
    Text(String),
}

#[derive(Serialize)]
struct Told<'a> {
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    label: Label,
}

/// Labels every line of `source`. A line that cannot be read gets a line that says why, and the rest goes on.
///
/// Ctrl-C ends it at once: every line that is out is whole, and nothing else is lost.
pub(super) fn run(source: Source, now: UnixTime, out: impl Write) -> Result<Exit, CannotStart> {
    let (path, reader) = source.into_reader().map_err(anyhow::Error::from)?;
    let mut out = io::BufWriter::new(out);
    let mut lines = Lines::new(reader, MAX_LINE);
    let mut bad = 0_u64;
    let mut any = false;
    loop {
        // Whoever waits for us gets what there is before we wait for more.
        if lines.is_drained() && stdout::is_over(out.flush())? {
            return Ok(Exit::Answered);
        }
        let Some(line) = lines.advance().map_err(|error| unreadable(&path, error))? else {
            break;
        };
        let text = lines.text();
        if text.trim_ascii().is_empty() && !line.too_long {
            continue;
        }
        any = true;
        let told = if line.too_long {
            Err(refused(
                None,
                &format!("line {} is longer than {MAX_LINE} bytes", line.number),
            ))
        } else {
            label(text, now)
        };
        bad += u64::from(told.is_err());
        let told = told.unwrap_or_else(|refused| refused);
        if stdout::is_over(writeln!(out, "{told}"))? {
            return Ok(Exit::Answered);
        }
    }
    stdout::is_over(out.flush())?;
    Ok(ended(bad, any))
}

fn ended(bad: u64, any: bool) -> Exit {
    if bad > 0 {
        print(&format!(
            "error: {bad} of the lines cannot be read; their lines in the output say why"
        ));
        Exit::Usage
    } else if any {
        Exit::Answered
    } else {
        print("nothing found: the input is empty");
        Exit::Unanswered
    }
}

fn unreadable(path: &Path, error: io::Error) -> anyhow::Error {
    Unreadable::io(path, error).into()
}

/// The label of one line, or why there is none; both as the line to write.
fn label(line: &[u8], now: UnixTime) -> Result<String, String> {
    let asked: Asked<'_> =
        serde_json::from_slice(line).map_err(|error| refused(id_of(line), &error.to_string()))?;
    let status = match asked.http_status {
        None => None,
        Some(Status::Number(number)) => Some(number),
        Some(Status::Text(text)) => Some(
            text.trim()
                .parse()
                .map_err(|_| refused(id_of(line), "http_status is no number"))?,
        ),
    };
    let found = Taxonomy::new().find_in(asked.raw.as_bytes(), status, now);
    let told = Told {
        id: asked.id,
        label: found.first().map_or_else(Label::nothing, Label::of),
    };
    Ok(serde_json::to_string(&told).expect("a label has string keys"))
}

/// The id of a line that is JSON and yet not what was asked for.
fn id_of(line: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Value>(line).ok()?.get("id").cloned()
}

fn refused(id: Option<Value>, why: &str) -> String {
    json!({ "id": id.unwrap_or_default(), "error": why }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Result<Value, Value> {
        let parse = |text: String| serde_json::from_str(&text).unwrap();
        label(line.as_bytes(), UnixTime(0)).map(parse).map_err(parse)
    }

    const OVERLOADED: &str = r#"{\"error\": {\"code\": 503, \"message\": \"The model is overloaded.\", \"status\": \"UNAVAILABLE\"}}"#;

    #[test]
    fn every_field_is_there_in_its_order() {
        let line = format!(r#"{{"id": "a", "http_status": 503, "raw": "{OVERLOADED}", "more": [1]}}"#);
        assert_eq!(
            label(line.as_bytes(), UnixTime(0)).unwrap(),
            r#"{"id":"a","class":"capacity","retryable":true,"retry_after_s":null,"status":"UNAVAILABLE","reason":null,"quota":null,"field_violations":[],"finish_reason":null,"block_reason":null}"#
        );
    }

    #[test]
    fn an_id_is_any_value_and_comes_back_as_it_was() {
        for id in [
            "7",
            "null",
            "\"\\u00e9\"",
            r#"{"a":[1.50]}"#,
            "12345678901234567890123",
        ] {
            let line = format!(r#"{{"raw": "{OVERLOADED}", "id": {id}}}"#);
            let told = label(line.as_bytes(), UnixTime(0)).unwrap();
            assert!(told.starts_with(&format!(r#"{{"id":{id},"#)), "{told}");
        }
    }

    #[test]
    fn a_status_beside_the_text_counts() {
        for status in ["503", "\"503\""] {
            let told = told(&format!(r#"{{"id": 1, "http_status": {status}, "raw": ""}}"#)).unwrap();
            assert_eq!(told["class"], "unavailable", "{told}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_keeps_its_id_and_says_why() {
        let check = |line: &str, id: Value| {
            let told = told(line).unwrap_err();
            assert_eq!(told["id"], id, "{told}");
            assert!(!told["error"].as_str().unwrap().is_empty());
        };
        check("oops", Value::Null);
        check(r#"{"id": 3}"#, json!(3));
        check(r#"{"id": 4, "raw": 5}"#, json!(4));
        check(r#"{"id": 5, "raw": "", "http_status": "soon"}"#, json!(5));
        check(r#"["id"]"#, Value::Null);
    }
}
