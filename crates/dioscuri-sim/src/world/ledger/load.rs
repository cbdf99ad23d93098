//! Other users: requests at random moments, the same ones whenever somebody looks.

use std::time::Duration;

use dioscuri_vocab::{Rng, SplitMix64, Tick};

use crate::{
    scenario::{Load, Period},
    world::draw::between,
};

/// The most arrivals that are drawn for a minute. Of a higher rate several requests come at once, so that the
/// work for a minute is bounded; a rate of 30 000 comes by threes.
const MOST_ARRIVALS: u64 = 10_000;

/// A cell is at least this part of a minute, whatever the file says: else the work would know no bound.
const SHORTEST_CELL: u64 = 100;

/// Requests of other users that come at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Arrival {
    pub(super) at: Tick,
    pub(super) requests: u64,
    /// Of each.
    pub(super) tokens: u64,
}

/// The requests of one load in one place: a Poisson process whose rate changes.
///
/// Time is cut into cells of a minute, or of `change_every` if that is shorter. What comes in a cell is drawn
/// from a stream of its own, so that cells can be passed over and nothing depends on who looked when.
/// A rate holds for the cells that begin within its `change_every`.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    seed: u64,
    rpm: (u64, u64),
    tokens: (u64, u64),
    period: Period,
    /// All in nanoseconds.
    minute: u64,
    cell: u64,
    change_every: u64,
    /// Which cell is being drawn.
    index: u64,
    cell_starts: Tick,
    rng: SplitMix64,
    /// The mean time between arrivals of this cell, in nanoseconds; infinite if there are none.
    gap: f64,
    /// How many requests come at once.
    batch: u64,
    /// How much of the cell is drawn, in nanoseconds.
    into: f64,
    next: Next,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    Arrival(Arrival),
    /// There is something to draw at this tick, and nothing before.
    Cell(Tick),
    Never,
}

impl Arrivals {
    pub(super) fn new(load: &Load, seed: u64, minute: u64) -> Self {
        let change_every = nanos(load.change_every).max(minute / SHORTEST_CELL).max(1);
        let mut arrivals = Self {
            seed,
            rpm: load.rpm,
            tokens: load.tokens,
            period: load.period,
            minute,
            cell: minute.min(change_every),
            change_every,
            index: 0,
            cell_starts: Tick::ZERO,
            rng: SplitMix64::new(seed),
            gap: f64::INFINITY,
            batch: 1,
            into: 0.0,
            next: Next::Never,
        };
        arrivals.begin(0);
        arrivals
    }

    /// Nothing comes before this tick; `None`: nothing ever does.
    pub(super) const fn due(&self) -> Option<Tick> {
        match self.next {
            Next::Arrival(arrival) => Some(arrival.at),
            Next::Cell(at) => Some(at),
            Next::Never => None,
        }
    }

    /// What comes at the tick that was due, if anything does; then the next is due.
    pub(super) fn take(&mut self) -> Option<Arrival> {
        let arrival = match self.next {
            Next::Arrival(arrival) => Some(arrival),
            Next::Cell(_) | Next::Never => None,
        };
        if !matches!(self.next, Next::Never) {
            self.draw();
        }
        arrival
    }

    /// Passes over what would have come before `from`, to the beginning of a cell, and tells from when to when.
    pub(super) fn pass_over(&mut self, from: Tick) -> Option<(Tick, Tick)> {
        let before = self.due()?;
        let index = from.0.checked_sub(nanos(self.period.at))? / self.cell;
        if index <= self.index {
            return None;
        }
        self.begin(index);
        Some((before, self.cell_starts))
    }

    /// The mean requests in a minute, and the mean tokens of each.
    pub(super) const fn means(&self) -> (f64, f64) {
        (mean(self.rpm), mean(self.tokens))
    }

    /// For how much of the time between two ticks this load is on, in minutes.
    pub(super) fn minutes_on(&self, from: Tick, to: Tick) -> f64 {
        let on = self.on_until(to).saturating_sub(self.on_until(from));
        to_f64(on) / to_f64(self.minute)
    }

    /// How much of the time before `tick` it was on, in nanoseconds.
    fn on_until(&self, tick: Tick) -> u64 {
        let since = tick.0.saturating_sub(nanos(self.period.at));
        let lasts = self.period.lasts.map_or(u64::MAX, nanos);
        match self.period.every.map(nanos).filter(|every| *every > 0) {
            None => since.min(lasts),
            Some(every) => {
                let lasts = lasts.min(every);
                (since / every)
                    .saturating_mul(lasts)
                    .saturating_add((since % every).min(lasts))
            }
        }
    }

    /// Begins to draw cell number `index`; there is none beyond the end of time.
    fn begin(&mut self, index: u64) {
        let starts = index
            .checked_mul(self.cell)
            .and_then(|into| into.checked_add(nanos(self.period.at)));
        let Some(starts) = starts else {
            self.next = Next::Never;
            return;
        };
        let slot = index.saturating_mul(self.cell) / self.change_every;
        // Two families of streams: even numbers for rates, odd ones for what comes in a cell.
        let rate = between(self.rpm, &mut self.stream(slot.wrapping_mul(2)));
        self.rng = self.stream(index.wrapping_mul(2).wrapping_add(1));
        self.batch = rate.div_ceil(MOST_ARRIVALS).max(1);
        self.gap = if rate == 0 {
            f64::INFINITY
        } else {
            to_f64(self.minute) * to_f64(self.batch) / to_f64(rate)
        };
        self.index = index;
        self.cell_starts = Tick(starts);
        self.into = 0.0;
        self.next = Next::Cell(self.cell_starts);
    }

    fn stream(&self, number: u64) -> SplitMix64 {
        SplitMix64::split(self.seed, number)
    }

    /// Draws the next arrival of this cell, or goes to the next one.
    ///
    /// Arrivals outside of the period are left out; since the process has no memory, time goes on from where
    /// the period begins again.
    fn draw(&mut self) {
        let cell = to_f64(self.cell);
        while self.gap.is_finite() {
            self.into += exponential(&mut self.rng) * self.gap;
            if self.into >= cell {
                break;
            }
            let at = self.cell_starts.0.saturating_add(floor(self.into));
            if self.period.holds(Duration::from_nanos(at)) {
                self.next = Next::Arrival(Arrival {
                    at: Tick(at),
                    requests: self.batch,
                    tokens: between(self.tokens, &mut self.rng),
                });
                return;
            }
            let Some(begins) = self.period.next_change(Duration::from_nanos(at)) else {
                self.next = Next::Never;
                return;
            };
            let into = nanos(begins).saturating_sub(self.cell_starts.0);
            if into / self.cell > 0 {
                self.begin(self.index.saturating_add(into / self.cell));
                return;
            }
            self.into = self.into.max(to_f64(into));
        }
        self.begin(self.index.saturating_add(1));
    }
}

/// A draw from the exponential distribution of mean one.
///
/// Only comparisons and one sum, so that it is the same on every machine; a logarithm need not be.
///
/// Source: von Neumann, "Various techniques used in connection with random digits", 1951.
fn exponential(rng: &mut SplitMix64) -> f64 {
    let mut whole = 0.0;
    loop {
        let first = rng.next_u64();
        let mut last = first;
        let mut is_odd = true;
        loop {
            let next = rng.next_u64();
            if next >= last {
                break;
            }
            last = next;
            is_odd = !is_odd;
        }
        if is_odd {
            return whole + to_f64(first) / 18_446_744_073_709_551_616.0;
        }
        whole += 1.0;
    }
}

const fn mean((min, max): (u64, u64)) -> f64 {
    f64::midpoint(to_f64(min), to_f64(max))
}

pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "random moments need no more than 53 bits"
)]
pub(super) const fn to_f64(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is too large or negative becomes the nearest number there is"
)]
pub(super) const fn floor(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests;
