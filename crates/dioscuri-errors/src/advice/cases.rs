//! Cases for which the entry of a class is too general: one row and one text in each language.

use super::clues::{Clues, Surface};
use super::fields::{self, Problem};
use super::warnings::LONG;
use crate::catalogue::{Subject, Topic, pages as p};
use dioscuri_vocab::{Class, QuotaTier, Unit};

/// One case: what it is about, and when it holds within its class.
pub(crate) struct Case {
    subject: Subject,
    when: fn(&Clues<'_>) -> bool,
}

const fn case(
    name: &'static str,
    class: Class,
    pages: &'static [&'static str],
    when: fn(&Clues<'_>) -> bool,
) -> Case {
    let subject = Subject {
        topic: Topic::Class(class),
        name,
        class: Some(class),
        pages,
    };
    Case { subject, when }
}

/// The first that holds tells.
const CASES: [Case; 37] = [
    case(
        "minute_held",
        Class::QuotaMinute,
        &[p::RATE_LIMITS, p::VERTEX_QUOTAS],
        |c| c.hint().is_some_and(|hint| hint > LONG),
    ),
    case(
        "minute_vertex",
        Class::QuotaMinute,
        &[p::VERTEX_QUOTAS, p::CLOUD_QUOTAS],
        |c| c.surface == Some(Surface::Vertex),
    ),
    case(
        "minute_free",
        Class::QuotaMinute,
        &[p::RATE_LIMITS, p::BILLING],
        free,
    ),
    case(
        "minute_tokens",
        Class::QuotaMinute,
        &[p::RATE_LIMITS, p::TOKENS, p::BATCH],
        |c| {
            let mut violations = c.violations().iter();
            violations.any(|violation| violation.unit == Some(Unit::InputTokens))
        },
    ),
    case(
        "day_plan",
        Class::QuotaDay,
        &[p::CODE_ASSIST, p::RATE_LIMITS],
        |c| c.is_plan() && !c.daily(),
    ),
    case(
        "day_tokens",
        Class::QuotaDay,
        &[p::RATE_LIMITS, p::TOKENS, p::CACHING],
        |c| c.daily() && all_tokens(c),
    ),
    case(
        "day_free",
        Class::QuotaDay,
        &[p::RATE_LIMITS, p::BILLING, p::PRICING],
        free,
    ),
    case(
        "own_quota",
        Class::QuotaUnspecified,
        &[p::RATE_LIMITS, p::VERTEX_QUOTAS],
        |c| !c.violations().is_empty(),
    ),
    case(
        "zero_vertex",
        Class::QuotaZero,
        &[p::VERTEX_QUOTAS, p::CLOUD_QUOTAS, p::VERTEX_LOCATIONS],
        |c| c.surface == Some(Surface::Vertex),
    ),
    case(
        "zero_free",
        Class::QuotaZero,
        &[p::RATE_LIMITS, p::PRICING, p::BILLING],
        free,
    ),
    case(
        "provisioned",
        Class::Capacity,
        &[p::PROVISIONED, p::VERTEX_429],
        |c| c.says("provisioned throughput"),
    ),
    case(
        "shared_capacity",
        Class::Capacity,
        &[p::VERTEX_429, p::VERTEX_RETRY, p::PROVISIONED],
        |c| c.finding.diagnosis.failure.status == Some(429) && c.says("resource exhausted"),
    ),
    case("prepaid", Class::Billing, &[p::BILLING], |c| {
        c.says_any(&["prepay", "prepaid"])
    }),
    case("spend_rate", Class::Billing, &[p::RATE_LIMITS, p::BILLING], |c| {
        c.is_spend_rate()
    }),
    case(
        "monthly_cap",
        Class::Billing,
        &[p::BILLING, p::RATE_LIMITS],
        |c| c.says_all(&["project", "monthly"]) && c.says_any(&["spending cap", "spend cap"]),
    ),
    case(
        "spending_cap",
        Class::Billing,
        &[p::BILLING, p::RATE_LIMITS],
        |c| c.says_any(&["spending cap", "spend cap", "spending limit", "spend limit"]),
    ),
    case(
        "signature",
        Class::InvalidRequest,
        &[p::SIGNATURES, p::FUNCTIONS],
        |c| c.says_any(&["thought signature", "thought_signature", "thoughtsignature"]),
    ),
    case("function_turns", Class::InvalidRequest, &[p::FUNCTIONS], |c| {
        c.says_any(&[
            "function call turn",
            "function response parts",
            "function response turn",
        ])
    }),
    case(
        "two_credentials",
        Class::InvalidRequest,
        &[p::API_KEYS, p::OAUTH],
        |c| c.says_all(&["authentication credentials", "only one"]),
    ),
    case("small_cache", Class::InvalidRequest, &[p::CACHING], |c| {
        c.says("cached content is too small")
    }),
    case(
        "thinking",
        Class::InvalidRequest,
        &[p::THINKING, p::MODELS],
        |c| {
            c.says_any(&[
                "thinking budget",
                "thinking level",
                "thinking_config",
                "thinkingconfig",
            ])
        },
    ),
    case(
        "unknown_field",
        Class::InvalidRequest,
        &[p::REFERENCE, p::STRUCTURED],
        |c| {
            let wrong = fields::wrong(&c.finding.diagnosis.error);
            wrong.iter().any(|field| field.problem == Problem::Unknown)
        },
    ),
    case(
        "too_many_bytes",
        Class::ContextTooLong,
        &[p::FILES, p::LONG_CONTEXT],
        |c| !c.says("token") && c.says_any(&["size", "bytes", "entity too large"]),
    ),
    case(
        "unpaid_region",
        Class::UnsupportedRegion,
        &[p::REGIONS, p::BILLING],
        |c| c.says("billing"),
    ),
    case(
        "service_agents",
        Class::FailedPrecondition,
        &[p::VERTEX_ERRORS, p::IAM],
        |c| c.says("service agent"),
    ),
    case("file_not_ready", Class::FailedPrecondition, &[p::FILES], |c| {
        c.says_all(&["file", "active state"])
    }),
    case(
        "client_timeout",
        Class::DeadlineExceeded,
        &[p::LONG_CONTEXT, p::BATCH, p::TROUBLESHOOTING],
        clients_timeout,
    ),
    case("expired_key", Class::AuthInvalidKey, &[p::API_KEYS], |c| {
        c.says("expired")
    }),
    case(
        "keys_not_accepted",
        Class::Unauthenticated,
        &[p::CLOUD_AUTH, p::OAUTH, p::API_KEYS],
        |c| c.says("api keys are not supported"),
    ),
    case(
        "leaked_key",
        Class::PermissionDenied,
        &[p::API_KEYS, p::TROUBLESHOOTING],
        |c| c.says_all(&["api key", "leaked"]),
    ),
    case("file_of_another", Class::PermissionDenied, &[p::FILES], |c| {
        c.says("access the file")
    }),
    case(
        "missing_role",
        Class::PermissionDenied,
        &[p::IAM, p::VERTEX_ERRORS],
        |c| c.says("permission '") || c.says_all(&["permission", "denied on resource"]),
    ),
    case("cache_gone", Class::NotFound, &[p::CACHING], |c| {
        c.names_a("cachedcontent") || c.says("cached content")
    }),
    case(
        "retired_model",
        Class::NotFound,
        &[p::DEPRECATIONS, p::MODELS],
        |c| {
            c.says_any(&[
                "no longer available",
                "no longer supported",
                "has been retired",
                "shut down",
            ])
        },
    ),
    case(
        "model_elsewhere",
        Class::NotFound,
        &[p::VERTEX_LOCATIONS, p::MODELS],
        |c| c.says("publisher model") || c.says("publishers/google/models"),
    ),
    case(
        "unknown_model",
        Class::NotFound,
        &[p::MODELS, p::DEPRECATIONS],
        |c| c.says("models/") || c.says_all(&["model", "name is invalid"]),
    ),
    case("file_gone", Class::NotFound, &[p::FILES], |c| {
        c.says("files/") || c.says("the file ") || c.names_a("file")
    }),
];

fn free(clues: &Clues<'_>) -> bool {
    let mut violations = clues.violations().iter();
    violations.any(|violation| violation.tier == Some(QuotaTier::Free))
}

fn clients_timeout(clues: &Clues<'_>) -> bool {
    clues.is_clients_timeout()
}

/// Whether what was used up is counted in tokens alone.
fn all_tokens(clues: &Clues<'_>) -> bool {
    let mut units = clues.violations().iter().map(|violation| violation.unit);
    let is_tokens = |unit| matches!(unit, Some(Unit::InputTokens | Unit::OutputTokens));
    !clues.violations().is_empty() && units.all(is_tokens)
}

/// What the texts of each language are laid beside.
pub(crate) const SUBJECTS: [Subject; CASES.len()] = {
    let mut subjects = [CASES[0].subject; CASES.len()];
    let mut at = 1;
    while at < CASES.len() {
        subjects[at] = CASES[at].subject;
        at += 1;
    }
    subjects
};

/// Which case holds, as an index into the texts.
pub(super) fn find(clues: &Clues<'_>) -> Option<usize> {
    CASES
        .iter()
        .position(|case| case.subject.class == Some(clues.class()) && (case.when)(clues))
}

#[cfg(test)]
mod tests;
