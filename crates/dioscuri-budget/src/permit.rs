//! The budget by itself, without an engine: a permit that gives itself back.

use crate::{Budget, DomainId, RateBudget as _, Reservation, Reserve};
use dioscuri_vocab::{Cost, EndpointId, Failure, Now, Outcome, Phase, Served, Tick, Timing};
use std::{error::Error, fmt, ops::Deref, sync::Arc};

impl Budget {
    /// Takes `cost` from every quota of endpoint `at`, or says when that will be possible.
    ///
    /// For use without an engine; the permit keeps count by itself, even when it is dropped.
    ///
    /// # Errors
    ///
    /// [`NotUntil`], if a quota has no room now. Nothing was taken.
    ///
    /// ```
    /// use dioscuri_budget::{Budget, Config, Limit};
    /// use dioscuri_vocab::{Cost, EndpointId, Now};
    ///
    /// let budget = Budget::new(Config::default());
    /// budget.attach(EndpointId(0), &[Limit::rpm(1)]);
    /// let now = Now::default(); // from the clock of your runtime
    ///
    /// let permit = budget.try_acquire(EndpointId(0), &Cost::tokens(120), now)?;
    /// let refused = budget.try_acquire(EndpointId(0), &Cost::tokens(120), now).unwrap_err();
    /// assert!(refused.at() > Some(now.tick));
    ///
    /// drop(permit); // not sent: given back
    /// let mut permit = budget.try_acquire(EndpointId(0), &Cost::tokens(120), now)?;
    /// permit.sent(now); // from here on it stays charged
    /// permit.settle(Cost::tokens(97), now); // what `usageMetadata` says
    /// # Ok::<(), dioscuri_budget::NotUntil>(())
    /// ```
    pub fn try_acquire(&self, at: EndpointId, cost: &Cost, now: Now) -> Result<Permit<&Self>, NotUntil> {
        Permit::acquire(self, at, cost, now)
    }

    /// As [`Budget::try_acquire`], with a permit that borrows nothing and can move to another task.
    ///
    /// # Errors
    ///
    /// [`NotUntil`], if a quota has no room now. Nothing was taken.
    pub fn try_acquire_owned(
        self: &Arc<Self>,
        at: EndpointId,
        cost: &Cost,
        now: Now,
    ) -> Result<Permit<Arc<Self>>, NotUntil> {
        Permit::acquire(Arc::clone(self), at, cost, now)
    }
}

/// The right to send one request.
///
/// Dropped before [`Permit::sent`] it gives everything back; dropped after that it stays charged as estimated.
#[must_use = "a permit that is dropped at once permits nothing"]
#[derive(Debug)]
pub struct Permit<B: Deref<Target = Budget>> {
    budget: B,
    reservation: Option<Reservation>,
    timing: Timing,
    /// The last moment it heard of: a drop has no clock.
    now: Now,
}

impl<B: Deref<Target = Budget>> Permit<B> {
    fn acquire(budget: B, at: EndpointId, cost: &Cost, now: Now) -> Result<Self, NotUntil> {
        let refused = |at, domain, never| NotUntil { at, domain, never };
        match budget.reserve(at, cost, now) {
            Reserve::Granted(reservation) => Ok(Self {
                budget,
                reservation: Some(reservation),
                timing: Timing::new(),
                now,
            }),
            Reserve::NotUntil { at, domain } => Err(refused(at, domain, false)),
            Reserve::Never { domain } => Err(refused(None, domain, true)),
        }
    }

    /// The request has left, at least in part: from here on the server may have counted it.
    pub fn sent(&mut self, now: Now) {
        self.timing.sent.get_or_insert(now.tick);
        self.now = now;
    }

    /// The request was answered and cost `used`.
    pub fn settle(mut self, used: Cost, now: Now) {
        self.now = now;
        self.end(&Outcome::Success(Served::new().with_used(used)));
    }

    /// The request failed: if the server refused it by a quota, the budget learns from it.
    ///
    /// Before [`Permit::sent`] everything is given back.
    pub fn fail(mut self, failure: Failure, now: Now) {
        self.now = now;
        let phase = self.phase();
        self.end(&Outcome::Failed { failure, phase });
    }

    const fn phase(&self) -> Phase {
        match self.timing.sent {
            Some(_) => Phase::Sent,
            None => Phase::NotSent,
        }
    }

    fn end(&mut self, outcome: &Outcome) {
        if let Some(reservation) = self.reservation.take() {
            self.budget.settle(reservation, outcome, &self.timing, self.now);
        }
    }
}

impl<B: Deref<Target = Budget>> Drop for Permit<B> {
    fn drop(&mut self) {
        let phase = self.phase();
        self.end(&Outcome::Cancelled { phase });
    }
}

/// A quota has no room now.
///
/// Wait until [`NotUntil::at`] and ask again; without a time, ask again when a request that is under way has
/// ended; if it [is never](NotUntil::is_never), ask another endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotUntil {
    at: Option<Tick>,
    domain: DomainId,
    never: bool,
}

impl NotUntil {
    /// The soonest tick at which the same request can be granted, if nothing else happens.
    ///
    /// `None` where only the end of a request under way can tell, or where it is never.
    #[must_use]
    pub const fn at(&self) -> Option<Tick> {
        self.at
    }

    /// The quota domain that opens last.
    #[must_use]
    pub const fn domain(&self) -> DomainId {
        self.domain
    }

    /// Whether waiting is of no use: the limit is zero. Ask another endpoint.
    #[must_use]
    pub const fn is_never(&self) -> bool {
        self.never
    }
}

impl fmt::Display for NotUntil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let domain = self.domain.0;
        match self.at {
            _ if self.never => write!(f, "quota domain {domain} has a limit of zero"),
            Some(at) => write!(f, "quota domain {domain} has no room before {at}"),
            None => write!(
                f,
                "quota domain {domain} has no room until a request under way ends"
            ),
        }
    }
}

impl Error for NotUntil {}
