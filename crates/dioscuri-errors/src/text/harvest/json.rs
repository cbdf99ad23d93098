//! Structure of any notation as JSON.

use super::Object;
use crate::text::keys::{self, letters};
use crate::text::notation::{Node, last_segment};
use serde_json::Value;

/// At the end of a name that was cut off.
const CUT: &str = "…";

/// `node` as JSON: constants become what JSON calls them, entries of a protobuf map become members.
fn to_json(node: Node) -> Value {
    match node {
        Node::Json(value) => value,
        Node::Text(text) => Value::String(text),
        Node::Cut(_) => Value::Null,
        Node::Word(word) => constant(&word),
        Node::List(nodes) => nodes.into_iter().map(to_json).collect(),
        Node::Map(members) => map_to_json(members),
    }
}

/// The value of member `key`. What a quota counts may be told by the beginning of its name.
pub(super) fn member_to_json(key: &str, node: Node) -> Value {
    match node {
        Node::Cut(name) if matches!(letters(key).as_str(), "quotaid" | "quotametric") => {
            Value::String(name + CUT)
        }
        // Words say something without their end.
        Node::Cut(words) if keys::is_sentence(key) => Value::String(words),
        // A terminal has broken a name.
        Node::Text(name) if name.contains('\n') && is_name(key) => {
            Value::String(name.split_whitespace().collect())
        }
        node => to_json(node),
    }
}

/// Whether the value of member `key` is a name or a number, never words.
fn is_name(key: &str) -> bool {
    const NAMES: &[&str] = &[
        "blockreason",
        "finishreason",
        "model",
        "quotaid",
        "quotametric",
        "quotavalue",
        "reason",
        "retrydelay",
        "status",
    ];
    NAMES.contains(&letters(key).as_str())
}

fn constant(word: &str) -> Value {
    match word {
        "None" | "null" | "nil" | "undefined" | "NULL" | "<nil>" => return Value::Null,
        "True" | "true" => return Value::Bool(true),
        "False" | "false" => return Value::Bool(false),
        _ => {}
    }
    if let Ok(number) = word.trim_end_matches('.').parse::<i64>() {
        return number.into();
    }
    let name = last_segment(word);
    let constant = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    Value::String(if constant { name } else { word }.to_owned())
}

fn map_to_json(members: Vec<(String, Node)>) -> Value {
    let nameless = |members: &[(String, Node)]| members.iter().all(|(key, _)| key.is_empty());
    if members.len() == 1 && nameless(&members) {
        return members
            .into_iter()
            .next()
            .map_or(Value::Null, |(_, node)| to_json(node));
    }
    let mut object = Object::new();
    for (key, node) in members {
        let value = member_to_json(&key, node);
        match object.get_mut(&key) {
            None => {
                object.insert(key, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => {
                let first = first.take();
                object.insert(key, Value::Array(vec![first, value]));
            }
        }
    }
    for value in object.values_mut() {
        unfold(value);
    }
    Value::Object(object)
}

/// `key: "model" value: "…"`, once or several times, is how protobuf text writes a dictionary.
fn unfold(value: &mut Value) {
    let entry = |value: &Value| {
        let object = value.as_object().filter(|object| object.len() <= 2)?;
        // The last one may be cut.
        Some((
            object.get("key")?.as_str()?.to_owned(),
            object.get("value").cloned(),
        ))
    };
    let entries: Option<Vec<_>> = match value {
        Value::Object(_) => entry(value).map(|entry| vec![entry]),
        Value::Array(values) if !values.is_empty() => values.iter().map(entry).collect(),
        _ => None,
    };
    let entries = entries.map(|entries| {
        let whole = entries.into_iter().filter_map(|(key, value)| Some((key, value?)));
        whole.collect::<Object>()
    });
    if let Some(object) = entries {
        *value = Value::Object(object);
    }
}
