//! Failures as the Gemini API words them.

use crate::ClassifyLayer;
use dioscuri_errors::{Classify, Headers, Seen, Taxonomy};
use dioscuri_http::Clock;
use http::{HeaderMap, response::Parts};

impl ClassifyLayer {
    /// Failures are read as the Gemini API words them, by [`Taxonomy`].
    #[must_use]
    pub fn gemini() -> Self {
        Self::by(Taxonomy::new())
    }

    /// Failures are read by `classify`.
    pub fn by(classify: impl Classify + 'static) -> Self {
        let clock = Clock::start();
        Self::new(move |head: &Parts, body: &[u8], whole: bool| {
            let headers = Named(&head.headers);
            let seen = Seen::new(Some(head.status.as_u16()), body).with_headers(&headers);
            classify.classify(if whole { seen } else { seen.cut() }, clock.now().unix)
        })
    }
}

struct Named<'a>(&'a HeaderMap);

impl Headers for Named<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(http::HeaderValue::as_bytes)
    }
}
