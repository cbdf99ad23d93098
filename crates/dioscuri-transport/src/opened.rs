//! An answer that may be read.

use crate::{Streaming, streaming::Live};
use bytes::Bytes;
use dioscuri_engine::Receipt;
use http::response::Parts;
use std::fmt;

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

/// A whole answer.
pub(crate) fn whole(head: Parts, body: Bytes, receipt: Receipt) -> Opened {
    opened(head, Streaming::whole(body, receipt))
}

/// A stream whose first content has come.
pub(crate) fn live(head: Parts, live: Live) -> Opened {
    opened(head, Streaming::live(live))
}

fn opened(mut head: Parts, body: Streaming) -> Opened {
    head.extensions.insert(body.receipt().clone());
    Opened { head, body }
}
