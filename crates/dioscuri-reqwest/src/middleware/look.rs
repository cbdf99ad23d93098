//! Looks at what came of an attempt: response or error, and the failure that it is.

use super::{attempt_timeout::hide_credentials, filter::Filter};
use crate::reader::read_error_with;
use dioscuri_errors::{Classify, Taxonomy};
use dioscuri_http::{Bounds, Until};
use dioscuri_vocab::{Failure, Phase};
use http::Extensions;
use reqwest::Response;
use reqwest_middleware::{Error, Result};
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::Instant;

/// How long before an attempt's time ends its error body is read no further, so that what it says is known before the
/// attempt is taken away. Timers are exact to a millisecond or two.
const LAST_LOOK: Duration = Duration::from_millis(20);

/// How the middlewares read what comes back.
#[derive(Clone)]
pub(super) struct Look {
    pub(super) bounds: Bounds,
    pub(super) classify: Arc<dyn Classify>,
    pub(super) filter: Filter,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            classify: Arc::new(Taxonomy::new()),
            filter: Filter::default(),
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

/// Until when whoever stands around this lets it read.
pub(super) fn lent(extensions: &Extensions) -> Option<Instant> {
    let Until(until) = extensions.get()?;
    Some(until.checked_sub(LAST_LOOK).unwrap_or(*until))
}

impl Look {
    /// The same result, with the failure in the extensions of response and call, and what it is. An error body is read as
    /// long as `until` and the bounds allow: a refusal stays one, however slow.
    pub(super) async fn at(
        &self,
        result: Result<Response>,
        extensions: &mut Extensions,
        until: Option<Instant>,
    ) -> (Result<Response>, Found) {
        let (result, found) = match result {
            Ok(response) => {
                let (response, failure) = self.read(response, until).await;
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
    async fn read(&self, response: Response, until: Option<Instant>) -> (Response, Option<Failure>) {
        let mut bounds = self.bounds;
        if let Some(until) = until {
            let left = until.saturating_duration_since(Instant::now());
            bounds.patience = bounds.patience.min(left);
        }
        match response.extensions().get::<Failure>().cloned() {
            Some(failure) => (response, Some(failure)),
            None => read_error_with(response, bounds, &self.classify).await,
        }
    }
}

/// The same error; credentials that stood in its URL are gone, since errors are logged.
fn without_key(mut error: Error) -> Error {
    let url = match &mut error {
        Error::Reqwest(error) => error.url_mut(),
        // One that another middleware has wrapped, if nothing else stands around it.
        Error::Middleware(error) => error
            .downcast_mut::<reqwest::Error>()
            .and_then(reqwest::Error::url_mut),
    };
    if let Some(url) = url {
        hide_credentials(url);
    }
    error
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}
