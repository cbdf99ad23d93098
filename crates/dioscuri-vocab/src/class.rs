//! What a failure is, and how far it reaches.

use std::{error::Error, fmt, str::FromStr};

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $scope:ident, $transient:literal;)*) => {
        /// What a failure is.
        ///
        /// A fact, not advice: what each class calls for is a row in `dioscuri-retry`. The names are those
        /// of the JSON output of `dioscuri diagnose`.
        ///
        /// ```
        /// use dioscuri_vocab::Class;
        ///
        /// assert_eq!("quota_day".parse(), Ok(Class::QuotaDay));
        /// assert!(Class::ALL.iter().all(|class| class.name().parse() == Ok(*class)));
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum Class {
            $($(#[$doc])* $name,)*
        }

        impl Class {
            /// Every class, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in JSON, metrics and logs: lower case with underscores.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Who else is hit, if nothing in the failure says otherwise.
            #[must_use]
            pub const fn usual_scope(self) -> Scope {
                match self {
                    $(Self::$name => Scope::$scope,)*
                }
            }

            /// Whether the same request to the same endpoint may succeed within minutes, unchanged.
            #[must_use]
            pub const fn is_transient(self) -> bool {
                match self {
                    $(Self::$name => $transient,)*
                }
            }
        }
    };
}

classes! {
    /// A quota of a minute or less: requests or tokens.
    QuotaMinute = "quota_minute", QuotaDomain, true;
    /// A quota of a day, or of a subscription's hours to days.
    QuotaDay = "quota_day", QuotaDomain, false;
    /// The limit itself is zero: the model is not part of this tier, region or key.
    QuotaZero = "quota_zero", QuotaDomain, false;
    /// A 429 that names no window, and no metric or quota id that fixes one.
    QuotaUnspecified = "quota_unspecified", Capacity, true;
    /// Shared or model capacity: overloaded, high demand, Vertex dynamic shared quota.
    Capacity = "capacity", Capacity, true;
    /// Prepaid credits gone, spending cap reached, billing off.
    Billing = "billing", BillingAccount, false;
    /// The request itself is wrong.
    InvalidRequest = "invalid_request", Caller, false;
    /// Too many tokens, or a body or file too large.
    ContextTooLong = "context_too_long", Caller, false;
    /// The caller's or the server's location is not supported.
    UnsupportedRegion = "unsupported_region", Caller, false;
    /// Another condition is not met: a file that is not active yet, a model closed to the project.
    FailedPrecondition = "failed_precondition", Caller, false;
    /// The API key is invalid, unknown or expired.
    AuthInvalidKey = "auth_invalid_key", Key, false;
    /// No credentials, credentials of the wrong type, or an expired token.
    Unauthenticated = "unauthenticated", Key, false;
    /// A known caller that is not allowed: leaked or restricted key, missing role.
    PermissionDenied = "permission_denied", Key, false;
    /// The API is not enabled in the project.
    ServiceDisabled = "service_disabled", Endpoint, false;
    /// The model, method, file or path does not exist.
    NotFound = "not_found", Endpoint, false;
    /// `ABORTED`, HTTP 409.
    Conflict = "conflict", Caller, true;
    /// `CANCELLED`, HTTP 499.
    Cancelled = "cancelled", Endpoint, true;
    /// `INTERNAL`, HTTP 500.
    Internal = "internal", Endpoint, true;
    /// `UNAVAILABLE`, HTTP 503, without any word of capacity.
    Unavailable = "unavailable", Capacity, true;
    /// `DEADLINE_EXCEEDED`, HTTP 504, or a timeout of ours.
    DeadlineExceeded = "deadline_exceeded", Endpoint, true;
    /// HTTP 502, an HTML page, or a front end that broke off.
    GatewayError = "gateway_error", Endpoint, true;
    /// The connection failed: no address, refused, TLS, reset. The phase says whether anything was sent.
    Connection = "connection", Endpoint, true;
    /// HTTP 200, the prompt was refused (`promptFeedback.blockReason`).
    BlockedPrompt = "blocked_prompt", Caller, false;
    /// HTTP 200, the answer was stopped (`SAFETY`, `PROHIBITED_CONTENT`, …).
    BlockedResponse = "blocked_response", Caller, false;
    /// HTTP 200, finish reason `RECITATION`.
    Recitation = "recitation", Caller, true;
    /// HTTP 200, finish reason `MAX_TOKENS` with no text.
    TruncatedOutput = "truncated_output", Caller, false;
    /// HTTP 200, finish reason `MALFORMED_FUNCTION_CALL` and its kin.
    MalformedOutput = "malformed_output", Caller, true;
    /// HTTP 200, no candidate or no part, and no reason given.
    EmptyResponse = "empty_response", Caller, true;
    /// What arrived does not allow a diagnosis.
    Unknown = "unknown", Endpoint, true;
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Class {
    type Err = UnknownClass;

    fn from_str(text: &str) -> Result<Self, UnknownClass> {
        let found = Self::ALL.iter().find(|class| class.name() == text);
        found.copied().ok_or_else(|| UnknownClass(text.to_owned()))
    }
}

/// A text that names no class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownClass(String);

impl fmt::Display for UnknownClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = Class::ALL.iter().map(|known| known.name()).collect();
        write!(
            f,
            "no class is named {:?}; there are {}",
            self.0,
            known.join(", ")
        )
    }
}

impl Error for UnknownClass {}

/// How far a failure reaches: whose fault it is decides who else must stop.
///
/// Each scope has a memory of its own, and they are never mixed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Scope {
    /// This request only. Nothing is remembered.
    Caller,
    /// The credential. Another key of the same project goes on.
    Key,
    /// What a quota is counted against: project × location × served model × unit × window. Two keys of one
    /// project are one domain.
    QuotaDomain,
    /// The billing account, and with it every project it pays for.
    BillingAccount,
    /// Capacity shared by all projects: location × model.
    Capacity,
    /// This endpoint, for a reason of its own: a fault of a server, a model it does not offer.
    Endpoint,
}

impl Scope {
    /// Every scope, from the narrowest cause to the widest.
    pub const ALL: &'static [Self] = &[
        Self::Caller,
        Self::Key,
        Self::QuotaDomain,
        Self::BillingAccount,
        Self::Capacity,
        Self::Endpoint,
    ];

    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Key => "key",
            Self::QuotaDomain => "quota_domain",
            Self::BillingAccount => "billing_account",
            Self::Capacity => "capacity",
            Self::Endpoint => "endpoint",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_class_has_a_name_of_its_own() {
        let names: HashSet<_> = Class::ALL.iter().map(|class| class.name()).collect();
        assert_eq!(names.len(), Class::ALL.len());
    }

    #[test]
    fn an_unknown_class_is_told_with_those_that_there_are() {
        let told = "nonsense".parse::<Class>().unwrap_err().to_string();
        let start = "no class is named \"nonsense\"; there are quota_minute, quota_day, ";
        assert!(told.starts_with(start), "{told}");
    }

    #[test]
    fn quotas_belong_to_domains_and_keys_to_keys() {
        assert_eq!(Class::QuotaDay.usual_scope(), Scope::QuotaDomain);
        assert_eq!(Class::AuthInvalidKey.usual_scope(), Scope::Key);
        assert_eq!(Class::Billing.usual_scope(), Scope::BillingAccount);
        assert_eq!(Class::Unavailable.usual_scope(), Scope::Capacity);
        assert_eq!(Class::InvalidRequest.usual_scope(), Scope::Caller);
    }
}
