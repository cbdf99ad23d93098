//! One limit and how it is enforced.

mod bucket;
mod fixed;
mod sliding;

use std::time::Duration;

use dioscuri_vocab::Tick;

pub(super) use self::sliding::Sliding;
use self::{bucket::Bucket, fixed::Fixed};
use super::clock::{Clock, Rhythm};
use crate::scenario::Enforcement;

/// Smoothing admits a tenth of a minute's limit in a tenth of a minute.
const TENTH: u64 = 10;

/// A limit, what counts against it, and what it has seen.
///
/// Ask [`fits`](Self::fits) at a moment before anything is charged at that moment: it forgets what is over.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    limit: u64,
    form: Form,
    peak: u64,
    seen: Seen,
}

/// What a counter has seen since the world began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Of requests that were charged here, in the counter's unit.
    pub(super) admitted: u64,
    /// Of other users, in the counter's unit.
    pub(super) others: u64,
    /// Requests, whatever the unit.
    pub(super) refused: u64,
}

#[derive(Clone, Debug)]
enum Form {
    Sliding(Sliding),
    /// Minutes of the clock, and days.
    Fixed(Fixed),
    Bucket(Bucket),
    Smoothed {
        minute: Sliding,
        tenth: Sliding,
    },
}

impl Counter {
    /// A limit of a minute that has `minute` nanoseconds.
    pub(super) fn per_minute(limit: u64, enforcement: Enforcement, minute: u64) -> Self {
        let form = match enforcement {
            Enforcement::Sliding => Form::Sliding(Sliding::new(minute)),
            Enforcement::Fixed => Form::Fixed(Fixed::new(Rhythm::Minute, 0)),
            Enforcement::Bucket { burst } => Form::Bucket(Bucket::new(limit, burst, minute)),
            Enforcement::Smoothed => Form::Smoothed {
                minute: Sliding::new(minute),
                tenth: Sliding::new((minute / TENTH).max(1)),
            },
        };
        Self::new(limit, form)
    }

    /// A limit in any window of `window` nanoseconds.
    pub(super) fn sliding(limit: u64, window: u64) -> Self {
        Self::new(limit, Form::Sliding(Sliding::new(window.max(1))))
    }

    /// A limit of a Pacific day. `used` are gone on the first one.
    pub(super) fn per_day(limit: u64, used: u64) -> Self {
        Self {
            peak: used,
            ..Self::new(limit, Form::Fixed(Fixed::new(Rhythm::Day, used)))
        }
    }

    fn new(limit: u64, form: Form) -> Self {
        Self {
            limit,
            form,
            peak: 0,
            seen: Seen::default(),
        }
    }

    pub(super) const fn limit(&self) -> u64 {
        self.limit
    }

    pub(super) const fn seen(&self) -> Seen {
        self.seen
    }

    /// The most that was held after an admission; of a bucket, the most that was missing.
    pub(super) fn peak(&self) -> u64 {
        match &self.form {
            Form::Bucket(bucket) => bucket.peak(),
            _ => self.peak,
        }
    }

    /// Whether there is room for `cost`. A limit of zero has none for anything.
    pub(super) fn fits(&mut self, cost: u64, clock: &mut Clock, tick: Tick) -> bool {
        self.renew(clock, tick);
        let limit = self.limit;
        limit > 0
            && match &self.form {
                Form::Sliding(minute) => fits(minute.held(), cost, limit),
                Form::Fixed(span) => fits(span.held(), cost, limit),
                Form::Bucket(bucket) => bucket.fits(cost),
                Form::Smoothed { minute, tenth } => {
                    fits(minute.held(), cost, limit) && fits(tenth.held(), cost, limit.div_ceil(TENTH))
                }
            }
    }

    /// How much there is room for.
    pub(super) fn room(&mut self, clock: &mut Clock, tick: Tick) -> u64 {
        self.renew(clock, tick);
        let limit = self.limit;
        match &self.form {
            Form::Sliding(minute) => limit.saturating_sub(minute.held()),
            Form::Fixed(span) => limit.saturating_sub(span.held()),
            Form::Bucket(bucket) => bucket.room(),
            Form::Smoothed { minute, tenth } => limit
                .saturating_sub(minute.held())
                .min(limit.div_ceil(TENTH).saturating_sub(tenth.held())),
        }
    }

    /// The time until `cost` fits, if nobody else comes first; `None` if it never does.
    pub(super) fn wait(&self, cost: u64, tick: Tick) -> Option<Duration> {
        let limit = self.limit;
        if limit == 0 {
            return None;
        }
        let nanos = match &self.form {
            Form::Sliding(minute) => minute.wait(cost, limit, tick)?,
            Form::Fixed(span) => span.wait(cost, limit, tick)?,
            Form::Bucket(bucket) => bucket.wait(cost)?,
            Form::Smoothed { minute, tenth } => {
                minute
                    .wait(cost, limit, tick)?
                    .max(tenth.wait(cost, limit.div_ceil(TENTH), tick)?)
            }
        };
        Some(Duration::from_nanos(nanos))
    }

    /// The time from `tick` on, which may be to come, until `cost` fits, if nobody else comes first; `None` if it
    /// never does. Nothing is forgotten for being asked.
    pub(super) fn wait_at(&self, cost: u64, clock: &mut Clock, tick: Tick) -> Option<Duration> {
        let limit = self.limit;
        if limit == 0 {
            return None;
        }
        let nanos = match &self.form {
            Form::Sliding(minute) => minute.wait_at(cost, limit, tick)?,
            Form::Fixed(span) => span.wait_at(cost, limit, clock, tick)?,
            Form::Bucket(bucket) => bucket.wait_at(cost, tick)?,
            Form::Smoothed { minute, tenth } => {
                minute
                    .wait_at(cost, limit, tick)?
                    .max(tenth.wait_at(cost, limit.div_ceil(TENTH), tick)?)
            }
        };
        Some(Duration::from_nanos(nanos))
    }

    /// Charges a request that was found to fit at this tick.
    pub(super) fn admit(&mut self, cost: u64, tick: Tick) {
        self.seen.admitted = self.seen.admitted.saturating_add(cost);
        self.hold(cost, tick);
    }

    /// Charges what other users send, which was found to fit at this tick.
    pub(super) fn admit_others(&mut self, cost: u64, tick: Tick) {
        self.seen.others = self.seen.others.saturating_add(cost);
        self.hold(cost, tick);
    }

    /// Counts a refusal for want of room here.
    pub(super) const fn refuse(&mut self) {
        self.seen.refused = self.seen.refused.saturating_add(1);
    }

    /// Charges a request that was refused; of a bucket, as far as there is something in it.
    pub(super) fn charge_refused(&mut self, cost: u64, tick: Tick) {
        match &mut self.form {
            Form::Sliding(minute) => minute.add(cost, tick),
            Form::Fixed(span) => span.add(cost),
            Form::Bucket(bucket) => bucket.add(cost),
            Form::Smoothed { minute, tenth } => {
                minute.add(cost, tick);
                tenth.add(cost, tick);
            }
        }
    }

    /// The same counts under another limit.
    pub(super) fn set_limit(&mut self, limit: u64, clock: &mut Clock, tick: Tick) {
        self.renew(clock, tick);
        self.limit = limit;
        if let Form::Bucket(bucket) = &mut self.form {
            bucket.set_limit(limit);
        }
    }

    fn hold(&mut self, cost: u64, tick: Tick) {
        let held = match &mut self.form {
            Form::Sliding(minute) => {
                minute.add(cost, tick);
                minute.held()
            }
            Form::Fixed(span) => {
                span.add(cost);
                span.held()
            }
            Form::Bucket(bucket) => {
                bucket.add(cost);
                bucket.note();
                return;
            }
            Form::Smoothed { minute, tenth } => {
                minute.add(cost, tick);
                tenth.add(cost, tick);
                minute.held()
            }
        };
        self.peak = self.peak.max(held);
    }

    fn renew(&mut self, clock: &mut Clock, tick: Tick) {
        match &mut self.form {
            Form::Sliding(minute) => minute.renew(tick),
            Form::Fixed(span) => span.renew(clock, tick),
            Form::Bucket(bucket) => bucket.renew(tick),
            Form::Smoothed { minute, tenth } => {
                minute.renew(tick);
                tenth.renew(tick);
            }
        }
    }
}

const fn fits(held: u64, cost: u64, limit: u64) -> bool {
    match held.checked_add(cost) {
        Some(sum) => sum <= limit,
        None => false,
    }
}

#[cfg(test)]
mod tests;
