//! Several ways to the same place, and who is on which.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Several ways to the same place.
pub(crate) struct Lanes<T>(Arc<[Lane<T>]>);

struct Lane<T> {
    way: T,
    load: Arc<AtomicUsize>,
}

/// Somebody on a lane, until it is dropped.
pub(crate) struct Busy(Arc<AtomicUsize>);

impl<T> Lanes<T> {
    /// These, of which there is at least one.
    pub(crate) fn new(ways: Vec<T>) -> Self {
        debug_assert!(!ways.is_empty(), "whoever sends needs a way");
        let lane = |way| Lane {
            way,
            load: Arc::default(),
        };
        Self(ways.into_iter().map(lane).collect())
    }

    /// The way with the fewest on it, the first of them: while few are under way, the others are not even opened.
    pub(crate) fn least_busy(&self) -> (&T, Busy) {
        // Two who come at once may choose the same: a lane more or less is no matter.
        let lane = self.0.iter().min_by_key(|lane| lane.load.load(Ordering::Relaxed));
        let lane = lane.expect("there is at least one");
        lane.load.fetch_add(1, Ordering::Relaxed);
        (&lane.way, Busy(Arc::clone(&lane.load)))
    }
}

impl<T> Clone for Lanes<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_lane_is_taken_only_while_those_before_are_busier() {
        let lanes = Lanes::new(vec!['a', 'b', 'c']);
        let taken: Vec<_> = (0..4).map(|_| lanes.least_busy()).collect();
        let names: Vec<_> = taken.iter().map(|(name, _)| **name).collect();
        assert_eq!(names, ['a', 'b', 'c', 'a']);
        drop(taken);
        assert_eq!(*lanes.least_busy().0, 'a');
    }
}
