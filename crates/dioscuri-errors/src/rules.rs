//! The rules of the taxonomy: one row each, the first that holds decides.
//!
//! Structure goes before wording: details and quota names first, then codes, and words only where a code
//! stands for several classes. A new error of the provider's is one row here and one recorded body in the tests.

mod words;

use crate::{Code, Facts};
use dioscuri_vocab::{Class, Scope, Window};
use std::time::Duration;
use words::{
    hundred, names_a_field, names_a_file, names_cached_content, refuses_the_request, speaks_of_capacity,
    speaks_of_money, speaks_of_the_connection,
};

/// One row.
pub(crate) struct Rule {
    /// What it is called in receipts and tests.
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    /// The scope, where it is not the usual one of the class.
    pub(crate) scope: Option<Scope>,
    pub(crate) when: fn(&Facts<'_>) -> bool,
    /// Whether the same request may succeed within minutes, where it is not as its class says.
    pub(crate) transient: Option<bool>,
    /// How surely a text in which it holds speaks of a failure of ours.
    pub(crate) grounds: Grounds,
}

/// A hint longer than this is no minute quota: the window of a subscription, hours to days.
/// gemini-cli draws the line at the same place (`googleQuotaErrors.ts`).
const LONGEST_MINUTE_HINT: Duration = Duration::from_secs(300);

const fn rule(name: &'static str, class: Class, when: fn(&Facts<'_>) -> bool) -> Rule {
    Rule {
        name,
        class,
        scope: None,
        when,
        transient: None,
        grounds: Grounds::Own,
    }
}

/// A rule that goes by the status alone.
const fn by_status(name: &'static str, class: Class, when: fn(&Facts<'_>) -> bool) -> Rule {
    let mut rule = rule(name, class, when);
    rule.grounds = Grounds::Status;
    rule
}

/// A rule that goes by words of HTTP libraries, which speak so of every server.
const fn by_common_words(name: &'static str, class: Class, when: fn(&Facts<'_>) -> bool) -> Rule {
    let mut rule = rule(name, class, when);
    rule.grounds = Grounds::Common;
    rule
}

/// On what a rule decides, and so what it proves about a text of which nothing else is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Grounds {
    /// What only the servers of this provider say.
    Own,
    /// What is said of every server.
    Common,
    /// A status, or nothing.
    Status,
}

impl Rule {
    const fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    const fn transient(mut self, transient: bool) -> Self {
        self.transient = Some(transient);
        self
    }
}

/// Every rule, in order of priority. The last one always holds.
pub(crate) const RULES: &[Rule] = &[
    // What structure decides, whatever the code.
    rule("limit-of-zero", Class::QuotaZero, |f| {
        f.may_be(429) && f.violations.iter().any(|v| v.limit == Some(0))
    }),
    by_status("payment-required", Class::Billing, |f| f.status(402)),
    rule("billing-reason", Class::Billing, |f| {
        f.reason(&["BILLING_DISABLED", "INSUFFICIENT_G1_CREDITS_BALANCE"])
    }),
    rule("capacity-reason", Class::Capacity, |f| {
        f.reason(&["MODEL_CAPACITY_EXHAUSTED"])
    }),
    rule("quota-per-day", Class::QuotaDay, |f| f.window(Window::Day)),
    rule("quota-per-minute", Class::QuotaMinute, |f| {
        f.window(Window::Minute) || f.window(Window::Second)
    }),
    rule("subscription-quota-reason", Class::QuotaDay, |f| {
        f.reason(&["QUOTA_EXHAUSTED"])
    }),
    rule("key-invalid-reason", Class::AuthInvalidKey, |f| {
        f.reason(&["API_KEY_INVALID", "API_KEY_EXPIRED"])
    }),
    rule("service-disabled-reason", Class::ServiceDisabled, |f| {
        f.reason(&["SERVICE_DISABLED", "SERVICE_NOT_VISIBLE"])
    }),
    rule("credentials-reason", Class::Unauthenticated, |f| {
        f.reason(&[
            "CREDENTIALS_MISSING",
            "ACCESS_TOKEN_EXPIRED",
            "ACCESS_TOKEN_TYPE_UNSUPPORTED",
            "SESSION_COOKIE_INVALID",
        ])
    }),
    // The words of OAuth (RFC 6749, section 5.2), whatever carries them: a login has ended.
    by_common_words("grant-refused", Class::Unauthenticated, |f| {
        f.says_any(&["invalid_grant", "unauthorized_client"])
    }),
    rule("consumer-reason", Class::PermissionDenied, |f| {
        f.reason(&["CONSUMER_SUSPENDED", "CONSUMER_INVALID", "USER_PROJECT_DENIED"])
    })
    .scope(Scope::Endpoint),
    rule("key-restricted-reason", Class::PermissionDenied, |f| {
        let reason = f.error.reason();
        reason.is_some_and(|reason| reason.starts_with("API_KEY_") && reason.ends_with("_BLOCKED"))
    }),
    rule("page-of-a-front-end", Class::GatewayError, |f| {
        f.is_html()
            && f.error
                .status()
                .is_none_or(|status| !(400..500).contains(&status))
    }),
    // Words that mean the same under several codes.
    rule("key-invalid-words", Class::AuthInvalidKey, |f| {
        (f.status(400) || f.may_be(401) || f.status(403))
            && f.says_any(&["api key not valid", "api key not found", "api key expired"])
    }),
    rule("location", Class::UnsupportedRegion, |f| {
        let place = f.says_any(&["location", "country", "region"]);
        let refused = f.says_any(&[
            "location is not supported for",
            "not supported",
            "unsupported",
            "not available",
        ]);
        let ours = f.says_any(&[
            "user location",
            "location is not supported for the api",
            "not available in your country",
        ]);
        (ours || f.is(Code::FailedPrecondition)) && place && refused
    }),
    // Its window of ten minutes moves on.
    rule("spend-limit", Class::Billing, |f| {
        let spend = f.says_any(&["spend-based", "spend rate limit", "spending rate limit"]);
        f.may_be(429) && spend && f.hint.is_some()
    })
    .transient(true),
    rule("billing-words", Class::Billing, |f| {
        let refused = f.may_be(429) || f.status(403) || f.is(Code::FailedPrecondition);
        refused && speaks_of_money(f) || f.says("only accessible to billed users")
    }),
    rule("cached-content", Class::NotFound, |f| {
        (f.status(404) || f.status(403)) && names_cached_content(f)
    })
    .scope(Scope::Caller),
    by_status("request-too-large", Class::ContextTooLong, |f| f.status(413)),
    // RESOURCE_EXHAUSTED without a window.
    rule("subscription-quota-hint", Class::QuotaDay, |f| {
        f.status(429) && f.hint.is_some_and(|hint| hint.after > LONGEST_MINUTE_HINT)
    }),
    rule("quota-day-words", Class::QuotaDay, |f| {
        let daily = f.says("quota") && f.says_any(&["per day", "perday", "per_day", "daily"]);
        // The quota of a subscription.
        let plan = f.says_any(&[
            "individual quota reached",
            "exhausted your capacity on this model",
        ]);
        f.may_be(429) && (daily || plan) || f.status(429) && f.says("daily limit")
    }),
    rule("quota-minute-words", Class::QuotaMinute, |f| {
        let named = f.status(429) || f.may_be(429) && f.says("quota");
        named && f.says_any(&["per minute", "perminute", "per_minute"])
    }),
    // Vertex tells contention for shared capacity from a quota by one word: "Resource exhausted" is
    // capacity, "Resource has been exhausted (e.g. check quota)" is not known to be.
    rule("capacity-429", Class::Capacity, |f| {
        f.status(429) && f.violations.is_empty() && (f.says("resource exhausted") || speaks_of_capacity(f))
    }),
    rule("quota-words", Class::QuotaUnspecified, |f| {
        f.may_be(429)
            && f.says_any(&[
                "exceeded your current quota",
                "quota exceeded for",
                "resource has been exhausted",
            ])
    }),
    by_status("quota-unspecified", Class::QuotaUnspecified, |f| f.status(429)),
    // INVALID_ARGUMENT and FAILED_PRECONDITION.
    rule("too-many-tokens", Class::ContextTooLong, |f| {
        f.may_be(400)
            && f.says("token count")
            && f.says_any(&["exceed", "supports up to", "too long", "too large"])
    }),
    rule("payload-too-large", Class::ContextTooLong, |f| {
        f.may_be(400)
            && f.says_any(&["payload size", "request size", "body size", "file size"])
            && f.says_any(&["exceed", "too large", "limit"])
    }),
    rule("model-name-invalid", Class::NotFound, |f| {
        f.status(400) && f.says("model name is invalid")
    }),
    rule("file-not-active", Class::FailedPrecondition, |f| {
        f.may_be(400) && f.says_all(&["file", "not in an active state"])
    })
    .transient(true),
    rule("soon-ready", Class::FailedPrecondition, |f| {
        (f.status(400) || f.is(Code::FailedPrecondition) || f.error.status().is_none())
            && f.says_any(&["being provisioned", "try again in a few minutes"])
    })
    .transient(true),
    rule("failed-precondition", Class::FailedPrecondition, |f| {
        f.is(Code::FailedPrecondition)
    }),
    rule("field-violations", Class::InvalidRequest, |f| {
        f.may_be(400) && f.error.field_violations().next().is_some()
    }),
    rule("invalid-request-words", Class::InvalidRequest, |f| {
        f.may_be(400) && (names_a_field(f) || refuses_the_request(f))
    }),
    by_status("bad-request-without-words", Class::Unknown, |f| {
        f.status(400) && f.is_bare() && f.error.stated_code().is_none()
    })
    .transient(false),
    by_status("invalid-request", Class::InvalidRequest, |f| f.status(400)),
    // The other codes.
    rule("no-identity", Class::Unauthenticated, |f| {
        f.may_be(403) && f.says("unregistered callers")
    }),
    rule("service-disabled-words", Class::ServiceDisabled, |f| {
        let unused = f.says_all(&["has not been used in project", "disabled"]);
        f.may_be(403) && (unused || f.says("api has not been used"))
    }),
    rule("leaked-key", Class::PermissionDenied, |f| {
        f.may_be(403) && f.says_all(&["api key", "leaked"])
    })
    .scope(Scope::Key),
    rule("file-of-another", Class::PermissionDenied, |f| {
        f.may_be(403) && f.says_all(&["permission to access the file"])
    })
    .scope(Scope::Caller),
    rule("key-restricted-words", Class::PermissionDenied, |f| {
        f.may_be(403) && f.says_any(&["requests to this api", "requests from"]) && f.says("are blocked")
    }),
    rule("permission-words", Class::PermissionDenied, |f| {
        let denied = f.says_all(&["permission", "denied on resource"]);
        f.may_be(403) && (denied || f.says("the caller does not have permission"))
    }),
    by_status("permission-denied", Class::PermissionDenied, |f| f.status(403)),
    rule("credentials-words", Class::Unauthenticated, |f| {
        f.may_be(401)
            && f.says_any(&[
                "api keys are not supported by this api",
                "invalid authentication credentials",
                "missing required authentication credential",
                "default credentials were not found",
                "could not automatically determine credentials",
            ])
    }),
    by_status("unauthenticated", Class::Unauthenticated, |f| f.status(401)),
    rule("file-not-found", Class::NotFound, |f| {
        f.status(404) && names_a_file(f)
    })
    .scope(Scope::Caller),
    rule("model-not-found", Class::NotFound, |f| {
        f.may_be(404)
            && f.says_any(&[
                "is not found for api version",
                "was not found or your project does not have access",
                "requested entity was not found",
                "no longer available to new users",
            ])
    }),
    rule("session-not-found", Class::NotFound, |f| {
        f.may_be(404) && f.says("session not found")
    })
    .scope(Scope::Caller),
    by_status("not-found", Class::NotFound, |f| f.status(404)),
    by_status("unimplemented", Class::NotFound, |f| f.status(501)),
    by_status("conflict", Class::Conflict, |f| f.status(409)),
    by_status("cancelled", Class::Cancelled, |f| f.status(499)),
    rule("capacity-5xx", Class::Capacity, |f| {
        (f.status(500) || f.status(503)) && speaks_of_capacity(f)
    }),
    rule("capacity-words", Class::Capacity, |f| {
        f.error.status().is_none()
            && f.says_any(&[
                "model is overloaded",
                "experiencing high demand",
                "no capacity available",
                "resource exhausted. please try again",
                "resource exhausted, please try again",
            ])
    }),
    by_status("unavailable", Class::Unavailable, |f| f.status(503)),
    by_status("deadline", Class::DeadlineExceeded, |f| {
        f.status(504) || f.status(408)
    }),
    by_status("bad-gateway", Class::GatewayError, |f| f.status(502)),
    by_status("internal", Class::Internal, |f| f.status(500)),
    // Words without any status: what is left of an error in a text.
    rule("deadline-words", Class::DeadlineExceeded, |f| {
        f.may_be(504) && f.says("deadline expired before operation could complete")
    }),
    rule("internal-words", Class::Internal, |f| {
        f.may_be(500)
            && f.says_any(&[
                "an internal error has occurred. please retry",
                "internal error encountered",
                "1011 (internal error)",
            ])
    }),
    by_common_words("timeout-words", Class::DeadlineExceeded, |f| {
        f.may_be(504)
            && f.says_any(&[
                "read timed out",
                "request timed out",
                "deadline exceeded",
                "etimedout",
            ])
    }),
    by_common_words("broken-connection-words", Class::GatewayError, |f| {
        f.may_be(502) && speaks_of_the_connection(f)
    }),
    rule("answer-without-parts", Class::EmptyResponse, |f| {
        f.may_be(200) && f.says("quick accessor") && f.says_any(&["none were returned", "but none"])
    }),
    // The best guess of an unknown status is its hundred.
    by_status("guess-4xx", Class::InvalidRequest, |f| hundred(f) == Some(4)),
    by_status("guess-5xx", Class::Internal, |f| hundred(f) == Some(5)),
    // Google sends none: the base URL is not the API's, and will not be by itself.
    by_status("redirect", Class::NotFound, |f| hundred(f) == Some(3)),
    by_status("guess-1xx", Class::GatewayError, |f| {
        hundred(f).is_some_and(|hundred| hundred < 2)
    }),
    by_status("no-clue", Class::Unknown, |_| true),
];
