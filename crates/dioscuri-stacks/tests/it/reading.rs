//! Reads answers of clients that are asked without an adapter.

use crate::told::whole_text;
use bytes::Bytes;
use dioscuri_errors::{Classify as _, Seen, Taxonomy};
use dioscuri_http::connection_failure;
use dioscuri_vocab::{Class, Failure, Phase, UnixTime};

/// The whole answer of reqwest, or what went wrong: how far it had come, and all that the error says.
pub(crate) async fn whole(
    answer: Result<reqwest::Response, reqwest::Error>,
) -> Result<Bytes, (Failure, Phase, String)> {
    let answer = answer.map_err(|error| broken(&error.without_url(), Phase::Sent))?;
    let status = answer.status();
    let body = answer
        .bytes()
        .await
        .map_err(|error| broken(&error.without_url(), Phase::Answered))?;
    if status.is_success() {
        return Ok(body);
    }
    let failure = Taxonomy::new().classify(Seen::new(Some(status.as_u16()), &body), UnixTime(0));
    let failure = failure.unwrap_or_else(|| Failure::new(Class::Unknown));
    let text = failure.to_string();
    Err((failure, Phase::Answered, text))
}

fn broken(error: &reqwest::Error, phase: Phase) -> (Failure, Phase, String) {
    let phase = if error.is_connect() { Phase::NotSent } else { phase };
    let (failure, phase) = connection_failure(error, phase);
    (failure, phase, whole_text(error))
}
