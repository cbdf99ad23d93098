//! dioscuri for reqwest 0.13: failures read exactly, middlewares for existing stacks, a transport.
//!
//! ```
//! use dioscuri_reqwest::read_error;
//!
//! /// Asks Gemini with a plain client, and says what went wrong.
//! async fn ask(request: reqwest::RequestBuilder) -> reqwest::Result<String> {
//!     let (response, failure) = read_error(request.send().await?).await;
//!     if let Some(failure) = failure {
//!         // "quota_day (quota_domain scope), retry after 26s"; the body is still there to be read.
//!         eprintln!("{failure}");
//!     }
//!     response.text().await
//! }
//! ```
//!
//! # What is here for which stack?
//!
//! | you have | take | feature |
//! | --- | --- | --- |
//! | a `reqwest::Client` | [`read_error`] for responses, [`classify`] for errors | |
//! | reqwest-middleware, and want to know what fails | `ClassifyMiddleware` | `middleware` |
//! | reqwest-middleware, and want it tried again | `RetryMiddleware` | `middleware` |
//! | several keys, projects or regions | `EngineMiddleware` | `middleware`, `transport` |
//! | reqwest-retry, and want to keep it | `stock_retry` | `retry` |
//! | tower layers around `http::Request` | `ReqwestService` | `tower` |
//! | no stack: the engine alone | `ReqwestTransport` | `transport` |
//!
//! # In which order do middlewares stand?
//!
//! reqwest-middleware runs them in the order in which they were added, outermost first:
//!
//! ```text
//! your cache, your span of the whole call
//!   RetryMiddleware, or the stock one, or EngineMiddleware      one of them: two multiply their attempts
//!     your signature, your log line of each attempt
//!       ClassifyMiddleware                                      innermost: whoever stands around it knows the failure
//! ```
//!
//! `RetryMiddleware` and `ClassifyMiddleware` look at the Gemini API's requests only; each has a `with_filter`.
//!
//! `RetryMiddleware` and `EngineMiddleware` read failures themselves and need no `ClassifyMiddleware`; where one stands
//! inside all the same, what it has read holds for the retry.
//!
//! # Where are the extensions?
//!
//! Failures, logs and receipts stand in two places: in the extensions of the response, which are always there, and in those
//! of the call, which reqwest-middleware loses on some ways:
//!
//! | way | extensions of the request | initialisers |
//! | --- | --- | --- |
//! | `client.post(..).send()` | arrive; after it only the response's can be read | have run |
//! | the same, by `build()` and `execute(request)` | are lost | have run, but the extensions that they add are lost |
//! | `execute_with_extensions(request, &mut extensions)` | are yours, and readable afterwards | do not run |
//! | a tower service's `call(request)` | are lost: it begins with an empty map | do not run |
//!
//! So a `Deadline` that is given with the request arrives by `send` and by `execute_with_extensions` only; one that must
//! hold always belongs into the middleware. An error has no extensions: what is known of it stands in the call's.
//!
//! # Why no total timeout?
//!
//! reqwest's `timeout` runs until the end of the body and cuts healthy streams, and its `read_timeout` blames a slow reader
//! for the silence. `ReqwestTransport` sets neither, since the engine bounds each attempt; leave both unset where you
//! stream, and bound attempts by `RetryMiddleware::with_attempt_timeout`.
//!
//! # What does the transport set, and why?
//!
//! No redirects: Google's API sends none, and one would carry the key elsewhere. No `Referer`. HTTP/2 pings every 20 s: a
//! dead connection would otherwise be used until TCP notices. The proxy that `HTTPS_PROXY` names is used, but never for
//! this machine: what is sent to a simulator or gateway on loopback stays here. For anything else bring a client of your
//! own to `ReqwestTransport::from_client`.
//!
//! # Which URLs and keys are shown?
//!
//! No keys. A failure holds no text; errors of transport, service and engine come without their URL; an error of reqwest
//! that a middleware hands on keeps its URL, from which credentials are taken out: `key`, `access_token` and `oauth_token`
//! in the query, user and password. So is it for one that another middleware has wrapped, unless it stands deeper than
//! one level: that text is beyond reach. Keys belong into the header `x-goog-api-key`.
//!
//! # What about redirects?
//!
//! Turn them off at a client of your own: `redirect(Policy::none())`. When the host changes, reqwest takes off
//! `Authorization` and cookies, but sends `x-goog-api-key` along. `EngineMiddleware`, `ReqwestService` and
//! `ReqwestTransport` make an answer that came from another host an error of which `Redirected` is the cause; the key has
//! gone by then.
//!
//! # Features
//!
//! None is on by default.
//!
//! - `middleware`: middlewares for reqwest-middleware 0.5.
//! - `retry`: our policy inside of reqwest-retry 0.9.
//! - `tower`: the client as a tower service.
//! - `transport`: the engine over reqwest; with `middleware` the engine as a middleware.
//! - `rustls`: TLS with the platform's certificates. `rustls-no-provider`: the same with a provider of yours, which has to
//!   be installed before a client is built: reqwest panics otherwise. Native TLS is turned on at reqwest itself: features
//!   unite. Without TLS `https://` fails with an error that says so.
//!
//! # Limits
//!
//! One HTTP/2 connection per host and client, about a hundred requests at once; more queue inside it:
//! `ReqwestTransport::with_lanes` takes more. reqwest sends a request again by itself, twice at most and at once, where an
//! HTTP/2 server has said that it did not look at it: those are in no log.

#[cfg(feature = "transport")]
mod body;
mod cause;
#[cfg(feature = "transport")]
mod fault;
#[cfg(feature = "transport")]
mod lanes;
#[cfg(any(feature = "middleware", feature = "tower"))]
mod made;
#[cfg(feature = "middleware")]
mod middleware;
mod reader;
#[cfg(any(feature = "transport", feature = "tower"))]
mod redirected;
#[cfg(feature = "retry")]
mod retry;
#[cfg(feature = "tower")]
mod tower;
#[cfg(feature = "transport")]
mod transport;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

pub use cause::{classify, classify_any};
pub use dioscuri_http::Bounds;
#[cfg(feature = "middleware")]
pub use dioscuri_http::Deadline;
#[cfg(feature = "middleware")]
pub use middleware::{AttemptTimeout, ClassifyMiddleware, RetryMiddleware};
#[cfg(all(feature = "middleware", feature = "transport"))]
pub use middleware::{EngineMiddleware, LiveReceipt};
pub use reader::{read_error, read_error_with};
#[cfg(any(feature = "transport", feature = "tower"))]
pub use redirected::Redirected;
#[cfg(feature = "retry")]
pub use retry::{HintStrategy, stock_retry};
#[cfg(feature = "tower")]
pub use tower::{ReqwestService, ResponseFuture};
#[cfg(feature = "transport")]
pub use transport::{BuildError, ReqwestTransport};
