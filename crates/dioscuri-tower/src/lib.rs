//! dioscuri over tower: any HTTP service as a transport.
//!
//! ```
//! use dioscuri_tower::TowerTransport;
//! use dioscuri_transport::Transport;
//! use http_body_util::Full;
//! use std::{convert::Infallible, future::{Ready, ready}, task::{Context, Poll}};
//!
//! /// Stands for hyper-util's client, a stack of tower layers, or a router under test.
//! #[derive(Clone)]
//! struct Echo;
//!
//! impl tower_service::Service<http::Request<Full<bytes::Bytes>>> for Echo {
//!     type Response = http::Response<Full<bytes::Bytes>>;
//!     type Error = Infallible;
//!     type Future = Ready<Result<Self::Response, Infallible>>;
//!
//!     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
//!         Poll::Ready(Ok(()))
//!     }
//!
//!     fn call(&mut self, request: http::Request<Full<bytes::Bytes>>) -> Self::Future {
//!         ready(Ok(http::Response::new(request.into_body())))
//!     }
//! }
//!
//! let transport: Box<dyn Transport> = Box::new(TowerTransport::new(Echo));
//! ```
//!
//! # Why a clone for every request?
//!
//! A tower service is ready for one caller at a time, and readiness belongs to the clone that was polled. So
//! each request polls a clone of its own and calls that very clone; whatever the readiness held, a permit or a
//! place in a buffer, is given back when the request is dropped.
//!
//! # How far had a broken attempt come?
//!
//! What fails before the service is ready was never sent: it costs nothing and is tried again at once. What
//! fails in the call counts as sent, unless the connection was refused. A service may know better, as hyper's
//! client does of connections that never stood; [`TowerTransport::with_reading`] lets it say so. What fails in
//! the body came after the head.
//!
//! # Which layers fit below?
//!
//! Those that change a connection or a header: proxies, tracing, a user agent. Retries, rate limits and
//! timeouts belong to the engine; a second set below it would send what it does not count. Redirects
//! would carry the key elsewhere.
//!
//! # Limits
//!
//! One direction only: a service becomes a transport. Layers and a `tower::retry::Policy` that bring
//! dioscuri's decisions into a stack of yours are not here yet. An attempt is marked as sent when the
//! service is called, which is early, never late.

#[cfg(feature = "engine")]
mod transport;

#[cfg(feature = "engine")]
pub use dioscuri_transport::read_error;
#[cfg(feature = "engine")]
pub use transport::TowerTransport;
