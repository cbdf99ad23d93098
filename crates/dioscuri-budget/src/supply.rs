//! What a window really holds for us: learned from refusals and from probes, where no limit says it or a limit says
//! too much.

use crate::burst::SILENCE;
use dioscuri_vocab::Tick;
use std::time::Duration;

mod keep;

/// What the server lets through in a window, as far as it has been found out.
///
/// A limit may be unknown, may have been changed, or may be shared with others. Then the only evidence is how much was
/// let through when requests were refused. That much goes freely; what goes beyond are probes.
///
/// Before the first refusal one probe goes at a time. Each that is let through adds a step, and steps double, up to a
/// quarter of what is known to go: a window that is wider than believed is found in a few round trips, and too large a
/// step costs a quarter of a window once.
///
/// After it a probe that is let through shows little: where minutes are those of the clock, or a bucket refills, twice
/// the quota may go in one minute, and not in the next. So probes go beyond one by one, some at once when many in a
/// row were let through, and what goes freely grows only when as many went beyond as go freely. A probe that is
/// refused ends the row. The next goes when so many requests were let through that it is worth one: twice as many after
/// each row that was short. So about one request in fifty is spent on knowing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Supply {
    /// What goes freely in a window.
    most: u64,
    /// Requests beyond it that are under way: which, and since when.
    probes: [Option<(u64, Tick)>; MOST_PROBES],
    probe_from: Tick,
    pause: Duration,
    step: u64,
    /// What went beyond in a row, in the unit of the quota.
    run: u64,
    /// Requests that must be let through before the next probe.
    owed: u32,
    /// How many the last refusal of a probe was worth.
    price: u32,
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
            probes: [None; MOST_PROBES],
            probe_from: Tick::ZERO,
            pause: Duration::ZERO,
            step: first,
            run: 0,
            owed: 0,
            price: 0,
            discount: 0,
            since: Tick::ZERO,
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
        Self {
            probe_from: now.after(pause),
            pause,
            ..Self::known(most.max(1), now)
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

    /// When one more request may go beyond; while as many are under way as may, when the silence of the first will tell.
    pub(crate) fn probe_opens(&self) -> Tick {
        if self.owed > 0 {
            return Tick::MAX;
        }
        let under_way = self.probes.iter().flatten();
        if under_way.clone().count() < self.probes_at_once() {
            return self.probe_from;
        }
        let first = under_way.map(|(_, since)| *since).min();
        first.map_or(self.probe_from, |since| since.after(SILENCE))
    }

    /// How many may go beyond at once.
    fn probes_at_once(&self) -> usize {
        if !self.is_bounded {
            return 1;
        }
        let by_run = 1 + self.run / PROBES_PER_MORE;
        let most = by_run.min(self.most / 8).max(1);
        usize::try_from(most).unwrap_or(MOST_PROBES).min(MOST_PROBES)
    }

    /// Whether a request beyond can show anything, when `proven` was let through within the window: what goes freely
    /// must be used up, but for what travels.
    pub(crate) const fn is_used_up(&self, proven: u64) -> bool {
        proven.saturating_add(self.most / 16).saturating_add(1) >= self.most
    }

    /// Reservation `ticket` goes beyond.
    pub(crate) fn begin_probe(&mut self, ticket: u64, amount: u64, whole: Option<u64>, now: Tick) {
        for place in 0..MOST_PROBES {
            if self.probes[place].is_some_and(|(_, since)| since.after(SILENCE) <= now) {
                self.probes[place] = None;
                self.grow(amount, whole);
            }
        }
        if let Some(place) = self.probes.iter_mut().find(|probe| probe.is_none()) {
            *place = Some((ticket, now));
        }
    }

    /// Whether `ticket`, sent at `sent`, is a probe that is out, or was sent so shortly before or after one that it may
    /// have arrived in its place: one of them is too many, whichever.
    pub(crate) fn is_beside_probe(&self, ticket: u64, sent: Tick, spread: Duration) -> bool {
        self.probes
            .iter()
            .flatten()
            .any(|(probe, since)| *probe == ticket || sent.since(*since).max(since.since(sent)) <= spread)
    }

    pub(crate) fn is_probe(&self, ticket: u64) -> bool {
        self.probes.iter().flatten().any(|(probe, _)| *probe == ticket)
    }

    /// Whether `sent` was after what is known now.
    pub(crate) fn is_since(&self, sent: Tick) -> bool {
        sent >= self.since
    }

    /// A request was let through. Says whether a probe may go by that.
    pub(crate) const fn earn(&mut self) -> bool {
        let was_owed = self.owed > 0;
        self.owed = self.owed.saturating_sub(1);
        was_owed && self.owed == 0
    }

    /// Probe `ticket` of `amount` was let through. `whole` is the limit, if one is known.
    pub(crate) fn pass(&mut self, ticket: u64, amount: u64, whole: Option<u64>) {
        self.release(ticket);
        self.grow(amount, whole);
    }

    /// Probe `ticket` is over, and has proven nothing.
    pub(crate) fn release(&mut self, ticket: u64) {
        for probe in &mut self.probes {
            if probe.is_some_and(|(known, _)| known == ticket) {
                *probe = None;
            }
        }
    }

    /// A probe was refused, when `evidence` had been let through in the window, with `hint`.
    /// `is_below`: a larger limit is known, of which others take a part.
    pub(crate) fn fail(
        &mut self,
        evidence: u64,
        hint: Option<Duration>,
        is_below: bool,
        period: Duration,
        now: Tick,
    ) {
        self.probes = [None; MOST_PROBES];
        self.step = 1;
        let moment = period / 60;
        let was_long = self.run > self.most / 8;
        if self.is_bounded {
            self.since = now;
            // It had a little more than went freely, as far as that can be told.
            let little = self.most.saturating_add((self.most / 32).max(1).min(self.run));
            self.most = self.most.max(evidence.min(little));
        } else {
            self.lower(evidence, now);
        }
        self.pause = moment;
        let before = if was_long { 0 } else { self.price };
        self.charge(before.saturating_mul(2), is_below);
        self.run = 0;
        let hint = hint.unwrap_or_default().min(period);
        self.probe_from = now.after(self.pause.max(hint));
    }

    /// Requests that were no probes were refused, this one sent at `sent`, when `evidence` had been let through.
    pub(crate) fn refuse(&mut self, evidence: u64, sent: Tick, is_below: bool, period: Duration, now: Tick) {
        if !self.is_since(sent) {
            // Sent with those that have shown it already: it only makes the evidence exact.
            self.most = self.most.min(evidence).max(1);
            return;
        }
        self.lower(evidence.saturating_sub(self.discount), now);
        self.discount = (self.discount * 2).clamp(1, (self.most / 4).max(1));
        self.step = 1;
        self.run = 0;
        self.pause = self.pause.max(period / 60);
        self.probe_from = now.after(self.pause);
        self.charge(self.price, is_below);
    }

    /// The next probe must be earned by `price` requests, within bounds.
    fn charge(&mut self, price: u32, is_below: bool) {
        let cheapest = if is_below { CHEAPEST / 2 } else { CHEAPEST };
        self.price = price.clamp(cheapest, cheapest * DEAREST);
        self.owed = self.price;
    }

    fn lower(&mut self, evidence: u64, now: Tick) {
        self.most = self.most.min(evidence).max(1);
        self.is_bounded = true;
        self.since = now;
    }

    fn grow(&mut self, amount: u64, whole: Option<u64>) {
        self.discount = 0;
        self.probe_from = Tick::ZERO;
        if self.is_bounded {
            self.run = self.run.saturating_add(amount);
            // Far below a limit that is known, others have left, or refusals were not true: back to it, and soon.
            let is_far = whole.is_some_and(|whole| self.most < whole / 4);
            let (row, step) = if is_far {
                (self.most.min(amount.saturating_mul(SHORT_ROW)), self.most / 2)
            } else {
                (self.most, self.most / 4)
            };
            if self.run >= row {
                self.most = self.most.saturating_add(step.max(1));
                self.run = 0;
            }
            return;
        }
        let step = self.step.max(amount);
        self.most = self.most.saturating_add(step);
        self.step = step.saturating_mul(2).min((self.most / 4).max(1));
    }
}

/// Requests beyond in a row after which more goes freely, far below a limit that is known.
const SHORT_ROW: u64 = 4;

/// One more request may go beyond at once for each so many that were let through in a row.
const PROBES_PER_MORE: u64 = 4;

/// And never more than these.
const MOST_PROBES: usize = 8;

/// Requests that must be let through after a probe was refused, before the next: at most 8 % are spent on knowing,
/// and half as many where nobody else changes what there is. Where a larger limit is known it is half of this: others
/// who use the quota come and go.
const CHEAPEST: u32 = 12;

/// How many times as much it grows to.
const DEAREST: u32 = 4;
