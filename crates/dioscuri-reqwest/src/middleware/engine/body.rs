//! Bodies above the engine: an answer as it comes, and a refusal as it came.

use bytes::Bytes;
use dioscuri_transport::{Receipt, StreamError, Streaming};
use http_body::{Body, Frame, SizeHint};
use std::{
    fmt,
    io::{self, ErrorKind},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

/// What a call has cost, while its answer is still being read: among the extensions of an answer that was carried.
///
/// The [`Receipt`] beside it is of the moment when the answer began. Of a stream it lacks the end.
#[derive(Clone)]
pub struct LiveReceipt(Arc<Mutex<Receipt>>);

impl LiveReceipt {
    /// What it has cost so far; complete once the body has ended.
    #[must_use]
    pub fn now(&self) -> Receipt {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, receipt: &Receipt) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone_from(receipt);
    }
}

impl fmt::Debug for LiveReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LiveReceipt").field(&self.now()).finish()
    }
}

/// An answer that keeps its receipt up to date.
pub(super) struct Carried {
    body: Streaming,
    receipt: LiveReceipt,
}

impl Carried {
    pub(super) fn new(body: Streaming) -> (Self, LiveReceipt) {
        let receipt = LiveReceipt(Arc::new(Mutex::new(body.receipt().clone())));
        let carried = Self {
            body,
            receipt: receipt.clone(),
        };
        (carried, receipt)
    }
}

impl Body for Carried {
    type Data = Bytes;
    type Error = StreamError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) || self.body.is_end_stream() {
            self.receipt.set(self.body.receipt());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        self.receipt.set(self.body.receipt());
    }
}

/// A refusal as it came. One of which not all was kept ends with an error, lest it be taken for whole.
pub(super) struct Refused {
    bytes: Option<Bytes>,
    is_cut: bool,
}

impl Refused {
    pub(super) fn new(bytes: Bytes, whole: bool) -> Self {
        Self {
            bytes: (!bytes.is_empty()).then_some(bytes),
            is_cut: !whole,
        }
    }
}

impl Body for Refused {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        let is_cut = std::mem::take(&mut self.is_cut);
        let cut = || io::Error::new(ErrorKind::UnexpectedEof, "not all of the refusal was kept");
        Poll::Ready(is_cut.then(|| Err(cut())))
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
