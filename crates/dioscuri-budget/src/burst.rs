//! How large a burst the server bears, as a share of the limit: shown step by step, and remembered.

use dioscuri_vocab::Tick;
use std::time::Duration;

mod keep;

/// The share of a limit that may go at once.
///
/// Nobody publishes whether limits are smoothed, or how large a bucket is. A window of `share × limit` in
/// `share × period` passes as much as the whole window does, and is admissible wherever a burst of that share is.
/// So little is lost by starting with a small share. One request beyond it goes as a probe; if the server lets it
/// through the share is four times as large, up to the whole limit; if not, the share is what was let through.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Burst {
    share: f64,
    /// A request that went beyond the share, and when.
    probe: Option<(u64, Tick)>,
    /// From when the next probe may go.
    probe_from: Tick,
    /// How long after a refused probe the next may go; `None` until one was refused.
    pause: Option<Duration>,
    /// Requests that were let through right after twice what smoothing bears.
    shown: u64,
}

impl Burst {
    /// A burst of `share`, `0.0..=1.0`, of the limit.
    pub(crate) fn new(share: f64) -> Self {
        Self {
            share: share.clamp(LEAST, 1.0),
            probe: None,
            probe_from: Tick::ZERO,
            pause: None,
            shown: 0,
        }
    }

    /// The share that may go at once.
    pub(crate) const fn share(&self) -> f64 {
        self.share
    }

    /// Whether the whole limit may go at once.
    pub(crate) fn is_whole(&self) -> bool {
        self.share >= 1.0
    }

    /// A request was let through right after twice what smoothing bears.
    pub(crate) const fn show(&mut self) {
        self.shown = self.shown.saturating_add(1);
    }

    /// Whether bursts of `limit` were seen to be let through, beyond all doubt: as many requests as smoothing bears.
    pub(crate) const fn is_shown(&self, limit: u64) -> bool {
        self.shown >= limit.div_ceil(10)
    }

    /// How much of `limit` may go at once.
    pub(crate) fn size(&self, limit: u64) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a share of a limit, not above it"
        )]
        let size = (limit as f64 * self.share).ceil() as u64;
        size.clamp(1, limit.max(1))
    }

    /// When a request beyond the share may go; while one is out, when its silence will tell.
    pub(crate) fn probe_opens(&self) -> Tick {
        match self.probe {
            Some((_, since)) => since.after(SILENCE),
            None => self.probe_from,
        }
    }

    /// Reservation `ticket` goes beyond the share.
    pub(crate) fn begin_probe(&mut self, ticket: u64, now: Tick) {
        if let Some((_, since)) = self.probe
            && since.after(SILENCE) <= now
        {
            // Not refused in all that time: it was let through.
            self.grow();
        }
        self.probe = Some((ticket, now));
    }

    /// Whether `ticket`, sent at `sent`, is the probe that is out, or was sent so shortly before or after it that it may
    /// have arrived in its place: one of them is too many, whichever.
    pub(crate) fn is_beside_probe(&self, ticket: u64, sent: Tick, spread: Duration) -> bool {
        self.probe.is_some_and(|(probe, since)| {
            probe == ticket || sent.since(since).max(since.since(sent)) <= spread
        })
    }

    /// Whether `ticket` is the probe that is out.
    pub(crate) fn is_probe(&self, ticket: u64) -> bool {
        self.probe.is_some_and(|(probe, _)| probe == ticket)
    }

    /// The probe has ended. Says whether more may go now.
    pub(crate) fn end_probe(&mut self, passed: bool) -> bool {
        self.probe = None;
        if passed {
            self.grow();
        }
        true
    }

    /// The probe was refused: the share is what it was, and is not tried again soon.
    pub(crate) fn refuse_probe(&mut self, period: Duration, now: Tick) {
        self.refuse(self.share, period, now);
    }

    /// A burst was refused where only `share` of the limit had been let through.
    pub(crate) fn refuse(&mut self, share: f64, period: Duration, now: Tick) {
        self.probe = None;
        self.shown = 0;
        self.share = share.clamp(LEAST, self.share);
        let pause = self.pause.map_or(period * FIRST_PAUSE, |pause| {
            pause.saturating_mul(4).min(period * LONGEST_PAUSE)
        });
        self.pause = Some(pause);
        self.probe_from = now.after(pause);
    }

    fn grow(&mut self) {
        self.share = (self.share * GROWTH).min(1.0);
    }
}

/// The smallest share that is believed in: with a hundredth, requests are as good as evenly spaced.
const LEAST: f64 = 0.01;

/// How much a share grows with each probe. A tenth becomes the whole in two round trips, and a burst that was too
/// large costs a part of one window, once.
const GROWTH: f64 = 4.0;

/// How long after its sending a request that was not refused counts as let through. Refusals come within a round
/// trip, answers of thinking models within a minute.
pub(crate) const SILENCE: Duration = Duration::from_secs(2);

/// Periods until a share that was refused is tried again, four times as many after each refusal: one refusal may have
/// had another reason, but how limits are enforced changes with releases, not with minutes.
const FIRST_PAUSE: u32 = 2;

/// A day of minutes: a day later it may have been changed.
const LONGEST_PAUSE: u32 = 1_440;

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: u64) -> Tick {
        Tick::ZERO.after(Duration::from_secs(seconds))
    }

    #[test]
    fn two_probes_show_that_the_whole_limit_is_borne() {
        let mut burst = Burst::new(0.1);
        assert_eq!((burst.size(60), burst.size(5), burst.size(25)), (6, 1, 3));
        burst.begin_probe(1, at(0));
        assert!(burst.is_probe(1));
        burst.end_probe(true);
        assert_eq!(burst.size(60), 24);
        burst.begin_probe(2, at(1));
        burst.end_probe(true);
        assert!(burst.is_whole());
    }

    #[test]
    fn silence_is_a_good_sign() {
        let mut burst = Burst::new(0.1);
        burst.begin_probe(1, at(0));
        assert_eq!(burst.probe_opens(), at(2));
        burst.begin_probe(2, at(2));
        assert_eq!(burst.size(60), 24);
    }

    #[test]
    fn what_was_refused_is_tried_again_ever_more_rarely() {
        let mut burst = Burst::new(0.4);
        burst.begin_probe(1, at(0));
        burst.refuse(0.25, MINUTE, at(1));
        assert_eq!(burst.size(60), 15);
        assert_eq!(burst.probe_opens(), at(121));
        burst.begin_probe(2, at(121));
        burst.refuse_probe(MINUTE, at(122));
        assert_eq!(burst.probe_opens(), at(122 + 480));
    }

    #[test]
    fn a_refusal_never_makes_a_share_larger() {
        let mut burst = Burst::new(0.1);
        burst.refuse(0.7, MINUTE, at(0));
        assert_eq!(burst.size(60), 6);
        burst.refuse(0.0, MINUTE, at(0));
        assert_eq!(burst.size(1_000), 10);
    }
}
