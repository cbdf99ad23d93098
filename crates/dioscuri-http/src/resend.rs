//! A request body that can be sent again.

use crate::{Peeked, error_body::in_one_piece};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

/// A request body that can be sent again, if it was small enough to be kept.
pub struct Resend<B: Body>(Kind<B>);

enum Kind<B: Body> {
    /// All of it; `None` once it has been sent, or if there is nothing to send.
    Kept(Option<Bytes>),
    /// Too large, or broken: it goes out once.
    Once(Peeked<B>),
}

/// Reads `body` so that it can be sent again. One of more than `cap` bytes, or one that breaks, goes out once.
pub async fn keep<B: Body>(body: B, cap: usize) -> Resend<B> {
    let cap = u64::try_from(cap).unwrap_or(u64::MAX);
    let is_too_large = body.size_hint().lower() > cap;
    let mut peeked = Peeked::new(body);
    if is_too_large {
        return Resend(Kind::Once(peeked));
    }
    let mut length = 0_u64;
    while let Some(frame) = peeked.peek().await {
        length += frame.data_ref().map_or(0, |data| data.len() as u64);
        if length > cap {
            return Resend(Kind::Once(peeked));
        }
    }
    match peeked.into_whole() {
        Ok(frames) => Resend::from_bytes(in_one_piece(frames)),
        Err(peeked) => Resend(Kind::Once(peeked)),
    }
}

impl<B: Body> Resend<B> {
    /// A body that is kept already.
    #[must_use]
    pub fn from_bytes(bytes: Bytes) -> Self {
        Self(Kind::Kept((!bytes.is_empty()).then_some(bytes)))
    }

    /// The same body again; `None` if it goes out once.
    #[must_use]
    pub fn try_clone(&self) -> Option<Self> {
        match &self.0 {
            Kind::Kept(bytes) => Some(Self(Kind::Kept(bytes.clone()))),
            Kind::Once(_) => None,
        }
    }

    /// Its bytes, if it is kept and was not sent yet.
    #[must_use]
    pub fn bytes(&self) -> Option<Bytes> {
        match &self.0 {
            Kind::Kept(bytes) => Some(bytes.clone().unwrap_or_default()),
            Kind::Once(_) => None,
        }
    }
}

impl<B: Body> Body for Resend<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.get_mut().0 {
            Kind::Kept(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::Once(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Kept(bytes) => bytes.is_none(),
            Kind::Once(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Kept(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Kind::Once(body) => body.size_hint(),
        }
    }
}

impl<B: Body> fmt::Debug for Resend<B> {
    /// Shows whether it is kept, never the body: it is a prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Kept(_) => "Resend(kept)",
            Kind::Once(_) => "Resend(once)",
        })
    }
}
