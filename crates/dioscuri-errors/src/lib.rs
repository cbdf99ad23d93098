//! Reads every failure of Google's Gemini API exactly.

mod classify;
mod stream;

pub use classify::{Classify, Headers, Seen};
pub use stream::{ClassifyStream, StreamStep};
