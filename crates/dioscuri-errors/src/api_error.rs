//! An error body, typed: the code, the message and the details of google.rpc.

mod strict;
mod wire;

use crate::{Code, Detail, ErrorInfo, FieldViolation, QuotaViolation, Seen, ServerText, answer, detail};
use serde_json::{Map, Value};
use std::{fmt, sync::Arc, time::Duration};

/// An error as a server of Google's wrote it.
///
/// Reading never fails: what cannot be read is absent, and [`form`](Self::form) says what the body was.
/// Neither `Debug` nor `Display` shows more of the message than its first sentence.
///
/// ```
/// use dioscuri_errors::{ApiError, Code, Seen};
/// use std::time::Duration;
///
/// let body = br#"[{"error": {"code": 429, "message": "Slow down. Or not.", "status": "RESOURCE_EXHAUSTED",
///     "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26s"}]}}]"#;
/// let error = ApiError::parse(Seen::new(Some(429), body));
///
/// assert_eq!(error.code(), Some(Code::ResourceExhausted));
/// assert_eq!(error.message(), "Slow down. Or not.");
/// assert_eq!(error.retry_delay(), Some(Duration::from_secs(26)));
/// assert_eq!(error.to_string(), "429 RESOURCE_EXHAUSTED: Slow down");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiError {
    form: Form,
    seen_status: Option<u16>,
    body_status: Option<u16>,
    code: Option<Code>,
    /// The code that a word of another API means.
    implied: Option<Code>,
    message: ServerText,
    details: Vec<Detail>,
    legacy: Vec<LegacyError>,
}

/// What a body was, the clearest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Form {
    /// JSON with an error in it.
    Json,
    /// Several JSON values with an error in them: server-sent events, lines, a list without its end.
    Stream,
    /// An error found in other text, or in damaged or cut JSON.
    Salvaged,
    /// JSON without an error that could be recognised.
    ForeignJson,
    /// A page for people.
    Html,
    /// Other text.
    Text,
    /// Nothing.
    Empty,
}

/// One entry of the older `errors` list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct LegacyError {
    /// The cause, for example `rateLimitExceeded`.
    pub reason: Arc<str>,
    /// Who defined the cause, for example `global`.
    pub domain: Arc<str>,
    /// The message.
    pub message: ServerText,
}

impl ApiError {
    /// How much of an error's body is read, in bytes. The largest seen held some 10 kB; a megabyte leaves room for a
    /// field violation for each of a few thousand fields, and bounds the time that a hostile body takes.
    pub const MAX_BODY: usize = 1 << 20;

    /// Reads the error in `seen`, whatever form it has: the first, if there are several.
    #[must_use]
    pub fn parse(seen: Seen<'_>) -> Self {
        match Self::at_once(seen) {
            Ok(error) => error,
            Err(body) => Self::from_wire(seen.status, wire::read(body)).swap_remove(0),
        }
    }

    /// Reads every error in `seen`, in the order of the body: of a list, of a stream. Where there is none, the
    /// one that comes back says what the body was. Never empty, and at most 64.
    ///
    /// ```
    /// use dioscuri_errors::{ApiError, Seen};
    ///
    /// let body = br#"[{"error": {"code": 500, "message": "First."}}, {"error": {"code": 503, "message": "Second."}}]"#;
    /// let errors = ApiError::parse_all(Seen::new(None, body));
    /// assert_eq!(errors.iter().map(ApiError::status).collect::<Vec<_>>(), [Some(500), Some(503)]);
    /// ```
    #[must_use]
    pub fn parse_all(seen: Seen<'_>) -> Vec<Self> {
        match Self::at_once(seen) {
            Ok(error) => vec![error],
            Err(body) => Self::from_wire(seen.status, wire::read(body)),
        }
    }

    /// Reads the two usual bodies in one pass; gives back the part of any other that is to be read.
    fn at_once(seen: Seen<'_>) -> Result<Self, &[u8]> {
        // To see the end of an answer, all of it is looked at; nothing of it is kept.
        if seen.status == Some(200) && answer::is_answer(seen.body) {
            return Ok(Self::new(Form::ForeignJson, seen.status));
        }
        let body = &seen.body[..seen.body.len().min(Self::MAX_BODY)];
        let status = strict::read(body).ok_or(body)?;
        Ok(Self {
            body_status: Some(status.http),
            code: Some(status.code),
            message: status.message,
            details: status.details,
            legacy: status.legacy,
            ..Self::new(Form::Json, seen.status)
        })
    }

    fn new(form: Form, seen_status: Option<u16>) -> Self {
        Self {
            form,
            seen_status,
            body_status: None,
            code: None,
            implied: None,
            message: ServerText::default(),
            details: Vec::new(),
            legacy: Vec::new(),
        }
    }

    fn from_wire(seen_status: Option<u16>, wire: wire::Wire) -> Vec<Self> {
        if wire.errors.is_empty() {
            return vec![Self {
                // The title of a page is a last resort.
                body_status: wire
                    .status
                    .filter(|_| seen_status.is_none_or(|status| (200..300).contains(&status))),
                message: wire.text.into(),
                ..Self::new(wire.form, seen_status)
            }];
        }
        let errors = wire.errors.iter();
        errors
            .map(|chain| Self::from_objects(wire.form, seen_status, chain))
            .collect()
    }

    /// The error that `objects` say, the outermost first, each wrapped in the one before.
    pub(crate) fn from_objects(form: Form, seen_status: Option<u16>, objects: &[Map<String, Value>]) -> Self {
        let mut error = Self::new(form, seen_status);
        // The innermost error was written first and knows most; what it leaves out, its wrappers say.
        for object in objects.iter().rev() {
            error.fill(object);
        }
        error
    }

    fn fill(&mut self, object: &Map<String, Value>) {
        let (status, code) = codes(object);
        let failed = status.filter(|status| !(200..300).contains(status));
        self.body_status = self.body_status.or(failed);
        self.code = self.code.or(code);
        self.implied = self.implied.or_else(|| implied(object));
        if self.message.as_str().is_empty()
            && let Some(message) = detail::optional(object, "message")
        {
            self.message = message.into();
        }
        if self.details.is_empty() {
            self.details = match detail::field(object, "details") {
                Some(Value::Array(details)) => details.iter().map(Detail::read).collect(),
                Some(detail @ Value::Object(_)) => vec![Detail::read(detail)],
                _ => Vec::new(),
            };
        }
        if self.legacy.is_empty() {
            self.legacy = legacy(object);
        }
    }

    /// What the body was.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Whether the body holds an error of a form that Google's servers write.
    #[must_use]
    pub const fn is_structured(&self) -> bool {
        matches!(self.form, Form::Json | Form::Stream | Form::Salvaged)
    }

    /// The HTTP status of the error: the one in the body, else that of the answer unless it was a success,
    /// else the one that belongs to the code.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.body_status
            .or(self.seen_status.filter(|status| !(200..300).contains(status)))
            .or(self.code.or(self.implied).map(Code::http))
    }

    /// The canonical code: as the body names it, else the likeliest for the [`status`](Self::status), else the
    /// one that a word such as `rate_limit_error` means.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.code
            .or_else(|| self.status().and_then(Code::from_http))
            .or(self.implied)
    }

    /// The canonical code that the body itself states, by name or by its number in gRPC; `None` where only an
    /// HTTP status implies one.
    #[must_use]
    pub const fn stated_code(&self) -> Option<Code> {
        self.code
    }

    /// The message as it came. It may quote the request: not for logs.
    #[must_use]
    pub fn message(&self) -> &str {
        self.message.as_str()
    }

    /// The details, in the order of the body.
    #[must_use]
    pub fn details(&self) -> &[Detail] {
        &self.details
    }

    /// The entries of the older `errors` list.
    #[must_use]
    pub fn legacy(&self) -> &[LegacyError] {
        &self.legacy
    }

    /// The first `google.rpc.ErrorInfo`.
    #[must_use]
    pub fn error_info(&self) -> Option<&ErrorInfo> {
        self.details.iter().find_map(|detail| match detail {
            Detail::ErrorInfo(info) => Some(info),
            _ => None,
        })
    }

    /// The cause as a constant of the API, for example `API_KEY_INVALID`.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.error_info()
            .map(|info| &*info.reason)
            .filter(|reason| !reason.is_empty())
    }

    /// The delay of `google.rpc.RetryInfo`, uncapped.
    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        self.details.iter().find_map(|detail| match detail {
            Detail::RetryInfo(delay) => *delay,
            _ => None,
        })
    }

    /// Every violation of every `google.rpc.QuotaFailure`.
    pub fn quota_violations(&self) -> impl Iterator<Item = &QuotaViolation> {
        self.details.iter().flat_map(|detail| match detail {
            Detail::QuotaFailure(violations) => violations.as_slice(),
            _ => &[],
        })
    }

    /// Every wrong field that `google.rpc.BadRequest` names.
    pub fn field_violations(&self) -> impl Iterator<Item = &FieldViolation> {
        self.details.iter().flat_map(|detail| match detail {
            Detail::BadRequest(violations) => violations.as_slice(),
            _ => &[],
        })
    }
}

/// HTTP status and canonical code, wherever the body keeps them: either may stand in either field.
pub(crate) fn codes(object: &Map<String, Value>) -> (Option<u16>, Option<Code>) {
    let mut status = None;
    let mut code = None;
    // Google's own, then those of relays.
    for name in ["status", "code", "statusCode", "upstreamStatus", "httpStatus"] {
        let Some(text) = detail::optional(object, name) else {
            continue;
        };
        match text.parse::<u16>() {
            Ok(number @ 100..=599) => status = status.or(Some(number)),
            Ok(number) => code = code.or(Code::from_number(number)),
            Err(_) => code = code.or(Code::from_name(&text)),
        }
    }
    (status, code)
}

/// The code that a word of another API means.
fn implied(object: &Map<String, Value>) -> Option<Code> {
    ["code", "type", "status"]
        .iter()
        .find_map(|name| Code::from_word(&detail::optional(object, name)?))
}

fn legacy(object: &Map<String, Value>) -> Vec<LegacyError> {
    let entries = detail::field(object, "errors").and_then(Value::as_array);
    entries
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|entry| LegacyError {
            reason: detail::optional(entry, "reason").unwrap_or_default(),
            domain: detail::optional(entry, "domain").unwrap_or_default(),
            message: detail::optional(entry, "message").unwrap_or_default().into(),
        })
        .collect()
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status() {
            Some(status) => write!(f, "{status}")?,
            None => f.write_str("no status")?,
        }
        if let Some(code) = self.code() {
            write!(f, " {code}")?;
        }
        let sentence = self.message.first_sentence();
        if self.is_structured() && !sentence.is_empty() {
            write!(f, ": {sentence}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("form", &self.form)
            .field("status", &self.status())
            .field("code", &self.code())
            .field("reason", &self.reason())
            .field("message", &self.message)
            .field("details", &self.details.len())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}
