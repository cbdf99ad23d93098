//! `--format jsonl`: a labelled line for each line, in order, as they come.

mod asked;

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
use asked::Asked;
use dioscuri::parts::{errors::Taxonomy, vocab::UnixTime};
use serde::Serialize;
use serde_json::value::RawValue;
use std::{
    io::{self, Write},
    path::Path,
};

#[derive(Serialize)]
struct Told<'a> {
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    label: Label,
}

/// What is told of a line that cannot be read.
#[derive(Serialize)]
struct Refused {
    id: Option<Box<RawValue>>,
    error: String,
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
            let why = format!("line {} is longer than {MAX_LINE} bytes", line.number);
            Err(refused(&String::from_utf8_lossy(text), why))
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
    let line = String::from_utf8_lossy(line);
    let told = Asked::read(&line).and_then(|asked| {
        let status = asked.status();
        let found = Taxonomy::new().find_in(&asked.text()?, status, now);
        let told = Told {
            id: asked.id,
            label: found.first().map_or_else(|| Label::nothing(status), Label::of),
        };
        Ok(serde_json::to_string(&told).expect("a label has string keys"))
    });
    told.map_err(|why| refused(&line, why))
}

fn refused(line: &str, error: String) -> String {
    let id = asked::id(line);
    serde_json::to_string(&Refused { id, error }).expect("a refusal has string keys")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

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
    fn a_status_is_read_in_every_form_and_what_is_none_says_nothing() {
        let told = |status: &str| told(&format!(r#"{{"http_status": {status}, "raw": ""}}"#)).unwrap();
        for status in [
            "429",
            "429.0",
            "\"429\"",
            "\" 429.00 \"",
            "\"429 Too Many Requests\"",
        ] {
            assert_eq!(told(status)["class"], "quota_unspecified", "{status}");
        }
        for status in [
            "true", "-5", "99999", "429.5", "1e300", "\"soon\"", "[429]", "null", "{}",
        ] {
            assert_eq!(told(status)["class"], "unknown", "{status}");
        }
    }

    #[test]
    fn a_body_is_read_as_text_or_as_it_is() {
        let body = OVERLOADED.replace('\\', "");
        for raw in [format!("\"{OVERLOADED}\""), body.clone(), format!("[{body}]")] {
            let told = told(&format!(r#"{{"id": 1, "raw": {raw}}}"#)).unwrap();
            assert_eq!(told["class"], "capacity", "{raw}");
        }
        let told = told(r#"{"raw": null, "http_status": 503}"#).unwrap();
        assert_eq!(told["class"], "unavailable");
    }

    #[test]
    fn what_is_no_text_in_a_text_is_passed_over() {
        let line = format!(r#"{{"id": 1, "raw": "\ud83d cut {OVERLOADED} \udc00\ud83d"}}"#);
        assert_eq!(told(&line).unwrap()["class"], "capacity");
        let line = [
            br#"{"id": 1, "raw": ""#,
            &b"\xFF\xC3 "[..],
            OVERLOADED.as_bytes(),
            br#""}"#,
        ]
        .concat();
        assert!(label(&line, UnixTime(0)).unwrap().contains("capacity"));
    }

    #[test]
    fn a_good_answer_needs_no_retry_and_what_nobody_knows_may_have_one() {
        let good = r#"{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hello.\"}]}, \"finishReason\": \"STOP\"}]}"#;
        for (status, retryable) in [("200", false), ("204.0", false), ("null", true)] {
            let told = told(&format!(r#"{{"http_status": {status}, "raw": "{good}"}}"#)).unwrap();
            let label = (&told["class"], &told["retryable"]);
            assert_eq!(label, (&json!("unknown"), &json!(retryable)), "{status}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_keeps_its_id_and_says_why() {
        let check = |line: &str, id: Value, why: &str| {
            let text = label(line.as_bytes(), UnixTime(0)).unwrap_err();
            assert!(text.starts_with(&format!(r#"{{"id":{id},"error":"#)), "{text}");
            assert!(text.contains(why) && !text.contains("variant"), "{text}");
        };
        check("oops", Value::Null, "no JSON from its column 1");
        check(r#"{"id": 2, "raw": "cut"#, json!(2), "too early");
        check(r#"{"id": 3}"#, json!(3), "`raw`");
        check(r#"{"id": 4, "raw": 5}"#, json!(4), "`raw`");
        check(
            r#"{"id": {"a":5}, "raw": "", "raw": ""}"#,
            json!({"a": 5}),
            "once",
        );
        check(r#"["id"]"#, Value::Null, "array");
        check("7", Value::Null, "object");
    }
}
