//! A body that tells when it has ended.

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

/// A response body that holds a place until it has ended or is dropped: a permit, or an attempt in flight.
///
/// Its frames are those of the body in it, with data in one piece.
pub struct Held<B> {
    body: Pin<Box<B>>,
    track: Option<Box<dyn Track>>,
}

/// Whoever waits for the end of a body. Dropped without having heard of it, the body was dropped.
pub(crate) trait Track: Send + Sync {
    /// The reader asks, and nothing is there yet.
    fn on_wait(&mut self) {}

    /// More data has come.
    fn on_data(&mut self, data: &Bytes);

    /// It ended well, or was broken.
    fn on_end(self: Box<Self>, end: End);
}

/// How a body ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Whole,
    Broken,
}

impl<B: Body> Held<B> {
    /// A body for which nobody waits.
    pub(crate) fn free(body: B) -> Self {
        Self {
            body: Box::pin(body),
            track: None,
        }
    }

    /// A body for whose end `track` waits.
    pub(crate) fn tracked(body: B, track: impl Track + 'static) -> Self {
        let mut held = Self {
            body: Box::pin(body),
            track: Some(Box::new(track)),
        };
        held.end_if_empty();
        held
    }

    fn end(&mut self, end: End) {
        if let Some(track) = self.track.take() {
            track.on_end(end);
        }
    }

    /// Many readers never ask again once a body says that it is over.
    fn end_if_empty(&mut self) {
        if self.body.is_end_stream() {
            self.end(End::Whole);
        }
    }
}

impl<B: Body> Body for Held<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = this.body.as_mut().poll_frame(cx) else {
            if let Some(track) = &mut this.track {
                track.on_wait();
            }
            return Poll::Pending;
        };
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                let frame = frame.map_data(|mut data| data.copy_to_bytes(data.remaining()));
                if let (Some(track), Some(data)) = (&mut this.track, frame.data_ref()) {
                    track.on_data(data);
                }
                this.end_if_empty();
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                this.end(End::Broken);
                Some(Err(error))
            }
            None => {
                this.end(End::Whole);
                None
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> fmt::Debug for Held<B> {
    /// Shows whether a place is held, never the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("holds", &self.track.is_some())
            .finish_non_exhaustive()
    }
}
