//! Looks at what came of an attempt: response or error, and the failure that it is.

use crate::reader::read_error_with;
use dioscuri_errors::{Classify, Taxonomy};
use dioscuri_http::{Bounds, without_credentials};
use dioscuri_vocab::{Failure, Phase};
use http::Extensions;
use reqwest::{Response, Url};
use reqwest_middleware::{Error, Result};
use std::{fmt, sync::Arc};

/// How the middlewares read what comes back.
#[derive(Clone)]
pub(super) struct Look {
    pub(super) bounds: Bounds,
    pub(super) classify: Arc<dyn Classify>,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            classify: Arc::new(Taxonomy::new()),
        }
    }
}

/// What came of an attempt.
pub(super) enum Found {
    /// An answer, as far as its head tells.
    Answer,
    /// A failure, and how far the attempt had come.
    Failure(Failure, Phase),
    /// An error that another middleware has made up: not ours to judge.
    Foreign,
}

impl Look {
    /// The same result, with the failure in the extensions of response and call, and what it is.
    pub(super) async fn at(
        &self,
        result: Result<Response>,
        extensions: &mut Extensions,
    ) -> (Result<Response>, Found) {
        let (result, found) = match result {
            Ok(response) => {
                let (response, failure) = self.read(response).await;
                let found = failure.map_or(Found::Answer, |failure| Found::Failure(failure, Phase::Answered));
                (Ok(response), found)
            }
            Err(error) => {
                let found = super::classify(&error);
                let found = found.map_or(Found::Foreign, |(failure, phase)| Found::Failure(failure, phase));
                (Err(without_key(error)), found)
            }
        };
        // All attempts of a call share the map: what an earlier one left there does not hold any more.
        match &found {
            Found::Failure(failure, _) => extensions.insert(failure.clone()),
            Found::Answer | Found::Foreign => extensions.remove::<Failure>(),
        };
        (result, found)
    }

    /// What another middleware has read already stands.
    async fn read(&self, response: Response) -> (Response, Option<Failure>) {
        match response.extensions().get::<Failure>().cloned() {
            Some(failure) => (response, Some(failure)),
            None => read_error_with(response, self.bounds, &self.classify).await,
        }
    }
}

/// The same error; a key that stood in its URL is gone, since errors are logged.
fn without_key(mut error: Error) -> Error {
    if let Some(url) = error.url_mut() {
        without_key_in(url);
    }
    error
}

fn without_key_in(url: &mut Url) {
    if let Some(query) = url.query() {
        let kept = without_credentials(query);
        url.set_query(kept.as_deref());
    }
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_a_url_goes_and_the_rest_stays() {
        for (before, after) in [
            (
                "http://host/m:stream?alt=sse&key=hush",
                "http://host/m:stream?alt=sse",
            ),
            ("http://host/m?key=hush", "http://host/m"),
            ("http://host/m?monkey=see", "http://host/m?monkey=see"),
            ("http://host/m", "http://host/m"),
        ] {
            let mut url = Url::parse(before).unwrap();
            without_key_in(&mut url);
            assert_eq!(url.as_str(), after);
        }
    }
}
