//! At most so much in any window.

use std::collections::VecDeque;

use dioscuri_vocab::Tick;

/// The longest log; 16 MiB. When it is full, charges that lie close together are joined and forgotten with the
/// last of them: a window never holds more than it may, but a place may be free a little later than it might.
const LONGEST_LOG: usize = 1 << 20;

/// Which part of a window lies close together: 114 µs of a minute. The log is half full afterwards.
const CLOSE: u64 = 1 << 19;

/// What was charged within the last window, exactly.
///
/// The sums count from the beginning and wrap; only their differences mean something. What is held is at most
/// `u64::MAX`: a charge that would lead beyond is cut.
#[derive(Clone, Debug)]
pub(in crate::world::ledger) struct Sliding {
    /// In nanoseconds.
    window: u64,
    /// The sum of all charges.
    total: u64,
    /// The sum of those that lie outside of the window.
    gone: u64,
    /// Oldest first: when, and the sum up to then.
    log: VecDeque<(Tick, u64)>,
}

impl Sliding {
    pub(in crate::world::ledger) const fn new(window: u64) -> Self {
        Self {
            window,
            total: 0,
            gone: 0,
            log: VecDeque::new(),
        }
    }

    /// Forgets what lies outside of the window `(tick - window, tick]`.
    pub(in crate::world::ledger) fn renew(&mut self, tick: Tick) {
        while let Some(&(at, total)) = self.log.front()
            && tick.0 - at.0 >= self.window
        {
            self.gone = total;
            self.log.pop_front();
        }
    }

    /// What the window holds, as of the last renewal.
    pub(in crate::world::ledger) const fn held(&self) -> u64 {
        self.total.wrapping_sub(self.gone)
    }

    pub(in crate::world::ledger) fn add(&mut self, cost: u64, tick: Tick) {
        let cost = cost.min(u64::MAX - self.held());
        if cost == 0 {
            return;
        }
        self.total = self.total.wrapping_add(cost);
        match self.log.back_mut() {
            Some((at, total)) if *at == tick => *total = self.total,
            _ => {
                if self.log.len() >= LONGEST_LOG {
                    self.join();
                }
                self.log.push_back((tick, self.total));
            }
        }
    }

    /// The nanoseconds until `cost` fits under `limit`, if nobody else comes first; `None` if it never does.
    pub(in crate::world::ledger) fn wait(&self, cost: u64, limit: u64, tick: Tick) -> Option<u64> {
        let room = limit.checked_sub(cost)?;
        let over = self.held().saturating_sub(room);
        if over == 0 {
            return Some(0);
        }
        let last = self
            .log
            .partition_point(|(_, total)| total.wrapping_sub(self.gone) < over);
        let (at, _) = self.log.get(last)?;
        Some(self.window - (tick.0 - at.0))
    }

    /// The same from `tick` on, without forgetting anything: at a tick to come.
    pub(in crate::world::ledger) fn wait_at(&self, cost: u64, limit: u64, tick: Tick) -> Option<u64> {
        let room = limit.checked_sub(cost)?;
        let first = self
            .log
            .partition_point(|(at, _)| tick.0.saturating_sub(at.0) >= self.window);
        let gone = match first.checked_sub(1) {
            Some(last) => self.log[last].1,
            None => self.gone,
        };
        let over = self.total.wrapping_sub(gone).saturating_sub(room);
        if over == 0 {
            return Some(0);
        }
        // What has been forgotten before lies at the other end of the numbers.
        let last = self.log.partition_point(|(at, total)| {
            tick.0.saturating_sub(at.0) >= self.window || total.wrapping_sub(gone) < over
        });
        let (at, _) = self.log.get(last)?;
        Some(self.window - tick.0.saturating_sub(at.0))
    }

    #[cold]
    fn join(&mut self) {
        let close = (self.window / CLOSE).max(1);
        let mut kept = 0;
        for index in 0..self.log.len() {
            let next = self.log.get(index + 1);
            if next.is_none_or(|(next, _)| next.0 / close != self.log[index].0.0 / close) {
                self.log[kept] = self.log[index];
                kept += 1;
            }
        }
        self.log.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_bounded_and_no_window_holds_more_for_it() {
        const GAP: u64 = 40_000;
        const MINUTE: u64 = 60_000_000_000;
        let mut sliding = Sliding::new(MINUTE);
        let mut longest = 0;
        for call in 0..3_500_000 {
            let tick = Tick(call * GAP);
            sliding.renew(tick);
            sliding.add(1, tick);
            longest = longest.max(sliding.log.len());
            let exact = (call + 1).min(MINUTE / GAP);
            // Three calls lie close together: two of them stay longer than they must.
            assert!((exact..=exact + 2).contains(&sliding.held()), "call {call}");
        }
        assert_eq!(longest, LONGEST_LOG);
    }

    #[test]
    fn a_day_leaves_no_more_than_a_minute_in_the_log() {
        let mut sliding = Sliding::new(60_000_000_000);
        // Ten calls a second.
        for call in 0..864_000 {
            let tick = Tick(call * 100_000_000);
            sliding.renew(tick);
            sliding.add(700, tick);
            assert!(sliding.log.len() <= 600);
        }
        assert!(sliding.log.capacity() <= 2_048, "{}", sliding.log.capacity());
        assert_eq!(sliding.held(), 600 * 700);
    }

    #[test]
    fn what_cannot_be_held_is_cut() {
        let mut sliding = Sliding::new(10);
        sliding.add(u64::MAX, Tick(0));
        sliding.add(u64::MAX, Tick(5));
        assert_eq!(sliding.held(), u64::MAX);
        assert_eq!(sliding.wait(1, u64::MAX, Tick(5)), Some(5));
        sliding.renew(Tick(10));
        assert_eq!(sliding.held(), 0);
    }
}
