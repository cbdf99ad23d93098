//! The third depth: the whole engine, which chooses where each attempt goes.

mod body;
mod over;

pub use body::LiveReceipt;

use super::{AttemptTimeout, classify};
use crate::{Redirected, cause::Cause, fault::TURN_ON_TLS};
use body::Carried;
use bytes::Bytes;
use dioscuri_http::{Deadline, keep};
use dioscuri_transport::{CallTerms, Opened, Outgoing, Refusal, Route, Routes, Undelivered};
use dioscuri_vocab::{Failure, Phase};
use http::{Extensions, HeaderMap, Uri};
use over::{Over, Went, is_told_as};
use reqwest::{Body, Request, Response, Url};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::{Instant, timeout_at};

/// The whole engine below an existing stack: each attempt goes to whichever endpoint has room and is well, quotas are
/// kept, failures are tried again elsewhere, and a stream is held back until its first content.
///
/// Which requests are carried say [`Routes`]; all others pass untouched. Of one that is carried host, path and credential
/// are the endpoint's, be it of the Developer API or of Vertex; the credentials that it brings (`x-goog-api-key`,
/// `Authorization`, `key=` in the query) are removed.
///
/// | end | what the caller gets | beside it, in the extensions of response and call |
/// | --- | --- | --- |
/// | answered | the response, its body as it comes | [`Receipt`](dioscuri_transport::Receipt); [`LiveReceipt`] |
/// | refused in the end | the last refusal, as it came | [`Failure`](dioscuri_vocab::Failure), `Receipt` |
/// | answered by another host | [`Error::Middleware`] of [`Redirected`], at once | `Failure`, of the call |
/// | no answer at all | [`Error::Middleware`], of which [`Undelivered`] is a cause; its text names phase and endpoint | the same, of the call |
///
/// ```no_run
/// use dioscuri_reqwest::EngineMiddleware;
/// use dioscuri_transport::{CallTerms, Carrier, Receipt, Routes};
/// use std::time::Duration;
///
/// // `Client::carrier()` of the crate `dioscuri` has one; or build an engine of your own.
/// # async fn stack(carrier: Carrier) -> reqwest_middleware::Result<()> {
/// let routes = Routes::new().with("gemini-3.8-flash", carrier);
/// // A redirect would take the endpoint's key along.
/// let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
/// let client = reqwest_middleware::ClientBuilder::new(client)
///     .with(EngineMiddleware::new(routes))
///     .build();
///
/// let response = client
///     .post("https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent")
///     .with_extension(CallTerms::new().with_deadline(Duration::from_secs(60)))
///     .body(r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#)
///     .send()
///     .await?;
/// let receipt = response.extensions().get::<Receipt>();
/// # Ok(()) }
/// ```
///
/// # Where does it stand?
///
/// Middlewares inside of it see each attempt, with its host, path and credential; those outside see the call. What signs
/// or logs requests belongs inside, what caches answers outside. A middleware that retries belongs on neither side: inside
/// it would send what the engine has not allowed, outside it would begin the whole call anew.
///
/// Two attempts in flight at once have extensions of their own, each a copy of the call's. They come back in the order in
/// which they end; those of an attempt that is broken off are lost.
///
/// # Limits
///
/// Turn redirects off, as above. A client that follows them sends the endpoint's `x-goog-api-key`, and with a 307 the
/// prompt, to wherever it is told; a middleware cannot see that setting. An answer whose URL has another origin than the
/// attempt is therefore no answer but [`Redirected`]: the key has gone by then. A middleware inside that sends elsewhere
/// on purpose has to give its response the URL that it was handed.
///
/// Credentials among the default headers of the `reqwest::Client` are beyond its reach: reqwest adds them last, beside the
/// endpoint's own. Leave them out. A request's own timeout holds for each attempt anew.
///
/// # Cancel safety
///
/// Dropping the call's future, or the body of its answer, gives the call up: its place in quota and queue goes to the next.
#[derive(Clone, Debug)]
pub struct EngineMiddleware {
    routes: Routes,
}

impl EngineMiddleware {
    /// Carries what `routes` take.
    #[must_use]
    pub const fn new(routes: Routes) -> Self {
        Self { routes }
    }
}

#[async_trait::async_trait]
impl Middleware for EngineMiddleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let uri = request.url().as_str().parse::<Uri>().ok();
        let route = uri.and_then(|uri| self.routes.find(request.method(), &uri));
        let Some(route) = route else {
            return next.run(request, extensions).await;
        };
        let until = until(&route, extensions);
        let max = self.routes.max_body();
        let is_too_large = |body: &Body| body.as_bytes().is_some_and(|bytes| bytes.len() > max);
        let bytes = match request.body_mut().take() {
            None => Bytes::new(),
            Some(body) if is_too_large(&body) => {
                *request.body_mut() = Some(body);
                return next.run(request, extensions).await;
            }
            Some(body) => {
                let body = in_time(keep(body, max), until, request.url()).await?;
                let Some(bytes) = body.bytes() else {
                    // Too large to be kept, which nobody knew: it goes where the caller has sent it, once.
                    *request.body_mut() = Some(Body::wrap(body));
                    return next.run(request, extensions).await;
                };
                bytes
            }
        };
        let outgoing = outgoing(&route, bytes, &request, extensions, until);
        let over = Over::new(next, &request, extensions);
        let open = route.carrier().open(&outgoing, &over);
        let ended = over.unless_redirected(open).await;
        let (seen, error) = over.into_seen();
        // Whatever the attempts have removed is gone.
        *extensions = seen;
        match ended {
            Ok(Ok(opened)) => Ok(answered(opened, extensions)),
            Ok(Err(ended)) => unanswered(ended, error, extensions),
            Err(elsewhere) => Err(redirected(elsewhere, extensions)),
        }
    }
}

/// By when a call over `route` must have ended that begins now. The body's way here is part of it.
fn until(route: &Route, extensions: &Extensions) -> Option<Instant> {
    let terms = extensions.get::<CallTerms>();
    let usual = route.outgoing(Bytes::new(), HeaderMap::new(), terms).deadline;
    Deadline::of(extensions, usual)
}

/// What `reading` brings, which reads the body of a request to `url`.
async fn in_time<T>(reading: impl Future<Output = T>, until: Option<Instant>, url: &Url) -> Result<T> {
    let Some(until) = until else {
        return Ok(reading.await);
    };
    let limit = until.saturating_duration_since(Instant::now());
    let phase = Phase::NotSent;
    let late = |_| AttemptTimeout { limit, phase }.into_error(url);
    timeout_at(until, reading).await.map_err(late)
}

fn outgoing(
    route: &Route,
    body: Bytes,
    request: &Request,
    extensions: &Extensions,
    until: Option<Instant>,
) -> Outgoing {
    let terms = extensions.get::<CallTerms>();
    let mut outgoing = route.outgoing(body, request.headers().clone(), terms);
    outgoing.deadline = until.map(|until| until.saturating_duration_since(Instant::now()));
    outgoing
}

fn answered(opened: Opened, extensions: &mut Extensions) -> Response {
    let Opened { mut head, body, .. } = opened;
    let (body, receipt) = Carried::new(body);
    // What a middleware further in has read of an earlier attempt does not hold any more.
    extensions.remove::<Failure>();
    extensions.insert(receipt.now());
    extensions.insert(receipt.clone());
    head.extensions.insert(receipt);
    came(http::Response::from_parts(head, Body::wrap(body)))
}

fn redirected(elsewhere: Redirected, extensions: &mut Extensions) -> Error {
    let error = Error::middleware(elsewhere);
    if let Some((failure, _)) = classify(&error) {
        extensions.insert(failure);
    }
    error
}

fn unanswered(mut ended: Undelivered, error: Option<Error>, extensions: &mut Extensions) -> Result<Response> {
    extensions.insert(ended.receipt.clone());
    if let Some(failure) = &ended.failure {
        extensions.insert(failure.clone());
    }
    if let Some(refusal) = ended.refusal.take() {
        return Ok(refused(refusal, ended));
    }
    let phase = ended.receipt.tries.last().and_then(|last| last.phase);
    let error = error.filter(|error| is_told_as(error, ended.failure.as_ref(), phase));
    Err(failed(ended, error))
}

/// The last refusal as it came, with what is known of it.
fn refused(refusal: Refusal, ended: Undelivered) -> Response {
    let mut response = refusal.into_response().map(Body::wrap);
    if let Some(failure) = ended.failure {
        response.extensions_mut().insert(failure);
    }
    response.extensions_mut().insert(ended.receipt);
    came(response)
}

/// `response` with the URL that it came from.
fn came(mut response: http::Response<Body>) -> Response {
    match response.extensions_mut().remove::<Went>() {
        Some(Went(url)) => crate::reader::with_url(response, url),
        None => response.into(),
    }
}

/// How the call ended, above the error of its last attempt.
fn failed(ended: Undelivered, error: Option<Error>) -> Error {
    let error = error.map(|error| match error {
        Error::Reqwest(error) => {
            let lacks_tls = Cause::of(&error) == Cause::NoTls;
            match Error::middleware(error.without_url()) {
                Error::Middleware(error) if lacks_tls => Error::Middleware(error.context(TURN_ON_TLS)),
                error => error,
            }
        }
        own @ Error::Middleware(_) => own,
    });
    match error {
        Some(Error::Middleware(error)) => Error::Middleware(error.context(ended)),
        _ => Error::middleware(ended),
    }
}
