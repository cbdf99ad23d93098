//! At most so much in each minute of the clock, or in each day.

use dioscuri_vocab::Tick;

use crate::world::ledger::clock::{Clock, Rhythm, Span};

/// What was charged in the present stretch of the wall clock.
#[derive(Clone, Debug)]
pub(in crate::world::ledger) struct Fixed {
    rhythm: Rhythm,
    span: Option<Span>,
    held: u64,
}

impl Fixed {
    /// `held` is gone from the first stretch.
    pub(in crate::world::ledger) const fn new(rhythm: Rhythm, held: u64) -> Self {
        Self {
            rhythm,
            span: None,
            held,
        }
    }

    /// Starts anew if `tick` lies in another stretch than before.
    pub(in crate::world::ledger) fn renew(&mut self, clock: &mut Clock, tick: Tick) {
        if self.span.as_ref().is_some_and(|span| clock.is_within(tick, span)) {
            return;
        }
        let span = clock.span(self.rhythm, tick);
        // What is gone at first is gone from the world's first stretch, whenever somebody asks.
        let before = self.span.unwrap_or_else(|| clock.span(self.rhythm, Tick::ZERO));
        if !before.is(&span) {
            self.held = 0;
        }
        self.span = Some(span);
    }

    pub(in crate::world::ledger) const fn held(&self) -> u64 {
        self.held
    }

    pub(in crate::world::ledger) const fn add(&mut self, cost: u64) {
        self.held = self.held.saturating_add(cost);
    }

    /// The nanoseconds until `cost` fits under `limit`; `None` if it never does.
    pub(in crate::world::ledger) fn wait(&self, cost: u64, limit: u64, tick: Tick) -> Option<u64> {
        let room = limit.checked_sub(cost)?;
        if self.held <= room {
            return Some(0);
        }
        Some(self.span.map_or(0, |span| span.ends.0.saturating_sub(tick.0)))
    }

    /// The nanoseconds from `tick` on, which may be to come, until `cost` fits under `limit`.
    pub(in crate::world::ledger) fn wait_at(
        &self,
        cost: u64,
        limit: u64,
        clock: &mut Clock,
        tick: Tick,
    ) -> Option<u64> {
        let mut then = self.clone();
        then.renew(clock, tick);
        then.wait(cost, limit, tick)
    }
}
