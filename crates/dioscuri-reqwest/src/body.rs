//! Bodies in both directions: one that notes when it begins to leave, one that keeps errors typed.

use crate::{fault::fault, lanes::Busy};
use bytes::Bytes;
use dioscuri_transport::{SendError, Sent};
use dioscuri_vocab::Phase;
use http_body::{Body, Frame, SizeHint};
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A request body that marks [`Sent`] when the connection asks for its first byte.
pub(crate) struct Marked {
    bytes: Option<Bytes>,
    sent: Sent,
}

impl Marked {
    pub(crate) fn new(bytes: Bytes, sent: Sent) -> Self {
        Self {
            bytes: Some(bytes),
            sent,
        }
    }
}

impl Body for Marked {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.sent.mark();
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// An answer's body with its errors as [`SendError`].
pub(crate) struct Answer {
    body: reqwest::Body,
    /// Held until the body is dropped.
    _lane: Option<Busy>,
}

impl Answer {
    /// A body that came over `lane`, if there are any.
    pub(crate) const fn new(body: reqwest::Body, lane: Option<Busy>) -> Self {
        Self { body, _lane: lane }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = SendError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SendError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map_err(|error| fault(error, Phase::Answered))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
