//! Which probes are out: what they find out opens or closes a place for all, at any time.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The probes that a layer and its clones have sent.
#[derive(Clone, Default, Debug)]
pub(super) struct Probes(Arc<Counts>);

#[derive(Default, Debug)]
struct Counts {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Probes {
    /// A probe is about to begin.
    pub(super) fn begin(&self) -> Probe {
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        Probe(self.clone())
    }

    /// Probes begun so far. Read after a look at the pool, and the next before it, whatever was out in between shows.
    pub(super) fn begun(&self) -> u64 {
        self.0.begun.load(Ordering::SeqCst)
    }

    /// Probes ended so far, whose end the pool knows.
    pub(super) fn ended(&self) -> u64 {
        self.0.ended.load(Ordering::SeqCst)
    }
}

/// A probe that is out until this is dropped.
#[derive(Debug)]
pub(super) struct Probe(Probes);

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}
