//! What a window really holds for us: learned from refusals and from probes, where no limit says it or a limit says
//! too much.

use crate::burst::SILENCE;
use dioscuri_vocab::Tick;
use std::time::Duration;

/// What the server lets through in a window, as far as it has been found out.
///
/// A limit may be unknown, may have been changed, or may be shared with others. Then the only evidence is how much was
/// let through when a request was refused. That much goes freely; one request at a time goes beyond it as a probe.
/// Each probe that is let through adds a step, and steps double, up to a quarter of what is known to go: a window
/// that is wider than believed is found in a few round trips, and too large a step costs a quarter of a window
/// once. A probe that is refused makes the pause before the next twice as long, so that about one request in forty
/// is spent on knowing.
///
/// One refusal is not believed if much was let through before: some refusals are not true. The next probe goes
/// after a short pause, and if it passes all is as it was.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Supply {
    /// What goes freely in a window.
    most: u64,
    /// What was believed before a refusal that has not been confirmed: `Some(None)` for the whole limit.
    before: Option<Option<u64>>,
    probe: Option<(u64, Tick)>,
    probe_from: Tick,
    pause: Duration,
    step: u64,
    /// How much less than the evidence is believed after refusals in a row.
    discount: u64,
    /// Since when `most` holds: refusals of requests sent before tell nothing new.
    since: Tick,
    /// Whether a refusal has shown where it ends.
    is_bounded: bool,
}

impl Supply {
    /// Nothing is known: a window that has only begun to be used.
    pub(crate) const fn unknown(first: u64) -> Self {
        Self {
            most: first,
            before: None,
            probe: None,
            probe_from: Tick::ZERO,
            pause: Duration::ZERO,
            step: first,
            discount: 0,
            since: Tick::ZERO,
            is_bounded: false,
        }
    }

    /// A refusal after `most` was let through where `before` was believed; not to be believed before a probe
    /// has confirmed it, or at once.
    pub(crate) fn refused(most: u64, before: Option<u64>, is_doubted: bool, now: Tick) -> Self {
        Self {
            most: most.max(1),
            before: is_doubted.then_some(before),
            is_bounded: true,
            since: now,
            step: 1,
            ..Self::unknown(1)
        }
    }

    /// A window of `most`, as it was known when it was last kept.
    pub(crate) const fn kept(most: u64, now: Tick) -> Self {
        Self {
            is_bounded: true,
            since: now,
            step: 1,
            ..Self::unknown(most)
        }
    }

    /// What goes freely in a window.
    pub(crate) const fn most(&self) -> u64 {
        self.most
    }

    /// Whether a refusal has shown where it ends, and was not a single one.
    pub(crate) const fn is_sure(&self) -> bool {
        self.is_bounded && self.before.is_none()
    }

    /// When one request may go beyond; while a probe is out, when its silence will tell.
    pub(crate) fn probe_opens(&self) -> Tick {
        match self.probe {
            Some((_, since)) => since.after(SILENCE),
            None => self.probe_from,
        }
    }

    /// Reservation `ticket` goes beyond.
    pub(crate) fn begin_probe(&mut self, ticket: u64, amount: u64, now: Tick) {
        if let Some((_, since)) = self.probe
            && since.after(SILENCE) <= now
        {
            self.grow(amount);
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

    pub(crate) fn is_probe(&self, ticket: u64) -> bool {
        self.probe.is_some_and(|(probe, _)| probe == ticket)
    }

    /// The probe of `amount` was let through. `Some` if this shows that the last refusal was not true: what was
    /// believed before it.
    pub(crate) fn pass(&mut self, amount: u64) -> Option<Option<u64>> {
        self.probe = None;
        if let Some(before) = self.before {
            return Some(before);
        }
        self.grow(amount);
        None
    }

    /// The probe has proven nothing.
    pub(crate) const fn release(&mut self) {
        self.probe = None;
    }

    /// The probe was refused, when `evidence` had been let through in the window.
    pub(crate) fn fail(&mut self, evidence: u64, period: Duration, now: Tick) {
        self.probe = None;
        self.before = None;
        self.step = 1;
        self.is_bounded = true;
        self.lower(evidence, now);
        let most = u32::try_from(self.most).unwrap_or(u32::MAX).max(1);
        let longest = (period * WINDOWS_PER_PROBE / most).clamp(period / 10, period * 20);
        self.pause = self.pause.saturating_mul(2).clamp(period / 60, longest);
        self.probe_from = now.after(self.pause);
    }

    /// A request that was sent at `sent` and that was no probe was refused, when `evidence` had been let through.
    pub(crate) fn refuse(&mut self, evidence: u64, sent: Tick, period: Duration, now: Tick) {
        if sent < self.since {
            // Sent with those that have shown it already: it only makes the evidence exact.
            self.most = self.most.min(evidence).max(1);
            return;
        }
        self.before = None;
        self.is_bounded = true;
        self.lower(evidence.saturating_sub(self.discount), now);
        self.discount = (self.discount * 2).clamp(1, (self.most / 4).max(1));
        self.step = 1;
        self.pause = self.pause.max(period / 60);
        self.probe_from = now.after(self.pause);
    }

    fn lower(&mut self, evidence: u64, now: Tick) {
        self.most = self.most.min(evidence).max(1);
        self.since = now;
    }

    fn grow(&mut self, amount: u64) {
        let step = self.step.max(amount);
        self.most = self.most.saturating_add(step);
        self.step = step.saturating_mul(2).min((self.most / 4).max(1));
        self.pause /= 2;
        self.discount = 0;
        self.probe_from = Tick::ZERO;
    }
}

/// Probes are at least this many windows apart for each unit that a window lets through: of a window of 60, one
/// request in forty is a probe that may be refused.
const WINDOWS_PER_PROBE: u32 = 40;
