//! What comes in, and what goes out.

use std::{borrow::Cow, fmt, time::Duration};

use super::{
    route::{Target, decode},
    stats::Reason,
};
use crate::scenario::Surface;

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
    pub(super) credentials: Vec<Credential<'a>>,
    pub(super) body: &'a [u8],
}

/// A credential as it was sent.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Credential<'a> {
    ApiKey(Cow<'a, str>),
    Bearer(Cow<'a, str>),
}

impl<'a> Arrival<'a> {
    /// A request for `target`: a path, with a query if it has one. A `key` in the query is a credential.
    #[must_use]
    pub fn new(method: &'a str, target: &str, body: &'a [u8]) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let credentials = query
            .split('&')
            .filter_map(|pair| pair.strip_prefix("key="))
            .map(|key| Credential::ApiKey(decode(key).into()))
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
    pub fn with_api_key(mut self, key: &'a str) -> Self {
        self.credentials.push(Credential::ApiKey(key.into()));
        self
    }

    /// The same request with the header `Authorization: Bearer token`.
    #[must_use]
    pub fn with_bearer(mut self, token: &'a str) -> Self {
        self.credentials.push(Credential::Bearer(token.into()));
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
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// The time from the request's last byte to the answer's head.
    pub after: Duration,
}

impl Reply {
    /// The value of the header `name`, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_ref())
    }
}

/// A request in typed form: what is left of it once path, headers and body are read.
///
/// `Debug` does not show the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ask<'a> {
    key: &'a str,
    target: Target<'a>,
    pub(super) input_tokens: u64,
}

impl<'a> Ask<'a> {
    /// Asks `model` on the Developer API, with an API key, a prompt of `input_tokens`.
    #[must_use]
    pub const fn developer(key: &'a str, model: &'a str, input_tokens: u64) -> Self {
        Self {
            key,
            target: Target {
                surface: Surface::Developer,
                version: "v1beta",
                project: "",
                location: "global",
                model,
            },
            input_tokens,
        }
    }

    /// Asks `model` of `project` in `location` on Vertex, with a bearer token, a prompt of `input_tokens`.
    #[must_use]
    pub const fn vertex(
        token: &'a str,
        project: &'a str,
        location: &'a str,
        model: &'a str,
        input_tokens: u64,
    ) -> Self {
        Self {
            key: token,
            target: Target {
                surface: Surface::Vertex,
                version: "v1beta1",
                project,
                location,
                model,
            },
            input_tokens,
        }
    }

    pub(super) const fn target(&self) -> Target<'a> {
        self.target
    }

    pub(super) const fn credential(&self) -> Credential<'a> {
        let key = Cow::Borrowed(self.key);
        match self.target.surface {
            Surface::Developer => Credential::ApiKey(key),
            Surface::Vertex => Credential::Bearer(key),
        }
    }
}

impl fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("target", &self.target)
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
