//! A budget, a clock that only we move, and outcomes in a few words.

use dioscuri_budget::{Budget, Config, DomainSnapshot, Limit, Order, RateBudget as _, Reservation, Reserve};
use dioscuri_vocab::{
    Class, Cost, EndpointId, Failure, Hint, HintSource, Now, Outcome, Phase, Served, Tick, Timing, Unit,
    UnixTime, Violation, Window,
};
use std::time::Duration;

pub(crate) const A: EndpointId = EndpointId(0);
pub(crate) const B: EndpointId = EndpointId(1);

/// 2026-07-15T12:00:00Z: 19 hours before midnight Pacific.
const START: UnixTime = UnixTime::from_secs(1_784_116_800);

pub(crate) struct World {
    pub(crate) budget: Budget,
    pub(crate) now: Now,
}

impl World {
    pub(crate) fn new(limits: &[Limit]) -> Self {
        let world = Self {
            // Of a limit that bears its whole in one burst, as it is once shown.
            budget: Budget::new(Config::default().with_burst_share(1.0)),
            now: Now::new(Tick(1_000_000_000), START),
        };
        world.budget.attach(A, limits);
        world
    }

    pub(crate) fn advance(&mut self, seconds: f64) {
        self.now = self.now.after(Duration::from_secs_f64(seconds));
    }

    pub(crate) fn ask(&self, tokens: u64) -> Reserve {
        self.budget.reserve(A, &Cost::tokens(tokens), self.now)
    }

    #[track_caller]
    pub(crate) fn take(&self, tokens: u64) -> Reservation {
        match self.ask(tokens) {
            Reserve::Granted(reservation) => reservation,
            other => panic!("not granted: {other:?}"),
        }
    }

    /// Seconds until the budget says it opens; `None` where only an event can tell.
    #[track_caller]
    pub(crate) fn wait(&self, tokens: u64) -> Option<f64> {
        match self.ask(tokens) {
            Reserve::NotUntil { at, .. } => at.map(|at| at.since(self.now.tick).as_secs_f64()),
            other => panic!("expected a refusal: {other:?}"),
        }
    }

    pub(crate) fn end(&self, taken: Reservation, outcome: &Outcome) {
        let timing = Timing::new();
        self.budget.settle(taken, outcome, &timing, self.now);
    }

    #[track_caller]
    pub(crate) fn domain(&self, unit: Option<Unit>, window: Window) -> DomainSnapshot {
        let mut all = self.budget.snapshot(self.now).into_iter();
        all.find(|domain| (domain.unit, domain.window) == (unit, Some(window)))
            .expect("no such domain")
    }

    pub(crate) fn woken(&self) -> bool {
        let orders = std::iter::from_fn(|| self.budget.poll_order(self.now));
        orders.filter(|order| matches!(order, Order::Opened(_))).count() > 0
    }
}

pub(crate) fn answered(tokens: u64) -> Outcome {
    Outcome::Success(Served::new().with_used(Cost::tokens(tokens)))
}

pub(crate) fn failed(class: Class) -> Outcome {
    sent(Failure::new(class))
}

pub(crate) fn unsent() -> Outcome {
    Outcome::Cancelled {
        phase: Phase::NotSent,
    }
}

pub(crate) fn sent(failure: Failure) -> Outcome {
    let phase = Phase::Answered;
    Outcome::Failed { failure, phase }
}

/// A refusal of `class` that names these quotas with these limits.
pub(crate) fn refused(
    class: Class,
    hint: Option<f64>,
    named: &[(Option<Unit>, Window, Option<u64>)],
) -> Outcome {
    let mut failure = Failure::new(class);
    failure.status = Some(429);
    failure.retry_after = hint.map(|after| Hint::new(Duration::from_secs_f64(after), HintSource::RetryInfo));
    failure.violations = named
        .iter()
        .map(|&(unit, window, limit)| {
            let mut violation = Violation::new();
            (violation.unit, violation.window, violation.limit) = (unit, Some(window), limit);
            violation
        })
        .collect();
    sent(failure)
}
