//! Gathers the errors and the answers that stand in a text, however deep and in whatever notation.

mod clean;
mod json;
mod loose;

use super::keys::letters;
use super::notation::{self, Node};
use crate::{Code, detail};
use json::member_to_json;
use loose::Loose;
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// An error and those that are wrapped in it, the outermost first.
pub(crate) type Chain = Vec<Object>;

/// An error may be wrapped in the text of another this many times.
const MAX_WRAPPINGS: usize = 5;

/// At most this many errors of one piece of text are kept. The most seen in one body is three.
const MAX_HITS: usize = 64;

/// One error.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) chain: Chain,
    /// Whether it stood in valid JSON.
    pub(super) strict: bool,
    /// Whether it was put together from members that stand loose in prose.
    pub(super) loose: bool,
}

/// An answer, or a piece of one.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) event: Object,
    /// Whether it stood in valid JSON.
    pub(super) strict: bool,
}

/// What stands in a text.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    pub(super) errors: Vec<Hit>,
    /// Answers, or pieces of them.
    pub(super) answers: Vec<Answer>,
    /// Details of google.rpc that stand outside of an error.
    pub(super) details: Vec<Value>,
    /// The words around.
    pub(super) prose: String,
    /// The words inside: what the strings say that stand in structure.
    pub(super) inside: String,
    /// Whether the text is a part of an error.
    within_error: bool,
}

/// How much of the words inside is kept, in bytes.
const MAX_INSIDE: usize = 16 * 1024;

impl Harvest {
    /// Whether a string may hold something of ours. In an error only structure counts: its words are its own.
    fn may_hold_more(&self, text: &str) -> bool {
        may_hold_structure(text) || !self.within_error && text.contains(": ")
    }

    fn say(&mut self, text: &str) {
        if self.inside.len() + text.len() < MAX_INSIDE {
            self.inside.push_str(text);
            self.inside.push('\n');
        }
    }
}

/// The errors in `values`, which are valid JSON.
pub(crate) fn errors_of(values: &[Value]) -> Vec<Chain> {
    let mut found = Harvest::default();
    for value in values {
        search(value, true, 0, &mut found);
    }
    found.errors.into_iter().map(|hit| hit.chain).collect()
}

/// The errors that stand with their brackets in `text`, in whatever notation.
pub(crate) fn errors_in(text: &str) -> Vec<Chain> {
    let hits = harvest(text).errors.into_iter();
    hits.filter(|hit| !hit.loose).map(|hit| hit.chain).collect()
}

pub(super) fn harvest(text: &str) -> Harvest {
    at_depth(text, 0)
}

fn at_depth(text: &str, depth: usize) -> Harvest {
    let page = notation::page(&clean::clean(text));
    let mut found = Harvest {
        prose: page.prose,
        ..Harvest::default()
    };
    let mut loose = Loose::default();
    for (key, node) in page.items {
        let strict = matches!(node, Node::Json(_));
        let value = member_to_json(&key, node);
        if key.is_empty() {
            search(&value, strict, depth, &mut found);
        } else {
            loose.take(&key, value, depth, &mut found);
        }
    }
    loose.finish(&mut found);
    found
}

fn search(value: &Value, strict: bool, depth: usize, found: &mut Harvest) {
    if found.errors.len() >= MAX_HITS {
        return;
    }
    match value {
        Value::Array(values) => values
            .iter()
            .for_each(|value| search(value, strict, depth, found)),
        Value::String(text) if depth < MAX_WRAPPINGS && found.may_hold_more(text) => {
            let inner = at_depth(text, depth + 1);
            found.say(&inner.prose);
            found.say(&inner.inside);
            found.errors.extend(inner.errors);
            found.answers.extend(inner.answers);
            found.details.extend(inner.details);
        }
        Value::Object(object) => match error_of(object) {
            Some(error) => found
                .errors
                .extend(wrapped(object, error, strict, depth, &mut found.answers)),
            None if let Some(detail) = detail_of(object) => found.details.push(detail),
            None if is_answer(object) => found.answers.push(Answer {
                event: object.clone(),
                strict,
            }),
            None => object
                .values()
                .for_each(|value| search(value, strict, depth, found)),
        },
        _ => {}
    }
}

/// The error `error` of `object` with everything that is wrapped in it; other errors in it follow.
fn wrapped(
    object: &Object,
    error: Object,
    strict: bool,
    depth: usize,
    answers: &mut Vec<Answer>,
) -> Vec<Hit> {
    // An error without an envelope is the object itself: it is searched once.
    let enveloped = detail::field(object, "error").is_some_and(Value::is_object);
    let beside = object.iter().filter(|_| enveloped);
    let mut inner = Harvest {
        within_error: true,
        ..Harvest::default()
    };
    for (key, value) in error
        .iter()
        .chain(beside.filter(|(key, _)| letters(key) != "error"))
    {
        // The details of an error are its own, but for the words of a server behind it.
        if !matches!(letters(key).as_str(), "details" | "errors") {
            search(value, strict, depth, &mut inner);
        }
    }
    answers.append(&mut inner.answers);
    let mut chain = vec![around(object), error];
    let mut inner = inner.errors.into_iter();
    chain.extend(inner.next().into_iter().flat_map(|hit| hit.chain));
    let hit = Hit {
        chain,
        strict,
        loose: false,
    };
    std::iter::once(hit).chain(inner).collect()
}

/// What stands beside the error object: gateways put the status there.
fn around(object: &Object) -> Object {
    let beside = |key: &str| {
        matches!(
            letters(key).as_str(),
            "code" | "status" | "statuscode" | "httpstatus" | "httpcode"
        )
    };
    object
        .iter()
        .filter(|(key, value)| beside(key) && !value.is_object())
        .map(|(key, value)| {
            let key = if letters(key) == "code" { "code" } else { "status" };
            (key.to_owned(), value.clone())
        })
        .collect()
}

/// The error that `object` holds or is.
fn error_of(object: &Object) -> Option<Object> {
    match detail::field(object, "error") {
        Some(Value::Object(error)) => looks_like_error(error).then(|| error.clone()),
        // OAuth servers and proxies: the error is a word or a sentence.
        Some(Value::String(word)) if !may_hold_structure(word) => {
            let words = ["error_description", "message", "detail"]
                .iter()
                .find_map(|name| detail::optional(object, name));
            let mut error = object.clone();
            let message = words.map_or_else(|| word.clone(), |words| format!("{word}: {words}"));
            error.insert("message".to_owned(), message.into());
            Some(error)
        }
        Some(Value::Array(_)) => None,
        _ => is_bare_error(object).then(|| object.clone()),
    }
}

fn looks_like_error(error: &Object) -> bool {
    let has = |name| detail::field(error, name).is_some();
    ["message", "code", "status", "details", "errors"]
        .into_iter()
        .any(has)
}

/// An error without its envelope.
fn is_bare_error(object: &Object) -> bool {
    let has = |name| detail::field(object, name).is_some();
    let told = has("details") && has("code") || object.get("error") == Some(&Value::Bool(true));
    has("message") && (told || names_a_failure(object))
}

/// Whether a member of `object` names the status or the code of a failure.
fn names_a_failure(object: &Object) -> bool {
    object
        .iter()
        .filter(|(key, _)| names_a_code(&letters(key)))
        .flat_map(|(_, value)| code_words(value))
        .any(|word| match number(&word) {
            // A `google.rpc.Status` has nothing but these.
            Some(1..=16) => object
                .keys()
                .all(|key| matches!(key.as_str(), "code" | "message" | "details")),
            Some(number) => (400..600).contains(&number),
            None => word
                .as_str()
                .is_some_and(|name| name.bytes().all(|byte| !byte.is_ascii_lowercase())),
        })
}

fn number(word: &Value) -> Option<u64> {
    word.as_u64().or_else(|| word.as_str()?.parse().ok())
}

/// The detail of google.rpc that `object` is, or an entry of one.
fn detail_of(object: &Object) -> Option<Value> {
    let has = |name| detail::field(object, name).is_some();
    let typed = object
        .get("@type")
        .and_then(Value::as_str)
        .is_some_and(|url| url.contains("rpc."));
    if typed || has("retryDelay") || has("fieldViolations") {
        Some(Value::Object(object.clone()))
    } else if has("quotaMetric") || has("quotaId") {
        Some(json!({"@type": "QuotaFailure", "violations": [object]}))
    } else if has("field") && has("description") {
        Some(json!({"@type": "BadRequest", "fieldViolations": [object]}))
    } else if has("reason") && has("domain") && !has("message") {
        let mut info = object.clone();
        info.insert("@type".to_owned(), "ErrorInfo".into());
        Some(Value::Object(info))
    } else {
        None
    }
}

fn is_answer(object: &Object) -> bool {
    let has = |name| detail::field(object, name).is_some_and(|value| !value.is_null());
    let candidates = || detail::field(object, "candidates").is_some_and(Value::is_array);
    let only_usage = has("usageMetadata") && (has("modelVersion") || has("responseId"));
    candidates() || only_usage || has("promptFeedback") || has("finishReason") || has("blockReason")
}

/// How many bytes of words are kept as the message of an error that has no other.
const MAX_WORDS: usize = 4096;

/// The beginning of `text` with one blank for each run of them, or one line break.
pub(super) fn collapsed(text: &str) -> String {
    let mut words = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        if words.len() + word.len() > MAX_WORDS {
            break;
        }
        words.push_str(word);
        rest = after.trim_start();
        let blanks = &after[..after.len() - rest.len()];
        if !rest.is_empty() {
            words.push(if blanks.contains('\n') { '\n' } else { ' ' });
        }
    }
    words
}

/// Whether a string may hold structure of ours.
fn may_hold_structure(text: &str) -> bool {
    text.len() > 8 && memchr::memchr3(b'{', b'[', b'=', text.as_bytes()).is_some() || text.contains("reason:")
}

/// The HTTP status and the code that `value` names, also with words around: `429 RESOURCE_EXHAUSTED`.
fn code_words(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(_) => vec![value.clone()],
        Value::String(text) => text
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|word| {
                let number = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
                number || Code::from_name(word).is_some_and(|code| code.name().eq_ignore_ascii_case(word))
            })
            .map(Value::from)
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether `name` is one of the names of a status or a code.
fn names_a_code(name: &str) -> bool {
    matches!(
        name,
        "code"
            | "errorcode"
            | "status"
            | "errorstatus"
            | "statuscode"
            | "httpstatus"
            | "httpstatuscode"
            | "grpcstatus"
            | "upstreamstatus"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_structure_is_no_error() {
        assert!(
            harvest(r#"{"level": "info", "message": "started", "code": 0}"#)
                .errors
                .is_empty()
        );
    }
}
