//! The counters of one model in one place, and the shared capacity behind them.

use std::time::Duration;

use dioscuri_vocab::{Tick, Unit, Window};

use super::{
    Order, Violated,
    clock::Clock,
    counter::Counter,
    load::{floor, nanos, to_f64},
};
use crate::scenario::{Capacity, Change, Enforcement, Quota, RetryHint, ServiceTier, Throughput};

/// What a room counts, in the order in which refusals name it.
const DOMAINS: [(Unit, Window); 3] = [
    (Unit::Requests, Window::Minute),
    (Unit::InputTokens, Window::Minute),
    (Unit::Requests, Window::Day),
];

/// The place of the day among these.
const DAY: usize = 2;

/// All quotas of one model in one place. Checked and charged together, or not at all.
#[derive(Clone, Debug)]
pub(super) struct Room {
    counters: [Option<Counter>; 3],
    /// What the service tier "priority" may use of the minute's.
    priority: [Option<Counter>; 2],
    priority_share: f64,
    enforcement: Enforcement,
    count_refused: bool,
    pub(super) hint: Option<RetryHint>,
    pub(super) throughput: Option<Provisioned>,
    /// By index.
    pub(super) pool: Option<usize>,
    /// By index.
    pub(super) agenda: usize,
}

impl Room {
    pub(super) fn new(quota: Option<&Quota>, priority_share: f64, minute: u64) -> Self {
        let mut room = Self {
            counters: [const { None }; 3],
            priority: [const { None }; 2],
            priority_share,
            enforcement: quota.map(|quota| quota.enforcement).unwrap_or_default(),
            count_refused: quota.is_some_and(|quota| quota.count_refused),
            hint: quota.and_then(|quota| quota.retry_info),
            throughput: None,
            pool: None,
            agenda: 0,
        };
        if let Some(quota) = quota {
            for (index, limit) in [quota.rpm, quota.tpm].into_iter().enumerate() {
                room.open(index, limit, minute);
            }
            room.counters[DAY] = quota.rpd.map(|limit| Counter::per_day(limit, quota.rpd_used));
        }
        room
    }

    /// Charges a request and tells as which service tier, or tells every quota that has no room for it.
    pub(super) fn charge(
        &mut self,
        order: &Order,
        clock: &mut Clock,
        tick: Tick,
    ) -> Result<ServiceTier, Vec<Violated>> {
        let costs = costs(order.requests, order.tokens);
        let mut fits = true;
        for (counter, cost) in self.counters.iter_mut().zip(costs) {
            if let Some(counter) = counter {
                fits &= counter.fits(cost, clock, tick);
            }
        }
        if !fits {
            return Err(self.refuse(costs, clock, tick));
        }
        for (counter, cost) in self.counters.iter_mut().zip(costs) {
            if let Some(counter) = counter {
                counter.admit(cost, tick);
            }
        }
        Ok(match order.service_tier {
            ServiceTier::Priority => self.charge_priority(costs, clock, tick),
            tier => tier,
        })
    }

    /// Takes the share of priority; what is above it is standard, without an error (reference §5.5).
    fn charge_priority(&mut self, costs: [u64; 3], clock: &mut Clock, tick: Tick) -> ServiceTier {
        let mut shares = self.priority.iter_mut().zip(costs);
        if !shares.all(|(share, cost)| share.as_mut().is_none_or(|share| share.fits(cost, clock, tick))) {
            return ServiceTier::Standard;
        }
        for (share, cost) in self.priority.iter_mut().zip(costs) {
            if let Some(share) = share {
                share.admit(cost, tick);
            }
        }
        ServiceTier::Priority
    }

    /// Everything that has no room. Nothing is charged, unless refusals are counted: then everything is.
    #[cold]
    fn refuse(&mut self, costs: [u64; 3], clock: &mut Clock, tick: Tick) -> Vec<Violated> {
        let mut violated = Vec::new();
        let counters = self.counters.iter_mut().zip(costs).zip(DOMAINS);
        for ((counter, cost), (unit, window)) in counters {
            let Some(counter) = counter else { continue };
            let fits = counter.fits(cost, clock, tick);
            if self.count_refused {
                counter.charge_refused(cost, tick);
            }
            if !fits {
                counter.refuse();
                violated.push(Violated {
                    unit,
                    window,
                    limit: counter.limit(),
                    wait: counter.wait(cost, tick),
                });
            }
        }
        violated
    }

    /// How long until there is room for a request, if nobody else comes first; `None`: there never is.
    pub(super) fn wait(&self, order: &Order, clock: &mut Clock, tick: Tick) -> Option<Duration> {
        longest_wait(&self.counters, order, clock, tick)
    }

    /// Counts a request, whether there is room for it or not.
    pub(super) fn count(&mut self, order: &Order, clock: &mut Clock, tick: Tick) {
        count(&mut self.counters, order, clock, tick);
    }

    /// Charges as many of `requests` of other users as fit, and tells how many did.
    pub(super) fn charge_others(&mut self, requests: u64, tokens: u64, clock: &mut Clock, tick: Tick) -> u64 {
        let most = most_that_fit(&mut self.counters, requests, tokens, clock, tick);
        admit_others(&mut self.counters, most, tokens, tick);
        if self.count_refused && most < requests {
            let costs = costs(requests - most, tokens.saturating_mul(requests - most));
            for (counter, cost) in self.counters.iter_mut().zip(costs) {
                if let Some(counter) = counter {
                    counter.charge_refused(cost, tick);
                }
            }
        }
        most
    }

    /// Charges all `requests` of other users who try again until they are served, and tells how many those are.
    pub(super) fn charge_insistent(
        &mut self,
        requests: u64,
        tokens: u64,
        clock: &mut Clock,
        tick: Tick,
    ) -> u64 {
        // What no longer counts is forgotten before anything is charged.
        let _ = most_that_fit(&mut self.counters, requests, tokens, clock, tick);
        admit_others(&mut self.counters, requests, tokens, tick);
        requests
    }

    /// Counts `requests` of other users into the day, as far as it has room, and into no minute.
    pub(super) fn count_into_day(&mut self, requests: u64, clock: &mut Clock, tick: Tick) {
        if let Some(day) = &mut self.counters[DAY] {
            let most = requests.min(day.room(clock, tick));
            day.admit_others(most, tick);
        }
    }

    /// Whether it has a limit of a day.
    pub(super) const fn counts_days(&self) -> bool {
        self.counters[DAY].is_some()
    }

    /// The limits of a minute: requests, and tokens.
    pub(super) fn minute_limits(&self) -> [Option<u64>; 2] {
        [0, 1].map(|index| self.counters[index].as_ref().map(Counter::limit))
    }

    /// Puts new limits in force, as of `tick`, and keeps what was counted.
    pub(super) fn change(&mut self, change: &Change, clock: &mut Clock, tick: Tick) {
        for (index, limit) in [change.rpm, change.tpm].into_iter().enumerate() {
            let Some(limit) = limit else { continue };
            let Some(counter) = &mut self.counters[index] else {
                self.open(index, Some(limit), clock.minute());
                continue;
            };
            counter.set_limit(limit, clock, tick);
            if let Some(share) = &mut self.priority[index] {
                share.set_limit(priority_limit(limit, self.priority_share), clock, tick);
            }
        }
        if let Some(limit) = change.rpd {
            match &mut self.counters[DAY] {
                Some(day) => day.set_limit(limit, clock, tick),
                none => *none = Some(Counter::per_day(limit, 0)),
            }
        }
    }

    /// What each limited counter has seen.
    pub(super) fn counters(&self) -> impl Iterator<Item = (Unit, Window, &Counter)> {
        let counters = self.counters.iter().zip(DOMAINS);
        counters.filter_map(|(counter, (unit, window))| Some((unit, window, counter.as_ref()?)))
    }

    fn open(&mut self, index: usize, limit: Option<u64>, minute: u64) {
        let counter = |limit| Counter::per_minute(limit, self.enforcement, minute);
        self.counters[index] = limit.map(counter);
        self.priority[index] = limit.map(|limit| counter(priority_limit(limit, self.priority_share)));
    }
}

/// What all projects of a surface share of a model in a location.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    counters: [Option<Counter>; 2],
}

impl Pool {
    pub(super) fn new(capacity: &Capacity, minute: u64) -> Self {
        let counter = |limit: Option<u64>| limit.map(|limit| Counter::sliding(limit, minute));
        Self {
            counters: [counter(capacity.rpm), counter(capacity.tpm)],
        }
    }

    /// Charges a request, or nothing and tells so.
    pub(super) fn charge(&mut self, order: &Order, clock: &mut Clock, tick: Tick) -> bool {
        let costs = costs(order.requests, order.tokens);
        let mut fits_all = true;
        for (counter, cost) in self.counters.iter_mut().zip(costs) {
            if let Some(counter) = counter
                && !counter.fits(cost, clock, tick)
            {
                counter.refuse();
                fits_all = false;
            }
        }
        if fits_all {
            for (counter, cost) in self.counters.iter_mut().zip(costs) {
                if let Some(counter) = counter {
                    counter.admit(cost, tick);
                }
            }
        }
        fits_all
    }

    /// How long until there is room for a request, if nobody else comes first; `None`: there never is.
    pub(super) fn wait(&self, order: &Order, clock: &mut Clock, tick: Tick) -> Option<Duration> {
        longest_wait(&self.counters, order, clock, tick)
    }

    /// Counts a request, whether there is room for it or not.
    pub(super) fn count(&mut self, order: &Order, clock: &mut Clock, tick: Tick) {
        count(&mut self.counters, order, clock, tick);
    }

    /// Charges as many of `requests` of other users as fit.
    pub(super) fn charge_others(&mut self, requests: u64, tokens: u64, clock: &mut Clock, tick: Tick) {
        let most = most_that_fit(&mut self.counters, requests, tokens, clock, tick);
        admit_others(&mut self.counters, most, tokens, tick);
    }

    /// What each limited counter has seen.
    pub(super) fn counters(&self) -> impl Iterator<Item = (Unit, &Counter)> {
        let counters = self.counters.iter().zip(DOMAINS);
        counters.filter_map(|(counter, (unit, _))| Some((unit, counter.as_ref()?)))
    }
}

/// Provisioned throughput: so many tokens in any window, those of answers weighed.
#[derive(Clone, Debug)]
pub(super) struct Provisioned {
    counter: Counter,
    /// In nanoseconds.
    window: u64,
    output_weight: f64,
}

impl Provisioned {
    pub(super) fn new(throughput: &Throughput) -> Self {
        let window = nanos(throughput.window).max(1);
        let tokens = u128::from(throughput.tokens_per_second) * u128::from(window) / 1_000_000_000;
        Self {
            counter: Counter::sliding(u64::try_from(tokens).unwrap_or(u64::MAX), window),
            window,
            output_weight: throughput.output_weight,
        }
    }

    /// Charges a request with the answer that is expected, or nothing and tells so.
    pub(super) fn charge(&mut self, order: &Order, clock: &mut Clock, tick: Tick) -> bool {
        let answer = floor((to_f64(order.output_tokens) * self.output_weight).ceil());
        let cost = order.tokens.saturating_add(answer);
        let fits = self.counter.fits(cost, clock, tick);
        if fits {
            self.counter.admit(cost, tick);
        } else {
            self.counter.refuse();
        }
        fits
    }

    pub(super) const fn counter(&self) -> &Counter {
        &self.counter
    }

    /// In milliseconds.
    pub(super) const fn window_ms(&self) -> u64 {
        self.window / 1_000_000
    }
}

/// What a request costs in each of [`DOMAINS`].
const fn costs(requests: u64, tokens: u64) -> [u64; 3] {
    [requests, tokens, requests]
}

fn longest_wait(
    counters: &[Option<Counter>],
    order: &Order,
    clock: &mut Clock,
    tick: Tick,
) -> Option<Duration> {
    let costs = costs(order.requests, order.tokens);
    let mut longest = Duration::ZERO;
    for (counter, cost) in counters.iter().zip(costs) {
        if let Some(counter) = counter {
            longest = longest.max(counter.wait_at(cost, clock, tick)?);
        }
    }
    Some(longest)
}

fn count(counters: &mut [Option<Counter>], order: &Order, clock: &mut Clock, tick: Tick) {
    let costs = costs(order.requests, order.tokens);
    for (counter, cost) in counters.iter_mut().zip(costs) {
        if let Some(counter) = counter {
            // Asked for what it forgets.
            counter.fits(cost, clock, tick);
            counter.charge_refused(cost, tick);
        }
    }
}

fn most_that_fit(
    counters: &mut [Option<Counter>],
    requests: u64,
    tokens: u64,
    clock: &mut Clock,
    tick: Tick,
) -> u64 {
    let each = costs(1, tokens);
    counters
        .iter_mut()
        .zip(each)
        .fold(requests, |most, (counter, each)| {
            let Some(counter) = counter else { return most };
            if counter.limit() == 0 {
                return 0;
            }
            let room = counter.room(clock, tick);
            room.checked_div(each).map_or(most, |fit| most.min(fit))
        })
}

/// Charges `requests` that were found to fit.
fn admit_others(counters: &mut [Option<Counter>], requests: u64, tokens: u64, tick: Tick) {
    if requests == 0 {
        return;
    }
    let costs = costs(requests, tokens.saturating_mul(requests));
    for (counter, cost) in counters.iter_mut().zip(costs) {
        if let Some(counter) = counter {
            counter.admit_others(cost, tick);
        }
    }
}

/// `share` of `limit`, in whole units. A share that is written in decimals may come out a trifle too small.
fn priority_limit(limit: u64, share: f64) -> u64 {
    const TRIFLE: f64 = 1e-6;
    floor(to_f64(limit) * share + TRIFLE)
}
