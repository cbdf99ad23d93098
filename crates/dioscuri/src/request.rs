//! What is asked: the bytes of a `GenerateContentRequest`, and how patient the asker is.

use crate::measure::{NotARequest, measure};
use bytes::Bytes;
use dioscuri_budget::Measure;
use std::{error::Error, fmt, time::Duration};

/// One `generateContent` request. Its bytes are sent as they are, on every attempt.
///
/// ```
/// use dioscuri::Request;
/// use std::time::Duration;
///
/// let request = Request::from_json(r#"{"contents": [{"parts": [{"text": "Hello"}]}]}"#)?
///     .with_deadline(Duration::from_secs(90));
/// assert!(Request::from_json("{}").is_err());
/// # Ok::<(), dioscuri::InvalidRequest>(())
/// ```
#[derive(Clone)]
pub struct Request {
    pub(crate) body: Bytes,
    pub(crate) measure: Measure,
    pub(crate) deadline: Option<Duration>,
    pub(crate) priority: u8,
    pub(crate) tenant: u32,
}

impl Request {
    /// A request from the JSON of a `GenerateContentRequest`.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] if it is not a JSON object with `contents`. Whatever else is wrong, the API says.
    pub fn from_json(json: impl Into<Bytes>) -> Result<Self, InvalidRequest> {
        let body = json.into();
        let measure = measure(&body).map_err(InvalidRequest)?;
        Ok(Self {
            body,
            measure,
            deadline: None,
            priority: 0,
            tenant: 0,
        })
    }

    /// A prompt of plain text.
    #[must_use]
    pub fn text(prompt: &str) -> Self {
        let json = serde_json::json!({ "contents": [{ "role": "user", "parts": [{ "text": prompt }] }] });
        let mut measure = Measure::default();
        measure.text(prompt);
        measure.turns = 1;
        Self {
            body: json.to_string().into(),
            measure,
            deadline: None,
            priority: 0,
            tenant: 0,
        }
    }

    /// The same request, to be answered within `deadline`: queue, attempts, waits and fallbacks together.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same request with `priority`: 0 is usual, higher goes first.
    #[must_use]
    pub fn with_priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }

    /// The same request for `tenant`: tenants of equal priority share alike.
    #[must_use]
    pub fn with_tenant(mut self, tenant: u32) -> Self {
        self.tenant = tenant;
        self
    }

    /// What it holds, as far as it costs tokens.
    #[must_use]
    pub fn measure(&self) -> &Measure {
        &self.measure
    }
}

impl fmt::Debug for Request {
    /// Shows sizes, never the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("body_bytes", &self.body.len())
            .field("deadline", &self.deadline)
            .field("priority", &self.priority)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// The bytes are not a request. Says where, never what stands there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidRequest(NotARequest);

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            NotARequest::Json { line, column } => {
                write!(f, "the request is not valid JSON (line {line}, column {column})")
            }
            NotARequest::Object => f.write_str("the request is not a JSON object"),
            NotARequest::Contents => {
                f.write_str("the request has no `contents`, a list of at least one turn")
            }
        }
    }
}

impl Error for InvalidRequest {}
