//! An answer that may be read.

use bytes::Bytes;
use dioscuri_engine::Receipt;
use dioscuri_vocab::{Failure, Phase};
use http::response::Parts;
use http_body::{Body, Frame, SizeHint};
use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{Address, delivered::came_to};

/// An answer whose body may be read: whole, or from its first content on.
#[non_exhaustive]
pub struct Opened {
    /// The head, as it came. Among its extensions is the [`Receipt`], as far as it is known.
    pub head: Parts,
    /// The body, as it comes.
    pub body: Streaming,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("status", &self.head.status)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// The body of an answer, as it comes, unchanged.
///
/// It holds the call's place in quota and pool until it has ended or is dropped.
#[must_use = "dropping it gives the answer up"]
pub struct Streaming {
    rest: Option<Bytes>,
    receipt: Receipt,
}

impl Streaming {
    /// What the call has cost so far; complete once the body has ended.
    #[must_use]
    pub const fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

impl Body for Streaming {
    type Data = Bytes;
    type Error = StreamError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        Poll::Ready(self.rest.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.as_ref().map_or(0, |rest| rest.len() as u64))
    }
}

impl fmt::Debug for Streaming {
    /// Shows what it cost, never the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming")
            .field("receipt", &self.receipt)
            .finish_non_exhaustive()
    }
}

/// A whole answer.
pub(crate) fn whole(mut head: Parts, body: Bytes, receipt: Receipt) -> Opened {
    head.extensions.insert(receipt.clone());
    let rest = (!body.is_empty()).then_some(body);
    Opened {
        head,
        body: Streaming { rest, receipt },
    }
}

/// A stream was interrupted after content had been handed on. Nothing is sent again: what was delivered would come
/// twice.
///
/// Its text names what failed, how far it had come, where, and how much was delivered: no key and no prompt.
#[derive(Clone, Debug)]
pub struct StreamError(Box<Interrupted>);

#[derive(Clone, Debug)]
struct Interrupted {
    failure: Failure,
    phase: Phase,
    at: Option<Address>,
    delivered: u64,
}

impl StreamError {
    /// What happened.
    #[must_use]
    pub fn failure(&self) -> &Failure {
        &self.0.failure
    }

    /// How far the attempt had come.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// Where it went; `None` if that is not known.
    #[must_use]
    pub fn at(&self) -> Option<&Address> {
        self.0.at.as_ref()
    }

    /// How many bytes of the body had been handed on.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.0.delivered
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Interrupted {
            failure,
            phase,
            at,
            delivered,
        } = &*self.0;
        let (class, when) = (failure.class, came_to(*phase));
        write!(f, "the stream was interrupted {when}: {class}")?;
        if let Some(at) = at {
            write!(f, " at {at}")?;
        }
        write!(f, ", {delivered} bytes were delivered")
    }
}

impl Error for StreamError {}
