//! The envelope of Google's servers exactly as documented, read in one pass without a tree.
//!
//! Whatever differs is refused and read leniently: another field, a code that contradicts, an error inside the
//! message. So both ways give the same error, and this one is only the faster.

use super::LegacyError;
use crate::detail::{Strict, Text, text};
use crate::{Code, Detail, ServerText};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{fmt, sync::Arc};

/// `google.rpc.Status`, with the HTTP status as its number.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Status {
    #[serde(rename = "code", deserialize_with = "http_status")]
    pub(super) http: u16,
    #[serde(deserialize_with = "message")]
    pub(super) message: ServerText,
    #[serde(rename = "status", deserialize_with = "code")]
    pub(super) code: Code,
    #[serde(default, deserialize_with = "details")]
    pub(super) details: Vec<Detail>,
    #[serde(default, rename = "errors", deserialize_with = "legacy")]
    pub(super) legacy: Vec<LegacyError>,
}

/// The error that `body` is, as an object or as the only one of a list; `None` for any other form.
pub(super) fn read(body: &[u8]) -> Option<Status> {
    // One check of the whole body is cheaper than one for each string in it.
    let body = std::str::from_utf8(body).ok()?;
    let Envelope(status) = serde_json::from_str(body).ok()?;
    Some(status)
}

struct Envelope(Status);

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    error: Status,
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error in its envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Envelope, A::Error> {
        let Object { error } = Object::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Envelope(error))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Envelope, A::Error> {
        let only = seq.next_element()?;
        let Some(Object { error }) = only else {
            return Err(A::Error::custom("an error is due in the list"));
        };
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(Envelope(error)),
            Some(_) => Err(A::Error::custom("one error only is due in the list")),
        }
    }
}

fn http_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    match status {
        300..=599 => Ok(status),
        _ => Err(D::Error::custom("the status of a failure is due")),
    }
}

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
    let read = |name: &str| Code::ALL.iter().copied().find(|code| code.name() == name);
    deserializer.deserialize_str(Text(read))
}

/// A message that holds no other error.
fn message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ServerText, D::Error> {
    let read = |text: &str| {
        let whole = memchr::memchr(b'{', text.as_bytes()).is_none();
        whole.then(|| ServerText::from(text.trim()))
    };
    deserializer.deserialize_str(Text(read))
}

fn details<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Detail>, D::Error> {
    let details: Vec<Strict> = Deserialize::deserialize(deserializer)?;
    Ok(details.into_iter().map(|Strict(detail)| detail).collect())
}

#[derive(serde::Deserialize)]
struct Entry(#[serde(with = "EntryForm")] LegacyError);

#[derive(serde::Deserialize)]
#[serde(remote = "LegacyError", deny_unknown_fields)]
struct EntryForm {
    #[serde(default, deserialize_with = "text")]
    reason: Arc<str>,
    #[serde(default, deserialize_with = "text")]
    domain: Arc<str>,
    #[serde(default, deserialize_with = "text")]
    message: ServerText,
}

fn legacy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LegacyError>, D::Error> {
    let entries: Vec<Entry> = Deserialize::deserialize(deserializer)?;
    Ok(entries.into_iter().map(|Entry(entry)| entry).collect())
}

#[cfg(test)]
mod tests {
    use super::super::{ApiError, wire};
    use super::*;
    use crate::Seen;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn word() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "",
            "x",
            " padded ",
            "a \"b\"\n",
            "é",
            "gemini-3.8-flash",
            "20",
            "{",
        ])
        .prop_map(str::to_owned)
    }

    fn typed(name: &'static str, fields: Value) -> Value {
        let mut detail = json!({"@type": format!("type.googleapis.com/google.rpc.{name}")});
        let (Some(detail), Value::Object(fields)) = (detail.as_object_mut(), fields) else {
            unreachable!("both are objects");
        };
        detail.extend(fields);
        Value::Object(detail.clone())
    }

    fn detail() -> impl Strategy<Value = Value> {
        let number = prop::sample::select(vec![json!("20"), json!(20), json!("many"), json!(null)]);
        let delay = prop::sample::select(vec![json!("26s"), json!("1.5s"), json!(3), json!({"seconds": 3})]);
        (0..12, word(), word(), number, delay).prop_map(|(kind, a, b, number, delay)| match kind {
            0 => typed(
                "ErrorInfo",
                json!({"reason": a, "domain": b, "metadata": {"k": a, "l": b}}),
            ),
            1 => typed("RetryInfo", json!({"retryDelay": delay})),
            2 => typed(
                "QuotaFailure",
                json!({"violations": [
                    {"quotaMetric": a, "quotaId": b, "quotaDimensions": {"model": a}, "quotaValue": number},
                    {"subject": a, "description": b, "apiService": a, "futureQuotaValue": "7"}]}),
            ),
            3 => typed(
                "BadRequest",
                json!({"fieldViolations": [{"field": a, "description": b}, {"reason": a}]}),
            ),
            4 => typed(
                "PreconditionFailure",
                json!({"violations": [{"type": a, "subject": b, "description": a}]}),
            ),
            5 => typed("Help", json!({"links": [{"description": a, "url": b}]})),
            6 => typed("LocalizedMessage", json!({"locale": a, "message": b})),
            7 => typed("RequestInfo", json!({"requestId": a, "servingData": b})),
            8 => typed(
                "ResourceInfo",
                json!({"resourceType": a, "resourceName": b, "owner": a, "description": b}),
            ),
            9 => typed("DebugInfo", json!({"stackEntries": [a, b], "detail": a})),
            10 => typed("Novelty", json!({"x": a})),
            _ => typed("ErrorInfo", json!({"reason": a, "novelty": b})),
        })
    }

    fn body() -> impl Strategy<Value = Value> {
        let code = prop::sample::select(vec![json!(429), json!(200), json!(8), json!("429"), json!(null)]);
        let status = prop::sample::select(vec![
            "RESOURCE_EXHAUSTED",
            "resource_exhausted",
            "Too Many Requests",
        ]);
        let details = prop::collection::vec(detail(), 0..3);
        (code, status, word(), details, 0..5).prop_map(|(code, status, message, details, form)| {
            let mut error = json!({"code": code, "message": message, "status": status, "details": details});
            match form {
                0 => error["errors"] = json!([{"reason": message, "domain": "global", "message": message}]),
                1 => return json!([{"error": error}]),
                2 => return json!([{"error": error}, {"error": error}]),
                3 => return json!({"error": error, "status": 400}),
                _ => {}
            }
            json!({"error": error})
        })
    }

    fn lenient(body: &[u8]) -> ApiError {
        ApiError::from_wire(None, wire::read(body)).swap_remove(0)
    }

    proptest! {
        #[test]
        fn what_is_read_strictly_is_the_same_read_leniently(body in body()) {
            let body = serde_json::to_vec(&body).unwrap();
            if read(&body).is_some() {
                prop_assert!(ApiError::parse(Seen::new(None, &body)) == lenient(&body));
            }
        }
    }

    #[test]
    fn every_documented_detail_is_read_strictly() {
        for (name, fields) in [
            (
                "ErrorInfo",
                json!({"reason": "R", "domain": "d", "metadata": {"k": "v"}}),
            ),
            ("RetryInfo", json!({"retryDelay": "26s"})),
            (
                "QuotaFailure",
                json!({"violations": [{"quotaId": "q", "quotaDimensions": {"model": "m"}, "quotaValue": "20"}]}),
            ),
            (
                "BadRequest",
                json!({"fieldViolations": [{"field": "f", "description": "d"}]}),
            ),
            (
                "PreconditionFailure",
                json!({"violations": [{"type": "t", "subject": "s", "description": "d"}]}),
            ),
            ("Help", json!({"links": [{"description": "d", "url": "u"}]})),
            ("LocalizedMessage", json!({"locale": "en-US", "message": "m"})),
            ("RequestInfo", json!({"requestId": "r", "servingData": "s"})),
            (
                "ResourceInfo",
                json!({"resourceType": "t", "resourceName": "n", "owner": "o", "description": "d"}),
            ),
            ("DebugInfo", json!({"stackEntries": ["s"], "detail": "d"})),
        ] {
            let error = json!({"code": 400, "message": "m", "status": "INVALID_ARGUMENT", "details": [typed(name, fields)]});
            let body = serde_json::to_vec(&json!({"error": error})).unwrap();
            assert!(read(&body).is_some(), "{name}");
            assert!(
                ApiError::parse(Seen::new(None, &body)) == lenient(&body),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_not_as_documented_is_left_to_the_lenient_way() {
        for body in [
            "",
            "{}",
            "[]",
            r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"},"status":429}"#,
            r#"{"error":{"code":429,"message":"{}","status":"RESOURCE_EXHAUSTED"}}"#,
            r#"{"error":{"code":8,"message":"m","status":"RESOURCE_EXHAUSTED"}}"#,
            r#"{"error":{"code":429,"message":"m","status":"Too Many Requests"}}"#,
            r#"{"error":{"code":429,"message":"m"}}"#,
            r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"x":1}]}}"#,
        ] {
            assert!(read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
