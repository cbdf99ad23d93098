//! What the catalogue is about, the same in every language: topics, names, classes and pages.

use super::{Subject, Topic, pages};
use dioscuri_vocab::Class;

const fn class(class: Class, pages: &'static [&'static str]) -> Subject {
    Subject {
        topic: Topic::Class(class),
        name: class.name(),
        class: Some(class),
        pages,
    }
}

/// In the order of [`Class::ALL`].
pub(super) const CLASSES: [Subject; Class::ALL.len()] = {
    use Class as C;
    use pages as p;
    [
        class(C::QuotaMinute, &[p::RATE_LIMITS, p::VERTEX_429, p::VERTEX_QUOTAS]),
        class(C::QuotaDay, &[p::RATE_LIMITS, p::BILLING, p::BATCH]),
        class(C::QuotaZero, &[p::RATE_LIMITS, p::PRICING, p::BILLING]),
        class(
            C::QuotaUnspecified,
            &[p::RATE_LIMITS, p::VERTEX_429, p::TROUBLESHOOTING],
        ),
        class(
            C::Capacity,
            &[p::VERTEX_429, p::TROUBLESHOOTING, p::VERTEX_RETRY, p::PROVISIONED],
        ),
        class(C::Billing, &[p::BILLING, p::RATE_LIMITS, p::CLOUD_BILLING]),
        class(
            C::InvalidRequest,
            &[p::TROUBLESHOOTING, p::REFERENCE, p::VERTEX_ERRORS],
        ),
        class(
            C::ContextTooLong,
            &[p::TOKENS, p::LONG_CONTEXT, p::FILES, p::MODELS],
        ),
        class(
            C::UnsupportedRegion,
            &[p::REGIONS, p::BILLING, p::VERTEX_LOCATIONS],
        ),
        class(C::FailedPrecondition, &[p::TROUBLESHOOTING, p::FILES, p::MODELS]),
        class(C::AuthInvalidKey, &[p::API_KEYS, p::TROUBLESHOOTING]),
        class(C::Unauthenticated, &[p::OAUTH, p::CLOUD_AUTH, p::API_KEYS]),
        class(C::PermissionDenied, &[p::API_KEYS, p::IAM, p::TROUBLESHOOTING]),
        class(C::ServiceDisabled, &[p::ENABLE_API, p::API_KEYS]),
        class(C::NotFound, &[p::MODELS, p::DEPRECATIONS, p::VERTEX_LOCATIONS]),
        class(C::Conflict, &[p::VERTEX_ERRORS, p::VERTEX_RETRY]),
        class(C::Cancelled, &[p::VERTEX_ERRORS, p::VERTEX_RETRY]),
        class(C::Internal, &[p::TROUBLESHOOTING, p::VERTEX_ERRORS]),
        class(C::Unavailable, &[p::TROUBLESHOOTING, p::VERTEX_RETRY]),
        class(
            C::DeadlineExceeded,
            &[p::TROUBLESHOOTING, p::VERTEX_ERRORS, p::BATCH],
        ),
        class(C::GatewayError, &[p::TROUBLESHOOTING, p::VERTEX_RETRY]),
        class(C::Connection, &[p::TROUBLESHOOTING, p::VERTEX_RETRY]),
        class(C::BlockedPrompt, &[p::SAFETY, p::TERMS]),
        class(C::BlockedResponse, &[p::SAFETY, p::TROUBLESHOOTING]),
        class(C::Recitation, &[p::TROUBLESHOOTING, p::SAFETY]),
        class(C::TruncatedOutput, &[p::THINKING, p::TOKENS, p::LONG_DECODE]),
        class(
            C::MalformedOutput,
            &[p::FUNCTIONS, p::STRUCTURED, p::TROUBLESHOOTING],
        ),
        class(C::EmptyResponse, &[p::TROUBLESHOOTING, p::THINKING, p::REFERENCE]),
        class(C::Unknown, &[p::TROUBLESHOOTING, p::VERTEX_ERRORS]),
    ]
};
