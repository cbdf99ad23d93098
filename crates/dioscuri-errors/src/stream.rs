//! Outcomes of an HTTP 200: one reader per attempt, fed whole answers or the events of a stream.

use dioscuri_vocab::{Outcome, UnixTime};
use std::sync::Arc;

/// What one event of an answer means.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StreamStep {
    /// Nothing for the reader of the answer: usage, an empty part.
    Metadata,
    /// Content: from here on the attempt is committed.
    Content,
    /// The answer pauses and goes on with the same request and this token.
    Continue {
        /// The token to send.
        token: Arc<str>,
    },
    /// The answer has ended.
    End(Outcome),
}

/// Reads the events of one attempt's answer, in order.
///
/// A unary answer is a stream of one event. Implementations keep what they need between events: usage
/// may stand on several, and the last one counts.
pub trait ClassifyStream: Send {
    /// Takes one event: the JSON of a `GenerateContentResponse`, or of an error in its place.
    fn on_event(&mut self, json: &[u8], now: UnixTime) -> StreamStep;

    /// The body has ended: how did the attempt end?
    fn on_end(&mut self) -> Outcome;
}
