//! The façade over real HTTP: against the simulator, and against a socket that shows what was sent.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may stop it")]

mod state;
mod strangers;
mod streams;
mod wire;
mod world;
