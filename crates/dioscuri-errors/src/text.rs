//! Finds errors in any text: a body, a log, the words of a program.

mod answers;
mod blocks;
pub(crate) mod harvest;
mod keys;
mod names;
mod notation;
mod prose;

use crate::rules::Grounds;
use crate::{ApiError, Diagnosis, Form, Seen, Taxonomy, taxonomy};
use dioscuri_vocab::{Class, Failure, UnixTime};
use harvest::{Harvest, Hit};
use prose::Prose;
use serde_json::{Map, Value};
use std::{borrow::Cow, ops::Range, sync::Arc};

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

/// The name of the rule by which the name of an exception decides.
const EXCEPTION: &str = "exception-name";

/// A status with no more words than this around it has nothing to say. In words, the status included.
const MIN_WORDS: usize = 3;

/// Texts up to this size are read whole; in longer ones only what is near a word of ours. In bytes.
const MAX_WHOLE: usize = 16 * 1024;

/// Texts up to this size are what somebody wants to have explained: also a bare status, or the name of an exception
/// that other programs have too, is evidence then. In longer ones it needs the name of the provider beside it. In bytes.
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
        for block in blocks::blocks(&read, MAX_WHOLE) {
            let reading = Reading {
                status,
                now,
                quoted: read.len() <= MAX_QUOTE || blocks::names_provider(&read[block.clone()]),
            };
            let start = findings.len();
            findings.extend(reading.block(&read[block.clone()]));
            for finding in &mut findings[start..] {
                finding.span = block.clone();
            }
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
    let mut chunks = text.utf8_chunks();
    match (chunks.next(), chunks.next()) {
        (None, _) => Cow::Borrowed(""),
        (Some(only), None) if only.invalid().is_empty() => Cow::Borrowed(only.valid()),
        _ => Cow::Owned(
            text.utf8_chunks()
                .flat_map(|chunk| std::iter::once(chunk.valid()).chain(chunk.invalid().iter().map(|_| "?")))
                .collect(),
        ),
    }
}

/// How one piece of text is read.
#[derive(Clone, Copy)]
struct Reading {
    status: Option<u16>,
    now: UnixTime,
    /// Whether somebody has picked this text as an error: weak evidence counts.
    quoted: bool,
}

impl Reading {
    fn block(self, text: &str) -> Vec<Finding> {
        let Harvest {
            errors,
            answers,
            prose,
            inside,
            ..
        } = harvest::harvest(text);
        let around = Prose::read(&prose);
        let mut findings: Vec<Finding> = Vec::new();
        for hit in errors {
            let finding = self.error(hit, around, &prose);
            if !finding.is_ours() && !self.quoted || finding.says_nothing() {
                continue;
            }
            if !findings.iter().any(|known| known.says_the_same(&finding)) {
                findings.push(finding);
            }
        }
        findings.extend(answers::read(&answers, self.status == Some(200), self.now));
        if findings.iter().all(Finding::is_vague) {
            let words = self
                .words(&prose)
                .or_else(|| self.words(&inside))
                .or_else(|| self.words(text));
            if words.is_some() {
                findings = words.into_iter().collect();
            }
        }
        findings
    }

    /// An error with structure.
    fn error(self, hit: Hit, around: Prose, prose: &str) -> Finding {
        let mut chain = hit.chain;
        // What stands before a body says what a cut body does not.
        chain.insert(0, said(around.code));
        let form = if hit.strict { Form::Json } else { Form::Salvaged };
        let failed = self.status.filter(|status| *status >= 300);
        let mut error = ApiError::from_objects(form, failed.or(around.status), &chain);
        if error.message().is_empty() {
            chain.insert(0, message(prose));
            error = ApiError::from_objects(form, failed.or(around.status), &chain);
        }
        if error.status().is_none() || error.stated_code().is_none() {
            let inside = Prose::read(error.message());
            chain.insert(0, said(inside.code));
            let status = failed.or(around.status).or(inside.status);
            error = ApiError::from_objects(form, status, &chain);
        }
        let diagnosis = taxonomy::diagnose(error, self.seen(), self.now);
        if diagnosis.grounds() != Grounds::Own {
            // A program's own code around a complaint about an answer.
            let message = diagnosis.error.message();
            if let Some(finding) = answers::words(message, &Prose::read(message)) {
                return finding;
            }
        }
        let evidence = if hit.strict {
            Evidence::Structure
        } else {
            Evidence::Salvaged
        };
        Finding::new(evidence, diagnosis)
    }

    /// An error without structure.
    fn words(self, text: &str) -> Option<Finding> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let prose = Prose::read(text);
        if let Some(finding) = answers::words(text, &prose) {
            return Some(finding);
        }
        let status = self.status.filter(|status| *status >= 300).or(prose.status);
        let words = if text.split_whitespace().nth(MIN_WORDS).is_some() {
            text
        } else {
            ""
        };
        let error = ApiError::from_objects(Form::Text, status, &[message(words), said(prose.code)]);
        let mut diagnosis = taxonomy::diagnose(error, self.seen(), self.now);
        let named = prose.class.or(prose.wrapper.filter(|_| diagnosis.is_a_guess()));
        if let Some(class) = named.filter(|_| diagnosis.is_a_guess()) {
            let status = diagnosis.failure.status;
            diagnosis.failure = Failure::new(class);
            diagnosis.failure.status = status;
            diagnosis.rule = EXCEPTION;
        }
        let own = diagnosis.grounds() == Grounds::Own && diagnosis.rule != EXCEPTION;
        let common = prose.status.or(prose.code.map(crate::Code::http)).is_some()
            || named.is_some()
            || diagnosis.grounds() == Grounds::Common;
        (own || self.quoted && common).then(|| Finding::new(Evidence::Words, diagnosis))
    }

    fn seen(self) -> Seen<'static> {
        Seen::new(self.status, b"")
    }
}

fn said(code: Option<crate::Code>) -> Map<String, Value> {
    let code = code.map(|code| ("status".to_owned(), Value::from(code.name())));
    code.into_iter().collect()
}

fn message(words: &str) -> Map<String, Value> {
    Map::from_iter([("message".to_owned(), Value::from(harvest::collapsed(words)))])
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
        self.evidence == Evidence::Structure || self.diagnosis.grounds() == Grounds::Own
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
