//! What becomes of a call: an answer, or the last refusal.

use crate::{Address, Refusal};
use bytes::Bytes;
use dioscuri_engine::{End, Receipt};
use dioscuri_vocab::{Failure, Phase};
use std::{error::Error, fmt};

/// An answer and what it cost.
#[derive(Clone)]
#[non_exhaustive]
pub struct Delivered {
    /// The body, as it came.
    pub body: Bytes,
    /// What it cost.
    pub receipt: Receipt,
}

impl fmt::Debug for Delivered {
    /// Shows the size of the answer, never the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivered")
            .field("body_bytes", &self.body.len())
            .field("receipt", &self.receipt)
            .finish()
    }
}

/// A call that ended without an answer.
///
/// Its text names how it ended, what failed last, how far that had come, and where: no key and no prompt.
#[derive(Clone)]
#[non_exhaustive]
pub struct Undelivered {
    /// How it ended.
    pub end: End,
    /// The last failure, if anything was tried.
    pub failure: Option<Failure>,
    /// What the server or the connection last said, with credentials masked. It may quote the request.
    pub message: Option<String>,
    /// The answer that the last attempt got, if it was no good: as it came.
    pub refusal: Option<Refusal>,
    /// Where the last attempt went, if anything was tried.
    pub at: Option<Address>,
    /// What it cost.
    pub receipt: Receipt,
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not answered ({})", self.end.name())?;
        let Some(last) = self.receipt.tries.last() else {
            return f.write_str(", nothing was sent");
        };
        if let Some(failure) = &self.failure {
            write!(f, ": {}", failure.class)?;
            if let Some(status) = failure.status {
                write!(f, " (HTTP {status})")?;
            }
        }
        if let Some(phase) = last.phase {
            write!(f, " {}", came_to(phase))?;
        }
        if let Some(at) = &self.at {
            write!(f, " at {at}")?;
        }
        let tries = self.receipt.tries.len();
        write!(f, ", after {tries} {}", if tries == 1 { "try" } else { "tries" })
    }
}

/// How far an attempt had come, in words.
pub(crate) const fn came_to(phase: Phase) -> &'static str {
    match phase {
        Phase::NotSent => "before anything was sent",
        Phase::Sent => "after the request was sent",
        Phase::Answered => "in the answer",
        _ => "after content had come",
    }
}

impl Error for Undelivered {}

impl fmt::Debug for Undelivered {
    /// Leaves the message out: it may quote the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undelivered")
            .field("end", &self.end)
            .field("failure", &self.failure)
            .field("refusal", &self.refusal)
            .field("at", &self.at)
            .field("receipt", &self.receipt)
            .finish_non_exhaustive()
    }
}
