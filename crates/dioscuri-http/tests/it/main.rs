//! What adapters rely on: bodies read and handed on as they came, requests that can be sent again, streams held.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may stop it")]

mod body;
mod error_body;
#[cfg(feature = "errors")]
mod gate;
mod resend;
