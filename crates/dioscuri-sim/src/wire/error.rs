//! The error body of Google's APIs: `google.rpc.Status` as JSON (§2.1 to §2.3 of the reference).

use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _, time::Duration};

use serde::Serialize;
use serde_json::Value;

use super::layout;

/// An error body: `{"error": {"code", "message", "status", "details"}}`.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct ErrorBody {
    error: RpcStatus,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
struct RpcStatus {
    code: u16,
    message: Cow<'static, str>,
    status: Cow<'static, str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

impl ErrorBody {
    pub(crate) fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let (code, status) = code.names();
        Self::free(code, status, message)
    }

    /// A body with any status at all.
    pub(crate) fn free(
        code: u16,
        status: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            error: RpcStatus {
                code,
                message: message.into(),
                status: status.into(),
                details: Vec::new(),
            },
        }
    }

    pub(crate) fn with(mut self, detail: Detail) -> Self {
        self.error.details.push(detail);
        self
    }

    /// The HTTP status.
    pub(crate) const fn http(&self) -> u16 {
        self.error.code
    }

    /// The body's bytes, indented by two blanks as Google's are.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        layout::body(self)
    }
}

/// The canonical codes that the simulator answers with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Code {
    InvalidArgument,
    FailedPrecondition,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    ResourceExhausted,
    Cancelled,
    Internal,
    Unimplemented,
    Unavailable,
    DeadlineExceeded,
}

impl Code {
    /// The HTTP status and the name (§2.2).
    const fn names(self) -> (u16, &'static str) {
        match self {
            Self::InvalidArgument => (400, "INVALID_ARGUMENT"),
            Self::FailedPrecondition => (400, "FAILED_PRECONDITION"),
            Self::Unauthenticated => (401, "UNAUTHENTICATED"),
            Self::PermissionDenied => (403, "PERMISSION_DENIED"),
            Self::NotFound => (404, "NOT_FOUND"),
            Self::ResourceExhausted => (429, "RESOURCE_EXHAUSTED"),
            Self::Cancelled => (499, "CANCELLED"),
            Self::Internal => (500, "INTERNAL"),
            Self::Unimplemented => (501, "UNIMPLEMENTED"),
            Self::Unavailable => (503, "UNAVAILABLE"),
            Self::DeadlineExceeded => (504, "DEADLINE_EXCEEDED"),
        }
    }
}

/// One of `google.rpc`'s error details (§2.3).
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(tag = "@type")]
pub(crate) enum Detail {
    #[serde(rename = "type.googleapis.com/google.rpc.ErrorInfo")]
    ErrorInfo {
        reason: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        domain: Option<&'static str>,
        metadata: BTreeMap<&'static str, String>,
    },
    #[serde(rename = "type.googleapis.com/google.rpc.LocalizedMessage")]
    LocalizedMessage {
        locale: &'static str,
        message: Cow<'static, str>,
    },
    #[serde(rename = "type.googleapis.com/google.rpc.Help")]
    Help { links: Vec<Link> },
    #[serde(rename = "type.googleapis.com/google.rpc.QuotaFailure")]
    QuotaFailure { violations: Vec<QuotaViolation> },
    #[serde(rename = "type.googleapis.com/google.rpc.RetryInfo", rename_all = "camelCase")]
    RetryInfo { retry_delay: String },
    #[serde(
        rename = "type.googleapis.com/google.rpc.BadRequest",
        rename_all = "camelCase"
    )]
    BadRequest { field_violations: Vec<FieldViolation> },
    /// What a scenario file says, as it says it.
    #[serde(untagged)]
    Free(Value),
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct Link {
    pub(crate) description: &'static str,
    pub(crate) url: Cow<'static, str>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct QuotaViolation {
    #[serde(rename = "quotaMetric")]
    pub(crate) metric: String,
    #[serde(rename = "quotaId")]
    pub(crate) id: &'static str,
    #[serde(rename = "quotaDimensions")]
    pub(crate) dimensions: BTreeMap<&'static str, String>,
    /// An int64, and so a string in JSON.
    #[serde(rename = "quotaValue")]
    pub(crate) value: String,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct FieldViolation {
    /// Absent for the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    pub(crate) description: String,
}

/// A duration as proto3 JSON writes it: seconds with 0, 3, 6 or 9 digits and "s".
pub(crate) fn proto_duration(duration: Duration) -> String {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    match nanos {
        0 => format!("{seconds}s"),
        _ if nanos.is_multiple_of(1_000_000) => format!("{seconds}.{:03}s", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1_000) => format!("{seconds}.{:06}s", nanos / 1_000),
        _ => format!("{seconds}.{nanos:09}s"),
    }
}

/// A duration as Google's messages write it: `10h50m43.651927829s`, `26.211922938s`, `788.5ms`.
///
/// Hours are captured, and so are seconds; milliseconds are what Google's own client reads in that place.
/// Shorter waits are milliseconds as well: a guess.
pub(crate) fn spoken_duration(duration: Duration) -> String {
    let mut text = String::new();
    if duration < Duration::from_secs(1) && !duration.is_zero() {
        let nanos = duration.subsec_nanos();
        push_fraction(&mut text, u64::from(nanos / 1_000_000), nanos % 1_000_000, 6);
        return text + "ms";
    }
    let seconds = duration.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    if hours > 0 {
        let _ = write!(text, "{hours}h");
    }
    if seconds >= 60 {
        let _ = write!(text, "{minutes}m");
    }
    push_fraction(&mut text, seconds % 60, duration.subsec_nanos(), 9);
    text + "s"
}

/// A decimal number without zeros at its end.
fn push_fraction(text: &mut String, whole: u64, fraction: u32, digits: usize) {
    let _ = write!(text, "{whole}");
    if fraction > 0 {
        let fraction = format!("{fraction:0digits$}");
        let _ = write!(text, ".{}", fraction.trim_end_matches('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(nanos: u64, proto: &str, spoken: &str) {
        let duration = Duration::from_nanos(nanos);
        assert_eq!(proto_duration(duration), proto);
        assert_eq!(spoken_duration(duration), spoken);
    }

    #[test]
    fn durations_have_as_many_digits_as_they_need() {
        check(0, "0s", "0s");
        check(26_000_000_000, "26s", "26s");
        check(900_000_000, "0.900s", "900ms");
        check(123_450_000, "0.123450s", "123.45ms");
        check(1_000_001_000, "1.000001s", "1.000001s");
        check(26_211_922_938, "26.211922938s", "26.211922938s");
        check(62_500_000_000, "62.500s", "1m2.5s");
        check(39_043_651_927_829, "39043.651927829s", "10h50m43.651927829s");
        check(7_200_000_000_000, "7200s", "2h0m0s");
    }

    #[test]
    fn section_2_1_the_envelope() {
        let body = ErrorBody::new(Code::Unavailable, "a <b>").with(Detail::Free(serde_json::json!({
            "@type": "type.googleapis.com/google.rpc.DebugInfo",
            "detail": "x",
        })));
        let expected = "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"a \\u003cb\\u003e\",\n    \
                        \"status\": \"UNAVAILABLE\",\n    \"details\": [\n      {\n        \
                        \"@type\": \"type.googleapis.com/google.rpc.DebugInfo\",\n        \
                        \"detail\": \"x\"\n      }\n    ]\n  }\n}\n";
        assert_eq!(String::from_utf8(body.bytes()).unwrap(), expected);
        assert_eq!(body.http(), 503);
    }
}
