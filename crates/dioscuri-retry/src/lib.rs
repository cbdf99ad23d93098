//! Retry policy for Gemini calls.

mod policy;

pub use policy::{Context, Limit, RetryPolicy, Verdict};
