//! How soon an endpoint answers, as its peers see it.

use dioscuri_vocab::Tick;
use std::time::Duration;

/// The time in which what is known falls to 1/e. Source: linkerd's load biaser and Finagle's peak-EWMA.
const DECAY: Duration = Duration::from_secs(10);

/// A failure counts as an answer that took so many times as long as the usual one, so that a fast refusal does not
/// attract traffic.
const PENALTY: f32 = 8.0;

/// Answers over which the usual time is averaged.
const SPAN: f32 = 32.0;

/// The usual time before anything was measured: only the order among peers matters.
const FIRST_GUESS: f32 = 1.0;

/// The shortest time that is told from none, in seconds: below it, the network's noise would choose.
const SHORTEST: f32 = 0.001;

/// The usual time to the first event of an answer on one link, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usual(Option<f32>);

impl Usual {
    pub(super) fn seconds(self) -> f32 {
        self.0.unwrap_or(FIRST_GUESS)
    }

    fn observe(&mut self, sample: f32) {
        self.0 = Some(match self.0 {
            Some(usual) => usual + (sample - usual) / SPAN,
            None => sample,
        });
    }
}

/// The peak-EWMA of the time to the first event at one endpoint: a slow answer counts at once and in full, and is
/// forgotten slowly. Without news it drifts back to the usual.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Latency {
    value: Option<f32>,
    at: Tick,
}

impl Latency {
    /// A first event came `after` an attempt began.
    pub(super) fn observe(&mut self, after: Duration, usual: &mut Usual, now: Tick) {
        let sample = after.as_secs_f32().max(SHORTEST);
        usual.observe(sample);
        self.set(sample, now);
    }

    /// An attempt failed `after` it began.
    pub(super) fn penalise(&mut self, after: Duration, usual: Usual, now: Tick) {
        self.set((usual.seconds() * PENALTY).max(after.as_secs_f32()), now);
    }

    fn set(&mut self, sample: f32, now: Tick) {
        let keep = self.keep(now);
        self.value = Some(match self.value {
            Some(value) if value > sample => value * keep + sample * (1.0 - keep),
            _ => sample,
        });
        self.at = now;
    }

    /// How slow it is by now, the usual being 1.
    pub(super) fn ratio(&self, usual: Usual, now: Tick) -> f32 {
        let Some(value) = self.value else {
            return 1.0;
        };
        1.0 + (value / usual.seconds() - 1.0) * self.keep(now)
    }

    /// How much of what was known is left.
    fn keep(&self, now: Tick) -> f32 {
        let age = now.since(self.at).as_secs_f32() / DECAY.as_secs_f32();
        // (1 + x/8)⁻⁸ for e⁻ˣ: within 0.04 of it everywhere, at a fraction of the cost. Eight are asked for each call.
        let eighth = 1.0 / (1.0 + age / 8.0);
        let quarter = eighth * eighth;
        let half = quarter * quarter;
        half * half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_peak_counts_at_once_and_fades() {
        let (mut one, mut usual) = (Latency::default(), Usual::default());
        for second in 0..100 {
            one.observe(ms(200), &mut usual, Tick::ZERO.after(ms(second * 1000)));
        }
        let now = Tick::ZERO.after(ms(100_000));
        assert!((one.ratio(usual, now) - 1.0).abs() < 0.01);
        one.observe(ms(2000), &mut usual, now);
        assert!(one.ratio(usual, now) > 7.0);
        assert!(one.ratio(usual, now.after(ms(60_000))) < 1.1);
    }

    #[test]
    fn who_was_never_tried_is_usual_and_who_failed_is_slow() {
        let (mut one, usual) = (Latency::default(), Usual(Some(0.3)));
        assert!((one.ratio(usual, Tick::ZERO) - 1.0).abs() < f32::EPSILON);
        one.penalise(ms(20), usual, Tick::ZERO);
        assert!((one.ratio(usual, Tick::ZERO) - 8.0).abs() < 0.01);
    }
}
