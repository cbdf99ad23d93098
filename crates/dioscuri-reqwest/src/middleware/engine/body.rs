//! The body of an answer as it comes, and its receipt.

use bytes::Bytes;
use dioscuri_transport::{Receipt, StreamError, Streaming};
use http_body::{Body, Frame, SizeHint};
use std::{
    fmt,
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
    /// What it has cost so far; complete once the body has ended or is dropped.
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
        self.receipt.set(self.body.end_now());
    }
}
