//! Finds errors in any text: a body, a log, the words of a program.

use crate::{Diagnosis, Seen, Taxonomy};
use dioscuri_vocab::UnixTime;
use std::{ops::Range, sync::Arc};

/// One failure that was found in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// What it was read from.
    pub evidence: Evidence,
    /// What it is.
    pub diagnosis: Diagnosis,
    /// The finish reason of an answer that came with HTTP 200, for example `SAFETY`.
    pub finish_reason: Option<Arc<str>>,
    /// The block reason of a prompt that was refused with HTTP 200.
    pub block_reason: Option<Arc<str>>,
}

/// What a finding was read from, the surest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Evidence {
    /// Valid JSON of a form that Google's servers write.
    Structure,
    /// The same in another notation, damaged or cut.
    Salvaged,
    /// Words: a known sentence, a status, the name of an exception.
    Words,
}

impl Taxonomy {
    /// Every failure in `text`, the decisive one first; none if there is nothing that looks like one.
    ///
    /// `status` is the HTTP status that came with the text, where it is known beside it; with 200 the text is
    /// read as an answer first.
    #[must_use]
    pub fn find_in(&self, text: &[u8], status: Option<u16>, now: UnixTime) -> Vec<Finding> {
        let diagnosis = self.diagnose(Seen::new(status, text), now);
        vec![Finding {
            span: 0..text.len(),
            evidence: Evidence::Structure,
            diagnosis,
            finish_reason: None,
            block_reason: None,
        }]
    }
}
