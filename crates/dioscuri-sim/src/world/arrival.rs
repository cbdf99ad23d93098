//! What comes in, and what goes out.

use std::{borrow::Cow, fmt, time::Duration};

use serde::Serialize;

use super::{
    ledger::Traffic,
    route::{Target, decode},
    stats::Reason,
};
use crate::{
    scenario::{Method, ServiceTier, Surface, WireFault},
    wire::{refusal::Refusal, stream::Framing},
};

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
    pub(super) query: &'a str,
    pub(super) credentials: Vec<Credential<'a>>,
    pub(super) body: &'a [u8],
    /// `X-Server-Timeout`.
    pub(super) timeout: Option<Duration>,
    /// `X-Vertex-AI-LLM-Request-Type`.
    pub(super) traffic: Traffic,
    /// `X-Vertex-AI-LLM-Shared-Request-Type`.
    pub(super) shared_tier: Option<ServiceTier>,
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
    pub fn new(method: &'a str, target: &'a str, body: &'a [u8]) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let credentials = pairs(query)
            .filter(|(name, _)| *name == "key")
            .map(|(_, key)| Credential::ApiKey(decode(key).into()))
            .collect();
        Self {
            method,
            path: decode(path),
            query,
            credentials,
            body,
            timeout: None,
            traffic: Traffic::Any,
            shared_tier: None,
        }
    }

    /// The same request with the header `name`. Those that mean nothing here are left out.
    ///
    /// Credentials (`x-goog-api-key`, `authorization`), `x-server-timeout` in whole seconds, and Vertex's
    /// `x-vertex-ai-llm-request-type` and `x-vertex-ai-llm-shared-request-type` mean something.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &'a str) -> Self {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("x-goog-api-key") {
            return self.with_api_key(value);
        }
        if is("authorization") {
            return match value.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                    self.with_bearer(token.trim())
                }
                _ => self,
            };
        }
        if is("x-server-timeout") {
            // A client that adds its own to one given by hand sends two; the first counts.
            let first = value.split(',').next().unwrap_or(value);
            self.timeout = first.trim().parse().ok().map(Duration::from_secs);
        } else if is("x-vertex-ai-llm-request-type") {
            self.traffic = match value {
                "dedicated" => Traffic::Dedicated,
                "shared" => Traffic::Shared,
                _ => Traffic::Any,
            };
        } else if is("x-vertex-ai-llm-shared-request-type") {
            self.shared_tier = ServiceTier::ALL.into_iter().find(|tier| tier.name() == value);
        }
        self
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

    /// The value of `name` in the query.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        pairs(self.query)
            .find(|(known, _)| *known == name)
            .map(|(_, value)| decode(value))
    }
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter_map(|pair| pair.split_once('='))
}

impl fmt::Debug for Arrival<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("credentials", &self.credentials.len())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An answer as the world gives it, and what becomes of it on its way.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, and values. The length and the date are the server's business.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The time from the request's last byte to the answer's head.
    pub after: Duration,
    /// The body, piece by piece: one, unless it is a stream.
    pub body: Vec<Frame>,
    /// What becomes of it on its way, if it does not go well.
    pub fault: Option<WireFault>,
    /// What the world writes into its log.
    pub record: Record,
}

/// A piece of a body.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Frame {
    /// The time since the piece before, or since the head.
    pub after: Duration,
    /// What comes then.
    pub bytes: Vec<u8>,
}

impl Frame {
    /// A piece that comes `after` the one before.
    #[must_use]
    pub const fn new(after: Duration, bytes: Vec<u8>) -> Self {
        Self { after, bytes }
    }
}

impl Reply {
    /// The value of the header `name`, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_ref())
    }

    /// The whole body, as if nothing happened to it on its way.
    #[must_use]
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self.body.as_slice() {
            [frame] => Cow::Borrowed(&frame.bytes),
            frames => frames
                .iter()
                .flat_map(|frame| frame.bytes.iter().copied())
                .collect::<Vec<_>>()
                .into(),
        }
    }

    /// The time from the request's last byte to the body's.
    #[must_use]
    pub fn takes(&self) -> Duration {
        self.body
            .iter()
            .fold(self.after, |sum, frame| sum.saturating_add(frame.after))
    }
}

/// One line of a world's log: what came, and what became of it. Neither secrets nor texts are in it.
///
/// Equal seeds and equal arrivals at equal times give equal records.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// The number of the arrival, from 1.
    pub arrival: u64,
    /// When it came, in microseconds after the world's first moment.
    pub at_us: u64,
    /// What was asked, as in paths; `None`: nothing that is served.
    pub method: Option<&'static str>,
    /// The project's id, once it is known.
    pub project: Option<String>,
    /// The number of the key within the project, from 1.
    pub key: Option<usize>,
    /// The location in the path.
    pub location: Option<String>,
    /// The model in the path.
    pub model: Option<String>,
    /// The model that served, where it was another.
    pub served_by: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// Why it is no answer, if it is none.
    pub reason: Option<Reason>,
    /// The number in the scenario, from 1, of the incident that struck it.
    pub incident: Option<usize>,
    /// What becomes of it on its way, as in scenario files.
    pub fault: Option<&'static str>,
    /// The tokens of the prompt, once they are counted.
    pub input_tokens: u64,
    /// The tokens of the answer, thinking included.
    pub output_tokens: u64,
    /// The time from the request's last byte to the answer's last, in microseconds, as the world means it.
    pub takes_us: u64,
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
                method: Method::Generate,
                predicts: false,
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
                method: Method::Generate,
                predicts: false,
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
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Admission {
    /// It is answered.
    Answered {
        /// What the answer costs, in tokens.
        output_tokens: u64,
        /// The time until it is there.
        after: Duration,
    },
    /// It is answered in a way that has to be read: blocked, empty, or ended for an unusual reason.
    Replied {
        /// What stands on the wire.
        reply: Reply,
    },
    /// It is refused, or its answer lost on its way.
    Refused {
        /// Why, in the simulator's words.
        reason: Reason,
        /// What stands on the wire, in Google's.
        reply: Unwritten,
    },
}

/// A reply in which the words of a refusal are still to be written: who only counts refusals need not wait for
/// them.
#[derive(Clone, PartialEq, Debug)]
pub struct Unwritten {
    /// All but the words.
    pub(super) reply: Reply,
    pub(super) words: Option<(Option<Framing>, Box<Refusal>)>,
}

impl Unwritten {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.reply.status
    }

    /// Why it is no answer, if it is none.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        self.reply.record.reason
    }

    /// The reply, written out.
    #[must_use]
    pub fn write(mut self) -> Reply {
        if let Some((framing, refusal)) = self.words {
            let body = match framing {
                Some(framing) => framing.refusal(&refusal.body),
                None => refusal.body.bytes(),
            };
            self.reply.body.push(Frame::new(Duration::ZERO, body));
        }
        self.reply
    }
}
