//! Reasons on the wire: names mostly, numbers from older SDKs.

use crate::finish;
use serde::de::{Deserialize, Deserializer, Visitor};
use std::{borrow::Cow, fmt};

/// A finish reason or a block reason.
pub(super) enum Reason<'a> {
    /// One of the tables, by its name there.
    Known(&'static str),
    /// Any other, as the server wrote it.
    Other(Cow<'a, str>),
}

impl Reason<'_> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Other(word) => word,
        }
    }

    /// The same reason, without the event that it stood in. Costs nothing for a known one.
    pub(super) fn into_owned(self) -> Reason<'static> {
        match self {
            Self::Known(name) => Reason::Known(name),
            Self::Other(word) => Reason::Other(Cow::Owned(word.into_owned())),
        }
    }
}

/// `finishReason`.
pub(super) struct FinishReason<'a>(pub(super) Reason<'a>);

/// `blockReason`.
pub(super) struct BlockReason<'a>(pub(super) Reason<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for FinishReason<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = Table {
            named: finish::finish_named,
            numbered: finish::finish_numbered,
        };
        deserializer.deserialize_any(table).map(Self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for BlockReason<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = Table {
            named: finish::block_named,
            numbered: finish::block_numbered,
        };
        deserializer.deserialize_any(table).map(Self)
    }
}

/// The reasons of one enum.
struct Table {
    named: fn(&str) -> Option<&'static str>,
    numbered: fn(u64) -> Option<&'static str>,
}

impl<'de> Visitor<'de> for Table {
    type Value = Reason<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reason, by name or by number")
    }

    fn visit_borrowed_str<E>(self, word: &'de str) -> Result<Reason<'de>, E> {
        let known = (self.named)(word).map(Reason::Known);
        Ok(known.unwrap_or(Reason::Other(Cow::Borrowed(word))))
    }

    fn visit_str<E>(self, word: &str) -> Result<Reason<'de>, E> {
        let known = (self.named)(word).map(Reason::Known);
        Ok(known.unwrap_or_else(|| Reason::Other(Cow::Owned(word.to_owned()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Reason<'de>, E> {
        let known = (self.numbered)(number).map(Reason::Known);
        Ok(known.unwrap_or_else(|| Reason::Other(Cow::Owned(number.to_string()))))
    }
}
