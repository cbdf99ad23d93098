//! A permit on its way: settled when the answer has ended, whatever became of it.

use super::UsageOf;
use crate::held::{End, Track};
use bytes::Bytes;
use dioscuri_budget::Turn;
use dioscuri_vocab::{Class, Cost, Failure};
use http::response::Parts;

/// A request that was sent. Dropped it stays charged as estimated, and those who wait hear of it.
pub(super) struct Underway {
    turn: Turn,
    estimate: Cost,
    meter: Option<Meter>,
}

/// The end of an answer, and who reads it.
struct Meter {
    usage: UsageOf,
    head: Parts,
    tail: Vec<u8>,
}

/// How much of the end of an answer is kept, in bytes: the usage stands in the last event of a stream and at the end
/// of a whole answer, and the last event holds at most the last piece of text beside it.
const TAIL: usize = 64 << 10;

impl Underway {
    pub(super) fn sent(mut turn: Turn, estimate: Cost) -> Self {
        turn.sent();
        Self {
            turn,
            estimate,
            meter: None,
        }
    }

    pub(super) fn with_usage(mut self, usage: UsageOf, head: Parts) -> Self {
        let tail = Vec::new();
        self.meter = Some(Meter { usage, head, tail });
        self
    }

    pub(super) fn fail(self, failure: Failure) {
        self.turn.fail(failure);
    }
}

impl Track for Underway {
    fn on_data(&mut self, data: &Bytes) {
        if let Some(meter) = &mut self.meter {
            meter.keep(data);
        }
    }

    fn on_end(self: Box<Self>, end: End) {
        let Self {
            turn,
            estimate,
            meter,
        } = *self;
        match end {
            End::Whole => turn.settle(meter.and_then(|meter| meter.read()).unwrap_or(estimate)),
            End::Broken => turn.fail(Failure::new(Class::Connection)),
        }
    }
}

impl Meter {
    fn keep(&mut self, data: &[u8]) {
        let new = &data[data.len().saturating_sub(TAIL)..];
        let room = TAIL - new.len();
        // Twice the tail is let grow before it is cut: each byte is moved once at most.
        if self.tail.len() + new.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len().saturating_sub(room));
        }
        self.tail.extend_from_slice(new);
    }

    fn read(&self) -> Option<Cost> {
        let end = &self.tail[self.tail.len().saturating_sub(TAIL)..];
        (self.usage)(&self.head, end)
    }
}
