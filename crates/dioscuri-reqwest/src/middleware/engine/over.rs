//! The rest of the stack, as the transport of one call.

use crate::{
    Redirected,
    body::Answer,
    cause::{Cause, causes},
    fault::place,
};
use bytes::Bytes;
use dioscuri_errors::connection;
use dioscuri_http::Until;
use dioscuri_transport::{BodyBox, Fault, SendError, Sent, Transport};
use dioscuri_vocab::{Failure, Phase};
use http::{Extensions, Version};
use reqwest::{Body, Request, Response, Url};
use reqwest_middleware::{Error, Next};
use std::{
    future::{pending, poll_fn},
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
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
    /// The time of whoever stands around the call.
    outer: Option<Until>,
    seen: Mutex<Seen>,
}

struct Seen {
    /// How many attempts have ended.
    ended: u64,
    /// An attempt was answered by another host than it was for.
    redirected: Option<Redirected>,
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
            outer: extensions.get().copied(),
            seen: Mutex::new(Seen {
                ended: 0,
                redirected: None,
                extensions: extensions.clone(),
                error: None,
            }),
        }
    }

    /// What the attempts have left behind, and the error of the last that was sent.
    pub(super) fn into_seen(self) -> (Extensions, Option<Error>) {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        (seen.extensions, seen.error)
    }

    /// How `call` ends over this, or that an attempt of it was answered by another host than it was for: then it is given
    /// up at once, since each further attempt would hand out another key.
    pub(super) async fn unless_redirected<T>(&self, call: impl Future<Output = T>) -> Result<T, Redirected> {
        let mut call = pin!(call);
        poll_fn(|cx| match call.as_mut().poll(cx) {
            Poll::Ready(ended) => Poll::Ready(Ok(ended)),
            // Attempts run within the call: none is set without this being polled.
            Poll::Pending => match self.seen().redirected.take() {
                Some(elsewhere) => Poll::Ready(Err(elsewhere)),
                None => Poll::Pending,
            },
        })
        .await
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
        let until = request.extensions().get::<Until>().copied();
        let request = self
            .request(request)
            .map_err(|_| SendError::new(Phase::NotSent, Fault::Other))?;
        let (asked, mut extensions, before) = {
            let mut seen = self.seen();
            seen.error = None;
            (request.url().clone(), seen.extensions.clone(), seen.ended)
        };
        if let Some(until) = until {
            // Whoever reads a refusal further in has to be done before the attempt's time ends.
            extensions.insert(until);
        }
        // Nobody tells when the first byte leaves: early is safe.
        sent.mark();
        let result = self.next.clone().run(request, &mut extensions).await;
        match self.outer {
            Some(outer) => extensions.insert(outer),
            None => extensions.remove::<Until>(),
        };
        match self.ended(&asked, result, extensions, before) {
            Some(ended) => ended,
            // Whoever polls this call looks at what was seen, and ends it.
            None => pending().await,
        }
    }
}

impl Over<'_> {
    /// An attempt has ended that asked `asked` and left `extensions` behind, when `before` others had ended as it began.
    /// `None` if the call must not go on.
    fn ended(
        &self,
        asked: &Url,
        result: reqwest_middleware::Result<Response>,
        extensions: Extensions,
        before: u64,
    ) -> Option<Result<http::Response<BodyBox>, SendError>> {
        let mut seen = self.seen();
        if seen.ended == before {
            // What it has removed is gone.
            seen.extensions = extensions;
        } else {
            seen.extensions.extend(extensions);
        }
        seen.ended += 1;
        match result {
            Ok(response) => {
                if let Err(elsewhere) = Redirected::check(asked, response.url()) {
                    seen.redirected = Some(elsewhere);
                    return None;
                }
                let went = Went(response.url().clone());
                let mut response = http::Response::<Body>::from(response);
                response.extensions_mut().insert(went);
                Some(Ok(
                    response.map(|body| -> BodyBox { Box::pin(Answer::new(body, None)) })
                ))
            }
            Err(error) => {
                let (phase, fault) = told(&error);
                seen.error = Some(error);
                Some(Err(SendError::new(phase, fault)))
            }
        }
    }
}

/// Whether an attempt that ended with `error` is told as `failure` at `phase`: its end, and not that of a later attempt
/// that was never sent.
pub(super) fn is_told_as(error: &Error, failure: Option<&Failure>, phase: Option<Phase>) -> bool {
    let (known, fault) = told(error);
    let class = connection(known, fault).class;
    phase.is_none_or(|phase| phase == known) && failure.is_none_or(|failure| failure.class == class)
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
