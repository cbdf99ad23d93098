//! A value that fits a schema, drawn at random.
//!
//! Walks `type`, `properties`, `enum`, `items`, `minItems`, `minimum`, `maximum` and `anyOf`, in the upper-case
//! types of `responseSchema` and the lower-case ones of `responseJsonSchema`. Patterns, formats, lengths of
//! strings and `$ref` are not obeyed.

use dioscuri_vocab::{Rng, SplitMix64};
use serde_json::{Map, Number, Value};

/// Schemas may be cyclic through `anyOf` of their own making; nothing real is deeper than this.
const DEEPEST: usize = 16;

/// The longest list that a schema gets, however many elements it asks for.
const LONGEST_LIST: i64 = 64;

/// The most values of one filling. Lists within lists multiply: four of the longest are 16 million values.
const MOST_VALUES: usize = 1 << 16;

/// The most bytes that one filling copies from its schema: the values of an `enum` and the names of properties.
const MOST_COPIED: usize = 1 << 22;

const WORDS: [&str; 24] = [
    "star", "horse", "river", "brother", "shield", "harbour", "morning", "olive", "stone", "sail", "bronze",
    "swan", "oath", "field", "winter", "torch", "cliff", "song", "anchor", "harvest", "mirror", "thunder",
    "silver", "road",
];

pub(super) fn word(rng: &mut SplitMix64) -> &'static str {
    WORDS[rng.index(WORDS.len())]
}

/// A value that fits `schema`, as long as the filling of it is of bounded size: beyond that, lists and objects
/// end and values are null.
pub(super) fn fill(schema: &Value, rng: &mut SplitMix64) -> Value {
    Filling {
        rng,
        values: MOST_VALUES,
        copied: MOST_COPIED,
    }
    .at_depth(schema, DEEPEST)
}

/// A filling, and how much it may still hold.
struct Filling<'r> {
    rng: &'r mut SplitMix64,
    values: usize,
    copied: usize,
}

impl Filling<'_> {
    fn at_depth(&mut self, schema: &Value, depth: usize) -> Value {
        if !self.takes_value() || depth == 0 {
            return Value::Null;
        }
        if let Some(choices) = list(schema, "enum") {
            let choice = self.rng.index(choices.len());
            return self.copy(&choices[choice]);
        }
        if let Some(choices) = list(schema, "anyOf").or_else(|| list(schema, "any_of")) {
            let choice = self.rng.index(choices.len());
            return self.at_depth(&choices[choice], depth - 1);
        }
        match Kind::of(schema) {
            Kind::Object => self.object(schema, depth),
            Kind::Array => self.array(schema, depth),
            Kind::Integer => Value::from(integer(schema, self.rng)),
            Kind::Number => number(schema, self.rng),
            Kind::Boolean => Value::Bool(self.rng.index(2) == 1),
            Kind::Null => Value::Null,
            Kind::Text => Value::String(format!("{} {}", word(self.rng), word(self.rng))),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut filled = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if self.values == 0 || !self.takes_bytes(name.len()) {
                break;
            }
            filled.insert(name.clone(), self.at_depth(property, depth - 1));
        }
        Value::Object(filled)
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Value {
        let least = bound(schema, "minItems", "min_items")
            .unwrap_or(1)
            .clamp(0, LONGEST_LIST);
        let most = bound(schema, "maxItems", "max_items").unwrap_or(least.max(1));
        let items = schema.get("items").unwrap_or(&Value::Null);
        let mut filled = Vec::new();
        for _ in 0..least.max(1).min(most) {
            if self.values == 0 {
                break;
            }
            filled.push(self.at_depth(items, depth - 1));
        }
        Value::Array(filled)
    }

    /// A copy of `value`; of one that is too large, what there is room for.
    fn copy(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) if self.takes_bytes(text.len()) => value.clone(),
            Value::String(_) => Value::Null,
            Value::Array(items) => {
                let items = items.iter().map_while(|item| self.copy_next(item));
                Value::Array(items.collect())
            }
            Value::Object(members) => {
                let members = members.iter().map_while(|(name, value)| {
                    let has_room = self.takes_bytes(name.len());
                    has_room
                        .then(|| self.copy_next(value))
                        .flatten()
                        .map(|copy| (name.clone(), copy))
                });
                Value::Object(members.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn copy_next(&mut self, value: &Value) -> Option<Value> {
        self.takes_value().then(|| self.copy(value))
    }

    const fn takes_value(&mut self) -> bool {
        takes(&mut self.values, 1)
    }

    const fn takes_bytes(&mut self, bytes: usize) -> bool {
        takes(&mut self.copied, bytes)
    }
}

/// Whether `amount` is left; then it is taken.
const fn takes(left: &mut usize, amount: usize) -> bool {
    match left.checked_sub(amount) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => false,
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Object,
    Array,
    Integer,
    Number,
    Boolean,
    Null,
    Text,
}

impl Kind {
    /// The type in either case; the first, if there are several. What has properties is an object.
    fn of(schema: &Value) -> Self {
        let named = match schema.get("type") {
            Some(Value::Array(types)) => types.first().and_then(Value::as_str),
            Some(named) => named.as_str(),
            None => None,
        };
        let kinds = [
            ("object", Self::Object),
            ("array", Self::Array),
            ("integer", Self::Integer),
            ("number", Self::Number),
            ("boolean", Self::Boolean),
            ("null", Self::Null),
        ];
        match named {
            Some(named) => kinds
                .into_iter()
                .find(|(name, _)| named.eq_ignore_ascii_case(name))
                .map_or(Self::Text, |(_, kind)| kind),
            None if schema.get("properties").is_some() => Self::Object,
            None if schema.get("items").is_some() => Self::Array,
            None => Self::Text,
        }
    }
}

/// A list that is not empty.
fn list<'a>(schema: &'a Value, name: &str) -> Option<&'a Vec<Value>> {
    schema.get(name)?.as_array().filter(|list| !list.is_empty())
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
        // Whoever writes more digits means no number.
        Value::String(digits) if digits.len() > 20 => None,
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

    #[test]
    fn what_multiplies_stays_bounded() {
        let nested = |inner| {
            (0..15).fold(
                inner,
                |inner, _| json!({"type": "ARRAY", "minItems": 64, "items": inner}),
            )
        };
        let many: Map<String, Value> = (0..1000)
            .map(|number| (format!("p{number}"), json!({})))
            .collect();
        for inner in [
            json!({"type": "STRING"}),
            json!({"enum": ["x".repeat(100_000)]}),
            json!({"enum": [{"x".repeat(100_000): [1, 2, 3]}]}),
            json!({"enum": [(0..100_000).collect::<Vec<_>>()]}),
            json!({"type": "OBJECT", "properties": {"x".repeat(100_000): {}}}),
            json!({"type": "OBJECT", "properties": many}),
        ] {
            let filled = fill(&nested(inner), &mut SplitMix64::new(1));
            assert!(filled.to_string().len() < 8_000_000);
        }
    }

    #[test]
    fn what_fits_is_copied_whole() {
        let value = json!({"a": [1, "two", {"three": null}], "b": true});
        assert_eq!(fill(&json!({"enum": [value]}), &mut SplitMix64::new(1)), value);
    }
}
