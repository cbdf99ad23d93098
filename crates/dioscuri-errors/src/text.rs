//! Finds errors in any text: a body, a log, the words of a program.

mod answers;
mod blocks;
pub(crate) mod harvest;
pub(crate) mod keys;
mod names;
mod notation;
mod prose;
mod reading;

use crate::rules::Grounds;
use crate::{ApiError, Diagnosis, Seen, Taxonomy};
use dioscuri_vocab::{Class, UnixTime};
use reading::{Reading, Trust};
use std::{borrow::Cow, ops::Range, sync::Arc};

/// One failure that was found in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The piece of the text in which it stands, in bytes: a record of a log, a paragraph, all of a short text.
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

/// Texts up to this size are read whole; in longer ones only what is near a word of ours. In bytes.
const MAX_WHOLE: usize = 16 * 1024;

/// Texts up to this size are what somebody wants to have explained: also a bare status, or the name of an exception
/// that other programs have too, is evidence then. In longer ones the provider must be named. In bytes.
const MAX_QUOTE: usize = 4 * 1024;

impl Taxonomy {
    /// Every failure in `text`, the decisive one first; none if nothing in it looks like one.
    ///
    /// The text may be a body, a log, or the words of any program: JSON in any state, the `repr` of Python,
    /// Go's maps, protobuf text, nothing but the name of an exception. What occurs several times is found several
    /// times. `status` is the HTTP status that came with the text, where it is known beside it: then there is always
    /// a finding, unless it is a success and the answer is a good one.
    ///
    /// Never fails, and takes time in proportion to the size of the text.
    ///
    /// ```
    /// use dioscuri_errors::Taxonomy;
    /// use dioscuri_vocab::{Class, UnixTime};
    ///
    /// let log = b"12:00:01 job 7 failed: 503 UNAVAILABLE. {'error': {'code': 503, 'message': 'The model is \
    ///     overloaded. Please try again later.', 'status': 'UNAVAILABLE'}}";
    /// let found = Taxonomy::new().find_in(log, None, UnixTime(0));
    ///
    /// assert_eq!(found[0].diagnosis.failure.class, Class::Capacity);
    /// assert_eq!(found[0].diagnosis.failure.status, Some(503));
    /// assert!(Taxonomy::new().find_in(b"all is well", None, UnixTime(0)).is_empty());
    /// ```
    #[must_use]
    pub fn find_in(&self, text: &[u8], status: Option<u16>, now: UnixTime) -> Vec<Finding> {
        let read = readable(text);
        let mut findings = Vec::new();
        let mut provider = None;
        for block in blocks::blocks(&read, MAX_WHOLE) {
            let piece = &read[block.clone()];
            let trust = if read.len() <= MAX_QUOTE || blocks::names_provider(piece) {
                Trust::Anything
            } else if *provider.get_or_insert_with(|| blocks::names_provider(&read)) {
                Trust::Names
            } else {
                Trust::Own
            };
            let found = Reading { status, now, trust }.block(piece);
            findings.extend(found.into_iter().map(|finding| Finding {
                span: block.clone(),
                ..finding
            }));
        }
        if findings.is_empty() && status.is_some_and(|status| !(200..300).contains(&status)) {
            let diagnosis = self.diagnose(Seen::new(status, text), now);
            findings.push(Finding::new(Evidence::Words, diagnosis));
        }
        findings.sort_by_key(Finding::rank);
        findings
    }
}

/// `text` with a question mark for every byte that is no UTF-8, so that what stands where stays there.
fn readable(text: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    text.utf8_chunks()
        .flat_map(|chunk| std::iter::once(chunk.valid()).chain(chunk.invalid().iter().map(|_| "?")))
        .collect::<String>()
        .into()
}

impl Finding {
    pub(crate) fn new(evidence: Evidence, diagnosis: Diagnosis) -> Self {
        Self {
            span: 0..0,
            evidence,
            diagnosis,
            finish_reason: None,
            block_reason: None,
        }
    }

    /// Whether only our provider's servers speak so.
    fn is_ours(&self) -> bool {
        let error = &self.diagnosis.error;
        let form = || error.stated_code().is_some() || !error.details().is_empty();
        self.diagnosis.grounds() == Grounds::Own || self.evidence == Evidence::Structure && form()
    }

    /// Brackets and a word that may mean anything.
    fn says_nothing(&self) -> bool {
        self.evidence == Evidence::Salvaged && self.diagnosis.rule == "no-clue"
    }

    /// Whether it says nothing that the words around could not say better.
    fn is_vague(&self) -> bool {
        self.diagnosis.failure.class == Class::Unknown && self.finish_reason.is_none()
    }

    /// Whether `other` is the same failure once more, perhaps told with less.
    fn says_the_same(&self, other: &Self) -> bool {
        let (a, b) = (&self.diagnosis, &other.diagnosis);
        let told = |error: &ApiError| error.message().split_whitespace().collect::<String>();
        let (ours, theirs) = (told(&a.error), told(&b.error));
        let same_words = theirs.is_empty() || ours.contains(&theirs) || theirs.contains(&ours);
        let (a, b) = (&a.failure, &b.failure);
        let same_quotas = b.violations.is_empty() || a.violations == b.violations;
        let same_hint = b.retry_after.is_none() || a.retry_after == b.retry_after;
        a.class == b.class && same_words && same_quotas && same_hint
    }

    /// The decisive one first: what is certain before what is vague, what lasts before what passes, structure before words.
    fn rank(&self) -> (u8, bool, Evidence) {
        let class = match self.diagnosis.failure.class {
            Class::Unknown => 2,
            Class::EmptyResponse | Class::GatewayError | Class::Connection | Class::QuotaUnspecified => 1,
            _ => 0,
        };
        (class, self.diagnosis.failure.transient, self.evidence)
    }
}
