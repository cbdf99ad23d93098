//! One line of the output, written and read back.

use crate::input::Fingerprint;
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// How an answer, good or bad, came about; the `receipt` of a line.
#[derive(Clone, PartialEq, Serialize, Debug)]
pub(crate) struct LineReceipt {
    /// The model that really served it.
    pub(crate) model: Option<String>,
    /// Where it was served; never a key.
    pub(crate) endpoint: Option<String>,
    /// Attempts of its call, those too that were refused or never got a connection. The summary's `sent` counts
    /// the requests that left.
    pub(crate) attempts: u32,
    /// Seconds spent in the queue and between attempts, to the millisecond.
    pub(crate) waited_s: f64,
    /// Which rule chose the endpoint of the last attempt.
    pub(crate) rule: String,
}

impl LineReceipt {
    /// The receipt of a request that never left the machine.
    pub(crate) fn unsent() -> Self {
        Self {
            model: None,
            endpoint: None,
            attempts: 0,
            waited_s: 0.0,
            rule: "not_sent".to_owned(),
        }
    }
}

/// What a line with an answer says.
#[derive(Serialize, Debug)]
struct Answered<'a> {
    key: &'a str,
    request_sha256: String,
    response: &'a RawValue,
    receipt: &'a LineReceipt,
}

/// What a line with an error says.
#[derive(Serialize, Debug)]
struct Failed<'a> {
    key: &'a str,
    /// `None` where the input line had no request to speak of.
    request_sha256: Option<String>,
    error: Problem<'a>,
    receipt: &'a LineReceipt,
}

/// The `error` of a line.
#[derive(Serialize, Debug)]
pub(crate) struct Problem<'a> {
    /// The class, in the words of `dioscuri diagnose`.
    pub(crate) class: &'a str,
    /// The HTTP status, where there was one.
    pub(crate) status: Option<u16>,
    /// The sentence: the server's, or ours.
    pub(crate) message: &'a str,
}

/// The whole line of an answer, its end included.
pub(crate) fn answered(key: &str, print: Fingerprint, response: &RawValue, receipt: &LineReceipt) -> Vec<u8> {
    whole(&Answered {
        key,
        request_sha256: print.to_string(),
        response,
        receipt,
    })
}

/// The whole line of an error, its end included.
pub(crate) fn failed(
    key: &str,
    print: Option<Fingerprint>,
    error: Problem<'_>,
    receipt: &LineReceipt,
) -> Vec<u8> {
    whole(&Failed {
        key,
        request_sha256: print.map(|print| print.to_string()),
        error,
        receipt,
    })
}

fn whole(line: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(line).expect("strings, numbers and JSON are always JSON");
    bytes.push(b'\n');
    bytes
}

/// An answer's JSON without the white space between its words, so that it fits a line; `None` if it is no JSON.
///
/// Numbers, escapes and the order of keys stay as the server wrote them.
pub(crate) fn compact(body: &[u8]) -> Option<Box<RawValue>> {
    let mut text = String::with_capacity(body.len());
    let (mut quoted, mut escaped) = (false, false);
    for letter in str::from_utf8(body).ok()?.chars() {
        if !quoted && matches!(letter, ' ' | '\t' | '\n' | '\r') {
            continue;
        }
        text.push(letter);
        if letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && letter == '\\' && !escaped;
    }
    RawValue::from_string(text).ok()
}

/// What is read back of a line.
#[derive(Deserialize)]
pub(super) struct Past {
    pub(super) key: String,
    #[serde(deserialize_with = "present")]
    pub(super) request_sha256: Option<String>,
    response: Option<IgnoredAny>,
    pub(super) error: Option<PastError>,
    #[serde(rename = "receipt")]
    _receipt: IgnoredAny,
}

#[derive(Deserialize)]
pub(super) struct PastError {
    pub(super) class: String,
}

/// May be null, but must be there.
fn present<'de, D: Deserializer<'de>>(field: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(field)
}

/// What the text of a line in an output is.
pub(super) enum Kind {
    /// A line as we write them.
    Ours(Past),
    /// The beginning of one, cut off by the death of its writer.
    Torn,
    /// Anything else: not ours to touch.
    Foreign,
}

/// How each of our lines begins.
const BEGINNING: &[u8] = b"{\"key\":\"";

/// Judges the text of one line, without its end.
pub(super) fn judge(text: &[u8]) -> Kind {
    match serde_json::from_slice::<Past>(text) {
        Ok(past) if text.starts_with(b"{") && past.response.is_some() != past.error.is_some() => {
            Kind::Ours(past)
        }
        Err(error)
            if is_cut(&error, text) && (text.starts_with(BEGINNING) || BEGINNING.starts_with(text)) =>
        {
            Kind::Torn
        }
        _ => Kind::Foreign,
    }
}

/// Whether nothing but the end of `text` is wrong with it. A number cut behind its point is no early end to the
/// parser, but a mistake at the last column.
fn is_cut(error: &serde_json::Error, text: &[u8]) -> bool {
    error.is_eof() || (error.is_syntax() && error.column() >= text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print() -> Fingerprint {
        Fingerprint::of(&serde_json::json!({}))
    }

    fn answer() -> Vec<u8> {
        let response = compact(b"{\n  \"a\": \"b\"\n}").unwrap();
        answered("k\u{e9}y", print(), &response, &LineReceipt::unsent())
    }

    #[test]
    fn a_line_is_exactly_as_promised() {
        let receipt = LineReceipt {
            model: Some("gemini-3.8-flash".to_owned()),
            endpoint: Some("castor/global/gemini-3.8-flash".to_owned()),
            attempts: 2,
            waited_s: 0.125,
            rule: "retry".to_owned(),
        };
        let problem = Problem {
            class: "capacity",
            status: Some(503),
            message: "The model is overloaded.",
        };
        let line = String::from_utf8(failed("a", Some(print()), problem, &receipt)).unwrap();
        let sha = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        let expected = format!(
            r#"{{"key":"a","request_sha256":"{sha}","error":{{"class":"capacity","status":503,"message":"The model is overloaded."}},"receipt":{{"model":"gemini-3.8-flash","endpoint":"castor/global/gemini-3.8-flash","attempts":2,"waited_s":0.125,"rule":"retry"}}}}"#
        );
        assert_eq!(line, expected + "\n");
    }

    #[test]
    fn our_lines_are_read_back() {
        let Kind::Ours(past) = judge(answer().trim_ascii_end()) else {
            panic!("not recognised");
        };
        assert_eq!(past.key, "kéy");
        assert!(past.error.is_none());
    }

    #[test]
    fn every_beginning_of_our_line_is_torn_and_nothing_else_is() {
        let whole = answer();
        let whole = whole.trim_ascii_end();
        for length in 1..whole.len() {
            assert!(matches!(judge(&whole[..length]), Kind::Torn), "{length}");
        }
    }

    #[track_caller]
    fn check_foreign(text: &str) {
        assert!(matches!(judge(text.as_bytes()), Kind::Foreign), "{text}");
    }

    #[test]
    fn lines_of_others_are_foreign() {
        check_foreign("hello");
        check_foreign("{\"name\":");
        check_foreign("{\"key\":\"a\",\"request\":{}}");
        check_foreign("{\"key\":\"a\",\"response\":{}}");
        check_foreign("{\"key\":\"a\",\"request_sha256\":null,\"receipt\":{}}");
        check_foreign("[\"a\",null,{},null,{}]");
    }

    #[track_caller]
    fn check_compact(body: &str, expected: &str) {
        assert_eq!(compact(body.as_bytes()).unwrap().get(), expected);
    }

    #[test]
    fn an_answer_of_many_lines_becomes_one() {
        check_compact("{\n \"b\" : [ 1.50 , \"x  y\" ]\r\n}", r#"{"b":[1.50,"x  y"]}"#);
        check_compact(r#"{"a": "\" \\" , "b": " "}"#, r#"{"a":"\" \\","b":" "}"#);
        assert!(compact(b"<html>").is_none());
    }
}
