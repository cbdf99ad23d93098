//! Region and project pool for Gemini.

mod pool;

pub use pool::{Candidate, Pool, Report, Want};
