//! The default classifier: an error body becomes a failure by the first rule that holds.

use crate::rules::{Grounds, RULES, Rule};
use crate::{ApiError, Classify, Facts, Seen, hint, quota};
use dioscuri_vocab::{Class, Failure, UnixTime};

/// The default classifier of Gemini's answers.
///
/// It always answers for an HTTP status outside 200 to 299; an unknown one gets the best guess of its
/// hundred. For a 2xx, or without a status, it answers if the body holds an error, and else says "not mine".
///
/// Rules of your own go before it:
///
/// ```
/// use dioscuri_errors::{Classify, ClassifyExt, Seen, Taxonomy};
/// use dioscuri_vocab::{Class, Failure, UnixTime};
///
/// let teapot = |seen: Seen<'_>, _: UnixTime| (seen.status == Some(418)).then(|| Failure::new(Class::Capacity));
/// let classify = teapot.or(Taxonomy::new());
///
/// let class = |status| classify.classify(Seen::new(Some(status), b""), UnixTime(0)).map(|f| f.class);
/// assert_eq!(class(418), Some(Class::Capacity));
/// assert_eq!(class(503), Some(Class::Unavailable));
/// assert_eq!(class(200), None);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Taxonomy;

/// An error, the failure that it is, and the rule that said so.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What the server wrote.
    pub error: ApiError,
    /// What it means.
    pub failure: Failure,
    /// The name of the rule that decided. Names that begin with `guess-` mean: the status is not known, this
    /// is the best guess of its hundred. In a text also `exception-name`, `answer` and `complaint` (what a program says
    /// of an answer), which are no rows of the table.
    pub rule: &'static str,
}

impl Taxonomy {
    /// The default classifier.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Reads `seen`, which arrived at `now`, and keeps what was read: the message, the details, the rule.
    ///
    /// Always answers: ask [`Classify::classify`] whether it is a failure at all.
    ///
    /// ```
    /// use dioscuri_errors::{Seen, Taxonomy};
    /// use dioscuri_vocab::{Class, UnixTime};
    ///
    /// let body = br#"{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}"#;
    /// let diagnosis = Taxonomy::new().diagnose(Seen::new(Some(503), body), UnixTime(0));
    ///
    /// assert_eq!(diagnosis.failure.class, Class::Capacity);
    /// assert_eq!(diagnosis.rule, "capacity-5xx");
    /// assert_eq!(diagnosis.error.message(), "The model is overloaded.");
    /// ```
    #[must_use]
    pub fn diagnose(&self, seen: Seen<'_>, now: UnixTime) -> Diagnosis {
        diagnose(ApiError::parse(seen), seen, now)
    }

    /// The names of all rules of the table, in order of priority.
    pub fn rules() -> impl Iterator<Item = &'static str> {
        RULES.iter().map(|rule| rule.name)
    }
}

impl Classify for Taxonomy {
    fn classify(&self, seen: Seen<'_>, now: UnixTime) -> Option<Failure> {
        let failed = seen.status.is_some_and(|status| !(200..300).contains(&status));
        let error = ApiError::parse(seen);
        (failed || error.is_structured()).then(|| judge(&error, seen, now).0)
    }
}

/// What `error` means, of which the rest of `seen` says more.
pub(crate) fn diagnose(error: ApiError, seen: Seen<'_>, now: UnixTime) -> Diagnosis {
    let (failure, rule) = judge(&error, seen, now);
    Diagnosis {
        error,
        failure,
        rule: rule.name,
    }
}

impl Diagnosis {
    /// Whether nothing but a status, or not even that, decided.
    pub(crate) fn is_a_guess(&self) -> bool {
        self.rule.starts_with("guess-") || self.rule == "no-clue"
    }

    /// On what it was decided.
    pub(crate) fn grounds(&self) -> Grounds {
        let rule = RULES.iter().find(|rule| rule.name == self.rule);
        rule.map_or(Grounds::Own, |rule| rule.grounds)
    }
}

fn judge(error: &ApiError, seen: Seen<'_>, now: UnixTime) -> (Failure, &'static Rule) {
    let violations = quota::violations(error);
    let hint = hint::find(error, seen.headers, now);
    let facts = Facts::new(error, &violations, hint);
    let rule = RULES
        .iter()
        .find(|rule| (rule.when)(&facts))
        .expect("the last rule always holds");

    let mut failure = Failure::new(rule.class);
    failure.scope = rule.scope.unwrap_or(failure.scope);
    failure.transient = rule.transient.unwrap_or(failure.transient);
    failure.status = error.status();
    failure.retry_after = hint;
    failure.counted = counted(error, rule.class);
    failure.violations = violations;
    (failure, rule)
}

/// Failed requests of 400 and 500 count against the quota, Google says, unless no project could be charged;
/// of the others nothing is known.
///
/// Source: the billing FAQ, <https://ai.google.dev/gemini-api/docs/billing>, as of 2026-09-20.
fn counted(error: &ApiError, class: Class) -> Option<bool> {
    let charged = error.is_structured() && class != Class::AuthInvalidKey;
    (charged && matches!(error.status(), Some(400 | 500))).then_some(true)
}
