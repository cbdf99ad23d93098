//! One quota domain: its limit, its count, and what the server said of it.

use crate::{
    Config, Source, UnderWay,
    day::DayCount,
    gate::Gate,
    kind::Kind,
    ledger::Charge,
    opens::Opens,
    rate::{Rate, Sent},
};
use dioscuri_vocab::{EndpointId, Now, Tick, Unit, UnixTime, Window};
use std::time::Duration;

mod keep;

/// One quota domain.
#[derive(Debug)]
pub(crate) struct Domain {
    pub(crate) unit: Option<Unit>,
    pub(crate) window: Option<Window>,
    pub(crate) endpoints: Vec<EndpointId>,
    pub(crate) tally: Tally,
    /// Its place among the kinds.
    pub(crate) kind: usize,
    configured: Option<u64>,
    stated: Option<u64>,
    /// Until when a stated limit below the configured one is kept to.
    stated_until: Tick,
    meter: Meter,
    closed_until: Tick,
    gate: Gate,
    /// What is charged by an estimate.
    under_way: UnderWay,
    awaited: bool,
    /// A refusal has named it.
    was_refused: bool,
    pause: Duration,
}

/// What has passed since the domain was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Units charged and not given back.
    pub(crate) admitted: u64,
    /// Reservations granted.
    pub(crate) granted: u64,
    /// Refusals by the server that named this quota.
    pub(crate) refused: u64,
    /// When the first reservation was granted.
    pub(crate) first: Option<Tick>,
}

/// How a domain counts.
#[derive(Debug)]
pub(crate) enum Meter {
    /// A minute or less.
    Rate(Box<Rate>),
    Day(DayCount),
    InFlight(u64),
    /// Nobody knows what it counts.
    Unknown,
}

/// How much is dared while no limit is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unlimited {
    /// Everything, until a refusal.
    Free,
    /// A few requests, and more as they are let through.
    Careful,
}

impl Domain {
    /// A domain of which nothing is known but what it counts.
    pub(crate) fn new(
        unit: Option<Unit>,
        window: Option<Window>,
        configured: Option<u64>,
        unlimited: Unlimited,
        config: &Config,
    ) -> Self {
        Self {
            unit,
            window,
            endpoints: Vec::new(),
            tally: Tally::default(),
            kind: 0,
            configured,
            stated: None,
            stated_until: Tick::ZERO,
            meter: Meter::new(unit, window, unlimited, config),
            closed_until: Tick::ZERO,
            gate: Gate::Open,
            under_way: UnderWay::default(),
            awaited: false,
            was_refused: false,
            pause: match window {
                Some(Window::Second) => config.minute() / 60,
                _ => config.minute(),
            },
        }
    }

    /// The limit that binds: the smaller of what was configured and what the server stated.
    pub(crate) fn limit(&self) -> Option<u64> {
        match (self.configured, self.stated) {
            (Some(configured), Some(stated)) => Some(configured.min(stated)),
            (configured, stated) => configured.or(stated),
        }
    }

    /// What goes in a window: the limit, or what was found out where that is less or no limit is known.
    pub(crate) fn binding(&self) -> (Option<u64>, Source) {
        let limit = self.limit();
        let supply = self.rate().and_then(Rate::supply);
        match (limit, supply) {
            (None, Some(supply)) => (Some(supply.most()), Source::Probed),
            (Some(limit), Some(supply)) if supply.most() < limit && supply.is_bounded() => {
                (Some(supply.most()), Source::Probed)
            }
            (Some(_), _) if limit == self.configured => (limit, Source::Configured),
            _ => (limit, Source::Learned),
        }
    }

    /// Whether it only counts: no limit is known, and nothing was ever refused.
    pub(crate) const fn is_silent(&self) -> bool {
        self.configured.is_none() && self.stated.is_none() && !self.was_refused
    }

    pub(crate) fn rate(&self) -> Option<&Rate> {
        match &self.meter {
            Meter::Rate(rate) => Some(rate),
            _ => None,
        }
    }

    /// When `amount` can be charged.
    pub(crate) fn opens(&mut self, amount: u64, kind: &Kind, now: Now) -> Opens {
        let is_old = self.window != Some(Window::Day) && now.tick >= self.stated_until;
        if is_old && self.stated < self.configured {
            // It may have been raised to what is configured. Should it not, the first refusal says it again.
            self.stated = self.stated.filter(|stated| *stated == 0);
        }
        let limit = self.limit();
        if limit == Some(0) {
            return Opens::Never;
        }
        let reach = self.reach(amount, kind).1;
        let room = match &mut self.meter {
            Meter::Rate(rate) => Opens::At(rate.opens(reach, limit, kind, now.tick)),
            Meter::Day(day) => Opens::At(day.opens(amount, limit.unwrap_or(u64::MAX), now)),
            Meter::InFlight(used) if *used >= limit.unwrap_or(u64::MAX) => Opens::OnEvent,
            Meter::InFlight(_) | Meter::Unknown => Opens::At(now.tick),
        };
        room.max(Opens::At(self.closed_until)).max(self.gate.opens(now))
    }

    /// Whether the end of a request under way may let `amount` go sooner than was said.
    pub(crate) fn may_open_sooner(&mut self, amount: u64, kind: &Kind, now: Now) -> bool {
        let limit = self.limit();
        match &mut self.meter {
            Meter::Rate(rate) => rate.may_open_sooner(amount, limit, kind, now.tick),
            _ => false,
        }
    }

    /// The share of the limit that is left after `amount`, `0.0..=1.0`; 1 where no limit is known.
    pub(crate) fn room(&mut self, amount: u64, now: Now) -> f32 {
        let Some(limit) = self.limit() else { return 1.0 };
        let limit = match self.rate().and_then(Rate::supply) {
            Some(supply) => limit.min(supply.most()),
            None => limit,
        };
        let left = limit.saturating_sub(self.used(now)).saturating_sub(amount);
        ratio(left, limit)
    }

    /// What counts at `now`.
    pub(crate) fn used(&mut self, now: Now) -> u64 {
        match &mut self.meter {
            Meter::Rate(rate) => rate.used(now.tick),
            Meter::Day(day) => day.used(now),
            Meter::InFlight(used) => *used,
            Meter::Unknown => 0,
        }
    }

    /// Charges `amount` to reservation `ticket`.
    pub(crate) fn grant(&mut self, amount: u64, ticket: u64, kind: &mut Kind, now: Now) -> Charge {
        self.gate.on_grant(ticket);
        self.tally.granted += 1;
        self.tally.first.get_or_insert(now.tick);
        let limit = self.limit();
        let estimate = amount;
        let (amount, reach) = self.reach(estimate, kind);
        let (mut renewed_at, mut used) = (UnixTime(0), 0);
        match &mut self.meter {
            Meter::Day(day) => renewed_at = day.renewed_at(now),
            Meter::Rate(rate) => used = rate.grant(ticket, reach, limit, kind, now.tick),
            _ => {}
        }
        if self.is_estimated() {
            self.under_way.enter(amount);
        }
        let charge = Charge {
            estimate,
            amount,
            at: now.tick,
            limit: limit.unwrap_or(u64::MAX),
            renewed_at,
            used,
        };
        self.charge(&charge);
        charge
    }

    /// What is charged for `estimate`, and what must be free for it.
    fn reach(&self, estimate: u64, kind: &Kind) -> (u64, u64) {
        if !self.is_estimated() {
            return (estimate, estimate);
        }
        let expected = kind.estimates.expect(estimate);
        (expected, kind.estimates.reach(expected, &self.under_way))
    }

    /// Whether callers can only estimate what they ask for, and an answer says it soon.
    const fn is_estimated(&self) -> bool {
        matches!(self.unit, Some(Unit::InputTokens | Unit::OutputTokens))
            && matches!(self.meter, Meter::Rate(_))
    }

    /// An answer says what was `used` for what was charged by `charge`.
    pub(crate) fn learn_estimate(&self, charge: &Charge, used: u64, kind: &mut Kind) {
        if self.is_estimated() {
            kind.estimates.learn(charge.estimate, used);
        }
    }

    /// Charges `charge`, dated as it says.
    pub(crate) fn charge(&mut self, charge: &Charge) {
        self.tally.admitted = self.tally.admitted.saturating_add(charge.amount);
        match &mut self.meter {
            Meter::Rate(rate) => rate.charge(charge.at, charge.amount, charge.limit),
            Meter::Day(day) => day.charge(charge.amount, charge.renewed_at),
            Meter::InFlight(used) => *used += charge.amount,
            Meter::Unknown => {}
        }
    }

    /// Takes `charge` back.
    pub(crate) fn refund(&mut self, charge: &Charge) {
        self.tally.admitted = self.tally.admitted.saturating_sub(charge.amount);
        match &mut self.meter {
            Meter::Rate(rate) => rate.refund(charge.at, charge.amount, charge.limit),
            Meter::Day(day) => day.refund(charge.amount, charge.renewed_at),
            Meter::InFlight(used) => *used = used.saturating_sub(charge.amount),
            Meter::Unknown => {}
        }
    }

    /// The server refused `sent` and named this quota with `stated` as its limit.
    ///
    /// Says whether those who wait for a probe must ask again.
    pub(crate) fn on_refusal(
        &mut self,
        sent: &Sent,
        hint: Option<Duration>,
        stated: Option<u64>,
        kind: &mut Kind,
        now: Now,
    ) -> bool {
        self.tally.refused += 1;
        self.was_refused = true;
        let hint = hint.map(|hint| hint.min(LONGEST_HINT));
        if self.window == Some(Window::Day) {
            // A day is probed after a minute without a hint: if it was a minute's quota under a day's name, that is
            // when it has passed.
            let confirmed = self.gate.on_refusal(sent.ticket, hint.unwrap_or(self.pause), now);
            // The number in a refusal by a day is believed once the probe has confirmed the refusal.
            if confirmed || stated == Some(0) {
                self.stated = stated.or(self.stated);
            }
            return confirmed;
        }
        let before = self.limit();
        self.stated = stated.or(self.stated);
        self.stated_until = now.tick.after(STATED_FOR);
        let limit = self.limit();
        kind.learned = stated.filter(|limit| *limit > 0).or(kind.learned);
        let pause = match &mut self.meter {
            // The number explains it: nothing else is to be learned.
            Meter::Rate(rate) if limit != before => {
                rate.on_limit(sent, kind);
                hint.unwrap_or_default()
            }
            Meter::Rate(rate) => rate.refuse(sent, hint, limit, kind, now.tick),
            _ => hint.unwrap_or(self.pause),
        };
        self.closed_until = self.closed_until.max(now.tick.after(pause));
        true
    }

    /// The limit is zero, whatever was configured.
    pub(crate) fn close_for_good(&mut self) {
        self.stated = Some(0);
    }

    /// Reservation `ticket` ended, and was let through or not; `None`: nobody knows. Says whether the domain opened by
    /// it.
    pub(crate) fn on_end(&mut self, sent: &Sent, passed: Option<bool>, kind: &mut Kind, now: Now) -> bool {
        let limit = self.limit();
        if let Meter::Rate(rate) = &mut self.meter {
            rate.land();
        }
        let opened = match (&mut self.meter, passed) {
            (Meter::Rate(rate), Some(true)) => rate.pass(sent, limit, kind),
            // A refusal has been learned from already, if it named this quota.
            (Meter::Rate(rate), _) => rate.release(sent.ticket, kind),
            _ => false,
        };
        let mut opened = self.gate.on_end(sent.ticket, passed == Some(true), now) || opened;
        if self.is_estimated() {
            // Its error needs no room any more.
            self.under_way.leave(sent.amount);
            opened |= !kind.estimates.are_exact();
        }
        opened
    }

    /// Somebody was told to wait for this domain.
    pub(crate) const fn await_opening(&mut self) {
        self.awaited = true;
    }

    /// Whether somebody was told to wait since this was last asked.
    pub(crate) fn take_awaited(&mut self) -> bool {
        std::mem::take(&mut self.awaited)
    }

    /// Whether only requests in flight are counted.
    pub(crate) const fn is_in_flight(&self) -> bool {
        matches!(self.meter, Meter::InFlight(_))
    }

    /// Until when the server's word keeps it closed, where a time is known and still to come.
    pub(crate) fn closed_until(&mut self, now: Now) -> Option<Tick> {
        let gate = self.gate.opens(now).at().unwrap_or(now.tick);
        Some(gate.max(self.closed_until)).filter(|until| *until > now.tick)
    }

    /// The period of a window of a minute or less.
    pub(crate) fn period(&self) -> Option<Duration> {
        self.rate().map(Rate::period)
    }
}

impl Meter {
    fn new(unit: Option<Unit>, window: Option<Window>, unlimited: Unlimited, config: &Config) -> Self {
        let is_careful = unlimited == Unlimited::Careful;
        let rate = |period| Self::Rate(Box::new(Rate::new(period, is_careful)));
        match (unit, window) {
            (Some(Unit::InFlight), _) => Self::InFlight(0),
            (Some(_), Some(Window::Day)) => Self::Day(DayCount::new()),
            (Some(_), Some(Window::Second)) => rate(config.minute() / 60),
            (Some(_), Some(Window::Minute)) => rate(config.minute()),
            _ => Self::Unknown,
        }
    }
}

/// How long a limit that a refusal stated is kept to where a larger one is configured: tiers are raised from one day to
/// the next, and to find out costs some refusals.
const STATED_FOR: Duration = Duration::from_secs(24 * 3600);

/// `part / whole` for display and comparison.
pub(crate) fn ratio(part: u64, whole: u64) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a share is compared, not counted")]
    let share = part as f32 / whole.max(1) as f32;
    share.clamp(0.0, 1.0)
}

/// No quota of the API is renewed later than the next day, which has 25 hours at most: a hint beyond that
/// is a mistake and must not close a domain for weeks.
const LONGEST_HINT: Duration = Duration::from_secs(25 * 3600);
