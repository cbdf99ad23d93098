//! One memory: closed by failures, opened by one probe at a time.

mod mix;

use crate::config::Rule;
use dioscuri_vocab::{AttemptId, Class, Tick};
use mix::Mix;
use std::time::Duration;

/// Hints are believed up to the longest window there is, a Pacific day of 25 h.
const LONGEST_HINT: Duration = Duration::from_secs(25 * 3600);

/// For so long after an opening a few failures in a row close again: what has just come back half-dead falls over as
/// soon as everybody returns.
const RELAPSE: Duration = Duration::from_secs(5);

/// Failures in a row that close within [`RELAPSE`]: one may be chance.
const RELAPSE_RUN: u32 = 2;

/// Failures that a closing is taken for once it is over: one alone leaves what was sound as it was, several soon after
/// each other are a share of failures rather than outages.
const OUTAGE_RUN: u32 = 4;

/// What is remembered of one key, account, place or endpoint.
///
/// Monotone: while closed, its opening only moves later. Causal: the success of an attempt that began
/// before the closing opens nothing, and the failure of one that began before an opening closes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    streak: u32,
    mix: Mix,
    closure: Option<Closure>,
    probe: Option<AttemptId>,
    opened: Option<Tick>,
    /// How often it had been found closed in a row when it opened.
    rounds_before: u32,
}

/// Why it is closed, and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closure {
    pub(crate) why: Class,
    pub(crate) since: Tick,
    pub(crate) confirmed: Tick,
    pub(crate) probe_at: Tick,
    pub(crate) rounds: u32,
    /// Nobody said that it opens by itself.
    pub(crate) needs_mending: bool,
}

/// Whether an attempt may begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opening {
    /// Any may.
    Open,
    /// One may, as a probe, from this tick on.
    Probe(Tick),
    /// One may from this tick on, to see whether it has been mended. Nobody should wait for it.
    Hope(Tick),
    /// None may until the probe has come back.
    ProbeOut,
}

impl Memory {
    pub(crate) const fn opening(&self) -> Opening {
        match (&self.closure, self.probe) {
            (None, _) => Opening::Open,
            (Some(_), Some(_)) => Opening::ProbeOut,
            (Some(closure), None) if closure.needs_mending => Opening::Hope(closure.probe_at),
            (Some(closure), None) => Opening::Probe(closure.probe_at),
        }
    }

    pub(crate) const fn closure(&self) -> Option<&Closure> {
        self.closure.as_ref()
    }

    /// Whether forgetting it would change nothing but a streak.
    pub(crate) const fn is_blank(&self) -> bool {
        self.closure.is_none() && self.probe.is_none()
    }

    /// Whether an attempt begun at `begun` knows nothing of the state since the last opening.
    pub(crate) fn predates_opening(&self, begun: Tick) -> bool {
        self.opened.is_some_and(|opened| begun < opened)
    }

    /// `attempt` begins: while closed, it is the probe.
    pub(crate) fn begin(&mut self, attempt: AttemptId) {
        if self.closure.is_some() {
            self.probe = Some(attempt); // Open => HalfOpen
        }
    }

    /// `attempt` is over, whatever it showed.
    pub(crate) fn release(&mut self, attempt: AttemptId) {
        if self.probe == Some(attempt) {
            self.probe = None;
        }
    }

    /// An attempt begun at `begun` failed in this scope.
    pub(crate) fn fail(&mut self, class: Class, hint: Option<Duration>, rule: &Rule, begun: Tick, now: Tick) {
        if self.predates_opening(begun) {
            return;
        }
        let hint = hint.map(|hint| hint.min(LONGEST_HINT));
        self.streak = self.streak.saturating_add(1);
        let is_outage = self.is_outage(hint.is_some(), rule, now);
        let rounds_before = if self.is_relapse(now) {
            self.rounds_before
        } else {
            0
        };
        match &mut self.closure {
            // It began before the closing: it tells no more than the others that did, but for its hint.
            Some(closure) if begun <= closure.confirmed => {
                let hinted = now.after(hint.unwrap_or_default());
                closure.probe_at = closure.probe_at.max(hinted);
            }
            // HalfOpen => Open: the probe has failed.
            Some(closure) => {
                closure.rounds = closure.rounds.saturating_add(1);
                closure.why = class;
                closure.confirmed = now;
                let pause = rule.pause(closure.rounds, now.since(closure.since), hint);
                closure.probe_at = closure.probe_at.max(now.after(pause));
                closure.needs_mending = rule.needs_mending && hint.is_none();
            }
            // Closed => Open.
            None if is_outage => {
                let rounds = rounds_before.saturating_add(1);
                self.closure = Some(Closure {
                    why: class,
                    since: now,
                    confirmed: now,
                    probe_at: now.after(rule.pause(rounds, Duration::ZERO, hint)),
                    rounds,
                    needs_mending: rule.needs_mending && hint.is_none(),
                });
            }
            None => {}
        }
    }

    /// Whether the failures in a row are more than chance: where failures and successes mix, a longer run is.
    fn is_outage(&self, is_hinted: bool, rule: &Rule, now: Tick) -> bool {
        let usual = rule.streak.get();
        if rule.needs_mending {
            return self.streak >= usual; // one word is enough: nothing of this comes by chance
        }
        let run = self.mix.run(usual);
        if run > usual {
            // A hint binds the call that has got it; the others may well be served.
            return self.streak >= run;
        }
        let run = if self.is_relapse(now) {
            run.min(RELAPSE_RUN)
        } else {
            run
        };
        (rule.closes_at_hint && is_hinted) || self.streak >= run
    }

    fn is_relapse(&self, now: Tick) -> bool {
        self.rounds_before > 0 && self.opened.is_some_and(|opened| now.since(opened) < RELAPSE)
    }

    /// An attempt begun at `begun` was answered.
    pub(crate) fn succeed(&mut self, begun: Tick, now: Tick) {
        match &self.closure {
            None => {
                self.mix.succeed(self.streak);
                self.streak = 0;
            }
            Some(closure) if begun <= closure.confirmed => {}
            // HalfOpen => Closed
            Some(closure) => {
                let rounds = closure.rounds;
                self.mix.succeed(OUTAGE_RUN);
                self.open(now);
                self.rounds_before = rounds;
            }
        }
    }

    /// All may pass again, by somebody's word; what began before `now` cannot close it any more.
    pub(crate) fn reopen(&mut self, now: Tick) {
        self.mix = Mix::default();
        self.open(now);
    }

    fn open(&mut self, now: Tick) {
        *self = Self {
            opened: Some(now),
            mix: self.mix,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests;
