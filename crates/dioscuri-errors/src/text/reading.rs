//! Reads one piece of a text: what stands in brackets first, words last.

use super::harvest::{self, Harvest, Hit};
use super::prose::Prose;
use super::{Evidence, Finding, answers, blocks};
use crate::rules::Grounds;
use crate::{ApiError, Diagnosis, Form, Seen, taxonomy};
use dioscuri_vocab::{Failure, UnixTime};
use serde_json::{Map, Value};

/// The name of the rule by which the name of an exception decides.
const EXCEPTION: &str = "exception-name";

/// A status with no more words than this around it has nothing to say. In words, the status included.
const MIN_WORDS: usize = 3;

/// How one piece of text is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) status: Option<u16>,
    pub(super) now: UnixTime,
    pub(super) trust: Trust,
}

/// Which evidence counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Trust {
    /// What only our provider's servers say.
    Own,
    /// Also codes and the names of exceptions: the provider is named somewhere in the text.
    Names,
    /// Also a bare status: the provider is named here, or somebody has picked this text as an error.
    Anything,
}

impl Reading {
    pub(super) fn block(self, text: &str) -> Vec<Finding> {
        if self.status.is_none() && blocks::names_another(text) && !Prose::read(text).paired {
            return Vec::new();
        }
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
            let finding = self.error(hit, around, &prose, text);
            if !finding.is_ours() && self.trust < Trust::Names || finding.says_nothing() {
                continue;
            }
            if !findings.iter().any(|known| known.says_the_same(&finding)) {
                findings.push(finding);
            }
        }
        let whole = !answers::ended_well(&answers);
        findings.extend(answers::read(&answers, self.status == Some(200), self.now));
        if findings.iter().all(Finding::is_vague) {
            let words = self
                .words(&prose)
                .or_else(|| self.words(&inside))
                // What a model wrote is no error, whatever it speaks of.
                .or_else(|| if whole { self.words(text) } else { None });
            if words.is_some() {
                findings = words.into_iter().collect();
            }
        }
        findings
    }

    /// An error with structure.
    fn error(self, hit: Hit, around: Prose, prose: &str, text: &str) -> Finding {
        let mut chain = hit.chain;
        // What stands before a body says what a cut body does not.
        chain.insert(0, said(around.code));
        // Words that stand around an error may be anybody's: a form without structure keeps them out of logs.
        let form = match hit {
            Hit { loose: true, .. } => Form::Text,
            Hit { strict: true, .. } => Form::Json,
            _ => Form::Salvaged,
        };
        let failed = self.status.filter(|status| *status >= 300);
        let mut error = ApiError::from_objects(form, failed.or(around.status), &chain);
        if error.message().is_empty() {
            chain.insert(0, message(prose));
            error = ApiError::from_objects(Form::Text, failed.or(around.status), &chain);
        }
        if error.status().is_none() || error.stated_code().is_none() {
            let inside = Prose::read(error.message());
            chain.insert(0, said(inside.code));
            let status = failed.or(around.status).or(inside.status);
            error = ApiError::from_objects(error.form(), status, &chain);
        }
        let diagnosis = self.diagnose(error, text);
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
        let complaint = answers::words(text, &prose);
        if complaint.is_some() && (self.trust >= Trust::Names || answers::speaks_of_one(text)) {
            return complaint;
        }
        let status = self.status.filter(|status| *status >= 300).or(prose.status);
        let words = if text.split_whitespace().nth(MIN_WORDS).is_some() {
            text
        } else {
            ""
        };
        let error = ApiError::from_objects(Form::Text, status, &[message(words), said(prose.code)]);
        let mut diagnosis = self.diagnose(error, text);
        let named = prose.class.or(prose.wrapper.filter(|_| diagnosis.is_a_guess()));
        if let Some(class) = named.filter(|_| diagnosis.is_a_guess()) {
            let status = diagnosis.failure.status;
            diagnosis.failure = Failure::new(class);
            diagnosis.failure.status = status;
            diagnosis.rule = EXCEPTION;
        }
        let own = diagnosis.grounds() == Grounds::Own && diagnosis.rule != EXCEPTION;
        let needed = if own || prose.paired {
            Trust::Own
        } else if prose.code.is_some() || named.is_some() {
            Trust::Names
        } else if prose.status.is_some() || diagnosis.grounds() == Grounds::Common {
            Trust::Anything
        } else {
            return None;
        };
        (self.trust >= needed).then(|| Finding::new(Evidence::Words, diagnosis))
    }

    /// What `error` means, with the headers that stand in the words `around` it.
    fn diagnose(self, error: ApiError, around: &str) -> Diagnosis {
        let headers = header(around, "retry-after").map(|value| ("retry-after", value));
        let headers: Vec<_> = headers.into_iter().collect();
        let seen = Seen::new(self.status, b"").with_headers(&headers);
        taxonomy::diagnose(error, seen, self.now)
    }
}

/// The value of a header that was printed with the answer.
fn header<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        let key = key.trim_matches(['<', ' ', '"', '\'']);
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches(['"', '\'', ',']))
    })
}

fn said(code: Option<crate::Code>) -> Map<String, Value> {
    let code = code.map(|code| ("status".to_owned(), Value::from(code.name())));
    code.into_iter().collect()
}

fn message(words: &str) -> Map<String, Value> {
    Map::from_iter([("message".to_owned(), Value::from(harvest::collapsed(words)))])
}
