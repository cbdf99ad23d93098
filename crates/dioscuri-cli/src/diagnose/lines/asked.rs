//! One line of the input, read as leniently as it can be understood.

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// What a line asks. Other fields may be there.
#[derive(Deserialize)]
pub(super) struct Asked<'a> {
    /// Any value; it is given back as it came.
    #[serde(borrow, default)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    http_status: Option<&'a RawValue>,
    #[serde(borrow)]
    raw: &'a RawValue,
}

impl<'a> Asked<'a> {
    /// Reads a line, or says why it cannot be read.
    pub(super) fn read(line: &'a str) -> Result<Self, String> {
        let line = line.trim_start();
        if line.starts_with('[') {
            return Err(format!("the line is an array; {EXPECTED}"));
        }
        serde_json::from_str(line).map_err(|error| {
            if error.is_eof() {
                "the JSON of the line ends too early".to_owned()
            } else if error.is_syntax() {
                format!("the line is no JSON from its column {} on", error.column())
            } else {
                EXPECTED.to_owned()
            }
        })
    }

    /// The HTTP status, as a number in whatever form; what is none says nothing.
    pub(super) fn status(&self) -> Option<u16> {
        let text = self.http_status?.get().trim_matches(['"', ' ']);
        let word = text.split_whitespace().next()?;
        let whole = match word.split_once('.') {
            Some((whole, rest)) if rest.bytes().all(|byte| byte == b'0') => whole,
            _ => word,
        };
        let status = whole.parse().ok()?;
        (100..600).contains(&status).then_some(status)
    }

    /// The text to look at: of an object or a list, its JSON; nothing of `null`.
    pub(super) fn text(&self) -> Result<Cow<'a, [u8]>, String> {
        let raw = self.raw.get();
        match raw.as_bytes().first() {
            Some(b'"') => {
                let Lossy(text) = serde_json::from_str(raw).map_err(|_| EXPECTED.to_owned())?;
                Ok(Cow::Owned(text))
            }
            Some(b'{' | b'[') => Ok(Cow::Borrowed(raw.as_bytes())),
            Some(b'n') => Ok(Cow::Borrowed(b"")),
            _ => Err(EXPECTED.to_owned()),
        }
    }
}

/// What every line is to be.
const EXPECTED: &str =
    r#"an object {"id", "http_status", "raw"} is expected, once `raw`: a text, or the body as it is"#;

/// A text in which half a surrogate pair may stand: programs that cut strings leave such halves. They become bytes that
/// are no UTF-8, which whoever looks for failures passes over.
struct Lossy(Vec<u8>);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Lossy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Lossy, E> {
                Ok(Lossy(bytes.to_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

/// The id of a line that cannot be read, if it stands before the place where the reading ends.
pub(super) fn id(line: &str) -> Option<Box<RawValue>> {
    let mut id = None;
    // The error was told.
    let _ = Id(&mut id).deserialize(&mut serde_json::Deserializer::from_str(line));
    id
}

struct Id<'a>(&'a mut Option<Box<RawValue>>);

impl<'de> DeserializeSeed<'de> for Id<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Id<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<Cow<'de, str>>()? {
            if name == "id" {
                *self.0 = Some(fields.next_value()?);
            } else {
                let _: IgnoredAny = fields.next_value()?;
            }
        }
        Ok(())
    }
}
