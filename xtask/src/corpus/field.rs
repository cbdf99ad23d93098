//! What is judged, one by one, and how often it must be right.

use super::{answer::Answer, entry::Entry, entry::Quota};

/// How far a hint may be off, in seconds: `RetryInfo` often drops the fraction that the message has.
const HINT_TOLERANCE_S: f64 = 1.0;

/// Metrics that are counted by the minute although their name does not say so: to answer no window is not wrong.
const MINUTE_BY_DEFINITION: &[&str] = &["online_prediction_requests_per_base_model"];

/// One thing to be found.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The least share of right answers, in per cent; `None` if it is only watched.
    pub(super) target: Option<u32>,
    /// Compares; `None` if neither side has anything to say about it.
    pub(super) compare: fn(&Entry, &Answer) -> Option<Comparison>,
}

/// What was to be found, what was found, and whether that will do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Comparison {
    pub(super) expected: String,
    pub(super) got: String,
    pub(super) right: bool,
}

/// Everything that is judged, in the order of the table.
///
/// A share is taken over the texts where the corpus, or the answer, has the thing at all: silence where nothing was to
/// be found would flatter it. A quota's parts are counted over the texts with a quota.
pub(super) const FIELDS: &[Field] = &[
    field("class", Some(99), |entry, answer| {
        Some(same(Some(&entry.expect.kind), answer.class.as_ref()))
    }),
    field("retryable", Some(99), |entry, answer| {
        let told = |retryable: bool| if retryable { "yes" } else { "no" };
        Some(same(
            Some(told(entry.expect.retryable)),
            answer.retryable.map(told),
        ))
    }),
    field("hint", Some(99), hint),
    field("status", None, |entry, answer| {
        let status = entry.expect.status.as_ref()?;
        Some(same(Some(status), answer.status.as_ref()))
    }),
    field("reason", None, reason),
    field("quota window", Some(98), window),
    field("quota unit", Some(98), |entry, answer| {
        quota(entry, answer, |it| it.unit.as_ref())
    }),
    field("quota value", Some(98), |entry, answer| {
        quota(entry, answer, |it| it.value.as_ref())
    }),
    field("quota model", Some(97), |entry, answer| {
        quota(entry, answer, |it| it.model.as_ref())
    }),
    field("quota metric", None, |entry, answer| {
        quota(entry, answer, |it| it.metric.as_ref())
    }),
    field("quota id", None, |entry, answer| {
        quota(entry, answer, |it| it.id.as_ref())
    }),
    field("quota location", None, |entry, answer| {
        quota(entry, answer, |it| it.location.as_ref())
    }),
    field("quota tier", None, |entry, answer| {
        quota(entry, answer, |it| it.tier.as_ref())
    }),
    field("field violations", Some(97), violations),
    field("finish reason", None, |entry, answer| {
        either(entry.expect.finish_reason.as_ref(), answer.finish_reason.as_ref())
    }),
    field("block reason", None, |entry, answer| {
        either(entry.expect.block_reason.as_ref(), answer.block_reason.as_ref())
    }),
];

const fn field(
    name: &'static str,
    target: Option<u32>,
    compare: fn(&Entry, &Answer) -> Option<Comparison>,
) -> Field {
    Field {
        name,
        target,
        compare,
    }
}

/// Right if both are the same, also if both are silent.
fn same<S: AsRef<str> + ?Sized, T: AsRef<str> + ?Sized>(expected: Option<&S>, got: Option<&T>) -> Comparison {
    let (expected, got) = (expected.map(AsRef::as_ref), got.map(AsRef::as_ref));
    Comparison {
        expected: expected.unwrap_or("none").to_owned(),
        got: got.unwrap_or("none").to_owned(),
        right: expected == got,
    }
}

/// [`same`], where one of both speaks.
fn either(expected: Option<&String>, got: Option<&String>) -> Option<Comparison> {
    (expected.is_some() || got.is_some()).then(|| same(expected, got))
}

fn hint(entry: &Entry, answer: &Answer) -> Option<Comparison> {
    let (expected, got) = (entry.expect.retry_after_s, answer.retry_after_s);
    if expected.is_none() && got.is_none() {
        return None;
    }
    let near = |wanted: Option<f64>| matches!((wanted, got), (Some(wanted), Some(got)) if (wanted - got).abs() <= HINT_TOLERANCE_S);
    let told = |hint: Option<f64>| hint.map(|seconds| format!("{seconds} s"));
    Some(Comparison {
        right: near(expected) || near(entry.expect.message_retry_s),
        ..same(told(expected).as_ref(), told(got).as_ref())
    })
}

/// The reason of the older form counts where there is no other.
fn reason(entry: &Entry, answer: &Answer) -> Option<Comparison> {
    let (expected, legacy) = (entry.expect.reason.as_ref(), entry.expect.legacy_reason.as_ref());
    if expected.is_none() && answer.reason.is_some() && answer.reason.as_ref() == legacy {
        return None;
    }
    either(expected, answer.reason.as_ref())
}

/// One part of the quota, where one of both names a quota.
fn quota(entry: &Entry, answer: &Answer, part: fn(&Quota) -> Option<&String>) -> Option<Comparison> {
    let (expected, got) = (entry.expect.quota.as_ref(), answer.quota());
    (expected.is_some() || got.is_some()).then(|| same(expected.and_then(part), got.and_then(part)))
}

fn window(entry: &Entry, answer: &Answer) -> Option<Comparison> {
    let mut compared = quota(entry, answer, |it| it.window.as_ref())?;
    let metric = entry.expect.quota.as_ref().and_then(|it| it.metric.as_deref());
    let by_definition =
        metric.is_some_and(|metric| MINUTE_BY_DEFINITION.iter().any(|name| metric.ends_with(name)));
    compared.right |= by_definition && answer.quota().is_none_or(|it| it.window.is_none());
    Some(compared)
}

/// The very list; its order is of no meaning.
fn violations(entry: &Entry, answer: &Answer) -> Option<Comparison> {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list.join(", ")
    };
    let (expected, got) = (
        sorted(&entry.expect.field_violations),
        sorted(&answer.field_violations),
    );
    let told = |list: &String| (!list.is_empty()).then(|| list.clone());
    either(told(&expected).as_ref(), told(&got).as_ref())
}
