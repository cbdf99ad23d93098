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

const fn reason(name: &'static str, class: Option<Class>, pages: &'static [&'static str]) -> Subject {
    Subject {
        topic: Topic::Reason,
        name,
        class,
        pages,
    }
}

/// Sources: `ErrorReason` of `google/api/error_reason.proto`, the IAM domain, and Code Assist as gemini-cli
/// reads it (`googleQuotaErrors.ts`). Those that this API has no use for are left out.
pub(super) const REASONS: [Subject; 33] = {
    use pages as p;
    const KEY: Option<Class> = Some(Class::AuthInvalidKey);
    const UNKNOWN_CALLER: Option<Class> = Some(Class::Unauthenticated);
    const DENIED: Option<Class> = Some(Class::PermissionDenied);
    const DISABLED: Option<Class> = Some(Class::ServiceDisabled);
    const BILLING: Option<Class> = Some(Class::Billing);
    [
        reason("API_KEY_INVALID", KEY, &[p::API_KEYS, p::CLOUD_API_KEYS]),
        reason("API_KEY_EXPIRED", KEY, &[p::API_KEYS, p::CLOUD_API_KEYS]),
        reason(
            "API_KEY_SERVICE_BLOCKED",
            DENIED,
            &[p::CLOUD_API_KEYS, p::API_KEYS],
        ),
        reason(
            "API_KEY_HTTP_REFERRER_BLOCKED",
            DENIED,
            &[p::CLOUD_API_KEYS, p::API_KEYS],
        ),
        reason(
            "API_KEY_IP_ADDRESS_BLOCKED",
            DENIED,
            &[p::CLOUD_API_KEYS, p::API_KEYS],
        ),
        reason(
            "API_KEY_ANDROID_APP_BLOCKED",
            DENIED,
            &[p::CLOUD_API_KEYS, p::API_KEYS],
        ),
        reason(
            "API_KEY_IOS_APP_BLOCKED",
            DENIED,
            &[p::CLOUD_API_KEYS, p::API_KEYS],
        ),
        reason(
            "CREDENTIALS_MISSING",
            UNKNOWN_CALLER,
            &[p::CLOUD_AUTH, p::API_KEYS, p::OAUTH],
        ),
        reason("ACCESS_TOKEN_EXPIRED", UNKNOWN_CALLER, &[p::CLOUD_AUTH, p::OAUTH]),
        reason(
            "ACCESS_TOKEN_TYPE_UNSUPPORTED",
            UNKNOWN_CALLER,
            &[p::API_KEYS, p::CLOUD_AUTH],
        ),
        reason(
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            DENIED,
            &[p::OAUTH, p::CLOUD_AUTH],
        ),
        reason(
            "SESSION_COOKIE_INVALID",
            UNKNOWN_CALLER,
            &[p::CLOUD_AUTH, p::OAUTH],
        ),
        reason("ACCOUNT_STATE_INVALID", UNKNOWN_CALLER, &[p::CLOUD_AUTH]),
        reason("USER_BLOCKED_BY_ADMIN", DENIED, &[p::CLOUD_AUTH]),
        reason("IAM_PERMISSION_DENIED", DENIED, &[p::IAM, p::VERTEX_ERRORS]),
        reason("SERVICE_DISABLED", DISABLED, &[p::ENABLE_API]),
        reason("SERVICE_NOT_VISIBLE", DISABLED, &[p::ENABLE_API, p::IAM]),
        reason("BILLING_DISABLED", BILLING, &[p::CLOUD_BILLING, p::BILLING]),
        reason("CONSUMER_SUSPENDED", DENIED, &[p::SUSPENSION, p::TERMS]),
        reason("CONSUMER_INVALID", DENIED, &[p::CLOUD_AUTH, p::API_KEYS]),
        reason("USER_PROJECT_DENIED", DENIED, &[p::CLOUD_QUOTAS, p::IAM]),
        reason("RESOURCE_PROJECT_INVALID", DENIED, &[p::IAM]),
        reason("TOS_VIOLATION", DENIED, &[p::TERMS, p::SUSPENSION]),
        reason("VALIDATION_REQUIRED", DENIED, &[p::TERMS]),
        reason("SECURITY_POLICY_VIOLATED", DENIED, &[p::SERVICE_CONTROLS]),
        reason("LOCATION_POLICY_VIOLATED", DENIED, &[p::VERTEX_LOCATIONS]),
        reason("ORG_RESTRICTION_VIOLATION", DENIED, &[p::IAM]),
        reason("RESOURCE_USAGE_RESTRICTION_VIOLATED", DENIED, &[p::IAM]),
        reason("RATE_LIMIT_EXCEEDED", None, &[p::RATE_LIMITS, p::CLOUD_QUOTAS]),
        reason(
            "RESOURCE_QUOTA_EXCEEDED",
            None,
            &[p::CLOUD_QUOTAS, p::RATE_LIMITS],
        ),
        reason(
            "QUOTA_EXHAUSTED",
            Some(Class::QuotaDay),
            &[p::CODE_ASSIST, p::RATE_LIMITS],
        ),
        reason(
            "INSUFFICIENT_G1_CREDITS_BALANCE",
            BILLING,
            &[p::CODE_ASSIST, p::BILLING],
        ),
        reason(
            "MODEL_CAPACITY_EXHAUSTED",
            Some(Class::Capacity),
            &[p::TROUBLESHOOTING, p::VERTEX_429],
        ),
    ]
};

const fn finish(name: &'static str, class: Option<Class>, pages: &'static [&'static str]) -> Subject {
    Subject {
        topic: Topic::FinishReason,
        name,
        class,
        pages,
    }
}

/// Sources: `FinishReason` of the generativelanguage and aiplatform protos, and of Firebase AI Logic.
pub(super) const FINISHES: [Subject; 22] = {
    use pages as p;
    const BLOCKED: Option<Class> = Some(Class::BlockedResponse);
    const MALFORMED: Option<Class> = Some(Class::MalformedOutput);
    [
        finish("FINISH_REASON_UNSPECIFIED", None, &[p::REFERENCE]),
        finish("STOP", None, &[p::REFERENCE]),
        finish(
            "MAX_TOKENS",
            Some(Class::TruncatedOutput),
            &[p::THINKING, p::TOKENS, p::LONG_DECODE],
        ),
        finish("CONTINUATION", None, &[p::LONG_DECODE]),
        finish("SAFETY", BLOCKED, &[p::SAFETY]),
        finish("RECITATION", Some(Class::Recitation), &[p::TROUBLESHOOTING]),
        finish("OTHER", BLOCKED, &[p::TROUBLESHOOTING, p::TERMS]),
        finish("LANGUAGE", BLOCKED, &[p::MODELS]),
        finish("BLOCKLIST", BLOCKED, &[p::SAFETY, p::TERMS]),
        finish("PROHIBITED_CONTENT", BLOCKED, &[p::TERMS, p::SAFETY]),
        finish("SPII", BLOCKED, &[p::SAFETY, p::TERMS]),
        finish("MODEL_ARMOR", BLOCKED, &[p::MODEL_ARMOR]),
        finish("MALFORMED_FUNCTION_CALL", MALFORMED, &[p::FUNCTIONS]),
        finish("UNEXPECTED_TOOL_CALL", MALFORMED, &[p::FUNCTIONS]),
        finish("TOO_MANY_TOOL_CALLS", MALFORMED, &[p::FUNCTIONS]),
        finish(
            "MALFORMED_RESPONSE",
            MALFORMED,
            &[p::STRUCTURED, p::TROUBLESHOOTING],
        ),
        finish("MISSING_THOUGHT_SIGNATURE", MALFORMED, &[p::SIGNATURES]),
        finish("IMAGE_SAFETY", BLOCKED, &[p::SAFETY, p::IMAGES]),
        finish("IMAGE_PROHIBITED_CONTENT", BLOCKED, &[p::TERMS, p::IMAGES]),
        finish("IMAGE_RECITATION", Some(Class::Recitation), &[p::IMAGES]),
        finish("IMAGE_OTHER", BLOCKED, &[p::IMAGES, p::TROUBLESHOOTING]),
        finish("NO_IMAGE", Some(Class::EmptyResponse), &[p::IMAGES]),
    ]
};

const fn block(name: &'static str, class: Option<Class>, pages: &'static [&'static str]) -> Subject {
    Subject {
        topic: Topic::BlockReason,
        name,
        class,
        pages,
    }
}

/// Sources: `BlockReason` of the generativelanguage proto, `BlockedReason` of the aiplatform one.
pub(super) const BLOCKS: [Subject; 9] = {
    use pages as p;
    const BLOCKED: Option<Class> = Some(Class::BlockedPrompt);
    [
        block("BLOCK_REASON_UNSPECIFIED", None, &[p::REFERENCE]),
        block("BLOCKED_REASON_UNSPECIFIED", None, &[p::REFERENCE]),
        block("SAFETY", BLOCKED, &[p::SAFETY]),
        block("OTHER", BLOCKED, &[p::TROUBLESHOOTING, p::TERMS]),
        block("BLOCKLIST", BLOCKED, &[p::SAFETY, p::TERMS]),
        block("PROHIBITED_CONTENT", BLOCKED, &[p::TERMS, p::SAFETY]),
        block("IMAGE_SAFETY", BLOCKED, &[p::SAFETY, p::IMAGES]),
        block("MODEL_ARMOR", BLOCKED, &[p::MODEL_ARMOR]),
        block("JAILBREAK", BLOCKED, &[p::SAFETY, p::TERMS]),
    ]
};
