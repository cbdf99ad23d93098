//! What every HTTP adapter of dioscuri needs, whatever the client.
//!
//! ```
//! use dioscuri_http::{Bounds, read_error};
//! use dioscuri_vocab::{Class, Failure};
//! use http_body_util::{BodyExt as _, Full};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let refused = http::Response::builder().status(503).body(Full::new(bytes::Bytes::from("busy")))?;
//! // A reader of your own; `dioscuri-errors` reads what the Gemini API says.
//! let read = |_: &http::response::Parts, body: &[u8], _whole: bool| {
//!     (body == b"busy").then(|| Failure::new(Class::Capacity))
//! };
//!
//! let response = read_error(refused, Bounds::default(), &read).await;
//! assert_eq!(response.extensions().get::<Failure>().map(|failure| failure.class), Some(Class::Capacity));
//! assert_eq!(response.into_body().collect().await?.to_bytes(), "busy"); // nothing is lost
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Why is the body of an error read before anybody asks for it?
//!
//! What a refusal means stands in its body: a 429 is a minute's quota, a day's, or a crowded region. But retry layers
//! decide on the head, and most of them synchronously. So the body is read below them, within [`Bounds`], and what it
//! says travels with the response: a [`Failure`](dioscuri_vocab::Failure) among its extensions. The response is
//! otherwise the same, its body included, be it longer than the bounds or broken.
//!
//! # Why is the request read too?
//!
//! A body that is sent again must be the same, byte by byte. [`keep`] holds it; one that is too large to be held
//! goes out once ([`Resend::try_clone`] says so), which is no error.
//!
//! # Why is a stream held at its beginning?
//!
//! An overloaded model may answer 200 and say so in the first event. Once something of the stream has been handed on,
//! nothing can be tried again without saying it twice. So with the feature `errors` `gate` holds a stream until its first
//! content: what fails before it has failed as if the head had, and can be retried.
//!
//! # Features
//!
//! - `errors`: the gate of streams, a reader of failures by any classifier, and what broke of a connection, in the words
//!   of `dioscuri-errors`.
//!
//! # Limits
//!
//! Trailers of a body that is held are kept in responses and dropped in requests.

mod bounds;
mod broken;
mod clock;
mod deadline;
mod error_body;
#[cfg(feature = "errors")]
mod fault;
#[cfg(feature = "errors")]
mod gate;
mod model_call;
mod peeked;
mod query;
#[cfg(feature = "errors")]
mod reader;
mod resend;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

pub use bounds::Bounds;
pub use broken::connection_failure;
pub use clock::Clock;
pub use deadline::{Deadline, Until};
pub use error_body::{ReadFailure, read_error};
#[cfg(feature = "errors")]
pub use fault::fault_of;
#[cfg(feature = "errors")]
pub use gate::{Gate, Gated, StreamReader, gate};
pub use model_call::ModelCall;
pub use peeked::Peeked;
pub use query::without_credentials;
#[cfg(feature = "errors")]
pub use reader::Reader;
pub use resend::{Resend, keep};
