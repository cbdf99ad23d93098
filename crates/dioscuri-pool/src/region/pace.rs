//! How often the pool as a whole probes.

use dioscuri_vocab::Tick;
use std::time::Duration;

/// The longest time between two probes, whatever they are of. With few calls it bounds the time in which a pool
/// that is closed in several places finds out that it has recovered.
const LONGEST_GAP: Duration = Duration::from_secs(2);

/// The shortest: what a thousand calls a second pay for many closed places is still one probe in a hundred calls.
const SHORTEST_GAP: Duration = Duration::from_millis(100);

/// Calls for each probe: a tenth of the calls, at the pace at which they came before, may find out what has recovered.
/// The outage of everything then costs 1.1 attempts a call, however many places the pool has.
const CALLS_A_PROBE: f32 = 10.0;

/// Calls over which the time between two is averaged.
const SPAN: f32 = 64.0;

/// A longer pause between two calls says nothing of their pace.
const LONGEST_LULL: Duration = Duration::from_secs(10);

/// When the next probe may begin.
///
/// Each memory has pauses of its own; where many are closed, all of them together would still be a flood. A probe that
/// passes says that things recover: until the next one fails, or something more closes, nothing holds the others back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    floor: Tick,
    is_eased: bool,
    /// The mean time between two answers, in seconds.
    interval: f32,
    last_answer: Tick,
}

/// What a probe has shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Finding {
    Recovered,
    Still,
    /// It was cancelled, or failed for another reason.
    Nothing,
}

impl Pace {
    pub(super) const fn new() -> Self {
        Self {
            floor: Tick::ZERO,
            is_eased: false,
            interval: LONGEST_GAP.as_secs_f32() / CALLS_A_PROBE,
            last_answer: Tick::ZERO,
        }
    }

    /// The next probe may begin then.
    pub(super) const fn opens_at(&self) -> Tick {
        self.floor
    }

    /// A call was answered. What is refused comes again too soon to be counted.
    pub(super) fn on_answer(&mut self, now: Tick) {
        let interval = now.since(self.last_answer).min(LONGEST_LULL).as_secs_f32();
        self.interval += (interval - self.interval) / SPAN;
        self.last_answer = now;
    }

    pub(super) fn on_probe(&mut self, now: Tick) {
        if !self.is_eased {
            self.floor = now.after(self.gap());
        }
    }

    /// Something has closed: what recovered before says nothing of it.
    pub(super) fn on_closing(&mut self) {
        self.is_eased = false;
    }

    /// A probe that began at `begun` is over.
    pub(super) fn on_finding(&mut self, finding: Finding, begun: Tick) {
        match finding {
            Finding::Recovered => {
                self.is_eased = true;
                self.floor = Tick::ZERO;
            }
            Finding::Still => {
                self.is_eased = false;
                self.floor = self.floor.max(begun.after(self.gap()));
            }
            // Another may find out in its place.
            Finding::Nothing => self.floor = Tick::ZERO,
        }
    }

    fn gap(&self) -> Duration {
        Duration::from_secs_f32(self.interval * CALLS_A_PROBE).clamp(SHORTEST_GAP, LONGEST_GAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Tick {
        Tick::ZERO.after(Duration::from_millis(millis))
    }

    #[test]
    fn the_more_calls_the_more_probes() {
        let mut pace = Pace::new();
        pace.on_probe(at(1000));
        assert_eq!(pace.opens_at(), at(3000));
        for call in 0..2000 {
            pace.on_answer(at(3000 + call * 50));
        }
        pace.on_probe(at(200_000));
        let gap = pace.opens_at().since(at(200_000));
        assert!(
            gap.abs_diff(Duration::from_millis(500)) < Duration::from_millis(5),
            "{gap:?}"
        );
    }

    #[test]
    fn a_recovery_lets_all_others_find_out() {
        let mut pace = Pace::new();
        pace.on_probe(at(1000));
        pace.on_finding(Finding::Recovered, at(1000));
        pace.on_probe(at(1500));
        assert_eq!(pace.opens_at(), Tick::ZERO);
        pace.on_finding(Finding::Still, at(1500));
        assert_eq!(pace.opens_at(), at(3500));
        pace.on_finding(Finding::Recovered, at(3500));
        pace.on_closing();
        pace.on_probe(at(4000));
        assert_eq!(pace.opens_at(), at(6000));
    }
}
