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
//! # What becomes of a stream?
//!
//! [`Driver::open`] holds `streamGenerateContent` until its first content, thoughts included. What fails before it, an error inside of an
//! HTTP 200 too, is tried again as if the head had failed. From then on the caller sees each frame as it comes, and
//! nothing is sent again: a stream that breaks ends with a [`StreamError`], one that ends without a finish reason too. It
//! holds its place in quota and pool until it ends or is dropped. [`Driver::run`] reads streams whole, and tries again
//! wherever they break.
//!
//! # How does an adapter use it?
//!
//! A stack of middlewares knows its way out only when a call comes. A [`Carrier`] is a driver without a transport of its
//! own: each call brings one, which may borrow. [`Routes`] tell which requests it carries and what they ask, [`CallTerms`]
//! travel in a request's extensions, and [`Undelivered::refusal`] is the last answer as it came, to be handed on.
//!
//! # Limits
//!
//! Answers other than streams are read whole before they are handed on; so are the streams of methods other than
//! `streamGenerateContent`, whose answers are not judged beyond their status. Trailers are dropped, of requests and of
//! answers. An engine has one carrier. Compressed answers are for the transport
//! to decode. No HTTP client is in here: see `dioscuri-reqwest`, or bring your own [`Transport`].

mod address;
mod call_terms;
mod carrier;
mod config;
mod credential;
mod delivered;
mod directory;
mod driver;
mod opened;
mod outgoing;
mod refusal;
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
pub use delivered::{Delivered, Undelivered};
pub use dioscuri_engine::{End, Receipt};
pub use dioscuri_errors::Fault;
pub use dioscuri_http::{Clock, ModelCall, fault_of};
pub use directory::Directory;
pub use driver::Driver;
pub use opened::Opened;
pub use outgoing::Outgoing;
pub use refusal::{Refusal, RefusalBody};
pub use routes::{Route, Routes};
pub use streaming::{StreamError, Streaming};
pub use transport::{BodyBox, SendError, Sent, Transport, body};
