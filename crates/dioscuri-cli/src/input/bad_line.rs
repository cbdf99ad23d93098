//! What can be wrong with a line, and how it is told.

use super::MAX_LINE;
use crate::figures::count;
use std::{fmt, sync::Arc};

/// One bad line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BadLine {
    /// Its number, counted from 1.
    pub(crate) line: u64,
    /// Its key if it has one that no other line has, else one made of its number.
    pub(crate) key: Arc<str>,
    /// What is wrong with it.
    pub(crate) trouble: Trouble,
}

/// What is wrong with a line. Never holds a word of the prompt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// It is longer than a request may be; `length` in bytes.
    TooLong { length: u64 },
    /// It is not UTF-8 from `column` on, a byte counted from 1.
    NotUtf8 { column: usize },
    /// It is no JSON; what the parser missed, and at which column, counted from 1.
    NotJson { missed: String, column: usize },
    /// It is JSON, but no object.
    NotAnObject,
    /// It has a field twice.
    FieldTwice,
    /// It has no `key`; `near` is a field that may have been meant for it.
    NoKey { near: Option<String> },
    /// Its `key` is no string.
    KeyNotAString,
    /// Its `key` is the empty string.
    EmptyKey,
    /// It has no `request`; `near` is a field that may have been meant for it.
    NoRequest { near: Option<String> },
    /// Its `request` is no object.
    RequestNotAnObject,
    /// Its `request` has no `contents` that is a list of at least one turn.
    NoContents,
    /// An earlier line, `first`, has the same key.
    RepeatedKey { key: Arc<str>, first: u64 },
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.trouble)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => {
                let (length, limit) = (count(*length), count(MAX_LINE));
                write!(f, "is {length} bytes long; a request may have {limit}")
            }
            Self::NotUtf8 { column } => write!(f, "is not UTF-8 (byte {column})"),
            Self::NotJson { missed, column } => write!(f, "is not JSON: {missed} (column {column})"),
            Self::NotAnObject => f.write_str("is no JSON object"),
            Self::FieldTwice => f.write_str("has `key` or `request` twice"),
            Self::NoKey { near } => lacks(f, "key", near.as_deref()),
            Self::KeyNotAString => f.write_str("has a `key` that is no string"),
            Self::EmptyKey => f.write_str("has an empty `key`"),
            Self::NoRequest { near } => lacks(f, "request", near.as_deref()),
            Self::RequestNotAnObject => f.write_str("has a `request` that is no object"),
            Self::NoContents => {
                f.write_str("has a `request` without `contents`, a list of at least one turn")
            }
            Self::RepeatedKey { key, first } => write!(f, "repeats the key {key:?} of line {first}"),
        }
    }
}

fn lacks(f: &mut fmt::Formatter<'_>, field: &str, near: Option<&str>) -> fmt::Result {
    match near {
        Some(near) => write!(f, "lacks `{field}`; is `{near}` misspelt?"),
        None => write!(f, "lacks `{field}`"),
    }
}
