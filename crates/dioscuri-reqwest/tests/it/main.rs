//! Everything over real sockets: small servers by a script, and the simulator.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may stop it")]

mod cause;
#[cfg(feature = "middleware")]
mod classify_middleware;
#[cfg(all(feature = "middleware", feature = "transport"))]
mod engine_middleware;
#[cfg(feature = "middleware")]
mod extensions;
#[cfg(feature = "middleware")]
mod order;
mod reader;
#[cfg(feature = "middleware")]
mod retry_middleware;
#[cfg_attr(
    not(feature = "middleware"),
    expect(dead_code, reason = "the tests of the middlewares use all of it")
)]
mod script;
#[cfg(feature = "retry")]
mod stock_retry;
#[cfg(feature = "tower")]
mod tower;
#[cfg(feature = "transport")]
mod transport;
