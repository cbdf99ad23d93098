//! The number of an item: who came first.

/// The number of an item, counted from the first that was ever pushed.
///
/// In tests its comparisons are counted: that everything takes O(log n) is then a matter of counts, not of time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(not(test), derive(PartialOrd, Ord))]
pub(super) struct Number(pub(super) u64);

#[cfg(test)]
pub(super) mod counted {
    use super::Number;
    use std::{cell::Cell, cmp::Ordering};

    thread_local! {
        static COMPARISONS: Cell<u64> = const { Cell::new(0) };
    }

    /// Comparisons of numbers on this thread while `work` ran.
    pub(crate) fn comparisons(work: impl FnOnce()) -> u64 {
        let before = COMPARISONS.get();
        work();
        COMPARISONS.get() - before
    }

    impl Ord for Number {
        fn cmp(&self, other: &Self) -> Ordering {
            COMPARISONS.set(COMPARISONS.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    impl PartialOrd for Number {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
}
