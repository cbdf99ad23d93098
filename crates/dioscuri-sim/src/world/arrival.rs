//! What comes in, and what goes out.

use std::{fmt, time::Duration};

use super::route::decode;
use crate::world::stats::Reason;

/// A request as the world sees it: no type of any HTTP library.
///
/// `Debug` shows neither credentials nor the body.
///
/// ```
/// use dioscuri_sim::Arrival;
///
/// let arrival = Arrival::new("POST", "/v1beta/models/gemini-3.8-flash:generateContent", b"{}")
///     .with_api_key("AQ.castor");
/// assert!(!format!("{arrival:?}").contains("AQ.castor"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Arrival<'a> {
    pub(super) method: &'a str,
    pub(super) path: String,
    pub(super) credentials: Vec<Credential>,
    pub(super) body: &'a [u8],
}

/// A credential as it was sent.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Credential {
    ApiKey(String),
    Bearer(String),
}

impl<'a> Arrival<'a> {
    /// A request for `target`: a path, with a query if it has one. A `key` in the query is a credential.
    #[must_use]
    pub fn new(method: &'a str, target: &str, body: &'a [u8]) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let credentials = query
            .split('&')
            .filter_map(|pair| pair.strip_prefix("key="))
            .map(|key| Credential::ApiKey(decode(key)))
            .collect();
        Self {
            method,
            path: decode(path),
            credentials,
            body,
        }
    }

    /// The same request with the header `x-goog-api-key: key`.
    #[must_use]
    pub fn with_api_key(mut self, key: &str) -> Self {
        self.credentials.push(Credential::ApiKey(key.to_owned()));
        self
    }

    /// The same request with the header `Authorization: Bearer token`.
    #[must_use]
    pub fn with_bearer(mut self, token: &str) -> Self {
        self.credentials.push(Credential::Bearer(token.to_owned()));
        self
    }
}

impl fmt::Debug for Arrival<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("credentials", &self.credentials.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// An answer as the world gives it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, and values. The length and the date are the server's business.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// The time from the request's last byte to the answer's head.
    pub after: Duration,
}

/// A request in typed form: what is left of it once path, headers and body are read.
///
/// `Debug` does not show the key.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever asks, field by field")]
pub struct Ask<'a> {
    /// The credential: an API key, or on Vertex a bearer token.
    pub key: &'a str,
    /// The project that is meant. On the Developer API the key decides, and this only tells the surface.
    pub project: &'a str,
    /// The location; `global` on the Developer API.
    pub location: &'a str,
    /// The model.
    pub model: &'a str,
    /// What the prompt costs, in tokens.
    pub input_tokens: u64,
}

impl fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("project", &self.project)
            .field("location", &self.location)
            .field("model", &self.model)
            .field("input_tokens", &self.input_tokens)
            .finish_non_exhaustive()
    }
}

/// What becomes of an [`Ask`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Admission {
    /// It is answered.
    Answered {
        /// What the answer costs, in tokens.
        output_tokens: u64,
        /// The time until it is there.
        after: Duration,
    },
    /// It is refused.
    Refused {
        /// Why, in the simulator's words.
        reason: Reason,
        /// What stands on the wire, in Google's.
        reply: Reply,
    },
}
