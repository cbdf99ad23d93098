//! Room for those who go first: lower priorities are paced while higher ones are about.
//!
//! A line ordered by priority is not enough. A sliding window that a flood of batch calls has filled in one second frees
//! all its room in one second, a period later; until then whoever goes first waits with the others, up to a whole
//! period. What matters is not who is next, but that something frees every few seconds. So while calls of a higher
//! priority are about:
//!
//! - **Pace.** At each endpoint, grants to lower priorities are spread evenly: each takes a share `s` of the tightest
//!   window, so the next is due `s × period / (1 − h)` later, where `h` is the share that the higher ones have lately
//!   used. Spread grants free their room evenly a period later; a burst of the past is smoothed away within one
//!   period. Whoever has been held up by the window may catch up a little, so that no capacity is lost to jitter.
//! - **Keep.** A lower priority leaves room for one or two typical calls of the higher ones, as long as that is at most a
//!   tenth of the window. They are served at once then, and what they take is refilled by the next room that frees. In
//!   windows of fewer than ten requests one request is too dear to keep; there, pace alone bounds the wait.
//!
//! A tenth kept and nothing else lost leaves lower priorities at least 0.85 of what the higher ones do not use. Without
//! higher ones for [`ABOUT`], nothing is held: a flood alone is as fast as the quota allows.
//!
//! Whoever comes first after a flood's opening burst waits like everybody, since nobody knew of it; an engine that is
//! told to expect a priority paces the others from the start.
//!
//! The pool and the budget say nothing of periods. A minute is assumed, or what the builder was told; where grants leave
//! the window sooner than that, the period is shorter, and is learned to be.

use crate::hash::IdMap;
use dioscuri_budget::RateBudget;
use dioscuri_vocab::{CallMeta, Cost, EndpointId, Now, Tick};
use std::time::Duration;

/// How many periods ago a higher priority may have come to be still about.
///
/// A person in a conversation comes every few minutes. Held for longer, the pace would cost a flood its burst for nobody.
const ABOUT: u32 = 5;

/// The largest share of a window that is kept free.
const MOST_KEPT: f32 = 0.1;

/// How many typical calls of higher priorities room is kept for at most. While one is served, the next finds the second
/// place; by then paced grants have freed another.
const MOST_CALLS: f32 = 2.0;

/// How much faster than the even rate lower priorities may go: errors in what is assumed of period and shares must not
/// leave room unused.
const HASTE: f32 = 1.02;

/// The share of a period that may be caught up on after the window has held a grant up.
const SLACK: f32 = 0.03;

/// The part of what was granted in a period that may vanish from the window without the period being shorter: token
/// estimates are up to a third too high, and what was not used is given back.
const REFUNDS: f32 = 0.35;

/// A request of nothing: the room that it leaves is the room there is.
const NOTHING: Cost = {
    let mut nothing = Cost::tokens(0);
    nothing.requests = 0;
    nothing
};

/// Who has come lately, and how each endpoint has been used since more than one priority is about.
#[derive(Debug)]
pub(crate) struct Pace {
    minute: Duration,
    levels: Vec<Level>,
    flows: IdMap<EndpointId, Flow>,
}

/// One priority that has come lately.
#[derive(Clone, Copy, Debug)]
struct Level {
    priority: u8,
    last: Tick,
    /// What its last call costs: a typical one.
    cost: Cost,
}

/// How one endpoint has been used.
#[derive(Debug)]
struct Flow {
    period: f32,
    /// From when a lower priority may be granted the next.
    due: Tick,
    /// Shares granted since then.
    mark: Tick,
    marked: f32,
    /// The share of the window that each priority has lately used, as of then.
    uses: Vec<(u8, f32, Tick)>,
}

impl Pace {
    /// A pace for windows of `minute`.
    pub(crate) const fn new(minute: Duration) -> Self {
        let flows = IdMap::with_hasher(std::hash::BuildHasherDefault::new());
        Self {
            minute,
            levels: Vec::new(),
            flows,
        }
    }

    /// Calls of `priority` may come at any time.
    pub(crate) fn expect(&mut self, priority: u8) {
        self.levels.push(Level {
            priority,
            last: Tick::MAX,
            cost: Cost::default(),
        });
    }

    /// A call comes.
    pub(crate) fn on_arrival(&mut self, meta: &CallMeta, now: Tick) {
        let found = self
            .levels
            .iter_mut()
            .find(|level| level.priority == meta.priority);
        if let Some(level) = found {
            level.last = level.last.max(now);
            level.cost = meta.cost;
        } else {
            let priority = meta.priority;
            self.levels.push(Level {
                priority,
                last: now,
                cost: meta.cost,
            });
        }
        if self.levels.len() > 1 {
            let about = self.minute * ABOUT;
            self.levels.retain(|level| now.since(level.last) <= about);
            if self.levels.len() == 1 {
                self.flows.clear();
            }
        }
    }

    /// The higher priority that is about, if any is.
    fn above(&self, priority: u8, now: Tick) -> Option<&Level> {
        let about = self.minute * ABOUT;
        self.levels
            .iter()
            .filter(|level| level.priority > priority && now.since(level.last) <= about)
            .max_by_key(|level| level.last)
    }

    /// Until when `endpoint`, which has `room` left after it, is held against the call.
    pub(crate) fn held(
        &mut self,
        budget: &dyn RateBudget,
        endpoint: EndpointId,
        meta: &CallMeta,
        room: f32,
        now: Now,
    ) -> Option<Tick> {
        let typical = self.above(meta.priority, now.tick)?.cost;
        let free = budget.opening(endpoint, &NOTHING, now).room;
        if free <= room {
            return None; // No window counts it.
        }
        let flow = self.flow(endpoint, now.tick);
        flow.observe(free, now.tick);
        if flow.due > now.tick {
            return Some(flow.due);
        }
        let share = free - budget.opening(endpoint, &typical, now).room;
        let calls = (MOST_KEPT / share.max(f32::MIN_POSITIVE)).floor().min(MOST_CALLS);
        // A budget may spread what it has not proven yet over shorter windows too: those are no reason to keep.
        if calls < 1.0 || room >= calls * share {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "one or two"
        )]
        let kept = plus(meta.cost, typical, calls as u32);
        budget
            .opening(endpoint, &kept, now)
            .at
            .filter(|at| *at > now.tick)
    }

    /// The share of the tightest window that a call takes which leaves `room`; 0 while nobody is held.
    pub(crate) fn share(
        &self,
        budget: &dyn RateBudget,
        endpoint: EndpointId,
        cost: &Cost,
        room: f32,
        now: Now,
    ) -> f32 {
        if self.levels.len() < 2 || cost.requests == 0 {
            return 0.0;
        }
        budget.opening(endpoint, &NOTHING, now).room - room
    }

    /// The call was granted `share` of the tightest window.
    pub(crate) fn on_grant(&mut self, endpoint: EndpointId, meta: &CallMeta, share: f32, now: Now) {
        if share <= 0.0 {
            return;
        }
        let is_held = self.above(meta.priority, now.tick).is_some();
        let flow = self.flow(endpoint, now.tick);
        flow.marked += share;
        flow.use_up(meta.priority, share, now.tick);
        if is_held {
            flow.postpone(meta.priority, share, now.tick);
        }
    }

    /// The window has no room for the call before `at`.
    pub(crate) fn on_full(
        &mut self,
        budget: &dyn RateBudget,
        endpoint: EndpointId,
        meta: &CallMeta,
        at: Option<Tick>,
        now: Now,
    ) {
        if self.above(meta.priority, now.tick).is_none() {
            return;
        }
        let (free, longest) = (
            budget.opening(endpoint, &NOTHING, now).room,
            self.minute.as_secs_f32(),
        );
        let flow = self.flow(endpoint, now.tick);
        flow.observe(free, now.tick);
        if free <= 0.0
            && let Some(at) = at
        {
            // A full window frees its first room within a period.
            let wait = at.since(now.tick).as_secs_f32();
            flow.period = flow.period.max(wait.min(longest));
        }
    }

    fn flow(&mut self, endpoint: EndpointId, now: Tick) -> &mut Flow {
        let period = self.minute.as_secs_f32();
        self.flows.entry(endpoint).or_insert_with(|| Flow {
            period,
            due: Tick::ZERO,
            mark: now,
            marked: 0.0,
            uses: Vec::new(),
        })
    }
}

impl Flow {
    /// The window has `free` left: has anything left it that should still be there?
    fn observe(&mut self, free: f32, now: Tick) {
        let age = now.since(self.mark).as_secs_f32();
        let used = 1.0 - free;
        if used < self.marked * (1.0 - REFUNDS) - 0.01 {
            self.period = self.period.min((age * (1.0 - REFUNDS)).max(0.1));
        } else if age < self.period {
            return;
        }
        self.mark = now;
        self.marked = 0.0;
    }

    fn use_up(&mut self, priority: u8, share: f32, now: Tick) {
        let period = self.period;
        if let Some((_, used, at)) = self.uses.iter_mut().find(|(of, ..)| *of == priority) {
            *used = share + *used * faded(now.since(*at), period);
            *at = now;
        } else {
            self.uses.push((priority, share, now));
        }
    }

    /// The share of the window that priorities above `priority` use.
    fn used_above(&self, priority: u8, now: Tick) -> f32 {
        let above = self.uses.iter().filter(|(of, ..)| *of > priority);
        above
            .map(|(_, used, at)| used * faded(now.since(*at), self.period))
            .sum()
    }

    fn postpone(&mut self, priority: u8, share: f32, now: Tick) {
        // Beyond nine tenths the lower priorities are starved by order, not by pace.
        let left = (1.0 - self.used_above(priority, now)).max(0.1);
        let pause = seconds(share * self.period / (left * HASTE));
        let slack = seconds(SLACK * self.period).max(pause);
        self.due = self.due.max(now.before(slack)).after(pause);
    }
}

/// What is left of a use after `age`: it is forgotten with the period, so that a steady use adds up to its share.
fn faded(age: Duration, period: f32) -> f32 {
    (-age.as_secs_f32() / period).exp()
}

fn seconds(seconds: f32) -> Duration {
    Duration::try_from_secs_f32(seconds).unwrap_or_default()
}

fn plus(cost: Cost, typical: Cost, calls: u32) -> Cost {
    let mut sum = cost;
    sum.requests = cost
        .requests
        .saturating_add(typical.requests.saturating_mul(calls));
    let add = |a: u64, b: u64| a.saturating_add(b.saturating_mul(u64::from(calls)));
    sum.input_tokens = add(cost.input_tokens, typical.input_tokens);
    sum.output_tokens = add(cost.output_tokens, typical.output_tokens);
    sum.micro_usd = add(cost.micro_usd, typical.micro_usd);
    sum
}
