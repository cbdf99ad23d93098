//! Reads the failure of a response, and hands the response on as it came.

use dioscuri_errors::{Classify, Seen, Taxonomy};
use dioscuri_http::{Bounds, Reader};
use dioscuri_vocab::{Failure, UnixTime};
use reqwest::{Body, Response, ResponseBuilderExt as _};

/// The statuses of errors begin here. A redirect, a 304 or a protocol switch is no failure.
const FIRST_ERROR: u16 = 400;

/// Reads what a response means if its status is that of an error, 400 or more: the [`Failure`], and an equal response.
///
/// Equal are status, version, headers, URL, remote address and body; a body that is longer than the [`Bounds`] is handed
/// on whole, one that breaks off breaks off again, after what came before. The failure also stands among the response's
/// extensions. Everything else is handed on at once and unread, since it may be a stream.
///
/// This is the whole of "I only want to know what it was" over a plain client:
///
/// ```
/// use dioscuri_reqwest::read_error;
/// use dioscuri_sim::{Scenario, Server};
/// use dioscuri_vocab::Class;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let server = Server::start(Scenario::named("calm")?).await?; // stands for generativelanguage.googleapis.com
/// # let google = server.url();
/// let request = reqwest::Client::new()
///     .post(format!("{google}/v1beta/models/gemini-3.8-flash:generateContent"))
///     .header("x-goog-api-key", "a revoked key")
///     .body(r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#);
/// let (response, failure) = read_error(request.send().await?).await;
///
/// assert_eq!(failure.map(|failure| failure.class), Some(Class::AuthInvalidKey));
/// assert!(response.text().await?.contains("API key not valid")); // nothing is lost
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cancel safety
///
/// Dropping the future drops the response.
pub async fn read_error(response: Response) -> (Response, Option<Failure>) {
    read_error_with(response, Bounds::default(), &Taxonomy::new()).await
}

/// As [`read_error`], with bounds and a classifier of your own.
///
/// # Cancel safety
///
/// Dropping the future drops the response.
pub async fn read_error_with(
    response: Response,
    bounds: Bounds,
    classify: &dyn Classify,
) -> (Response, Option<Failure>) {
    if response.status().as_u16() < FIRST_ERROR {
        return (response, None);
    }
    let url = response.url().clone();
    let response = http::Response::<Body>::from(response);
    let reader = Reader(|seen: Seen<'_>, now: UnixTime| classify.classify(seen, now));
    let response = dioscuri_http::read_error(response, bounds, &reader).await;
    let failure = response.extensions().get::<Failure>().cloned();
    (with_url(response.map(Body::wrap), url), failure)
}

/// What status and headers alone say of `response`, whose body is nobody's to take.
#[cfg(feature = "retry")]
pub(crate) fn read_head(response: &Response) -> Option<Failure> {
    if response.status().as_u16() < FIRST_ERROR {
        return None;
    }
    Reader(Taxonomy::new()).read_parts(response.status(), response.headers(), b"", false)
}

/// `response` as one of reqwest that came from `url`: without that it says it came from somewhere else.
pub(crate) fn with_url(response: http::Response<Body>, url: reqwest::Url) -> Response {
    let (mut parts, body) = response.into_parts();
    let named = http::Response::builder().url(url).body(());
    let (named, ()) = named.expect("nothing in it can be wrong").into_parts();
    parts.extensions.extend(named.extensions);
    Response::from(http::Response::from_parts(parts, body))
}
