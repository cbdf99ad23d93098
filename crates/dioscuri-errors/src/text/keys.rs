//! The names of members that make a structure one of ours.

use super::notation::Node;
use serde_json::Value;

/// Names that stand in errors and in answers, letters and digits in lower case.
const KNOWN: &[&str] = &[
    "blockreason",
    "blockreasonmessage",
    "candidates",
    "code",
    "description",
    "details",
    "domain",
    "error",
    "errorcode",
    "errordescription",
    "errormessage",
    "errors",
    "errorstatus",
    "field",
    "fieldviolations",
    "finishmessage",
    "finishreason",
    "grpcmessage",
    "grpcstatus",
    "httpstatus",
    "httpstatuscode",
    "links",
    "message",
    "metadata",
    "promptfeedback",
    "quotadimensions",
    "quotaid",
    "quotalimit",
    "quotalimitvalue",
    "quotalocation",
    "quotametric",
    "quotaresetdelay",
    "quotaunit",
    "quotavalue",
    "reason",
    "retryafter",
    "retrydelay",
    "status",
    "statuscode",
    "type",
    "upstreamstatus",
    "violations",
];

/// Names that are not taken for ours in prose without quotes: they are words of every language.
const COMMON: &[&str] = &[
    "error",
    "errors",
    "domain",
    "field",
    "type",
    "description",
    "links",
    "violations",
    "candidates",
];

/// Names of fields that protobuf text writes as `name {`.
const PROTOBUF: &[&str] = &[
    "candidates",
    "details",
    "fieldviolations",
    "links",
    "metadata",
    "promptfeedback",
    "quotadimensions",
    "retrydelay",
    "violations",
];

/// Letters and digits of `name` in lower case: `retryDelay`, `retry_delay` and `Retry-Delay` are one name.
pub(crate) fn letters(name: &str) -> String {
    let mut letters = String::with_capacity(name.len());
    let kept = name.bytes().filter(u8::is_ascii_alphanumeric);
    letters.extend(kept.map(|byte| char::from(byte.to_ascii_lowercase())));
    letters
}

/// Whether a member of this name may belong to an error or an answer.
pub(super) fn is_known(name: &str) -> bool {
    name.trim() == "@type" || KNOWN.binary_search(&letters(name).as_str()).is_ok()
}

/// The same for a name without quotes in the middle of prose.
pub(super) fn is_known_loose(name: &str) -> bool {
    let name = letters(name);
    KNOWN.binary_search(&name.as_str()).is_ok()
        && (!COMMON.contains(&name.as_str()) || PROTOBUF.contains(&name.as_str()))
}

pub(super) fn is_protobuf(name: &str) -> bool {
    PROTOBUF.contains(&letters(name).as_str())
}

/// Whether the value of a member of this name is a sentence.
pub(super) fn is_sentence(name: &str) -> bool {
    matches!(letters(name).as_str(), "message" | "errormessage" | "grpcmessage")
}

/// Whether anything in `node` has a name of ours.
pub(super) fn any_known(node: &Node) -> bool {
    match node {
        Node::Word(_) | Node::Text(_) | Node::Cut(_) => false,
        Node::List(nodes) => nodes.iter().any(any_known),
        Node::Map(members) => members
            .iter()
            .any(|(name, node)| is_known(name) || any_known(node)),
        Node::Json(value) => any_known_json(value),
    }
}

fn any_known_json(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(any_known_json),
        Value::Object(object) => object
            .iter()
            .any(|(name, value)| is_known(name) || any_known_json(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_however_they_are_written() {
        for name in ["retryDelay", "retry_delay", "Retry-Delay", "RETRY DELAY", "@type"] {
            assert!(is_known(name), "{name}");
        }
        assert!(!is_known("prompt"));
        assert!(is_known("error") && !is_known_loose("Error"));
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(KNOWN.is_sorted());
    }
}
