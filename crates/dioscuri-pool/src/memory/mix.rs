//! How failures and successes mix, so that a share of failures is told from an outage.

/// Outcomes that are remembered, the latest weighing most: a share of one in five is known to ±5 %.
const SPAN: f32 = 64.0;

/// Successes that are supposed before any was seen: one early failure is no share yet.
const PRIOR: f32 = 4.0;

/// A run of failures speaks of an outage once chance alone would bring one so long in no more than so many tries.
/// At 16 calls a second that is one mistake in two minutes, which costs a pause of a second.
const CHANCE: f32 = 1.0 / 2000.0;

/// How many times the usual run is demanded at most: where four in five fail, what is left is still worth having, and
/// an outage after that costs 18 attempts at a place.
const PATIENCE: u32 = 6;

/// What came between failures in a row.
///
/// Failures enter it only once a success has followed them.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Mix {
    successes: f32,
    failures: f32,
}

impl Mix {
    /// A success after `run` failures in a row.
    pub(crate) fn succeed(&mut self, run: u32) {
        self.successes += 1.0;
        // Runs are short: whatever is longer closes.
        self.failures += f32::from(u16::try_from(run).unwrap_or(u16::MAX));
        let all = self.successes + self.failures;
        if all > SPAN {
            let keep = SPAN / all;
            self.successes *= keep;
            self.failures *= keep;
        }
    }

    /// The run of failures that closes, where `usual` closes what is sound.
    pub(crate) fn run(self, usual: u32) -> u32 {
        let share = self.failures / (self.failures + self.successes + PRIOR);
        if share <= 0.0 {
            return usual;
        }
        let run = (CHANCE.ln() / share.ln()).ceil();
        // At most `PATIENCE` times `usual`: a search of a few steps, and no conversion that could lose anything.
        (usual..usual.saturating_mul(PATIENCE))
            .find(|tried| f32::from(u16::try_from(*tried).unwrap_or(u16::MAX)) >= run)
            .unwrap_or(usual.saturating_mul(PATIENCE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After `rounds` of `failures` and then `successes`.
    #[track_caller]
    fn check(rounds: u32, failures: u32, successes: u32, run: u32) {
        let mut mix = Mix::default();
        for _ in 0..rounds {
            mix.succeed(failures);
            (1..successes).for_each(|_| mix.succeed(0));
        }
        assert_eq!(mix.run(3), run);
    }

    #[test]
    fn the_greater_the_share_the_longer_the_run() {
        check(0, 0, 0, 3);
        check(20, 0, 1, 3);
        check(20, 1, 99, 3);
        check(20, 1, 4, 5);
        check(20, 1, 1, 10);
        check(20, 4, 1, 18);
    }

    #[test]
    fn one_early_failure_is_no_share() {
        check(1, 1, 9, 3);
    }
}
