//! A body of which the beginning has been read: it begins anew.

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A body of which the beginning has been read. It gives the same frames again, then the rest.
///
/// A read error that came meanwhile is given in its place, after what had come before it.
pub struct Peeked<B: Body> {
    head: VecDeque<Frame<Bytes>>,
    error: Option<B::Error>,
    rest: Option<Pin<Box<B>>>,
}

impl<B: Body> Peeked<B> {
    /// A body of which nothing has been read.
    pub fn new(body: B) -> Self {
        Self {
            head: VecDeque::new(),
            error: None,
            rest: Some(Box::pin(body)),
        }
    }

    /// Reads the next frame and keeps it. `None` if there is none, or none but an error.
    pub(crate) async fn peek(&mut self) -> Option<&Frame<Bytes>> {
        let rest = self.rest.as_mut()?;
        match std::future::poll_fn(|cx| rest.as_mut().poll_frame(cx)).await {
            Some(Ok(frame)) => {
                self.head.push_back(in_bytes(frame));
                self.head.back()
            }
            Some(Err(error)) => {
                self.error = Some(error);
                self.rest = None;
                None
            }
            None => {
                self.rest = None;
                None
            }
        }
    }

    /// Whether all of it has been read, and none of it was an error.
    pub(crate) const fn is_whole(&self) -> bool {
        self.rest.is_none() && self.error.is_none()
    }

    /// The read error that came after what was read.
    #[cfg(feature = "errors")]
    pub(crate) const fn error(&self) -> Option<&B::Error> {
        self.error.as_ref()
    }

    /// What has been read and not given yet. Copies no data.
    #[cfg(feature = "errors")]
    pub(crate) fn held(&self) -> impl Iterator<Item = Frame<Bytes>> {
        let data = self.head.iter().filter_map(Frame::data_ref);
        data.map(|data| Frame::data(data.clone()))
    }

    /// How many frames have been read and not given yet.
    #[cfg(feature = "errors")]
    pub(crate) fn held_frames(&self) -> usize {
        self.head.len()
    }

    /// How many bytes have been read and not given yet.
    #[cfg(feature = "errors")]
    pub(crate) fn held_bytes(&self) -> usize {
        self.head.iter().filter_map(Frame::data_ref).map(Bytes::len).sum()
    }

    /// What has been read, if it was the whole body; else the body as it stands.
    pub(crate) fn into_whole(self) -> Result<VecDeque<Frame<Bytes>>, Self> {
        if self.is_whole() { Ok(self.head) } else { Err(self) }
    }
}

/// The same frame with its data in one piece. Free of copies where the body's data is `Bytes` already.
fn in_bytes<D: Buf>(frame: Frame<D>) -> Frame<Bytes> {
    frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
}

impl<B: Body> Body for Peeked<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        if let Some(frame) = this.head.pop_front() {
            return Poll::Ready(Some(Ok(frame)));
        }
        if let Some(error) = this.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let Some(rest) = &mut this.rest else {
            return Poll::Ready(None);
        };
        let frame = ready!(rest.as_mut().poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map(in_bytes)))
    }

    fn is_end_stream(&self) -> bool {
        let nothing_read = self.head.is_empty() && self.error.is_none();
        nothing_read && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let read = self.head.iter().filter_map(Frame::data_ref);
        let read: u64 = read.map(|data| data.len() as u64).sum();
        let mut hint = match (&self.rest, &self.error) {
            (Some(rest), _) => rest.size_hint(),
            (None, None) => SizeHint::with_exact(0),
            (None, Some(_)) => SizeHint::new(),
        };
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(read));
        }
        hint.set_lower(hint.lower().saturating_add(read));
        hint
    }
}

// The body itself is boxed: what is read of it is never pinned.
impl<B: Body> Unpin for Peeked<B> {}

impl<B: Body> fmt::Debug for Peeked<B> {
    /// Shows how much was read, never what: a body may quote the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peeked")
            .field("frames_read", &self.head.len())
            .field("is_whole", &self.is_whole())
            .finish_non_exhaustive()
    }
}
