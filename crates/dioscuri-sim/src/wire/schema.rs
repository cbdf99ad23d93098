//! A value that fits a schema, drawn at random.
//!
//! Walks `type`, `properties`, `enum`, `items`, `minItems`, `minimum`, `maximum` and `anyOf`, in the upper-case
//! types of `responseSchema` and the lower-case ones of `responseJsonSchema`. Patterns, formats, lengths of
//! strings and `$ref` are not obeyed.

use dioscuri_vocab::{Rng, SplitMix64};
use serde_json::{Map, Number, Value};

/// Schemas may be cyclic through `anyOf` of their own making; nothing real is deeper than this.
const DEEPEST: usize = 16;

const WORDS: [&str; 24] = [
    "star", "horse", "river", "brother", "shield", "harbour", "morning", "olive", "stone", "sail", "bronze",
    "swan", "oath", "field", "winter", "torch", "cliff", "song", "anchor", "harvest", "mirror", "thunder",
    "silver", "road",
];

pub(super) fn word(rng: &mut SplitMix64) -> &'static str {
    WORDS[rng.index(WORDS.len())]
}

/// A value that fits `schema`.
pub(super) fn fill(schema: &Value, rng: &mut SplitMix64) -> Value {
    at_depth(schema, rng, DEEPEST)
}

fn at_depth(schema: &Value, rng: &mut SplitMix64, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    if let Some(choices) = list(schema, "enum") {
        return choices[rng.index(choices.len())].clone();
    }
    if let Some(choices) = list(schema, "anyOf").or_else(|| list(schema, "any_of")) {
        return at_depth(&choices[rng.index(choices.len())], rng, depth - 1);
    }
    match kind(schema).as_str() {
        "object" => object(schema, rng, depth),
        "array" => array(schema, rng, depth),
        "integer" => Value::from(integer(schema, rng)),
        "number" => number(schema, rng),
        "boolean" => Value::Bool(rng.index(2) == 1),
        "null" => Value::Null,
        _ => Value::String(format!("{} {}", word(rng), word(rng))),
    }
}

/// A list that is not empty.
fn list<'a>(schema: &'a Value, name: &str) -> Option<&'a Vec<Value>> {
    schema.get(name)?.as_array().filter(|list| !list.is_empty())
}

/// The type in lower case; the first, if there are several. What has properties is an object.
fn kind(schema: &Value) -> String {
    let named = match schema.get("type") {
        Some(Value::Array(types)) => types.first().and_then(Value::as_str),
        Some(named) => named.as_str(),
        None => None,
    };
    match named {
        Some(named) => named.to_ascii_lowercase(),
        None if schema.get("properties").is_some() => "object".to_owned(),
        None if schema.get("items").is_some() => "array".to_owned(),
        None => "string".to_owned(),
    }
}

fn object(schema: &Value, rng: &mut SplitMix64, depth: usize) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let filled: Map<String, Value> = properties
        .into_iter()
        .flatten()
        .map(|(name, property)| (name.clone(), at_depth(property, rng, depth - 1)))
        .collect();
    Value::Object(filled)
}

fn array(schema: &Value, rng: &mut SplitMix64, depth: usize) -> Value {
    // Room for a list that somebody really asks for, without letting one number fill the memory.
    let least = bound(schema, "minItems", "min_items").unwrap_or(1).clamp(0, 64);
    let most = bound(schema, "maxItems", "max_items").unwrap_or(least.max(1));
    let items = schema.get("items").unwrap_or(&Value::Null);
    (0..least.max(1).min(most))
        .map(|_| at_depth(items, rng, depth - 1))
        .collect()
}

/// A whole number in the bounds of the schema, in 0 to 100 if it has none.
fn integer(schema: &Value, rng: &mut SplitMix64) -> i64 {
    let least = bound(schema, "minimum", "minimum");
    let most = bound(schema, "maximum", "maximum");
    let (least, most) = match (least, most) {
        (None, None) => (0, 100),
        (Some(least), None) => (least, least.saturating_add(100)),
        (None, Some(most)) => (most.saturating_sub(100), most),
        (Some(least), Some(most)) => (least, most.max(least)),
    };
    let span = usize::try_from(most.abs_diff(least))
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    least.saturating_add(i64::try_from(rng.index(span)).unwrap_or(0))
}

fn number(schema: &Value, rng: &mut SplitMix64) -> Value {
    let bound = |name| schema.get(name).and_then(Value::as_f64);
    let least = bound("minimum").unwrap_or_else(|| bound("maximum").map_or(0.0, |most| most - 1.0));
    let most = bound("maximum").unwrap_or(least + 1.0).max(least);
    Number::from_f64((most - least).mul_add(rng.next_f64(), least)).map_or(Value::from(0), Value::Number)
}

/// A bound, written as a number or, as int64 is in proto3 JSON, as a string. Fractions are cut.
fn bound(schema: &Value, camel: &str, snake: &str) -> Option<i64> {
    match schema.get(camel).or_else(|| schema.get(snake))? {
        Value::String(digits) => digits.parse().ok(),
        #[expect(clippy::cast_possible_truncation, reason = "a cast of floats saturates")]
        number => number
            .as_i64()
            .or_else(|| number.as_f64().map(|bound| bound as i64)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(schema: &Value) -> impl Iterator<Item = Value> {
        (0..100).map(move |seed| fill(schema, &mut SplitMix64::new(seed)))
    }

    #[test]
    fn an_object_has_every_property() {
        let schema = json!({"type": "OBJECT", "properties": {
            "name": {"type": "STRING"},
            "age": {"type": "INTEGER", "minimum": 3, "maximum": 5},
            "tags": {"type": "ARRAY", "minItems": "2", "items": {"type": "STRING", "enum": ["a", "b"]}},
            "ok": {"type": "boolean"},
        }});
        for value in filled(&schema) {
            assert!(value["name"].is_string());
            assert!((3..=5).contains(&value["age"].as_i64().unwrap()));
            assert_eq!(value["tags"].as_array().unwrap().len(), 2);
            assert!(["a", "b"].contains(&value["tags"][1].as_str().unwrap()));
            assert!(value["ok"].is_boolean());
        }
    }

    #[test]
    fn numbers_keep_their_bounds() {
        for value in filled(&json!({"type": "NUMBER", "minimum": 2, "maximum": 2.5})) {
            assert!((2.0..=2.5).contains(&value.as_f64().unwrap()));
        }
        for value in filled(&json!({"type": "integer", "maximum": i64::MIN})) {
            assert_eq!(value, json!(i64::MIN));
        }
        for value in filled(&json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX})) {
            assert!(value.is_i64());
        }
    }

    #[test]
    fn alternatives_and_lists_of_types_are_obeyed() {
        for value in filled(&json!({"anyOf": [{"type": ["integer", "null"]}, {"type": "null"}]})) {
            assert!(value.is_i64() || value.is_null());
        }
        for value in filled(&json!({"type": "array", "maxItems": 0})) {
            assert_eq!(value, json!([]));
        }
    }

    #[test]
    fn a_bottomless_schema_ends() {
        let deep = (0..100).fold(json!({}), |inner, _| json!({"type": "array", "items": inner}));
        assert!(fill(&deep, &mut SplitMix64::new(1)).is_array());
    }
}
