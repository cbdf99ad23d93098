//! Google's request messages as tables, and JSON read against them.
//!
//! The rules are those of proto3 JSON as Google's front end applies them: a field in either spelling (`topK`,
//! `top_k`), null for absent, numbers as strings, enums by name in any case or by number, bytes in either alphabet of
//! base64, a lone message where a list is wanted. What does not fit is collected, all of it, and told in
//! Google's words (§2.8 of the reference). Captured are the texts for unknown names, lists where none belong,
//! objects where a scalar belongs, wrong scalars, bad base64 and two members of one `oneof`; what is a guess
//! says so.

mod base64;
mod check;
mod config;
mod content;
pub(super) mod json;
mod request;
mod tools;

pub(super) use self::request::{
    BATCH_EMBED_CONTENTS, COUNT_TOKENS, EMBED_CONTENT, GENERATE_CONTENT, PREDICT,
};
use self::{check::Checker, json::Json};
use super::refusal::{
    Refusal,
    malformed::{bad_payload, broken_payload},
};
use crate::scenario::Surface;

/// Reads `body` as a `message` of `surface` in `version` ("v1beta").
///
/// In the tree that comes back every known field has its proto name, null members are gone, a lone element is
/// a list of one, numbers are numbers and enums are names.
pub(super) fn read<'a>(
    surface: Surface,
    version: &str,
    message: &'static Message,
    body: &'a [u8],
) -> Result<Json<'a>, Refusal> {
    // An empty body is an empty message.
    if body.is_empty() {
        return Ok(Json::Object(Vec::new()));
    }
    let mut tree = Json::parse(body).map_err(|problem| broken_payload(&problem))?;
    let violations = Checker::new(surface, version).check(&mut tree, message);
    if violations.is_empty() {
        Ok(tree)
    } else {
        Err(bad_payload(violations))
    }
}

/// A message: its name, as type URLs have it, and its fields.
#[derive(Debug)]
pub(super) struct Message {
    name: Name,
    fields: &'static [Field],
}

/// The name of a type within its package, which may be nested in another type on one surface only.
#[derive(Debug)]
struct Name {
    developer: &'static str,
    vertex: &'static str,
}

#[derive(Debug)]
struct Enum {
    name: Name,
    /// In the order of their numbers, from 0.
    values: &'static [&'static str],
}

#[derive(Debug)]
struct Field {
    /// As the proto has it: `top_k`.
    name: &'static str,
    kind: Kind,
    is_list: bool,
    /// The only surface that has it.
    only_on: Option<Surface>,
    oneof: Option<&'static str>,
    /// A name in JSON that does not follow from the proto's.
    alias: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Bool,
    Int32,
    Int64,
    Float,
    Double,
    Bytes,
    /// `google.protobuf.Duration`: "1.5s".
    Duration,
    /// `google.protobuf.Timestamp`, taken as it comes.
    Timestamp,
    Enum(&'static Enum),
    Message(&'static Message),
    /// Texts to texts.
    Labels,
    /// Texts to messages.
    Map(&'static Message),
    /// `google.protobuf.Struct`: any object.
    Struct,
    /// `google.protobuf.Value`: any JSON.
    Value,
}

impl Message {
    const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self {
            name: Name {
                developer: name,
                vertex: name,
            },
            fields,
        }
    }

    const fn on_vertex(mut self, name: &'static str) -> Self {
        self.name.vertex = name;
        self
    }

    /// The field that JSON calls `key` on `surface`.
    fn field(&self, surface: Surface, key: &str) -> Option<&'static Field> {
        self.fields
            .iter()
            .find(|field| field.is_called(key) && field.only_on.is_none_or(|only| only == surface))
    }
}

impl Enum {
    const fn new(name: &'static str, values: &'static [&'static str]) -> Self {
        Self {
            name: Name {
                developer: name,
                vertex: name,
            },
            values,
        }
    }

    const fn on_vertex(mut self, name: &'static str) -> Self {
        self.name.vertex = name;
        self
    }
}

impl Name {
    const fn on(&self, surface: Surface) -> &'static str {
        match surface {
            Surface::Developer => self.developer,
            Surface::Vertex => self.vertex,
        }
    }
}

impl Field {
    fn is_called(&self, key: &str) -> bool {
        key == self.name || is_camel_of(key, self.name) || self.alias.is_some_and(|alias| alias == key)
    }

    const fn many(mut self) -> Self {
        self.is_list = true;
        self
    }

    const fn developer(mut self) -> Self {
        self.only_on = Some(Surface::Developer);
        self
    }

    const fn vertex(mut self) -> Self {
        self.only_on = Some(Surface::Vertex);
        self
    }

    const fn one_of(mut self, group: &'static str) -> Self {
        self.oneof = Some(group);
        self
    }

    const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        is_list: false,
        only_on: None,
        oneof: None,
        alias: None,
    }
}

const fn text(name: &'static str) -> Field {
    field(name, Kind::Text)
}

const fn flag(name: &'static str) -> Field {
    field(name, Kind::Bool)
}

const fn int(name: &'static str) -> Field {
    field(name, Kind::Int32)
}

const fn long(name: &'static str) -> Field {
    field(name, Kind::Int64)
}

const fn float(name: &'static str) -> Field {
    field(name, Kind::Float)
}

const fn double(name: &'static str) -> Field {
    field(name, Kind::Double)
}

const fn bytes(name: &'static str) -> Field {
    field(name, Kind::Bytes)
}

const fn any(name: &'static str) -> Field {
    field(name, Kind::Value)
}

const fn message(name: &'static str, of: &'static Message) -> Field {
    field(name, Kind::Message(of))
}

const fn choice(name: &'static str, of: &'static Enum) -> Field {
    field(name, Kind::Enum(of))
}

/// Whether `key` is `snake` in camelCase.
fn is_camel_of(key: &str, snake: &str) -> bool {
    let mut key = key.bytes();
    let mut after_underscore = false;
    for byte in snake.bytes() {
        if byte == b'_' {
            after_underscore = true;
            continue;
        }
        let expected = if after_underscore {
            byte.to_ascii_uppercase()
        } else {
            byte
        };
        after_underscore = false;
        if key.next() != Some(expected) {
            return false;
        }
    }
    key.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_two_spellings() {
        for key in ["generationConfig", "generation_config"] {
            assert!(field("generation_config", Kind::Text).is_called(key));
        }
        for key in [
            "generationconfig",
            "GenerationConfig",
            "generation_Config",
            "generationConfigs",
            "",
        ] {
            assert!(!field("generation_config", Kind::Text).is_called(key), "{key}");
        }
    }
}
