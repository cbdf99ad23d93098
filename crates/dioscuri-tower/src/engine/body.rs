//! Bodies above and below the engine.

use crate::attempt::BoxError;
use bytes::{Buf, Bytes};
use dioscuri_http::{Peeked, Resend};
use dioscuri_transport::{RefusalBody, Streaming};
use http_body::{Body, Frame, SizeHint};
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

/// A request body below an [`EngineLayer`](crate::EngineLayer): the caller's, or one that can be sent again.
pub struct Onward<B: Body>(Way<B>);

enum Way<B: Body> {
    Passed(Peeked<B>),
    Kept(Resend<B>),
}

impl<B: Body> Onward<B> {
    pub(super) fn passed(body: B) -> Self {
        Self(Way::Passed(Peeked::new(body)))
    }

    pub(super) const fn kept(body: Resend<B>) -> Self {
        Self(Way::Kept(body))
    }

    pub(super) fn bytes(bytes: Bytes) -> Self {
        Self::kept(Resend::from_bytes(bytes))
    }
}

impl<B: Body> Body for Onward<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.get_mut().0 {
            Way::Passed(body) => Pin::new(body).poll_frame(cx),
            Way::Kept(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Way::Passed(body) => body.is_end_stream(),
            Way::Kept(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Way::Passed(body) => body.size_hint(),
            Way::Kept(body) => body.size_hint(),
        }
    }
}

impl<B: Body> fmt::Debug for Onward<B> {
    /// Shows which it is, never the body: it is a prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Way::Passed(_) => "Onward(passed)",
            Way::Kept(_) => "Onward(kept)",
        })
    }
}

/// A response body of an [`EngineLayer`](crate::EngineLayer): one that passed, an answer, or a refusal as it came.
///
/// An answer that breaks ends with a [`StreamError`](dioscuri_transport::StreamError) in the box.
pub struct EngineBody<A>(Kind<A>);

enum Kind<A> {
    Passed(Pin<Box<A>>),
    Carried(Box<Streaming>),
    Refused(RefusalBody),
}

impl<A> EngineBody<A> {
    pub(super) fn passed(body: A) -> Self {
        Self(Kind::Passed(Box::pin(body)))
    }

    pub(super) fn carried(body: Streaming) -> Self {
        Self(Kind::Carried(Box::new(body)))
    }

    pub(super) const fn refused(body: RefusalBody) -> Self {
        Self(Kind::Refused(body))
    }

    /// The answer of a call that was carried: its receipt is complete once it has ended.
    #[must_use]
    pub fn as_streaming(&self) -> Option<&Streaming> {
        match &self.0 {
            Kind::Carried(streaming) => Some(streaming),
            _ => None,
        }
    }
}

impl<A> Body for EngineBody<A>
where
    A: Body,
    A::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.get_mut().0 {
            Kind::Passed(body) => body.as_mut().poll_frame(cx).map(|frame| {
                let frame = frame?.map_err(Into::into);
                Some(frame.map(|frame| frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))))
            }),
            Kind::Carried(body) => Pin::new(&mut **body)
                .poll_frame(cx)
                .map(|frame| Some(frame?.map_err(Into::into))),
            Kind::Refused(body) => Pin::new(body)
                .poll_frame(cx)
                .map(|frame| Some(frame?.map_err(Into::into))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Passed(body) => body.is_end_stream(),
            Kind::Carried(body) => body.is_end_stream(),
            Kind::Refused(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Passed(body) => body.size_hint(),
            Kind::Carried(body) => body.size_hint(),
            Kind::Refused(body) => body.size_hint(),
        }
    }
}

impl<A> fmt::Debug for EngineBody<A> {
    /// Shows which it is, never the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Passed(_) => "EngineBody(passed)",
            Kind::Carried(_) => "EngineBody(carried)",
            Kind::Refused(_) => "EngineBody(refused)",
        })
    }
}
