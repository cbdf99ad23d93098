//! An answer that was no good, and how it is handed on.

use bytes::Bytes;
use http::{Extensions, HeaderMap, Response, StatusCode, Version};
use http_body::{Body, Frame, SizeHint};
use std::{
    fmt,
    io::{self, ErrorKind},
    mem,
    pin::Pin,
    task::{Context, Poll},
};

/// An answer that was no good, as it came: for whoever hands it on.
#[derive(Clone)]
#[non_exhaustive]
pub struct Refusal {
    /// Its status. 200 too: an error may stand in the body of one.
    pub status: StatusCode,
    /// Its version of HTTP.
    pub version: Version,
    /// Its headers. Of a body that was cut they still tell the length of the whole.
    pub headers: HeaderMap,
    /// What its transport put beside it.
    pub extensions: Extensions,
    /// Its body, up to [`DriverConfig::max_error`](crate::DriverConfig::max_error).
    pub body: Bytes,
    /// Whether that is all of it.
    pub whole: bool,
}

impl Refusal {
    /// The response that it was. If not all of it was kept, its body ends with an error.
    #[must_use]
    pub fn into_response(self) -> Response<RefusalBody> {
        let mut response = Response::new(RefusalBody {
            bytes: (!self.body.is_empty()).then_some(self.body),
            is_cut: !self.whole,
        });
        *response.status_mut() = self.status;
        *response.version_mut() = self.version;
        *response.headers_mut() = self.headers;
        *response.extensions_mut() = self.extensions;
        response
    }
}

impl fmt::Debug for Refusal {
    /// Shows the size of the body, never the body: it may quote the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .field("version", &self.version)
            .field("body_bytes", &self.body.len())
            .field("whole", &self.whole)
            .finish_non_exhaustive()
    }
}

/// The body of a [`Refusal`]. One of which not all was kept ends with an error, lest it be taken for whole.
pub struct RefusalBody {
    bytes: Option<Bytes>,
    is_cut: bool,
}

impl Body for RefusalBody {
    type Data = Bytes;
    /// Of the kind [`ErrorKind::UnexpectedEof`].
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        let cut = || io::Error::new(ErrorKind::UnexpectedEof, "not all of the refusal was kept");
        Poll::Ready(mem::take(&mut self.is_cut).then(|| Err(cut())))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && !self.is_cut
    }

    fn size_hint(&self) -> SizeHint {
        let kept = self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        let mut hint = SizeHint::with_exact(kept);
        if self.is_cut {
            hint = SizeHint::new();
            hint.set_lower(kept);
        }
        hint
    }
}

impl fmt::Debug for RefusalBody {
    /// Shows the size, never the body: it may quote the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusalBody")
            .field("bytes", &self.bytes.as_ref().map_or(0, Bytes::len))
            .field("is_cut", &self.is_cut)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    fn refusal(body: &'static str, whole: bool) -> Refusal {
        Refusal {
            status: StatusCode::TOO_MANY_REQUESTS,
            version: Version::HTTP_2,
            headers: HeaderMap::from_iter([(http::header::RETRY_AFTER, "7".parse().unwrap())]),
            extensions: Extensions::new(),
            body: Bytes::from(body),
            whole,
        }
    }

    #[tokio::test]
    async fn a_refusal_becomes_the_response_that_it_was() {
        for body in ["busy", ""] {
            let response = refusal(body, true).into_response();
            assert_eq!(
                (response.status().as_u16(), response.version()),
                (429, Version::HTTP_2)
            );
            assert_eq!(response.headers()["retry-after"], "7");
            assert_eq!(response.body().size_hint().exact(), Some(body.len() as u64));
            assert_eq!(response.body().is_end_stream(), body.is_empty());
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), body);
        }
    }

    #[tokio::test]
    async fn one_that_was_cut_is_not_taken_for_whole() {
        for body in ["bu", ""] {
            let mut cut = refusal(body, false).into_response().into_body();
            assert_eq!(
                (cut.size_hint().lower(), cut.size_hint().upper()),
                (body.len() as u64, None)
            );
            if !body.is_empty() {
                assert_eq!(cut.frame().await.unwrap().unwrap().into_data().unwrap(), body);
            }
            assert!(!cut.is_end_stream());
            assert_eq!(
                cut.frame().await.unwrap().unwrap_err().kind(),
                ErrorKind::UnexpectedEof
            );
            assert!(cut.is_end_stream() && cut.frame().await.is_none());
        }
    }
}
