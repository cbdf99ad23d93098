//! What a window really holds for us: learned from refusals and from probes, where no limit says it or a limit says
//! too much.

use crate::burst::SILENCE;
use dioscuri_vocab::Tick;
use std::time::Duration;

mod keep;

/// What the server lets through in a window, as far as it has been found out.
///
/// A limit may be unknown, may have been changed, or may be shared with others. Then the only evidence is how much was
/// let through when requests were refused. That much goes freely; one request at a time goes beyond it as a probe.
/// Each probe that is let through adds a step, and steps double, up to a quarter of what is known to go, or an eighth
/// after the first refusal: a window that is wider than believed is found in a few round trips, and too large a step
/// costs that part of a window once. A probe that is refused makes the pause before the next twice as long, so that about one request in eighty
/// is spent on knowing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Supply {
    /// What goes freely in a window.
    most: u64,
    probe: Option<(u64, Tick)>,
    probe_from: Tick,
    pause: Duration,
    step: u64,
    /// How much less than the evidence is believed after refusals in a row.
    discount: u64,
    /// Since when `most` holds: refusals of requests sent before tell nothing new.
    since: Tick,
    /// What was believed when a request was last refused; `None` before the first refusal, and once far more goes.
    ceiling: Option<u64>,
    /// Whether a refusal has shown where it ends.
    is_bounded: bool,
}

impl Supply {
    /// Nothing is known: a window that has only begun to be used.
    pub(crate) const fn unknown(first: u64) -> Self {
        Self {
            most: first,
            probe: None,
            probe_from: Tick::ZERO,
            pause: Duration::ZERO,
            step: first,
            discount: 0,
            since: Tick::ZERO,
            ceiling: None,
            is_bounded: false,
        }
    }

    /// A window of `most`, as it was known when it was kept.
    pub(crate) const fn known(most: u64, now: Tick) -> Self {
        Self {
            is_bounded: true,
            since: now,
            step: 1,
            ..Self::unknown(most)
        }
    }

    /// Requests were refused after `most` had been let through; the first probe goes after `pause`.
    pub(crate) fn refused(most: u64, pause: Duration, now: Tick) -> Self {
        let most = most.max(1);
        Self {
            probe_from: now.after(pause),
            pause,
            ceiling: Some(most),
            ..Self::known(most, now)
        }
    }

    /// What goes freely in a window.
    pub(crate) const fn most(&self) -> u64 {
        self.most
    }

    /// Whether a refusal has shown where it ends.
    pub(crate) const fn is_bounded(&self) -> bool {
        self.is_bounded
    }

    /// When one request may go beyond; while a probe is out, when its silence will tell.
    pub(crate) fn probe_opens(&self) -> Tick {
        match self.probe {
            Some((_, since)) => since.after(SILENCE),
            None => self.probe_from,
        }
    }

    /// Whether a request beyond can show anything, when `proven` was let through within the window: what goes freely
    /// must be used up, but for what travels.
    pub(crate) const fn is_used_up(&self, proven: u64) -> bool {
        proven + self.most / 16 + 1 >= self.most
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

    /// Whether `sent` was before what is known now.
    pub(crate) fn is_since(&self, sent: Tick) -> bool {
        sent >= self.since
    }

    /// The probe of `amount` was let through.
    pub(crate) fn pass(&mut self, amount: u64) {
        self.probe = None;
        self.grow(amount);
    }

    /// The probe has proven nothing.
    pub(crate) const fn release(&mut self) {
        self.probe = None;
    }

    /// The probe was refused, when `evidence` had been let through in the window, with `hint`.
    pub(crate) fn fail(&mut self, evidence: u64, hint: Option<Duration>, period: Duration, now: Tick) {
        self.probe = None;
        self.step = 1;
        if self.is_bounded {
            self.ceiling = Some(self.most);
            self.since = now;
        } else {
            self.lower(evidence, now);
        }
        let most = u32::try_from(self.most).unwrap_or(u32::MAX).max(1);
        let longest = (period * WINDOWS_PER_PROBE / most).clamp(period / 10, period * LONGEST_PAUSE);
        self.pause = self.pause.saturating_mul(2).clamp(period / 60, longest);
        let hint = hint.unwrap_or_default().min(period);
        self.probe_from = now.after(self.pause.max(hint));
    }

    /// Requests that were no probes were refused, this one sent at `sent`, when `evidence` had been let through.
    pub(crate) fn refuse(&mut self, evidence: u64, sent: Tick, period: Duration, now: Tick) {
        if !self.is_since(sent) {
            // Sent with those that have shown it already: it only makes the evidence exact.
            self.most = self.most.min(evidence).max(1);
            return;
        }
        self.lower(evidence.saturating_sub(self.discount), now);
        self.discount = (self.discount * 2).clamp(1, (self.most / 4).max(1));
        self.step = 1;
        self.pause = self.pause.max(period / 60);
        self.probe_from = now.after(self.pause);
    }

    fn lower(&mut self, evidence: u64, now: Tick) {
        self.most = self.most.min(evidence).max(1);
        self.ceiling = Some(self.most);
        self.is_bounded = true;
        self.since = now;
    }

    fn grow(&mut self, amount: u64) {
        let step = self.step.max(amount);
        self.most = self.most.saturating_add(step);
        self.discount = 0;
        self.probe_from = Tick::ZERO;
        if self
            .ceiling
            .is_some_and(|ceiling| self.most <= ceiling + ceiling / 8)
        {
            // A place that the guard keeps free lets one through as well: that shows nothing yet.
            self.step = amount;
            return;
        }
        self.ceiling = None;
        let largest = if self.is_bounded {
            self.most / 8
        } else {
            self.most / 4
        };
        self.step = step.saturating_mul(2).min(largest.max(1));
        self.pause /= 2;
    }
}

/// After refusals, probes are up to this many windows apart for each unit that a window lets through: of a window of 60,
/// one request in eighty is a probe that may be refused.
const WINDOWS_PER_PROBE: u32 = 80;

/// And never more windows than these: others who use the quota come and go.
const LONGEST_PAUSE: u32 = 4;
