//! What is going to happen, by time.

use dioscuri_vocab::Tick;
use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

/// Something that happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Event {
    /// A request is at the world's door.
    Arrives(u32),
    /// An answer is back, or nobody waits for it any more.
    Lands(u32),
    /// The next call of an open load comes.
    Call(u16),
    /// A time that somebody asked for has come.
    Timer(u32),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Entry {
    at: Tick,
    /// At one moment: in the order in which they were entered.
    number: u64,
    event: Event,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// All that is going to happen.
#[derive(Debug, Default)]
pub(crate) struct Events {
    heap: BinaryHeap<Reverse<Entry>>,
    entered: u64,
}

impl Events {
    pub(crate) fn add(&mut self, at: Tick, event: Event) {
        self.entered += 1;
        let number = self.entered;
        self.heap.push(Reverse(Entry { at, number, event }));
    }

    /// When the next one happens.
    pub(crate) fn next(&self) -> Option<Tick> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    pub(crate) fn take(&mut self) -> Option<Event> {
        self.heap.pop().map(|Reverse(entry)| entry.event)
    }
}
