//! One quota domain: its limit, its count, and what the server said of it.

use crate::{
    Config, Limit, Source, day::DayCount, gate::Gate, ledger::Charge, opens::Opens, window::SlidingWindow,
};
use dioscuri_vocab::{EndpointId, Now, Tick, Unit, UnixTime, Window};
use std::time::Duration;

/// One quota domain.
#[derive(Debug)]
pub(crate) struct Domain {
    pub(crate) unit: Option<Unit>,
    pub(crate) window: Option<Window>,
    pub(crate) endpoints: Vec<EndpointId>,
    pub(crate) tally: Tally,
    configured: Option<u64>,
    stated: Option<u64>,
    meter: Meter,
    closed_until: Tick,
    gate: Gate,
    awaited: bool,
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
enum Meter {
    Sliding(SlidingWindow),
    Day(DayCount),
    InFlight(u64),
    /// Nobody knows what it counts.
    Unknown,
}

impl Domain {
    /// A domain as configured.
    pub(crate) fn configured(limit: Limit, config: &Config) -> Self {
        let mut domain = Self::learned(Some(limit.unit()), limit.window(), config);
        domain.configured = Some(limit.most());
        domain
    }

    /// A domain of which only a refusal tells; its limit is not known yet.
    pub(crate) fn learned(unit: Option<Unit>, window: Option<Window>, config: &Config) -> Self {
        Self {
            unit,
            window,
            endpoints: Vec::new(),
            tally: Tally::default(),
            configured: None,
            stated: None,
            meter: Meter::new(unit, window, config),
            closed_until: Tick::ZERO,
            gate: Gate::Open,
            awaited: false,
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

    /// Where the limit that binds comes from.
    pub(crate) fn source(&self) -> Source {
        match self.limit() {
            limit if limit == self.configured && limit.is_some() => Source::Configured,
            _ => Source::Learned,
        }
    }

    /// When `amount` can be charged.
    pub(crate) fn opens(&mut self, amount: u64, now: Now) -> Opens {
        let limit = self.limit().unwrap_or(u64::MAX);
        if limit == 0 {
            return Opens::Never;
        }
        let room = match &mut self.meter {
            Meter::Sliding(window) => Opens::At(window.opens(amount, limit, now.tick)),
            Meter::Day(day) => Opens::At(day.opens(amount, limit, now)),
            Meter::InFlight(used) if *used >= limit => Opens::OnEvent,
            Meter::InFlight(_) | Meter::Unknown => Opens::At(now.tick),
        };
        room.max(Opens::At(self.closed_until)).max(self.gate.opens(now))
    }

    /// The share of the limit that is left after `amount`, `0.0..=1.0`; 1 where no limit is known.
    pub(crate) fn room(&mut self, amount: u64, now: Now) -> f32 {
        let Some(limit) = self.limit() else { return 1.0 };
        let left = limit.saturating_sub(self.used(now)).saturating_sub(amount);
        ratio(left, limit)
    }

    /// What counts at `now`.
    pub(crate) fn used(&mut self, now: Now) -> u64 {
        match &mut self.meter {
            Meter::Sliding(window) => window.used(now.tick),
            Meter::Day(day) => day.used(now),
            Meter::InFlight(used) => *used,
            Meter::Unknown => 0,
        }
    }

    /// Charges `amount` to reservation `ticket`.
    pub(crate) fn grant(&mut self, amount: u64, ticket: u64, now: Now) -> Charge {
        self.gate.on_grant(ticket);
        self.tally.granted += 1;
        self.tally.first.get_or_insert(now.tick);
        let renewed_at = match &mut self.meter {
            Meter::Day(day) => day.renewed_at(now),
            _ => UnixTime(0),
        };
        let charge = Charge {
            amount,
            at: now.tick,
            limit: self.limit().unwrap_or(u64::MAX),
            renewed_at,
        };
        self.charge(&charge);
        charge
    }

    /// Charges `charge`, dated as it says.
    pub(crate) fn charge(&mut self, charge: &Charge) {
        self.tally.admitted = self.tally.admitted.saturating_add(charge.amount);
        match &mut self.meter {
            Meter::Sliding(window) => window.charge(charge.at, charge.amount, charge.limit),
            Meter::Day(day) => day.charge(charge.amount, charge.renewed_at),
            Meter::InFlight(used) => *used += charge.amount,
            Meter::Unknown => {}
        }
    }

    /// Takes `charge` back.
    pub(crate) fn refund(&mut self, charge: &Charge) {
        self.tally.admitted = self.tally.admitted.saturating_sub(charge.amount);
        match &mut self.meter {
            Meter::Sliding(window) => window.refund(charge.at, charge.amount, charge.limit),
            Meter::Day(day) => day.refund(charge.amount, charge.renewed_at),
            Meter::InFlight(used) => *used = used.saturating_sub(charge.amount),
            Meter::Unknown => {}
        }
    }

    /// The server refused reservation `ticket` and named this quota with `limit`.
    ///
    /// Without a hint a window of a minute or less stays closed for one whole period: the server gave no
    /// sooner time, and after a period every charge that filled it has left. A day is probed after a minute:
    /// if it was a minute's quota under a day's name, that is when it has passed.
    ///
    /// Says whether those who wait for a probe must ask again.
    pub(crate) fn on_refusal(
        &mut self,
        ticket: u64,
        hint: Option<Duration>,
        limit: Option<u64>,
        now: Now,
    ) -> bool {
        self.tally.refused += 1;
        let pause = hint.unwrap_or(self.pause).min(LONGEST_HINT);
        if self.window != Some(Window::Day) {
            self.stated = limit.or(self.stated);
            self.closed_until = self.closed_until.max(now.tick.after(pause));
            return false;
        }
        // The number in a refusal by a day is believed once the probe has confirmed the refusal.
        let confirmed = self.gate.on_refusal(ticket, pause, now);
        if confirmed || limit == Some(0) {
            self.stated = limit.or(self.stated);
        }
        confirmed
    }

    /// The limit is zero, whatever was configured.
    pub(crate) fn close_for_good(&mut self) {
        self.stated = Some(0);
    }

    /// Reservation `ticket` ended. Says whether the domain opened by it.
    pub(crate) fn on_end(&mut self, ticket: u64, passed: bool, now: Now) -> bool {
        self.gate.on_end(ticket, passed, now)
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

    /// The period of a sliding window.
    pub(crate) const fn period(&self) -> Option<Duration> {
        match &self.meter {
            Meter::Sliding(window) => Some(window.period()),
            _ => None,
        }
    }
}

impl Meter {
    fn new(unit: Option<Unit>, window: Option<Window>, config: &Config) -> Self {
        let sliding = |period| Self::Sliding(SlidingWindow::new(period, config.guard()));
        match (unit, window) {
            (Some(Unit::InFlight), _) => Self::InFlight(0),
            (Some(_), Some(Window::Day)) => Self::Day(DayCount::new()),
            (Some(_), Some(Window::Second)) => sliding(config.minute() / 60),
            (Some(_), Some(Window::Minute)) => sliding(config.minute()),
            _ => Self::Unknown,
        }
    }
}

/// `part / whole` for display and comparison.
pub(crate) fn ratio(part: u64, whole: u64) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a share is compared, not counted")]
    let share = part as f32 / whole.max(1) as f32;
    share.clamp(0.0, 1.0)
}

/// No quota of the API is renewed later than the next day, which has 25 hours at most: a hint beyond that
/// is a mistake and must not close a domain for weeks.
const LONGEST_HINT: Duration = Duration::from_secs(25 * 3600);
