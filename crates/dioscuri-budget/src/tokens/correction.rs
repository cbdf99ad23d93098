//! How far estimates are off, learned from what was really used.

use crate::SavedCorrection;

/// Corrects estimates by what was really used, and says how much room their errors need.
///
/// Estimates are wrong in two ways. They are all too high or too low: that is a ratio, and it is corrected.
/// And each is off by itself: then only sums count, since a quota counts what a window holds, and errors of
/// many requests cancel each other. So the room is kept for the sum of what is under way ([`UnderWay`]), not
/// for each request: twice as many requests under way need only 1.4 times the room.
///
/// Answers count by their size, since a window is filled by the large ones. Pure: no clock and no lock.
///
/// ```
/// use dioscuri_budget::{Correction, UnderWay};
///
/// let mut correction = Correction::new();
/// for _ in 0..1_000 {
///     correction.learn(1_300, 1_000); // always 30 % too high
/// }
/// assert!((1_000..1_005).contains(&correction.expect(1_300)));
/// assert!(correction.slack(&UnderWay::default().with(1_000)) < 50); // and always the same
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Correction {
    /// What is assumed before anything was learned. It counts as that many answers of usual size.
    prior: SavedCorrection,
    weight: f64,
    // Sums over answers; the older count less.
    answers: f64,
    estimated: f64,
    actual: f64,
    squares: f64,
    misses: f64,
    lessons: u64,
}

impl Correction {
    /// A correction that has learned nothing: estimates are taken as they are, give or take a fifth.
    #[must_use]
    pub const fn new() -> Self {
        Self::from_prior(
            SavedCorrection {
                ratio: 1.0,
                error: FIRST_ERROR,
                lessons: 0,
            },
            PRIOR_WEIGHT,
        )
    }

    /// A correction that goes on from where another was; values out of bounds are brought within.
    #[must_use]
    pub fn restore(saved: &SavedCorrection) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a weight")]
        let weight = (saved.lessons as f64).clamp(PRIOR_WEIGHT, RESTORED_WEIGHT);
        let within = |value: f64, least, most, usual| {
            if value.is_finite() {
                value.clamp(least, most)
            } else {
                usual
            }
        };
        let prior = SavedCorrection {
            ratio: within(saved.ratio, LEAST_RATIO, MOST_RATIO, 1.0),
            error: within(saved.error, 0.0, MOST_ERROR, FIRST_ERROR),
            lessons: saved.lessons,
        };
        Self {
            lessons: saved.lessons,
            ..Self::from_prior(prior, weight)
        }
    }

    /// What was learned, to keep.
    #[must_use]
    pub fn saved(&self) -> SavedCorrection {
        SavedCorrection {
            ratio: self.ratio(),
            error: self.error(),
            lessons: self.lessons,
        }
    }

    const fn from_prior(prior: SavedCorrection, weight: f64) -> Self {
        Self {
            prior,
            weight,
            answers: 0.0,
            estimated: 0.0,
            actual: 0.0,
            squares: 0.0,
            misses: 0.0,
            lessons: 0,
        }
    }

    /// A request of `estimate` really used `actual`.
    ///
    /// An estimate of 0 teaches nothing. One answer counts as a ratio between a quarter and four at most.
    pub fn learn(&mut self, estimate: u64, actual: u64) {
        if estimate == 0 {
            return;
        }
        let estimate = float(estimate);
        let actual = float(actual).clamp(estimate * LEAST_RATIO, estimate * MOST_RATIO);
        let miss = actual - estimate * self.ratio();
        for (sum, one) in [
            (&mut self.answers, 1.0),
            (&mut self.estimated, estimate),
            (&mut self.actual, actual),
            (&mut self.squares, estimate * estimate),
            (&mut self.misses, miss * miss),
        ] {
            *sum = *sum * KEEP + one;
        }
        self.weight *= KEEP;
        self.lessons = self.lessons.saturating_add(1);
    }

    /// What a request of `estimate` is expected to use, rounded up.
    #[must_use]
    pub fn expect(&self, estimate: u64) -> u64 {
        whole(float(estimate) * self.ratio())
    }

    /// The room to leave free for the errors of what is under way, in the unit of the estimates.
    ///
    /// Requests that have ended need none: what they used is known.
    #[must_use]
    pub fn slack(&self, under_way: &UnderWay) -> u64 {
        whole(DEVIATIONS * self.error() / self.ratio() * under_way.root())
    }

    /// What to reserve for a request of `estimate` where each counts for itself: what is expected, and a margin.
    #[must_use]
    pub fn reserve(&self, estimate: u64) -> u64 {
        whole(self.with_margin(float(estimate)))
    }

    /// How much more than expected [`Correction::reserve`] takes, as a share: `0.01..=1.0`.
    #[must_use]
    pub fn margin(&self) -> f64 {
        let spread = DEVIATIONS * self.error() / self.ratio() / FEW_UNDER_WAY.sqrt();
        (LEAST_MARGIN + spread).min(1.0)
    }

    /// Actual over estimated, on average over tokens rather than requests.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.answers == 0.0 {
            return self.prior.ratio;
        }
        let estimated = self.weight * self.usual(self.estimated);
        (self.actual + self.prior.ratio * estimated) / (self.estimated + estimated)
    }

    /// What an estimate is typically off by after the ratio, as a share of the estimate: a standard deviation.
    #[must_use]
    pub fn error(&self) -> f64 {
        if self.answers == 0.0 {
            return self.prior.error;
        }
        let squares = self.weight * self.usual(self.squares);
        let misses = self.misses + self.prior.error * self.prior.error * squares;
        (misses / (self.squares + squares)).sqrt()
    }

    pub(super) fn with_margin(&self, estimate: f64) -> f64 {
        estimate * self.ratio() * (1.0 + self.margin())
    }

    /// The average of a sum over the answers; 1 before the first, where only its being positive counts.
    fn usual(&self, sum: f64) -> f64 {
        if self.answers > 0.0 {
            sum / self.answers
        } else {
            1.0
        }
    }
}

impl Default for Correction {
    fn default() -> Self {
        Self::new()
    }
}

/// The requests under way in one quota: what their errors add up to.
///
/// Independent errors add up as the root of the sum of squares. Counts are whole numbers, so that nothing
/// is left over once all have ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UnderWay {
    squares: u128,
}

impl UnderWay {
    /// A request that is expected to use `amount` has begun.
    pub fn enter(&mut self, amount: u64) {
        self.squares = self.squares.saturating_add(square(amount));
    }

    /// A request that was entered with `amount` has ended.
    pub fn leave(&mut self, amount: u64) {
        self.squares = self.squares.saturating_sub(square(amount));
    }

    /// The same, with one more request of `amount`.
    #[must_use]
    pub fn with(mut self, amount: u64) -> Self {
        self.enter(amount);
        self
    }

    fn root(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "an error of errors")]
        let squares = self.squares as f64;
        squares.sqrt()
    }
}

fn square(amount: u64) -> u128 {
    u128::from(amount).pow(2)
}

fn float(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let count = count as f64;
    count
}

/// Rounded up: a prompt that holds anything has a token.
pub(super) fn whole(tokens: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "never negative, and saturating is what is wanted; where precision is lost, nothing was cut off"
    )]
    // Without a call of `ceil`, which is a function on older processors.
    let (cut, is_cut) = (tokens as u64, tokens > tokens as u64 as f64);
    cut.saturating_add(u64::from(is_cut))
}

/// What of the sums is kept at each answer: the last 200 answers count, half of the weight lies on the last
/// 140. A minute's quota of a paid key holds about as many; with 50 a simulation of random errors
/// had twice the refusals, since the error itself was then known too badly.
const KEEP: f64 = 0.995;

/// The error assumed before anything is known. With it the first margin is 0.235: the reference names 1.1 to
/// 1.25 as the factor for characters divided by four, and too little ends in a refusal while too much is given back.
const FIRST_ERROR: f64 = 0.2;

/// As many answers of usual size as the first assumption counts for: a few, since it is a guess.
const PRIOR_WEIGHT: f64 = 10.0;

/// As many answers as what was kept over a restart counts for at most: the prompts may be others now.
const RESTORED_WEIGHT: f64 = 50.0;

/// Bounds of the ratio, on average and of one answer. Beyond them something else is wrong than an estimate, such
/// as a file that was not measured, and other requests must not pay for it. Four is characters taken for tokens.
const LEAST_RATIO: f64 = 0.25;
const MOST_RATIO: f64 = 4.0;

/// The largest error that is believed of a file.
const MOST_ERROR: f64 = 4.0;

/// Standard deviations of room. Lognormal sizes of 50 to 30,000 tokens with errors of ±30 %, on quotas of 100,000
/// to 1,000,000 a minute: at 2 up to 0.45 % of the requests were refused, at 2.25 0.3 %, at 2.5 a small quota
/// lost 4 % of its throughput instead of 2.5 %.
const DEVIATIONS: f64 = 2.25;

/// Requests under way that share their errors, where nobody counts them: on a minute's quota there are rarely
/// fewer.
const FEW_UNDER_WAY: f64 = 4.0;

/// The margin that is kept however good estimates are: it costs this share of what is under way, some 5 % of a
/// window, so next to nothing.
const LEAST_MARGIN: f64 = 0.01;

#[cfg(test)]
mod tests {
    use super::*;

    /// Teaches `answers` answers whose estimates are off by `ratio` and then by `error` to one side or the other.
    fn taught(answers: u32, ratio: f64, error: f64) -> Correction {
        let mut correction = Correction::new();
        for index in 0..answers {
            let estimate = 1_000 + 1_000 * u64::from(index % 7);
            let sign: f64 = if index / 7 % 2 == 0 { 1.0 } else { -1.0 };
            correction.learn(
                estimate,
                whole(float(estimate) * ratio * sign.mul_add(error, 1.0)),
            );
        }
        correction
    }

    #[track_caller]
    fn check(correction: Correction, ratio: f64, margin: (f64, f64)) {
        let found = correction.ratio();
        assert!((found / ratio - 1.0).abs() < 0.02, "{found}");
        let found = correction.margin();
        assert!((margin.0..margin.1).contains(&found), "{found}");
    }

    #[test]
    fn the_first_margin_is_the_published_one() {
        check(Correction::new(), 1.0, (0.2, 0.25));
    }

    #[test]
    fn margins_are_earned() {
        check(taught(1_000, 1.0, 0.0), 1.0, (0.01, 0.02));
        check(taught(1_000, 1.0, 0.03), 1.0, (0.03, 0.05));
        check(taught(1_000, 1.0, 0.17), 1.0, (0.18, 0.23));
    }

    #[test]
    fn a_constant_error_is_a_ratio_and_needs_no_margin() {
        check(taught(1_000, 1.3, 0.0), 1.3, (0.01, 0.03));
        check(taught(1_000, 0.7, 0.0), 0.7, (0.01, 0.03));
        check(taught(1_000, 0.7, 0.03), 0.7, (0.03, 0.06));
    }

    #[test]
    fn a_hundred_answers_are_enough() {
        let ratio = taught(100, 1.3, 0.0).ratio();
        assert!((1.25..1.3).contains(&ratio), "{ratio}");
    }

    #[test]
    fn ratios_stay_within_bounds() {
        let mut correction = Correction::new();
        for _ in 0..10_000 {
            correction.learn(100, u64::MAX);
        }
        assert!(correction.ratio() <= MOST_RATIO);
        for _ in 0..10_000 {
            correction.learn(100, 0);
        }
        assert!(correction.ratio() >= LEAST_RATIO);
    }

    #[test]
    fn large_requests_weigh_as_they_do_in_a_window() {
        let mut correction = Correction::new();
        for _ in 0..1_000 {
            correction.learn(50, 100);
            correction.learn(30_000, 30_000);
        }
        assert!(correction.ratio() < 1.01);
    }

    #[test]
    fn room_grows_with_the_root_of_what_is_under_way() {
        let correction = Correction::new();
        let mut under_way = UnderWay::default();
        assert_eq!(correction.slack(&under_way), 0);
        under_way.enter(1_000);
        let one = correction.slack(&under_way);
        for _ in 0..3 {
            under_way.enter(1_000);
        }
        assert_eq!(correction.slack(&under_way), 2 * one);
        for _ in 0..4 {
            under_way.leave(1_000);
        }
        assert_eq!(under_way, UnderWay::default());
    }

    #[test]
    fn what_was_learned_outlives_a_restart() {
        let before = taught(1_000, 1.3, 0.1);
        let after = Correction::restore(&before.saved());
        assert!((after.ratio() - before.ratio()).abs() < 1e-9);
        assert!((after.error() - before.error()).abs() < 1e-9);
        let broken = SavedCorrection {
            ratio: f64::NAN,
            error: -3.0,
            lessons: 1,
        };
        assert!((Correction::restore(&broken).ratio() - 1.0).abs() < 1e-9);
        assert!(Correction::restore(&broken).margin() < 0.02);
    }
}
