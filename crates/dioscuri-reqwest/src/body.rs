//! Bodies in both directions: one that notes when it begins to leave, one that keeps errors typed.

use crate::fault::fault;
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
pub(crate) struct Answer(pub(crate) reqwest::Body);

impl Body for Answer {
    type Data = Bytes;
    type Error = SendError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SendError>>> {
        let frame = ready!(Pin::new(&mut self.0).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map_err(|error| fault(error, Phase::Answered))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
