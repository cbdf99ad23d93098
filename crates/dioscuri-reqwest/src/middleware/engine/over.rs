//! The rest of the stack, as the transport of one call.

use crate::{
    body::Answer,
    cause::{Cause, causes},
    fault::place,
};
use bytes::Bytes;
use dioscuri_transport::{BodyBox, Fault, SendError, Sent, Transport};
use dioscuri_vocab::Phase;
use http::{Extensions, Version};
use reqwest::{Body, Request, Url};
use reqwest_middleware::{Error, Next};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Where a response came from: among its extensions while it is carried.
#[derive(Clone)]
pub(super) struct Went(pub(super) Url);

/// The rest of the stack, as the transport of one call.
pub(super) struct Over<'a> {
    next: Next<'a>,
    version: Version,
    timeout: Option<Duration>,
    seen: Mutex<Seen>,
}

struct Seen {
    /// What the attempts that have ended left behind; the next begins with it.
    extensions: Extensions,
    /// How the last attempt failed, if it had no response.
    error: Option<Error>,
}

impl<'a> Over<'a> {
    pub(super) fn new(next: Next<'a>, request: &Request, extensions: &Extensions) -> Self {
        Self {
            next,
            version: request.version(),
            timeout: request.timeout().copied(),
            seen: Mutex::new(Seen {
                extensions: extensions.clone(),
                error: None,
            }),
        }
    }

    /// What the attempts have left behind, and the error of the last.
    pub(super) fn into_seen(self) -> (Extensions, Option<Error>) {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        (seen.extensions, seen.error)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Every change is one assignment: a panic elsewhere leaves nothing half done.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn request(&self, request: http::Request<Bytes>) -> reqwest::Result<Request> {
        // A body of bytes, which the middlewares further in can read and clone.
        let mut request = Request::try_from(request.map(Body::from))?;
        *request.version_mut() = self.version;
        *request.timeout_mut() = self.timeout;
        Ok(request)
    }
}

#[async_trait::async_trait]
impl Transport for Over<'_> {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        sent: Sent,
    ) -> Result<http::Response<BodyBox>, SendError> {
        let request = self
            .request(request)
            .map_err(|_| SendError::new(Phase::NotSent, Fault::Other))?;
        let mut extensions = {
            let mut seen = self.seen();
            seen.error = None;
            seen.extensions.clone()
        };
        // Nobody tells when the first byte leaves: early is safe.
        sent.mark();
        let result = self.next.clone().run(request, &mut extensions).await;
        let mut seen = self.seen();
        seen.extensions.extend(extensions);
        match result {
            Ok(response) => {
                let went = Went(response.url().clone());
                let mut response = http::Response::<Body>::from(response);
                response.extensions_mut().insert(went);
                Ok(response.map(|body| -> BodyBox { Box::pin(Answer::new(body, None)) }))
            }
            Err(error) => {
                let (phase, fault) = told(&error);
                seen.error = Some(error);
                Err(SendError::new(phase, fault))
            }
        }
    }
}

/// How far an attempt had come that `error` ended, and what failed.
fn told(error: &Error) -> (Phase, Fault) {
    let reqwest = match error {
        Error::Reqwest(error) => Some(error),
        Error::Middleware(error) => {
            let mut all = error.chain().flat_map(causes);
            all.find_map(|cause| cause.downcast_ref())
        }
    };
    match reqwest {
        Some(error) => place(Cause::of(error), Phase::Sent),
        // Of what another middleware has made up nobody knows whether the request was sent.
        None => (Phase::Sent, Fault::Other),
    }
}
