//! Which requests of a stack are carried, and by whom.

use crate::{CallTerms, Carrier, ModelCall, Outgoing};
use bytes::Bytes;
use dioscuri_vocab::Cost;
use http::{HeaderMap, Method, Uri};
use std::{fmt, sync::Arc};

/// How large a request body may be that is kept for further attempts, in bytes: 64 MiB. The Gemini API takes 20 MB
/// (inline data included) and Vertex 30; base64 and room to spare.
const MAX_BODY: usize = 64 << 20;

/// What a token has in bytes where nothing better is known: four, as in English prose and code.
const BYTES_A_TOKEN: u64 = 4;

/// Verbs that only ask: sent twice, they cost twice and change nothing. Those that begin a job are not among them: a
/// second attempt would begin another.
const VERBS: &[&str] = &[
    "generateContent",
    "streamGenerateContent",
    "countTokens",
    "computeTokens",
    "embedContent",
    "batchEmbedContents",
    "generateAnswer",
    "predict",
];

/// Which requests of a stack are carried, and by whom. Cheap to clone.
///
/// A request is carried if it is a `POST` in a form that [`ModelCall`] reads, names a model that has a carrier, and only
/// asks: `generateContent`, `streamGenerateContent`, `countTokens`, `computeTokens`, `embedContent`,
/// `batchEmbedContents`, `generateAnswer`, `predict`. All others pass untouched: what begins a job must not be sent
/// twice; of an answer in another form than JSON (`alt=proto`), or of selected fields (`fields=…`), nobody can tell
/// whether it is whole.
///
/// The carrier decides where a request goes: host, path and credential are the endpoint's, whatever the request names.
#[derive(Clone)]
pub struct Routes {
    models: Arc<Vec<(String, Carrier)>>,
    estimate: Estimate,
    terms: CallTerms,
    max_body: usize,
}

type Estimate = Arc<dyn Fn(&str, &Bytes) -> Cost + Send + Sync>;

impl Routes {
    /// No routes yet: everything passes.
    #[must_use]
    pub fn new() -> Self {
        Self {
            models: Arc::default(),
            estimate: Arc::new(|_, body| Cost::tokens(body.len() as u64 / BYTES_A_TOKEN)),
            terms: CallTerms::new(),
            max_body: MAX_BODY,
        }
    }

    /// The same, with requests that name `model` carried by `carrier`. It is the model that requests must name: the
    /// first of the carrier's chain.
    #[must_use]
    pub fn with(mut self, model: impl Into<String>, carrier: Carrier) -> Self {
        let model = model.into();
        let model = model.strip_prefix("models/").unwrap_or(&model).to_owned();
        Arc::make_mut(&mut self.models).push((model, carrier));
        self
    }

    /// The same, with costs estimated by `estimate` from model and body. Default: a token for every four bytes.
    #[must_use]
    pub fn with_estimate(mut self, estimate: impl Fn(&str, &Bytes) -> Cost + Send + Sync + 'static) -> Self {
        self.estimate = Arc::new(estimate);
        self
    }

    /// The same, with `terms` for requests that bring none. Default: [`CallTerms::new`].
    #[must_use]
    pub const fn with_terms(mut self, terms: CallTerms) -> Self {
        self.terms = terms;
        self
    }

    /// The same, with request bodies up to `bytes` kept for further attempts. Default: 64 MiB.
    #[must_use]
    pub const fn with_max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// How large a request body may be that is carried, in bytes. A larger one passes.
    #[must_use]
    pub const fn max_body(&self) -> usize {
        self.max_body
    }

    /// Who carries a request, and what it asks; `None` if it passes untouched.
    #[must_use]
    pub fn find(&self, method: &Method, uri: &Uri) -> Option<Route> {
        if method != Method::POST {
            return None;
        }
        let call = ModelCall::of(uri)?;
        if !call.is_readable() || !VERBS.contains(&&*call.verb) {
            return None;
        }
        let (_, carrier) = self.models.iter().find(|(model, _)| *model == call.model)?;
        Some(Route {
            carrier: carrier.clone(),
            estimate: Arc::clone(&self.estimate),
            terms: self.terms,
            call,
        })
    }
}

impl Default for Routes {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let models: Vec<_> = self.models.iter().map(|(model, _)| model).collect();
        f.debug_struct("Routes")
            .field("models", &models)
            .field("terms", &self.terms)
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

/// A request that is carried: by whom, and what it asks.
#[derive(Clone)]
pub struct Route {
    carrier: Carrier,
    call: ModelCall,
    estimate: Estimate,
    terms: CallTerms,
}

impl Route {
    /// Who carries it.
    #[must_use]
    pub const fn carrier(&self) -> &Carrier {
        &self.carrier
    }

    /// What it asks.
    #[must_use]
    pub const fn call(&self) -> &ModelCall {
        &self.call
    }

    /// What to hand the carrier: the request's body and headers, on `terms` if it brings any. Headers that must not go
    /// along are dropped later: see [`Outgoing::with_headers`].
    #[must_use]
    pub fn outgoing(&self, body: Bytes, headers: HeaderMap, terms: Option<&CallTerms>) -> Outgoing {
        let CallTerms {
            deadline,
            priority,
            tenant,
            affinity,
        } = *terms.unwrap_or(&self.terms);
        let cost = (self.estimate)(&self.call.model, &body);
        let mut outgoing = Outgoing::new(body, cost)
            .with_verb(self.call.verb.clone())
            .with_headers(headers);
        outgoing.query.clone_from(&self.call.query);
        outgoing.deadline = deadline;
        outgoing.priority = priority;
        outgoing.tenant = tenant;
        outgoing.affinity = affinity;
        outgoing
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("call", &self.call)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}
