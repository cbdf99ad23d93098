//! Reads failures as a classifier does.

use crate::{Clock, ReadFailure};
use dioscuri_errors::{Classify, Headers, Seen};
use dioscuri_vocab::Failure;
use http::{HeaderMap, HeaderValue, StatusCode, response::Parts};

/// Reads failures by a classifier, for example `Taxonomy`: what the Gemini API says.
///
/// ```
/// use dioscuri_errors::Taxonomy;
/// use dioscuri_http::{Bounds, Reader, read_error};
/// use dioscuri_vocab::{Class, Failure};
/// use http_body_util::Full;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let body = Full::new(bytes::Bytes::from(r#"{"error": {"code": 503, "message": "The model is overloaded."}}"#));
/// let refused = http::Response::builder().status(503).header("retry-after", "7").body(body)?;
/// let response = read_error(refused, Bounds::default(), &Reader(Taxonomy::new())).await;
/// let failure = response.extensions().get::<Failure>().expect("an error was read");
/// assert_eq!(failure.class, Class::Capacity);
/// # Ok::<(), http::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a classifier under a name")]
pub struct Reader<C>(pub C);

impl<C: Classify> Reader<C> {
    /// What a response with `status` and `headers` means, of whose body `body` was read; `whole` tells whether that is
    /// all.
    pub fn read_parts(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        whole: bool,
    ) -> Option<Failure> {
        let headers = Named(headers);
        let seen = Seen::new(Some(status.as_u16()), body).with_headers(&headers);
        let seen = if whole { seen } else { seen.cut() };
        self.0.classify(seen, Clock::start().now().unix)
    }
}

impl<C: Classify> ReadFailure for Reader<C> {
    fn read(&self, head: &Parts, body: &[u8], whole: bool) -> Option<Failure> {
        self.read_parts(head.status, &head.headers, body, whole)
    }
}

struct Named<'a>(&'a HeaderMap);

impl Headers for Named<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(HeaderValue::as_bytes)
    }
}
