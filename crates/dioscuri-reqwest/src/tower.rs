//! A `reqwest::Client` as a tower service of `http::Request`.

use crate::{Redirected, made::reqwest_error};
use bytes::Bytes;
use http_body::Body;
use reqwest::{Response, Url};
use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tower_service::Service;

/// A [`reqwest::Client`] as a [`Service`] of [`http::Request`]: what stands below the layers of `dioscuri-tower`, or any
/// others. Cheap to clone; clones share their connections.
///
/// reqwest's own service takes a `reqwest::Request`, which generic layers know nothing of.
///
/// ```
/// use dioscuri_reqwest::ReqwestService;
/// use dioscuri_sim::{Scenario, Server};
/// use tower_service::Service as _;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let server = Server::start(Scenario::named("calm")?).await?; // stands for generativelanguage.googleapis.com
/// # let google = server.url();
/// let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
/// let mut service = ReqwestService::new(client);
/// let request = http::Request::post(format!("{google}/v1beta/models/gemini-3.8-flash:generateContent"))
///     .header("x-goog-api-key", "AQ.castor")
///     .body(r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#.to_owned())?;
///
/// assert_eq!(service.call(request).await?.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// reqwest's own, without the URL: it may carry a key. [`classify`](crate::classify) reads them. What a redirect brought
/// from another host is an error too, with [`Redirected`] among its causes.
///
/// # Limits
///
/// A client that follows redirects takes the header `x-goog-api-key` along to another host, and that is noticed only
/// afterwards. Turn them off, as above: Google's API sends none.
#[derive(Clone, Debug, Default)]
pub struct ReqwestService {
    client: reqwest::Client,
}

impl ReqwestService {
    /// Sends over `client`. Leave its total timeout unset where answers are streams: it runs until the body ends.
    #[must_use]
    pub const fn new(client: reqwest::Client) -> Self {
        Self { client }
    }
}

impl From<reqwest::Client> for ReqwestService {
    fn from(client: reqwest::Client) -> Self {
        Self::new(client)
    }
}

impl<B> Service<http::Request<B>> for ReqwestService
where
    B: Body + Send + Sync + 'static,
    B::Data: Into<Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = http::Response<reqwest::Body>;
    type Error = reqwest::Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), reqwest::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> ResponseFuture {
        let request = reqwest::Request::try_from(request.map(reqwest::Body::wrap));
        ResponseFuture(match request {
            Ok(request) => State::Sent(request.url().clone(), self.client.call(request)),
            Err(error) => State::Refused(Some(error)),
        })
    }
}

/// The response of a [`ReqwestService`] to come.
#[must_use = "a future does nothing until it is polled"]
pub struct ResponseFuture(State);

enum State {
    /// It asks this URL.
    Sent(Url, <reqwest::Client as Service<reqwest::Request>>::Future),
    /// It could not become a request.
    Refused(Option<reqwest::Error>),
}

impl Future for ResponseFuture {
    type Output = Result<http::Response<reqwest::Body>, reqwest::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = match &mut self.0 {
            State::Sent(asked, pending) => {
                ready!(Pin::new(pending).poll(cx)).and_then(|response| from_there(asked, response))
            }
            State::Refused(error) => Err(error.take().expect("a future is not polled after its end")),
        };
        Poll::Ready(result.map(Into::into).map_err(reqwest::Error::without_url))
    }
}

/// `response`, if it came from where `asked` is.
fn from_there(asked: &Url, response: Response) -> Result<Response, reqwest::Error> {
    match Redirected::check(asked, response.url()) {
        Ok(()) => Ok(response),
        Err(elsewhere) => Err(reqwest_error(io::Error::other(elsewhere))),
    }
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseFuture")
    }
}
