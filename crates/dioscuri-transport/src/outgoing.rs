//! What a call is sent with.

use bytes::Bytes;
use dioscuri_vocab::{Cost, GroupId};
use http::{HeaderMap, HeaderName, header};
use std::{borrow::Cow, fmt, time::Duration};

/// The verb of a unary call.
const GENERATE: &str = "generateContent";

/// The verb of a stream.
const STREAM: &str = "streamGenerateContent";

/// Whether a call of `verb` generates: counts against the quota of tokens, and shows whether the model is served.
pub(crate) fn is_generating(verb: &str) -> bool {
    matches!(verb, GENERATE | STREAM)
}

/// What a call is sent with. The same on every attempt, wherever it goes.
#[derive(Clone)]
#[non_exhaustive]
pub struct Outgoing {
    /// What the model is asked to do: the last word of the path. Default: `generateContent`.
    pub verb: Cow<'static, str>,
    /// The query of the URI without its question mark, for example `alt=sse`. Keys in it are dropped.
    pub query: Option<String>,
    /// Further headers. Those that hold credentials, and those that concern one connection or one encoding, are
    /// dropped: see [`Outgoing::with_headers`].
    pub headers: HeaderMap,
    /// The body, sent as it is.
    pub body: Bytes,
    /// What it is estimated to cost.
    pub cost: Cost,
    /// How long it may take in all: queue, attempts, waits and fallbacks together, to the end of a unary answer or
    /// the first content of a stream.
    pub deadline: Option<Duration>,
    /// Higher goes first.
    pub priority: u8,
    /// Who asks.
    pub tenant: u32,
    /// Only the endpoints of this group may answer.
    pub affinity: Option<GroupId>,
}

impl Outgoing {
    /// A `generateContent` body that is estimated to cost `cost`.
    #[must_use]
    pub fn new(body: impl Into<Bytes>, cost: Cost) -> Self {
        Self {
            verb: Cow::Borrowed(GENERATE),
            query: None,
            headers: HeaderMap::new(),
            body: body.into(),
            cost,
            deadline: None,
            priority: 0,
            tenant: 0,
            affinity: None,
        }
    }

    /// The same call of another verb, for example `countTokens`.
    #[must_use]
    pub fn with_verb(mut self, verb: impl Into<Cow<'static, str>>) -> Self {
        self.verb = verb.into();
        self
    }

    /// The same call with a query, for example `alt=sse`. Keys in it are dropped.
    #[must_use]
    pub fn with_query(mut self, query: impl Into<String>) -> Self {
        self.query = Some(query.into());
        self
    }

    /// The same call with further headers, on every attempt.
    ///
    /// Not sent are those that hold a credential, since each attempt has its own and only that (`authorization`,
    /// `x-goog-api-key`, `x-goog-user-project`, `cookie`, `proxy-authorization`); those of one connection (`connection`
    /// and what it names, `host`, `content-length`, `transfer-encoding`, `te`, `trailer`, `upgrade`, `expect` and the
    /// like); and those that would change the answer beyond reading (`accept-encoding`, `range`, `x-goog-fieldmask`, and
    /// conditions such as `if-none-match`): a transport that decodes compressed answers asks for them itself.
    ///
    /// Everything else goes to every endpoint that is asked. That may be what a gateway of yours wants (`x-api-key`,
    /// `cf-aig-authorization`); if your endpoints are of different owners, leave such headers out.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// The same call, to end within `deadline`.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The headers that are sent.
    pub(crate) fn passed_headers(&self) -> HeaderMap {
        if self.headers.is_empty() {
            return HeaderMap::new();
        }
        let mut headers = self.headers.clone();
        let named: Vec<HeaderName> = headers
            .get_all(header::CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|names| names.split(','))
            .filter_map(|name| name.trim().parse().ok())
            .collect();
        for name in &named {
            headers.remove(name);
        }
        for name in KEPT_BACK {
            headers.remove(*name);
        }
        headers
    }
}

/// Credentials, what concerns one connection, and what would make the answer unreadable.
const KEPT_BACK: &[&str] = &[
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-goog-api-key",
    "x-goog-iam-authorization-token",
    "x-goog-user-project",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "accept-encoding",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "range",
    "x-goog-fieldmask",
];

impl fmt::Debug for Outgoing {
    /// Shows sizes, never the body: it is a prompt. Nor headers: they may hold keys that are dropped later.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("verb", &self.verb)
            .field("body_bytes", &self.body.len())
            .field("cost", &self.cost)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn credentials_and_what_concerns_one_connection_are_kept_back() {
        let mut headers = HeaderMap::new();
        for name in KEPT_BACK {
            headers.insert(*name, HeaderValue::from_static("hush"));
        }
        headers.insert("connection", HeaderValue::from_static("close, x-one-hop"));
        headers.insert("x-one-hop", HeaderValue::from_static("hush"));
        headers.insert("x-goog-api-client", HeaderValue::from_static("genai/1"));
        let passed = Outgoing::new("{}", Cost::default()).with_headers(headers);
        assert!(!format!("{passed:?}").contains("hush"));
        let passed = passed.passed_headers();
        assert_eq!(
            (passed.len(), &passed["x-goog-api-client"]),
            (1, &HeaderValue::from_static("genai/1"))
        );
    }
}
