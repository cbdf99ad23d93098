//! When an attempt has left, as told by whoever holds it back below the choice of its endpoint.

use dioscuri_vocab::Tick;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The moment at which one attempt has left. It travels among the extensions of its request.
#[derive(Clone, Default, Debug)]
pub(crate) struct Departure(Arc<AtomicU64>);

impl Departure {
    /// It leaves at `now`, as far as this layer holds it back.
    pub(crate) fn mark(&self, now: Tick) {
        self.0.fetch_max(now.0, Ordering::Relaxed);
    }

    /// When it left; `None` if it has not.
    pub(crate) fn at(&self) -> Option<Tick> {
        let at = Tick(self.0.load(Ordering::Relaxed));
        (at > Tick::ZERO).then_some(at)
    }
}
