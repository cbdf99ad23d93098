//! The layers, each alone and over one another; a service as a transport; real sockets.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod charges;
mod classify;
mod drops;
#[cfg(feature = "retry")]
mod policy;
mod pool;
mod rate_budget;
mod recovery;
mod retry;
mod script;
#[cfg(feature = "errors")]
mod sockets;
mod statics;

#[cfg(feature = "engine")]
mod bodies;
#[cfg(feature = "engine")]
mod driver;
#[cfg(feature = "engine")]
mod engine;
#[cfg(feature = "engine")]
mod errors;
#[cfg(feature = "engine")]
mod readiness;
#[cfg(feature = "engine")]
mod service;
