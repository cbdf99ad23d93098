//! How an endpoint does beside its peers, and for how long it leaves if it does badly.

use dioscuri_vocab::Tick;
use std::time::Duration;

/// Outcomes are forgotten after one to two of these: half of the 30 s over which Envoy judges, too.
const BUCKET: Duration = Duration::from_secs(15);

/// Outcomes without which nobody is judged.
const ENOUGH: u32 = 20;

/// Who does less than so well as its peers is an outlier. Where half of the calls are refused at random, an endpoint is
/// still worth having: what it answers, no other has to.
const SHARE_OF_PEERS: f32 = 0.5;

/// Standard errors by which it must be worse than that: one chance in a thousand.
const CERTAINTY: f32 = 3.0;

/// The first ejection; each further one is longer by as much. Source: Envoy's `base_ejection_time` and
/// `max_ejection_time`.
const EJECTION: Duration = Duration::from_secs(30);
const LONGEST_EJECTION: Duration = Duration::from_secs(300);

/// What was counted in two buckets of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Score {
    bucket: u64,
    now: Count,
    before: Count,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Count {
    pub(super) successes: u32,
    pub(super) failures: u32,
}

impl Count {
    fn all(self) -> u32 {
        self.successes.saturating_add(self.failures)
    }

    fn rate(self) -> f32 {
        float(self.successes) / float(self.all()).max(1.0)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            successes: self.successes.saturating_add(other.successes),
            failures: self.failures.saturating_add(other.failures),
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            successes: self.successes.saturating_sub(other.successes),
            failures: self.failures.saturating_sub(other.failures),
        }
    }

    /// Whether it is worse than all others of `link` beyond doubt.
    pub(super) fn is_outlier_of(self, link: Self) -> bool {
        let peers = link.minus(self);
        if self.all() < ENOUGH || peers.all() < ENOUGH {
            return false;
        }
        // The error is greatest at one half, whatever the truth is.
        let error = 0.5 / float(self.all()).sqrt();
        self.rate() + CERTAINTY * error < peers.rate() * SHARE_OF_PEERS
    }
}

impl Score {
    pub(super) fn add(&mut self, success: bool, now: Tick) {
        self.turn(now);
        let count = if success {
            &mut self.now.successes
        } else {
            &mut self.now.failures
        };
        *count = count.saturating_add(1);
    }

    pub(super) fn count(&mut self, now: Tick) -> Count {
        self.turn(now);
        self.now.plus(self.before)
    }

    fn turn(&mut self, now: Tick) {
        let bucket = now.0 / u64::try_from(BUCKET.as_nanos()).unwrap_or(u64::MAX);
        if bucket > self.bucket {
            self.before = if bucket == self.bucket + 1 {
                self.now
            } else {
                Count::default()
            };
            self.now = Count::default();
            self.bucket = bucket;
        }
    }
}

/// When an endpoint was ejected for doing worse than its peers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Ejection {
    /// Until when it is out; `None` while it is in.
    pub(super) until: Option<Tick>,
    /// When the last one ended.
    ended: Tick,
    times: u32,
}

impl Ejection {
    pub(super) fn eject(&mut self, now: Tick) -> Tick {
        // Whoever has done well for as long as the longest ejection lasts starts anew.
        let is_old = now.since(self.ended) > LONGEST_EJECTION;
        self.times = if is_old { 1 } else { self.times.saturating_add(1) };
        let until = now.after(EJECTION.saturating_mul(self.times).min(LONGEST_EJECTION));
        self.until = Some(until);
        until
    }

    /// Whether the ejection ends now.
    pub(super) fn ends(&mut self, now: Tick) -> bool {
        let ends = self.until.is_some_and(|until| until <= now);
        if ends {
            self.ended = self.until.take().unwrap_or(now);
        }
        ends
    }
}

/// Exact up to 65,535: more is not met in half a minute.
fn float(number: u32) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn count(successes: u32, failures: u32) -> Count {
        Count { successes, failures }
    }

    #[track_caller]
    fn check(own: Count, peers: Count, is_outlier: bool) {
        assert_eq!(own.is_outlier_of(own.plus(peers)), is_outlier);
    }

    #[test]
    fn who_is_much_worse_than_its_peers_is_an_outlier() {
        check(count(0, 20), count(100, 0), true);
        check(count(0, 19), count(100, 0), false);
        check(count(0, 20), count(19, 0), false);
        check(count(20, 80), count(100, 0), true);
        check(count(50, 50), count(100, 0), false);
        check(count(20, 80), count(30, 70), false);
    }

    #[test]
    fn outcomes_are_forgotten() {
        let mut score = Score::default();
        score.add(true, Tick::ZERO);
        assert_eq!(score.count(Tick::ZERO.after(BUCKET)), count(1, 0));
        assert_eq!(score.count(Tick::ZERO.after(BUCKET * 2)), count(0, 0));
    }

    #[test]
    fn ejections_grow_and_start_anew() {
        let mut ejection = Ejection::default();
        let mut now = Tick::ZERO.after(LONGEST_EJECTION * 2);
        for times in 1..12 {
            let until = ejection.eject(now);
            assert_eq!(until.since(now), (EJECTION * times).min(LONGEST_EJECTION));
            assert!(!ejection.ends(now));
            assert!(ejection.ends(until));
            now = until;
        }
        now = now.after(LONGEST_EJECTION * 2);
        assert_eq!(ejection.eject(now).since(now), EJECTION);
    }
}
