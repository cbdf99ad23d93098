//! The transport trait, and the driver that runs the dioscuri engine on a real clock.
//!
//! ```
//! use dioscuri_transport::{BodyBox, SendError, Sent, Transport, body};
//!
//! /// Answers everything with an empty object; a stranger's transport in ten lines.
//! struct Echo;
//!
//! #[async_trait::async_trait]
//! impl Transport for Echo {
//!     async fn send(
//!         &self,
//!         _request: http::Request<bytes::Bytes>,
//!         sent: Sent,
//!     ) -> Result<http::Response<BodyBox>, SendError> {
//!         sent.mark();
//!         Ok(http::Response::new(body("{}")))
//!     }
//! }
//! ```
//!
//! # What does the driver do that the engine does not?
//!
//! The [`Driver`] reads the clock, fetches credentials, builds the request, bounds bodies, and turns what
//! arrives into outcomes. It decides nothing: every step comes from the engine.
//!
//! # Why one timer?
//!
//! The engine says when it wants to be looked at next. One task keeps that time for all waiting calls and wakes
//! exactly those whose turn it is. It is spawned when the first call waits, on that call's runtime, and replaced if
//! that runtime ends: a client may be made before a runtime exists, and used from several. Each waiting call looks
//! for itself as well, rarely, so that no deadline hangs on a runtime that nobody drives.
//!
//! # Limits
//!
//! Unary calls only; streams need the first-event gate, for which the engine's `Commit` is ready. No HTTP
//! client is in here: see `dioscuri-reqwest`, or bring your own [`Transport`].

mod address;
mod call_terms;
mod carrier;
mod config;
mod credential;
mod delivered;
mod directory;
mod driver;
mod fault;
mod model_call;
mod opened;
mod outgoing;
mod routes;
mod streaming;
mod transport;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

pub use address::{Address, InvalidAddress, Surface};
pub use call_terms::CallTerms;
pub use carrier::Carrier;
pub use config::DriverConfig;
pub use credential::{BearerError, BearerSource, Credential, Secret, Token};
pub use delivered::{Delivered, Refusal, Undelivered};
pub use dioscuri_engine::{End, Receipt};
pub use dioscuri_errors::Fault;
pub use dioscuri_http::Clock;
pub use directory::Directory;
pub use driver::Driver;
pub use fault::read_error;
pub use model_call::ModelCall;
pub use opened::Opened;
pub use outgoing::Outgoing;
pub use routes::{Route, Routes};
pub use streaming::{StreamError, Streaming};
pub use transport::{BodyBox, SendError, Sent, Transport, body};
