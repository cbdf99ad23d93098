//! Which requests of a stack are carried, and by whom.

use crate::{CallTerms, Carrier, ModelCall, Outgoing, outgoing::is_generating};
use bytes::Bytes;
use dioscuri_vocab::Cost;
use http::{HeaderMap, Method, Uri};
use std::{borrow::Cow, fmt, sync::Arc};

/// How large a request body may be that is kept for further attempts, in bytes: 64 MiB. The Gemini API takes 20 MB
/// (inline data included) and Vertex 30; base64 and room to spare.
const MAX_BODY: usize = 64 << 20;

/// What a token has in bytes where nothing better is known: four, as in English prose and code.
const BYTES_A_TOKEN: u64 = 4;

/// Verbs that are carried: both surfaces have them, and sent twice they change nothing.
const VERBS: &[&str] = &["generateContent", "streamGenerateContent", "countTokens"];

/// Which requests of a stack are carried, and by whom. Cheap to clone.
///
/// A request is carried if it is a `POST` in a form that [`ModelCall`] reads, names a model that has a carrier, and asks
/// for `generateContent`, `streamGenerateContent` or `countTokens`; [`Routes::with_verbs`] adds others. All others pass
/// untouched: what begins a job must not be sent twice, a method that only one surface has is not found on the other; of an
/// answer in another form than JSON (`alt=proto`), or of selected fields (`fields=…`), nobody can tell whether it is whole.
///
/// What passes goes where the request says, with the credential that the request brings, if any: by no quota, and without
/// the carrier's keys. So does one whose body is larger than [`Routes::max_body`].
///
/// The carrier decides where a request goes: host, path and credential are the endpoint's, whatever the request names. A
/// body must be one that every endpoint takes. Vertex wants a `role` in each of several contents, which the Developer API
/// does not ask for; files and cached contents belong to one project ([`CallTerms::affinity`]).
///
/// Google counts `countTokens` by quotas of its own. It is carried as one request without tokens; a 429 of it lets its
/// endpoint rest all the same.
#[derive(Clone)]
pub struct Routes {
    models: Arc<Vec<(String, Carrier)>>,
    estimate: Estimate,
    terms: CallTerms,
    max_body: usize,
    verbs: Arc<[Cow<'static, str>]>,
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
            verbs: VERBS.iter().map(|verb| Cow::Borrowed(*verb)).collect(),
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

    /// The same, with `verbs` carried too, for example `embedContent`. Every endpoint of the models must know them: what is
    /// not found there ends the call. They must only ask: what begins a job is begun again by a second attempt.
    #[must_use]
    pub fn with_verbs(mut self, verbs: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        let all = self.verbs.iter().cloned();
        self.verbs = all.chain(verbs.into_iter().map(Into::into)).collect();
        self
    }

    /// The same, with what is generated estimated by `estimate` from model and body; other verbs cost no tokens. Default:
    /// a token for every four bytes, which is far too much for images and audio that stand in the body: 20 MB of them
    /// count as 5 million tokens. `dioscuri::Client::routes` measures better.
    #[must_use]
    pub fn with_estimate(mut self, estimate: impl Fn(&str, &Bytes) -> Cost + Send + Sync + 'static) -> Self {
        self.estimate = Arc::new(estimate);
        self
    }

    /// The same, with `terms` for whatever a request's own leave open: a deadline, an affinity, a priority or a tenant of
    /// 0. Default: [`CallTerms::new`].
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

    /// How large a request body may be that is carried, in bytes. A larger one passes: without quota, and with no other
    /// credential than its own.
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
        if !call.is_readable() || !self.verbs.iter().any(|verb| *verb == call.verb) {
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

    /// What to hand the carrier: the request's body and headers, on its own `terms`; what they leave open is as the routes
    /// have it ([`Routes::with_terms`]). Headers that must not go
    /// along are dropped later: see [`Outgoing::with_headers`].
    #[must_use]
    pub fn outgoing(&self, body: Bytes, headers: HeaderMap, terms: Option<&CallTerms>) -> Outgoing {
        let (own, usual) = (terms.copied().unwrap_or_default(), self.terms);
        let cost = if is_generating(&self.call.verb) {
            (self.estimate)(&self.call.model, &body)
        } else {
            Cost::tokens(0)
        };
        let mut outgoing = Outgoing::new(body, cost)
            .with_verb(self.call.verb.clone())
            .with_headers(headers);
        outgoing.query.clone_from(&self.call.query);
        outgoing.deadline = own.deadline.or(usual.deadline);
        outgoing.priority = if own.priority == 0 {
            usual.priority
        } else {
            own.priority
        };
        outgoing.tenant = if own.tenant == 0 { usual.tenant } else { own.tenant };
        outgoing.affinity = own.affinity.or(usual.affinity);
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
