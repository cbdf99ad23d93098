//! The error body of Google's APIs: `google.rpc.Status` as JSON.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

/// An error body: `{"error": {"code", "message", "status", "details"}}`.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct ErrorBody {
    error: RpcStatus,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
struct RpcStatus {
    code: u16,
    message: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

impl ErrorBody {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        let (code, status) = code.names();
        Self {
            error: RpcStatus {
                code,
                message: message.into(),
                status,
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
        let mut bytes = serde_json::to_vec_pretty(self).expect("strings and numbers are JSON");
        bytes.push(b'\n');
        bytes
    }
}

/// The canonical codes that the simulator answers with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Code {
    InvalidArgument,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    ResourceExhausted,
    Unimplemented,
    Unavailable,
}

impl Code {
    const fn names(self) -> (u16, &'static str) {
        match self {
            Self::InvalidArgument => (400, "INVALID_ARGUMENT"),
            Self::Unauthenticated => (401, "UNAUTHENTICATED"),
            Self::PermissionDenied => (403, "PERMISSION_DENIED"),
            Self::NotFound => (404, "NOT_FOUND"),
            Self::ResourceExhausted => (429, "RESOURCE_EXHAUSTED"),
            Self::Unimplemented => (501, "UNIMPLEMENTED"),
            Self::Unavailable => (503, "UNAVAILABLE"),
        }
    }
}

/// One of `google.rpc`'s error details.
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
        message: &'static str,
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
}

#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct Link {
    pub(crate) description: &'static str,
    pub(crate) url: &'static str,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(nanos: u64, expected: &str) {
        assert_eq!(proto_duration(Duration::from_nanos(nanos)), expected);
    }

    #[test]
    fn durations_have_as_many_digits_as_they_need() {
        check(0, "0s");
        check(26_000_000_000, "26s");
        check(900_000_000, "0.900s");
        check(1_000_001_000, "1.000001s");
        check(26_211_922_938, "26.211922938s");
    }
}
