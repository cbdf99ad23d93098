//! Estimates of tokens against one quota: what to charge for them, and how much room their errors need.

use crate::{Correction, UnderWay};

mod keep;

/// How good a caller's estimates are.
///
/// They are taken as they are until an answer shows that they are off: a caller may know its prompts. The first burst
/// is small, so the first answers come before much has been sent. From then on what is expected is charged, and the
/// room that the errors of what is under way need is left free.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Estimates {
    correction: Correction,
    /// Answers in a row that used what was estimated.
    exact: u32,
}

impl Default for Estimates {
    fn default() -> Self {
        Self {
            correction: Correction::new(),
            exact: ENOUGH,
        }
    }
}

impl Estimates {
    /// Whether estimates are taken as they are.
    pub(crate) const fn are_exact(&self) -> bool {
        self.exact >= ENOUGH
    }

    /// What to charge for `estimate`.
    pub(crate) fn expect(&self, estimate: u64) -> u64 {
        if self.are_exact() {
            estimate
        } else {
            self.correction.expect(estimate)
        }
    }

    /// What must be free for a request that is expected to use `expected`, beside what is `under_way`.
    pub(crate) fn reach(&self, expected: u64, under_way: &UnderWay) -> u64 {
        if self.are_exact() || expected == 0 {
            expected
        } else {
            expected.saturating_add(self.correction.slack(&under_way.with(expected)))
        }
    }

    /// A request of `estimate` has used `used`.
    pub(crate) fn learn(&mut self, estimate: u64, used: u64) {
        if estimate == 0 {
            return;
        }
        let is_exact = estimate.abs_diff(used).saturating_mul(EXACT) <= estimate;
        self.exact = if is_exact { self.exact.saturating_add(1) } else { 0 };
        self.correction.learn(estimate, used);
    }
}

/// Answers in a row after which estimates are taken as they are.
const ENOUGH: u32 = 30;

/// What is off by less than one part in so many is exact: counts of tokens may differ by a few between models.
const EXACT: u64 = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn under_way(amounts: &[u64]) -> UnderWay {
        amounts
            .iter()
            .fold(UnderWay::default(), |all, amount| all.with(*amount))
    }

    #[test]
    fn estimates_are_taken_as_they_are_until_an_answer_is_off() {
        let mut estimates = Estimates::default();
        (0..100).for_each(|_| estimates.learn(1_000, 1_000));
        assert_eq!(estimates.expect(1_000), 1_000);
        assert_eq!(estimates.reach(1_000, &under_way(&[5_000; 9])), 1_000);
        estimates.learn(1_000, 1_300);
        assert!(estimates.reach(1_000, &under_way(&[5_000; 9])) > estimates.expect(1_000));
    }

    #[test]
    fn a_constant_error_is_charged_and_needs_hardly_any_room() {
        for used in [700, 1_300] {
            let mut estimates = Estimates::default();
            (0..1_500).for_each(|_| estimates.learn(1_000, used));
            let expected = estimates.expect(1_000);
            assert!(expected.abs_diff(used) < 10, "{expected}");
            let reach = estimates.reach(used, &under_way(&[used; 9]));
            assert!(reach < used + used / 10, "{reach}");
        }
    }

    #[test]
    fn exact_estimates_are_believed_again() {
        let mut estimates = Estimates::default();
        estimates.learn(1_000, 500);
        (1..ENOUGH).for_each(|_| estimates.learn(1_000, 1_004));
        assert!(!estimates.are_exact());
        estimates.learn(1_000, 1_000);
        assert!(estimates.are_exact());
    }

    #[test]
    fn what_costs_nothing_needs_no_room() {
        let mut estimates = Estimates::default();
        estimates.learn(1_000, 500);
        estimates.learn(0, 500);
        assert_eq!(estimates.reach(estimates.expect(0), &under_way(&[5_000])), 0);
    }

    #[test]
    fn what_is_kept_is_what_was_known() {
        let mut estimates = Estimates::default();
        assert_eq!(estimates.save(), None);
        (0..50).for_each(|count| estimates.learn(1_000, 800 + 5 * count));
        let mut restored = Estimates::default();
        restored.restore(estimates.save());
        for estimate in [1, 7, 1_000, 123_456] {
            assert_eq!(restored.expect(estimate), estimates.expect(estimate));
            let under_way = under_way(&[estimate; 3]);
            assert_eq!(
                restored.reach(estimate, &under_way),
                estimates.reach(estimate, &under_way)
            );
        }
        // What was learned since is newer.
        restored.learn(1_000, 100);
        let newer = restored;
        restored.restore(estimates.save());
        assert_eq!(restored, newer);
    }
}
