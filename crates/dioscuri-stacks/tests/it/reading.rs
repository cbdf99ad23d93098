//! Reads what came back, for stacks that hand on answers and errors of their client.

use crate::told::{Broken, whole_text};
use bytes::Bytes;
use dioscuri_reqwest::{classify, classify_any, read_error};
use dioscuri_vocab::Failure;
use std::error::Error;

/// The whole answer, or what went wrong with it.
pub(crate) async fn whole(response: reqwest::Response) -> Result<Bytes, Broken> {
    let endpoint = response.url().to_string();
    let (response, failure) = read_error(response).await;
    let failure = failure.or_else(|| response.extensions().get::<Failure>().cloned());
    if let Some(failure) = failure {
        return Err(Broken::refused(failure, endpoint));
    }
    response
        .bytes()
        .await
        .map_err(|error| of_reqwest(&error, &endpoint))
}

/// An error of reqwest, of a request to `endpoint`.
pub(crate) fn of_reqwest(error: &reqwest::Error, endpoint: &str) -> Broken {
    let (failure, phase) = classify(error);
    Broken {
        failure: Some(failure),
        phase: Some(phase),
        endpoint: Some(endpoint.to_owned()),
        text: whole_text(error),
    }
}

/// An error of a whole stack, which has to say by itself where it was met: at `authority`.
pub(crate) fn of_any(error: &(dyn Error + 'static), authority: &str) -> Broken {
    let (failure, phase) = classify_any(error).unzip();
    let text = whole_text(error);
    Broken {
        failure,
        phase,
        endpoint: text.contains(authority).then(|| authority.to_owned()),
        text,
    }
}
