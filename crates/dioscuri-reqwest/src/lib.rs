//! The dioscuri transport over reqwest 0.13.
//!
//! ```
//! # #[cfg(feature = "transport")]
//! # {
//! use dioscuri_reqwest::ReqwestTransport;
//!
//! let transport = ReqwestTransport::new()?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is set, and why?
//!
//! No total timeout: it would run until the end of the body and cut healthy streams; the engine bounds each
//! attempt. No redirects: Google's API sends none, and one would carry the key elsewhere. No `Referer`. HTTP/2
//! pings every 20 s: a dead connection would otherwise be used until TCP notices. The proxy that `HTTPS_PROXY`
//! names is used, but never for this machine: what is sent to a simulator or gateway on loopback stays here. For
//! anything else bring a client of your own to [`ReqwestTransport::from_client`].
//!
//! # Features
//!
//! `rustls` (default): TLS with the platform's certificates. Without it only plain `http://` can be reached,
//! as simulators and gateways on loopback are.
//!
//! # Limits
//!
//! One HTTP/2 connection per host: about a hundred requests at once; more queue inside it.

#[cfg(feature = "transport")]
mod body;
mod cause;
#[cfg(feature = "transport")]
mod fault;
#[cfg(feature = "transport")]
mod lanes;
#[cfg(feature = "middleware")]
mod middleware;
mod reader;
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
pub use middleware::{AttemptTimeout, ClassifyMiddleware, Deadline, RetryMiddleware};
#[cfg(all(feature = "middleware", feature = "transport"))]
pub use middleware::{EngineMiddleware, LiveReceipt};
pub use reader::{read_error, read_error_with};
#[cfg(feature = "retry")]
pub use retry::{HintStrategy, stock_retry};
#[cfg(feature = "tower")]
pub use tower::{ReqwestService, ResponseFuture};
#[cfg(feature = "transport")]
pub use transport::{BuildError, ReqwestTransport};
