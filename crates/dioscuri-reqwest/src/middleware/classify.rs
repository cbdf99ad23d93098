//! The first depth: says what a failure is, and changes nothing.

use super::look::Look;
use dioscuri_errors::Classify;
use dioscuri_http::Bounds;
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use std::sync::Arc;

/// Puts the typed [`Failure`](dioscuri_vocab::Failure) among the extensions of a response that is none; the response is
/// otherwise the same.
///
/// It belongs innermost, so that whoever stands around it can read the failure: a retry above all. The failure stands in
/// the response's extensions and in those of the call, which also has that of an error without a response.
///
/// ```
/// use dioscuri_reqwest::ClassifyMiddleware;
/// use dioscuri_sim::{Scenario, Server};
/// use dioscuri_vocab::{Class, Failure};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let server = Server::start(Scenario::named("calm")?).await?; // stands for generativelanguage.googleapis.com
/// # let google = server.url();
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(ClassifyMiddleware::new())
///     .build();
/// let response = client
///     .post(format!("{google}/v1beta/models/gemini-3.8-flash:generateContent"))
///     .header("x-goog-api-key", "a revoked key")
///     .send()
///     .await?;
///
/// let failure = response.extensions().get::<Failure>();
/// assert_eq!(failure.map(|failure| failure.class), Some(Class::AuthInvalidKey));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Errors pass as they are, but for the query of a URL with a key.
#[derive(Clone, Debug, Default)]
pub struct ClassifyMiddleware {
    look: Look,
}

impl ClassifyMiddleware {
    /// Reads failures by the taxonomy of the Gemini API, within the default [`Bounds`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, reading error bodies within `bounds`.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.look.bounds = bounds;
        self
    }

    /// The same, reading failures by `classify`.
    #[must_use]
    pub fn with_classifier(mut self, classify: impl Classify + 'static) -> Self {
        self.look.classify = Arc::new(classify);
        self
    }
}

#[async_trait::async_trait]
impl Middleware for ClassifyMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let result = next.run(request, extensions).await;
        self.look.at(result, extensions).await.0
    }
}
