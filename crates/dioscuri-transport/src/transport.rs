//! The one trait of this crate: a finished request in, an answer or a typed connection failure out.

use bytes::Bytes;
use dioscuri_errors::Fault;
use dioscuri_vocab::Phase;
use http_body_util::BodyExt as _;
use std::{error::Error, fmt, pin::Pin, sync::Arc};

/// The body of an answer: raw bytes, read as they come.
pub type BodyBox = Pin<Box<dyn http_body::Body<Data = Bytes, Error = SendError> + Send>>;

/// A whole body that is already there: for tests and for transports that read everything first.
#[must_use]
pub fn body(bytes: impl Into<Bytes>) -> BodyBox {
    Box::pin(http_body_util::Full::new(bytes.into()).map_err(|never| match never {}))
}

/// Sends requests over HTTP.
///
/// The request is complete: absolute URI, headers, exactly one credential. An implementation adds no
/// retries, follows no redirects, and sets no timeout on bodies; those belong to the engine. If it asks for compressed
/// answers it decodes them.
#[async_trait::async_trait]
pub trait Transport: Send + Sync {
    /// Sends `request` and returns when the head of an answer has arrived.
    ///
    /// Calls [`Sent::mark`] when the first byte may leave; marking early is safe, late is not.
    ///
    /// # Errors
    ///
    /// [`SendError`] if no head arrives. An answer with a bad status is not an error here.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the request up; it may have been counted by the server.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        sent: Sent,
    ) -> Result<http::Response<BodyBox>, SendError>;
}

/// Notes the moment at which a request may have begun to leave.
#[derive(Clone)]
pub struct Sent(Arc<dyn Fn() + Send + Sync>);

impl Sent {
    /// Calls `note` whenever it is marked; the first time counts.
    pub fn new(note: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(note))
    }

    /// The first byte may leave now.
    pub fn mark(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sent")
    }
}

/// A connection failed before the answer was complete.
///
/// Its text never holds the URL: a URL may carry a key.
#[derive(Debug, thiserror::Error)]
#[error("connection failed {}: {fault}", when(*phase))]
#[non_exhaustive]
pub struct SendError {
    /// How far the attempt had come.
    pub phase: Phase,
    /// What failed.
    pub fault: Fault,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl SendError {
    /// A failure of kind `fault` at `phase`.
    #[must_use]
    pub fn new(phase: Phase, fault: Fault) -> Self {
        Self {
            phase,
            fault,
            source: None,
        }
    }

    /// The same failure with its cause, whose text must hold neither key nor URL.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// How far an attempt had come, in words.
pub(crate) fn when(phase: Phase) -> &'static str {
    match phase {
        Phase::NotSent => "before anything was sent",
        Phase::Sent => "after the request was sent",
        _ => "while the answer was read",
    }
}

#[async_trait::async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        sent: Sent,
    ) -> Result<http::Response<BodyBox>, SendError> {
        (**self).send(request, sent).await
    }
}
