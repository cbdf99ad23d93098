//! What a finding says in the words of the contract: the fields of `--format jsonl`.

use super::told::redacted;
use dioscuri::{
    Class, Unit, Window,
    parts::{
        errors::{ApiError, Code, Evidence, Finding},
        vocab::{QuotaTier, Violation},
    },
};
use serde::Serialize;

/// A finding for programs. Fields are added, never changed: other programs read them.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Label {
    pub(super) class: &'static str,
    /// Whether the same request to the same endpoint may succeed within minutes, unchanged.
    pub(super) retryable: bool,
    /// The server's own hint.
    pub(super) retry_after_s: Option<f64>,
    /// The canonical code, as the text states it; else as its number implies it without doubt.
    pub(super) status: Option<&'static str>,
    /// `google.rpc.ErrorInfo.reason`.
    pub(super) reason: Option<String>,
    pub(super) quota: Option<Quota>,
    /// The wrong fields that `google.rpc.BadRequest` names.
    pub(super) field_violations: Vec<String>,
    pub(super) finish_reason: Option<String>,
    pub(super) block_reason: Option<String>,
}

/// The class of what nobody knows.
pub(super) const UNKNOWN: &str = Class::Unknown.name();

/// The quota that was hit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct Quota {
    pub(super) metric: Option<String>,
    pub(super) id: Option<String>,
    pub(super) window: Option<&'static str>,
    pub(super) unit: Option<&'static str>,
    /// A string, as Google writes it.
    pub(super) value: Option<String>,
    pub(super) model: Option<String>,
    pub(super) location: Option<String>,
    pub(super) tier: Option<&'static str>,
}

impl Label {
    pub(super) fn of(finding: &Finding) -> Self {
        let (error, failure) = (&finding.diagnosis.error, &finding.diagnosis.failure);
        Self {
            class: class(failure.class),
            retryable: finding.diagnosis.failure.transient,
            retry_after_s: failure.hint().map(|hint| hint.as_secs_f64()),
            status: status(error).map(Code::name),
            reason: error.reason().map(redacted),
            quota: hit(&failure.violations, failure.class).and_then(Quota::of),
            field_violations: error
                .field_violations()
                .filter(|violation| !violation.field.is_empty())
                .map(|violation| redacted(&violation.field))
                .collect(),
            finish_reason: finding.finish_reason.as_deref().map(redacted),
            block_reason: finding.block_reason.as_deref().map(redacted),
        }
    }

    /// The label of a text in which nothing was found, and of the HTTP status that came with it.
    pub(super) fn nothing(status: Option<u16>) -> Self {
        let is_success = status.is_some_and(|status| (200..300).contains(&status));
        Self {
            class: UNKNOWN,
            // Nothing speaks against another try, unless all is well.
            retryable: Class::Unknown.is_transient() && !is_success,
            retry_after_s: None,
            status: None,
            reason: None,
            quota: None,
            field_violations: Vec::new(),
            finish_reason: None,
            block_reason: None,
        }
    }
}

/// 400 stands for three codes: which one, only the text can say.
fn status(error: &ApiError) -> Option<Code> {
    let implied = || error.code().filter(|_| error.status() != Some(400));
    error.stated_code().or_else(implied)
}

impl Quota {
    /// `None` if the violation tells nothing.
    fn of(violation: &Violation) -> Option<Self> {
        let owned = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(redacted);
        (*violation != Violation::new()).then(|| Self {
            metric: owned(&violation.metric),
            id: owned(&violation.quota_id),
            window: violation.window.map(Window::name),
            unit: violation.unit.map(unit),
            value: violation.limit.map(|limit| limit.to_string()),
            model: owned(&violation.model),
            location: owned(&violation.location),
            tier: violation.tier.and_then(tier),
        })
    }
}

/// A broken connection is told as what stands in front of the API: whoever reads a text cannot know how far a
/// request had come.
pub(super) const fn class(class: Class) -> &'static str {
    match class {
        Class::Connection => Class::GatewayError.name(),
        class => class.name(),
    }
}

/// How sure a finding is.
pub(super) const fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Structure => "structure",
        Evidence::Salvaged => "salvaged",
        _ => "words",
    }
}

/// The violation that lasts longest, requests before tokens. Where the limit itself is zero, that one: nothing
/// else matters before it is raised.
fn hit(violations: &[Violation], class: Class) -> Option<&Violation> {
    // The first of equals: `max_by_key` would take the last.
    violations.iter().rev().max_by_key(|violation| {
        let is_zero = class == Class::QuotaZero && violation.limit == Some(0);
        (
            is_zero,
            violation.window,
            violation.unit == Some(Unit::Requests),
            violation.unit.is_some(),
        )
    })
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Requests => "requests",
        Unit::InputTokens | Unit::OutputTokens => "tokens",
        _ => "other",
    }
}

const fn tier(tier: QuotaTier) -> Option<&'static str> {
    match tier {
        QuotaTier::Free => Some("free"),
        QuotaTier::Paid => Some("paid"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(window: Option<Window>, unit: Option<Unit>, limit: u64) -> Violation {
        let mut violation = Violation::new();
        violation.window = window;
        violation.unit = unit;
        violation.limit = Some(limit);
        violation
    }

    #[track_caller]
    fn check(class: Class, violations: &[Violation], expected: u64) {
        assert_eq!(hit(violations, class).unwrap().limit, Some(expected));
    }

    const DAY: Option<Window> = Some(Window::Day);
    const MINUTE: Option<Window> = Some(Window::Minute);
    const REQUESTS: Option<Unit> = Some(Unit::Requests);
    const TOKENS: Option<Unit> = Some(Unit::InputTokens);

    #[test]
    fn of_several_quotas_the_one_that_lasts_longest_is_told() {
        let several = [
            violation(None, REQUESTS, 1),
            violation(MINUTE, REQUESTS, 2),
            violation(DAY, TOKENS, 3),
        ];
        check(Class::QuotaDay, &several, 3);
    }

    #[test]
    fn requests_go_before_tokens_and_the_first_before_its_equals() {
        let several = [
            violation(DAY, TOKENS, 1),
            violation(DAY, REQUESTS, 2),
            violation(DAY, REQUESTS, 3),
        ];
        check(Class::QuotaDay, &several, 2);
    }

    #[test]
    fn a_limit_of_zero_goes_before_all_where_it_is_what_is_wrong() {
        let several = [violation(DAY, REQUESTS, 20), violation(MINUTE, TOKENS, 0)];
        check(Class::QuotaZero, &several, 0);
        check(Class::QuotaDay, &several, 20);
    }

    #[test]
    fn a_violation_that_tells_nothing_is_none() {
        assert_eq!(Quota::of(&Violation::new()), None);
        assert!(hit(&[], Class::QuotaMinute).is_none());
    }

    #[test]
    fn what_counts_neither_requests_nor_tokens_is_other() {
        assert_eq!(
            [Unit::Requests, Unit::OutputTokens, Unit::MicroUsd].map(unit),
            ["requests", "tokens", "other"]
        );
    }
}
