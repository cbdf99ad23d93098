//! A sliding window: what was charged when, and when there is room again.

use dioscuri_vocab::Tick;
use std::{collections::VecDeque, time::Duration};

/// Charges of the last `period + guard`, oldest first.
///
/// A charge at `t` counts until `t + period + guard`, exclusive. Of two requests sent that far apart, the
/// earlier arrives at least `period` before the later, if their travel times differ by `guard` at most: so no
/// half-open window of `period` at the server holds more than was admitted here in `period + guard`.
#[derive(Debug)]
pub(crate) struct SlidingWindow {
    period: Duration,
    guard: Duration,
    /// Period and guard, in nanoseconds: asked for with every charge.
    span: u64,
    /// How far apart charges may be that are counted as one, in nanoseconds.
    grain: u64,
    /// Before this tick nothing leaves: when it was last looked at, or charged.
    next: u64,
    slots: VecDeque<Slot>,
    charged: u64,
    /// What has left it a short time ago: evidence for when something is refused nevertheless.
    past: VecDeque<Slot>,
}

/// Charges that are counted as one, all at the time of the latest.
#[derive(Clone, Copy, Debug)]
struct Slot {
    from: Tick,
    to: Tick,
    amount: u64,
}

impl SlidingWindow {
    /// A window of `period`, in which nothing was charged yet.
    pub(crate) fn new(period: Duration, guard: Duration) -> Self {
        Self {
            period,
            guard,
            span: nanos(period.saturating_add(guard)),
            grain: nanos(period / SLOTS),
            next: u64::MAX,
            slots: VecDeque::new(),
            charged: 0,
            past: VecDeque::new(),
        }
    }

    /// The period, without the guard.
    pub(crate) const fn period(&self) -> Duration {
        self.period
    }

    /// From now on charges count for `period` and `guard`. What has left the window stays outside.
    pub(crate) fn set_span(&mut self, period: Duration, guard: Duration) {
        if (period, guard) != (self.period, self.guard) {
            (self.period, self.guard) = (period, guard);
            self.span = nanos(self.span());
            self.grain = nanos(period / SLOTS);
            self.next = 0;
        }
    }

    fn span(&self) -> Duration {
        self.period.saturating_add(self.guard)
    }

    /// The soonest tick, not before `now`, at which `amount` fits under `limit` if nothing else happens.
    ///
    /// More than `limit` fits when nothing else is left in the window.
    pub(crate) fn opens(&mut self, amount: u64, limit: u64, now: Tick) -> Tick {
        self.forget(now);
        if self.charged.checked_add(amount).is_some_and(|sum| sum <= limit) {
            return now;
        }
        let may_stay = if amount == 0 {
            u64::MAX
        } else {
            limit.saturating_sub(amount)
        };
        let (mut left, mut opens, span) = (self.charged, now, self.span());
        for slot in &self.slots {
            if left <= may_stay {
                break;
            }
            left = left.saturating_sub(slot.amount);
            opens = opens.max(slot.to.after(span));
        }
        opens
    }

    /// What counts at `now`, debts included.
    pub(crate) fn used(&mut self, now: Tick) -> u64 {
        self.forget(now);
        self.charged
    }

    /// What was charged after `from` and not after `to`, as far as it is remembered: a second beyond the window.
    pub(crate) fn charged_within(&self, from: Tick, to: Tick) -> u64 {
        let all = self.past.iter().chain(&self.slots);
        // What came at the beginning of all time came within any window that reaches so far.
        let within = all.filter(|slot| (slot.to > from || from == Tick::ZERO) && slot.from <= to);
        within.fold(0, |sum, slot| sum.saturating_add(slot.amount))
    }

    /// How much longer the window would have had to be for what was sent at `sent` not to fit under `limit`; `None`
    /// if no guard up to `most` would have kept it back.
    pub(crate) fn slack(&self, sent: Tick, limit: u64, most: Duration) -> Option<Duration> {
        let (mut sum, since) = (0_u64, sent.before(self.period.saturating_add(most)));
        for slot in self.slots.iter().rev().chain(self.past.iter().rev()) {
            if slot.from > sent {
                continue;
            }
            // As in `charged_within`: what came at the beginning of all time came within any window that reaches so far.
            if slot.to <= since && since > Tick::ZERO {
                break;
            }
            sum = sum.saturating_add(slot.amount);
            if sum > limit {
                return Some(sent.since(slot.to).saturating_sub(self.span()));
            }
        }
        None
    }

    /// When the latest charge was made that counts.
    pub(crate) fn last_charge(&self) -> Option<Tick> {
        self.slots.back().map(|slot| slot.to)
    }

    /// The charges that count at `now`, oldest first.
    pub(crate) fn charges(&mut self, now: Tick) -> impl Iterator<Item = (Tick, u64)> {
        self.forget(now);
        self.slots.iter().map(|slot| (slot.to, slot.amount))
    }

    /// Charges `amount` at `at`, in parts of `limit`, one each period: what is above the limit is a debt.
    pub(crate) fn charge(&mut self, at: Tick, amount: u64, limit: u64) {
        self.forget(at);
        if amount <= limit {
            // One part: the usual case, without the iterator.
            let grain = self.grain(limit);
            return self.add(at, amount, grain);
        }
        let grain = self.grain(limit);
        for (at, part) in parts(at, amount, limit, self.period) {
            self.add(at, part, grain);
        }
    }

    /// Takes back what [`SlidingWindow::charge`] charged with the same arguments; what has passed is gone.
    pub(crate) fn refund(&mut self, at: Tick, amount: u64, limit: u64) {
        if amount <= limit {
            return self.subtract(at, amount);
        }
        for (at, part) in parts(at, amount, limit, self.period) {
            self.subtract(at, part);
        }
    }

    /// Lets go of what no longer counts at `now`, which may lie in the past.
    #[inline]
    fn forget(&mut self, now: Tick) {
        if now.0 >= self.next {
            self.let_go(now);
        }
    }

    fn let_go(&mut self, now: Tick) {
        // Ticks end where a saturated sum would say the same.
        let gone = |slot: &Slot, span: u64| slot.to.0.saturating_add(span) <= now.0;
        let span = self.span;
        while let Some(slot) = self.slots.front().filter(|slot| gone(slot, span)) {
            self.charged = self.charged.saturating_sub(slot.amount);
            self.past.push_back(*slot);
            self.slots.pop_front();
        }
        let evidence = span.saturating_add(EVIDENCE);
        while self.past.front().is_some_and(|slot| gone(slot, evidence)) {
            self.past.pop_front();
        }
        let leaves = |slots: &VecDeque<Slot>, span| {
            slots
                .front()
                .map_or(u64::MAX, |slot| slot.to.0.saturating_add(span))
        };
        self.next = leaves(&self.slots, span).min(leaves(&self.past, evidence));
    }

    /// How far apart charges may be that are counted as one.
    fn grain(&self, limit: u64) -> u64 {
        if limit <= EXACT || self.slots.len() < USEFUL {
            0
        } else {
            self.grain
        }
    }

    fn add(&mut self, at: Tick, amount: u64, grain: u64) {
        if amount == 0 {
            return;
        }
        self.charged = self.charged.saturating_add(amount);
        self.next = self.next.min(at.0.saturating_add(self.span));
        let next = self.place(at);
        if let Some(slot) = self.slots.get_mut(next).filter(|slot| slot.from <= at) {
            slot.amount = slot.amount.saturating_add(amount);
            return;
        }
        let before = next.checked_sub(1).and_then(|index| self.slots.get_mut(index));
        if let Some(slot) = before.filter(|slot| at.0.saturating_sub(slot.from.0) < grain) {
            // The earlier charges of this slot now count as if they were made at `at`: late, never early.
            slot.to = at;
            slot.amount = slot.amount.saturating_add(amount);
            return;
        }
        let slot = Slot {
            from: at,
            to: at,
            amount,
        };
        if next == self.slots.len() {
            self.slots.push_back(slot);
        } else {
            self.slots.insert(next, slot);
        }
    }

    /// The place of the first slot that ends at `at` or later. Nearly always that is the last, or the one after.
    fn place(&self, at: Tick) -> usize {
        let count = self.slots.len();
        let ends_before = |index: usize| self.slots.get(index).is_none_or(|slot| slot.to < at);
        match count.checked_sub(1) {
            Some(last) if !ends_before(last) => match last.checked_sub(1) {
                Some(index) if !ends_before(index) => self.slots.partition_point(|slot| slot.to < at),
                _ => last,
            },
            _ => count,
        }
    }

    fn subtract(&mut self, at: Tick, amount: u64) {
        let index = self.place(at);
        let Some(slot) = self.slots.get_mut(index).filter(|slot| slot.from <= at) else {
            return;
        };
        let amount = amount.min(slot.amount);
        slot.amount -= amount;
        self.charged = self.charged.saturating_sub(amount);
        if slot.amount == 0 {
            self.slots.remove(index);
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The parts in which `amount` is charged from `at` on. The last part takes whatever is left.
fn parts(at: Tick, amount: u64, limit: u64, period: Duration) -> impl Iterator<Item = (Tick, u64)> {
    let most = limit.max(1);
    let count = amount.div_ceil(most).min(MOST_PARTS);
    (0..count).scan((at, amount), move |(at, left), index| {
        let part = if index + 1 == count { *left } else { most };
        let this = (*at, part);
        *left -= part;
        *at = at.after(period);
        Some(this)
    })
}

/// Up to this limit every charge is kept by itself. More would cost memory; less would lose throughput
/// on the small quotas of the free tier (5 to 15 requests a minute), where every request counts.
const EXACT: u64 = 256;

/// So many charges are kept by themselves whatever the limit: few large requests, such as long prompts against a
/// quota of tokens, are counted exactly.
const USEFUL: usize = 128;

/// How long what has left the window is remembered, in nanoseconds: refusals come within a round trip, and no guard
/// grows beyond a second.
const EVIDENCE: u64 = 5_000_000_000;

/// Above it, charges within this fraction of the period are counted as one: 0.4 % of a window is lost at
/// most, and a window has some 260 slots whatever its limit.
const SLOTS: u32 = 256;

/// Debts reach at most this many periods ahead, an hour of minutes: a limit that is so far off is wrong
/// rather than owed, and the number of parts must have a bound.
const MOST_PARTS: u64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(60);
    const GUARD: Duration = Duration::from_millis(400);

    fn at(seconds: f64) -> Tick {
        Tick::ZERO.after(Duration::from_secs_f64(seconds))
    }

    #[track_caller]
    fn check(charges: &[(f64, u64)], limit: u64, (amount, now): (u64, f64), opens: f64) {
        let mut window = SlidingWindow::new(PERIOD, GUARD);
        for &(when, amount) in charges {
            window.charge(at(when), amount, limit);
        }
        assert_eq!(window.opens(amount, limit, at(now)), at(opens));
    }

    #[test]
    fn an_empty_window_is_open() {
        check(&[], 1, (1, 3.0), 3.0);
    }

    #[test]
    fn a_full_window_opens_when_its_oldest_charge_has_left() {
        check(&[(0.0, 1), (10.0, 1)], 2, (1, 20.0), 60.4);
        check(&[(0.0, 1), (10.0, 1)], 2, (2, 20.0), 70.4);
        check(&[(0.0, 1), (10.0, 1)], 2, (1, 61.0), 61.0);
    }

    #[test]
    fn more_than_the_limit_waits_for_an_empty_window() {
        check(&[(0.0, 1), (10.0, 1)], 5, (9, 20.0), 70.4);
        check(&[], 5, (9, 20.0), 20.0);
    }

    #[test]
    fn a_debt_is_paid_one_period_after_the_other() {
        // 25 of 10: 10 now, 10 a minute later, 5 after two.
        check(&[(0.0, 25)], 10, (1, 1.0), 120.4);
        check(&[(0.0, 25)], 10, (5, 1.0), 120.4);
        check(&[(0.0, 25)], 10, (6, 1.0), 180.4);
    }

    #[test]
    fn what_costs_nothing_always_fits() {
        check(&[(0.0, 25)], 10, (0, 1.0), 1.0);
    }

    #[test]
    fn large_limits_merge_neighbours_and_count_them_late() {
        let grain = 60.0 / 256.0;
        let mut window = SlidingWindow::new(PERIOD, GUARD);
        (0..USEFUL).for_each(|index| window.charge(Tick(index as u64), 1, 1_000));
        window.charge(at(1.0), 1, 1_000);
        window.charge(at(1.0 + grain / 2.0), 1, 1_000);
        assert_eq!(window.slots.len(), USEFUL + 1);
        assert_eq!(window.slots.back().unwrap().to, at(1.0 + grain / 2.0));
        window.charge(at(1.0 + grain), 1, 1_000);
        assert_eq!(window.slots.len(), USEFUL + 2);
    }

    #[test]
    fn the_slack_is_how_much_longer_a_window_had_to_be() {
        let mut window = SlidingWindow::new(PERIOD, GUARD);
        for when in [0.0, 30.0, 60.5] {
            window.charge(at(when), 1, 2);
        }
        let second = Duration::from_secs(1);
        assert_eq!(
            window.slack(at(60.5), 2, second),
            Some(Duration::from_millis(100))
        );
        assert_eq!(window.slack(at(60.5), 2, Duration::from_millis(450)), None);
        assert_eq!(window.slack(at(60.5), 1, second), Some(Duration::ZERO));
        assert_eq!(window.charged_within(at(0.5), at(60.5)), 2);
    }

    #[test]
    fn a_refund_undoes_a_charge_debts_included() {
        for limit in [7, 100_000] {
            let mut window = SlidingWindow::new(PERIOD, GUARD);
            window.charge(at(1.0), 3, limit);
            window.charge(at(2.0), 4 * limit, limit);
            window.refund(at(2.0), 4 * limit, limit);
            assert_eq!(window.used(at(3.0)), 3);
            assert_eq!(window.opens(limit, limit, at(3.0)), at(61.4));
        }
    }

    #[test]
    fn an_absurd_debt_stays_small() {
        let mut window = SlidingWindow::new(PERIOD, GUARD);
        window.charge(at(0.0), u64::MAX, 1);
        assert_eq!(window.slots.len(), 60);
        assert_eq!(window.charged, u64::MAX);
    }

    #[test]
    fn slots_stay_few_under_any_load() {
        let mut window = SlidingWindow::new(PERIOD, GUARD);
        for step in 0..100_000_u32 {
            window.charge(at(f64::from(step) / 500.0), 1, 30_000);
        }
        assert!(window.slots.len() < 400, "{}", window.slots.len());
    }
}
