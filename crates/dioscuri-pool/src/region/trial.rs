//! How much is dared where nothing has succeeded yet.

use dioscuri_vocab::Tick;
use std::time::Duration;

/// How long a first answer may take before more is dared.
///
/// A refusal of a key or a quota comes within half a second from anywhere; an answer of a thinking model may take a
/// minute. Whoever has not been refused after two seconds very likely will not be, so that waiting for the answer
/// itself would only idle.
const PATIENCE: Duration = Duration::from_secs(2);

/// Attempts in flight where nothing has succeeded yet, or where something has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trial {
    pub(super) in_flight: u32,
    pub(super) is_proven: bool,
    /// When the oldest of the attempts in flight may have begun.
    since: Tick,
}

impl Trial {
    pub(super) fn begin(&mut self, now: Tick) {
        if self.in_flight == 0 {
            self.since = now;
        }
        self.in_flight = self.in_flight.saturating_add(1);
    }

    pub(super) fn end(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// From when one more may begin: at once while fewer than `most` are in flight, and then twice as many for each
    /// [`PATIENCE`] without a word.
    pub(super) fn opens_at(&self, most: u32) -> Tick {
        if self.is_proven || self.in_flight < most {
            return Tick::ZERO;
        }
        // 32 doublings allow more than can be in flight.
        let doublings = (1..=32)
            .find(|by| u64::from(most) << by > u64::from(self.in_flight))
            .unwrap_or(32);
        self.since.after(PATIENCE * doublings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(in_flight: u32, most: u32, seconds: u64) {
        let begun = Tick::ZERO.after(Duration::from_secs(100));
        let mut trial = Trial::default();
        (0..in_flight).for_each(|_| trial.begin(begun));
        let opens = trial.opens_at(most);
        assert_eq!(opens.since(begun), Duration::from_secs(seconds));
    }

    #[test]
    fn few_may_begin_at_once_and_twice_as_many_for_each_patience() {
        check(0, 1, 0);
        check(1, 1, 2);
        check(2, 1, 4);
        check(3, 1, 4);
        check(4, 1, 6);
        check(7, 8, 0);
        check(8, 8, 2);
        check(16, 8, 4);
    }

    #[test]
    fn what_is_proven_is_open() {
        let mut trial = Trial {
            is_proven: true,
            ..Trial::default()
        };
        (0..100).for_each(|_| trial.begin(Tick::ZERO));
        assert_eq!(trial.opens_at(1), Tick::ZERO);
    }
}
