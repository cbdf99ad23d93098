//! What follows the end of an attempt: give back, correct, re-date, learn.

use super::State;
use crate::{
    Config, Reservation,
    day::next_pacific_midnight,
    domain::{Domain, Unlimited},
    ledger::{Charge, Taken},
    limit::amount,
    rate::Sent,
};
use dioscuri_vocab::{
    Class, Cost, EndpointId, Failure, Now, Outcome, Phase, Tick, Timing, Unit, UnixTime, Violation, Window,
};

impl State {
    pub(super) fn settle(
        &mut self,
        reservation: &Reservation,
        outcome: &Outcome,
        timing: &Timing,
        now: Now,
        config: &Config,
    ) {
        let Some(taken) = self.ledger.strike(reservation) else {
            return;
        };
        let verdict = Verdict::of(outcome);
        // The server counted a request later than we did if it left much later than it was reserved.
        let late = timing.sent.filter(|sent| *sent > taken.at.after(config.guard()));
        let late = late.map(|sent| moment(sent, now));
        for (id, charge) in &taken.charges {
            self.correct(*id, charge, verdict, late);
        }
        if let Some(failure) = outcome.failure() {
            self.learn(&taken, reservation.0, failure, now, config);
        }
        let passed = passed(outcome);
        for (id, charge) in &taken.charges {
            let Some(domain) = self.domains.get_mut(*id as usize).and_then(Option::as_deref_mut) else {
                continue;
            };
            let kind = &mut self.kinds[domain.kind];
            if domain.on_end(&sent(reservation.0, charge, false), passed, kind, now) {
                self.announce(*id);
            }
        }
        self.ledger.recycle(taken.charges);
    }

    /// Makes `charge` what the server has most likely counted.
    fn correct(&mut self, id: u32, charge: &Charge, verdict: Verdict, late: Option<Now>) {
        let Some(domain) = self.domains.get_mut(id as usize).and_then(Option::as_deref_mut) else {
            return;
        };
        let kind = &mut self.kinds[domain.kind];
        let due = match verdict {
            _ if domain.is_in_flight() => 0,
            Verdict::NotCounted => 0,
            Verdict::Used(used) if domain.unit != Some(Unit::Requests) => {
                let used = amount(domain.unit, &used);
                domain.learn_estimate(charge, used, kind);
                used
            }
            Verdict::Used(_) | Verdict::Counted => charge.amount,
        };
        if due == charge.amount && late.is_none() {
            return;
        }
        let mut corrected = Charge {
            amount: due,
            ..*charge
        };
        if let Some(sent) = late {
            corrected.at = sent.tick;
            corrected.renewed_at = next_pacific_midnight(sent.unix);
        }
        domain.refund(charge);
        domain.charge(&corrected);
        if due < charge.amount {
            self.announce(id);
        }
    }

    /// Remembers what a refusal says of each quota it names.
    fn learn(&mut self, taken: &Taken, ticket: u64, failure: &Failure, now: Now, config: &Config) {
        let window = match failure.class {
            Class::QuotaDay | Class::QuotaZero => Window::Day,
            Class::QuotaMinute | Class::QuotaUnspecified => Window::Minute,
            _ => return,
        };
        let unnamed = [Violation::new()];
        let violations: &[Violation] = match failure.violations.as_slice() {
            [] => &unnamed,
            named => named,
        };
        let zero = failure.class == Class::QuotaZero && violations.iter().all(|named| named.limit != Some(0));
        for violation in violations {
            let window = violation.window.unwrap_or(window);
            let id = self.resolve(taken.endpoint, violation.unit, window, config);
            let Some(domain) = self.domains.get_mut(id as usize).and_then(Option::as_deref_mut) else {
                continue;
            };
            let charge = taken.charges.iter().find(|(charged, _)| *charged == id);
            let charge = charge.map_or_else(|| Charge::nothing(taken.at), |(_, charge)| *charge);
            let kind = &mut self.kinds[domain.kind];
            let sent = sent(ticket, &charge, failure.counted == Some(false));
            let opened = domain.on_refusal(&sent, failure.hint(), violation.limit, kind, now);
            if zero {
                domain.close_for_good();
            }
            if opened || zero {
                self.announce(id);
            }
        }
    }

    /// The endpoint's domain of `unit` and `window`; one that is not known is learned.
    ///
    /// A minute's quota without a unit is taken for the one of requests: every request counts there.
    fn resolve(&mut self, endpoint: EndpointId, unit: Option<Unit>, window: Window, config: &Config) -> u32 {
        let unit = unit.or((window == Window::Minute).then_some(Unit::Requests));
        let window = Some(window).filter(|_| unit != Some(Unit::InFlight));
        let ids = self.endpoints.get(&endpoint).map_or(&[][..], Vec::as_slice);
        let known = ids.iter().copied().find(|id| {
            let domain = self.domains[*id as usize].as_deref();
            domain.is_some_and(|domain| (domain.unit, domain.window) == (unit, window))
        });
        known.unwrap_or_else(|| {
            let domain = Domain::new(unit, window, None, Unlimited::Free, config);
            self.add(endpoint, domain, None, config)
        })
    }
}

/// What the domain of `charge` is told about it.
const fn sent(ticket: u64, charge: &Charge, is_free: bool) -> Sent {
    Sent {
        ticket,
        amount: charge.amount,
        at: charge.at,
        used: charge.used,
        is_free,
    }
}

/// The moment of tick `at`, as the wall clock of `now` tells it.
fn moment(at: Tick, now: Now) -> Now {
    let ago = i64::try_from(now.tick.since(at).as_millis()).unwrap_or(i64::MAX);
    Now::new(at, UnixTime(now.unix.0.saturating_sub(ago)))
}

/// What the server has counted.
#[derive(Clone, Copy)]
enum Verdict {
    /// Nothing.
    NotCounted,
    /// What was estimated, as far as anybody knows.
    Counted,
    /// The requests that were estimated, and of everything else this.
    Used(Cost),
}

impl Verdict {
    fn of(outcome: &Outcome) -> Self {
        match outcome {
            _ if outcome.is_unsent() => Self::NotCounted,
            Outcome::Success(served) => served.used.map_or(Self::Counted, Self::Used),
            // The server's word alone gives back what was sent: giving back refusals that it did count
            // makes a small quota refuse for ever.
            Outcome::Failed { failure, .. } if failure.counted == Some(false) => Self::NotCounted,
            _ => Self::Counted,
        }
    }
}

/// Whether the server let the request through its quotas: it answered, even if the answer was of no use. `None`: it
/// was refused, or nobody knows.
fn passed(outcome: &Outcome) -> Option<bool> {
    let through = match outcome {
        Outcome::Success(_) => true,
        Outcome::Failed { failure, phase } => failure.status == Some(200) || *phase == Phase::Committed,
        Outcome::Cancelled { phase } => *phase == Phase::Committed,
        _ => false,
    };
    through.then_some(true)
}
