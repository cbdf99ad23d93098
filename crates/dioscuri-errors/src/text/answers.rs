//! Answers of an HTTP 200 that stand in a text, whole, in pieces, or as a program's complaint about them.

use super::{Evidence, Finding, harvest::Answer, keys::letters, prose::Prose};
use crate::finish::{self, Finish};
use crate::{ApiError, ClassifyStream, Diagnosis, Form, ResponseReader};
use dioscuri_vocab::{Class, Failure, UnixTime};
use serde_json::{Map, Value, json};
use std::sync::Arc;

type Object = Map<String, Value>;

/// What is wrong with the answer that `events` make; `None` if it is good or goes on elsewhere.
pub(super) fn read(answers: &[Answer], complete: bool, now: UnixTime) -> Option<Finding> {
    if answers.is_empty() {
        return None;
    }
    let events: Vec<_> = answers.iter().map(|answer| &answer.event).collect();
    let events = events.as_slice();
    let mut reader = ResponseReader::new();
    for event in events {
        let json = serde_json::to_vec(&enveloped(event)).unwrap_or_default();
        reader.on_event(&json, now);
    }
    let outcome = reader.on_end();
    let failure = outcome.failure().cloned();
    let reason = reader.finish_reason().map(Arc::from);
    let block = reader.block_reason().map(Arc::from);
    let failure = match failure {
        // A piece of an answer ends where its writer cut it, not where the connection broke.
        Some(failure) if matches!(failure.class, Class::Connection) && !complete => return None,
        Some(failure)
            if failure.class == Class::EmptyResponse && reason.is_none() && !complete && !whole(events) =>
        {
            return None;
        }
        // A piece without a list of candidates says nothing of their parts.
        Some(failure)
            if failure.class == Class::EmptyResponse
                && reason.as_deref() == Some("STOP")
                && !listed_in(events) =>
        {
            return None;
        }
        // Something else may have the same names.
        Some(failure) if failure.class == Class::Unknown && reason.is_none() && block.is_none() => {
            return None;
        }
        Some(failure) => failure,
        // Text, but not all of it: whoever asks what is wrong means this.
        None if reason.as_deref() == Some("MAX_TOKENS") => of(Class::TruncatedOutput),
        None => return None,
    };
    let mut finding = finding(failure, "answer", reason, block);
    if answers.iter().all(|answer| answer.strict) {
        finding.evidence = Evidence::Structure;
    }
    Some(finding)
}

fn listed_in(events: &[&Object]) -> bool {
    events
        .iter()
        .any(|event| event.keys().any(|key| letters(key) == "candidates"))
}

/// Whether one of the answers has said all it had to say: what stands in it is no error, whatever it speaks of.
pub(super) fn ended_well(answers: &[Answer]) -> bool {
    let ended = |candidate: &Value| {
        let reason = candidate
            .as_object()?
            .iter()
            .find(|(key, _)| letters(key) == "finishreason")?
            .1;
        Some(reason == 1 || reason.as_str().and_then(finish::finish_named) == Some("STOP"))
    };
    answers.iter().any(|answer| {
        let event = enveloped(&answer.event);
        let candidates = event["candidates"].as_array();
        candidates.is_some_and(|candidates| candidates.iter().any(|candidate| ended(candidate) == Some(true)))
    })
}

/// Whether a complaint can only be one about an answer of ours.
pub(super) fn speaks_of_one(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    constant(text).is_some()
        || [
            "candidate was blocked",
            "response was blocked",
            "finish_reason",
            "finishreason",
            "block_reason",
            "blockreason",
        ]
        .iter()
        .any(|words| lower.contains(words))
}

/// Whether there is an answer that says by itself that it has nothing.
fn whole(events: &[&Object]) -> bool {
    let usage = |object: &&Object| object.keys().any(|key| letters(key) == "usagemetadata");
    events.iter().any(usage)
}

/// What decides of an answer or a piece of one, in the envelope that it came in. The rest may be cut or written in
/// another way.
fn enveloped(event: &Object) -> Value {
    let member = |name: &str| {
        let found = event
            .iter()
            .find(|(key, value)| letters(key) == name && !value.is_null());
        found.map(|(_, value)| value.clone())
    };
    let alone = || {
        let reason = name(member("finishreason")?)?;
        let message = member("finishmessage");
        let named = by_message(message.as_ref()).map_or(reason, Value::from);
        Some(json!([{"finishReason": named, "finishMessage": message, "content": member("content")}]))
    };
    let feedback = || Some(json!({"blockReason": name(member("blockreason")?)?}));
    json!({
        "candidates": member("candidates").map(listed).or_else(alone),
        "promptFeedback": member("promptfeedback").filter(Value::is_object).or_else(feedback),
        "usageMetadata": Value::Null,
    })
}

/// A reason as a name or a number, without what a flattened text has put behind it.
fn name(reason: Value) -> Option<Value> {
    let Value::String(text) = &reason else {
        return reason.is_number().then_some(reason);
    };
    let word = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || "_.:".contains(c)))
        .next()?;
    let word = word.trim_end_matches(['.', ':']);
    word.starts_with(|c: char| c.is_ascii_uppercase())
        .then(|| word.into())
}

/// Numbers of finish reasons differ between the surfaces; the message tells which one it is.
fn by_message(message: Option<&Value>) -> Option<&'static str> {
    let message = message?.as_str()?.to_ascii_lowercase();
    let known = [
        ("malformed function call", "MALFORMED_FUNCTION_CALL"),
        ("unexpected tool call", "UNEXPECTED_TOOL_CALL"),
    ];
    known
        .iter()
        .find(|(words, _)| message.contains(words))
        .map(|(_, name)| *name)
}

/// Dumps of PHP number the entries of a list like members.
fn listed(candidates: Value) -> Value {
    match candidates {
        Value::Object(object)
            if object
                .keys()
                .any(|key| matches!(letters(key).as_str(), "finishreason" | "content")) =>
        {
            Value::Array(vec![object.into()])
        }
        Value::Object(object) => object.into_iter().map(|(_, value)| value).collect(),
        list => list,
    }
}

/// A complaint about an answer: `Candidate was blocked due to SAFETY`.
pub(super) fn words(text: &str, prose: &Prose) -> Option<Finding> {
    let lower = text.to_ascii_lowercase();
    let (of_prompt, reason) = match constant(text) {
        Some((of_prompt, name)) => (of_prompt, Some(name)),
        None => (false, told(text, &lower)),
    };
    let prompt = of_prompt
        || prose.class == Some(Class::BlockedPrompt)
        || [
            "response was blocked",
            "prompt was blocked",
            "block_reason",
            "blockreason",
        ]
        .iter()
        .any(|words| lower.contains(words))
            && !lower.contains("candidate was blocked");
    if let Some(word) = reason {
        if prompt && let Some(block) = finish::block_named(word).filter(|block| finish::blocks(block)) {
            return Some(complaint(Class::BlockedPrompt, None, Some(block.into())));
        }
        if let Some(name) = finish::finish_named(word) {
            return by_reason(name);
        }
    }
    let number = numbered(&lower);
    if let Some(name) = number.or(prose.finish) {
        return by_reason(name);
    }
    None
}

/// `BlockedReason.SAFETY`, `FinishReason::SAFETY`, `BlockedReasonSafety`: a constant of an SDK, and whether it speaks of
/// the prompt.
fn constant(text: &str) -> Option<(bool, &str)> {
    const KINDS: &[(&str, bool)] = &[
        ("BlockedReason", true),
        ("BlockReason", true),
        ("FinishReason", false),
    ];
    KINDS.iter().find_map(|(kind, of_prompt)| {
        text.match_indices(kind).find_map(|(at, _)| {
            let after = text[at + kind.len()..].trim_start_matches(['.', ':']);
            let end = after
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(after.len());
            let name = &after[..end];
            let known = finish::finish_named(name).or(finish::block_named(name));
            known.filter(|_| name.starts_with(|c: char| c.is_ascii_uppercase()))?;
            Some((*of_prompt, name))
        })
    })
}

/// What a program says of an answer in words.
fn complaint(class: Class, finish: Option<Arc<str>>, block: Option<Arc<str>>) -> Finding {
    let mut finding = finding(of(class), "complaint", finish, block);
    finding.evidence = Evidence::Words;
    finding.diagnosis.error = ApiError::from_objects(Form::Text, Some(200), &[]);
    finding
}

fn by_reason(name: &'static str) -> Option<Finding> {
    let class = match Finish::read(name)? {
        Finish::Failed(class) => class,
        Finish::Truncated => Class::TruncatedOutput,
        Finish::Complete | Finish::Continues => return None,
    };
    Some(complaint(class, Some(name.into()), None))
}

/// The reason that `text` gives in capitals for a block.
fn told<'t>(text: &'t str, lower: &str) -> Option<&'t str> {
    const OPENINGS: &[&str] = &[
        "due to ",
        "because of ",
        "finish reason: ",
        "finish reason ",
        "finish_reason: ",
        "finishreason: ",
        "finishreason=",
        "finish_reason=",
        "reason: ",
    ];
    let occurrences =
        |opening: &'static str| lower.match_indices(opening).map(|(at, found)| at + found.len());
    OPENINGS.iter().copied().flat_map(occurrences).find_map(|at| {
        let after = text[at..].trim_start_matches(['\'', '"', '`', ' ', '<']);
        let end = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
            .unwrap_or(after.len());
        let word = after[..end]
            .trim_end_matches('.')
            .rsplit('.')
            .next()
            .unwrap_or_default();
        let capitals = word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        capitals.then_some(word)
    })
}

/// `finish_reason … is 2`, as the old Python SDK says it.
fn numbered(lower: &str) -> Option<&'static str> {
    let after = &lower[lower.find("finish_reason")?..];
    let sentence = &after[..after.find('\n').unwrap_or(after.len())];
    let number = &sentence[sentence.find(" is ")? + 4..];
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    finish::finish_numbered(number[..end].parse().ok()?)
}

fn of(class: Class) -> Failure {
    let mut failure = Failure::new(class);
    failure.status = Some(200);
    failure.counted = Some(true);
    failure
}

fn finding(
    mut failure: Failure,
    rule: &'static str,
    finish: Option<Arc<str>>,
    block: Option<Arc<str>>,
) -> Finding {
    // Worth one more try, though others of their class are not.
    failure.transient |= matches!(finish.as_deref(), Some("OTHER" | "IMAGE_OTHER"));
    let diagnosis = Diagnosis {
        error: ApiError::from_objects(Form::Salvaged, Some(200), &[]),
        failure,
        rule,
    };
    let mut finding = Finding::new(Evidence::Salvaged, diagnosis);
    finding.finish_reason = finish;
    finding.block_reason = block;
    finding
}
