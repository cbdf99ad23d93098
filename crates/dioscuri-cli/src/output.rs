//! The file of answers: one whole line each, and what earlier runs have left in it.

mod journal;
mod line;

pub(crate) use journal::{Journal, WriteError};
pub(crate) use line::{LineReceipt, Problem, answered, compact, failed};

use line::Past;
use std::collections::HashMap;

/// What an output holds: of each key the last line.
pub(crate) type LastLines = HashMap<String, Entry>;

/// The last line of one key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    /// The fingerprint of the request it belongs to; `None` if the line had no request.
    pub(crate) fingerprint: Option<crate::input::Fingerprint>,
    /// The class of its error in words; `None` if it holds an answer.
    pub(crate) error: Option<String>,
}

impl From<Past> for Entry {
    fn from(past: Past) -> Self {
        Self {
            fingerprint: past.request_sha256.and_then(|text| text.parse().ok()),
            error: past.error.map(|error| error.class),
        }
    }
}
