//! The one trait of this crate: may this be sent there now, and if not, when?

use dioscuri_vocab::{Cost, EndpointId, Now, Outcome, Tick, Timing};

/// One quota domain: project × location × served model × unit × window, as a number of the budget's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number will stay one")]
pub struct DomainId(pub u32);

/// The right to send one request, taken from every quota it counts against.
///
/// Hand it back with [`RateBudget::settle`], whatever became of the request.
#[must_use = "a reservation that is never settled stays charged until its windows have passed"]
#[derive(PartialEq, Eq, Hash, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a ticket number will stay one; strangers must be able to make it"
)]
pub struct Reservation(pub u64);

/// The answer to "may I send this now?"
#[must_use = "a granted reservation must be used or settled"]
#[derive(PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the engine must handle every answer")]
pub enum Reserve {
    /// Yes; everything is charged.
    Granted(Reservation),
    /// Not now; nothing is charged.
    NotUntil {
        /// The soonest it can be granted, if nothing else happens; `None` where only the end of a request in
        /// flight can tell.
        at: Option<Tick>,
        /// The domain that opens last.
        domain: DomainId,
    },
    /// Never: the limit of this domain is zero.
    Never {
        /// The domain without a limit above zero.
        domain: DomainId,
    },
}

/// When an endpoint opens for a request, and how much room it has.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct Opening {
    /// The soonest the request can be sent; at or before `now` means at once. `None`: only the end of a request
    /// in flight can tell, or whatever is pending; where neither is, nothing will, and the call ends.
    pub at: Option<Tick>,
    /// What the tightest window would have left after this request, as a share of its limit, `0.0..=1.0`.
    /// The endpoint with the most room is chosen, so that small quotas fill like connected vessels.
    pub room: f32,
    /// Something is under way that may open it sooner, such as a lease, or a request that finds out how much goes: the
    /// call waits, whatever `at` says.
    pub pending: bool,
}

impl Opening {
    /// An opening at `at` with `room` left in the tightest window.
    #[must_use]
    pub const fn new(at: Option<Tick>, room: f32) -> Self {
        Self {
            at,
            room,
            pending: false,
        }
    }

    /// The same opening, while something outside of the engine is under way that may open it sooner.
    #[must_use]
    pub const fn while_pending(mut self) -> Self {
        self.pending = true;
        self
    }
}

/// What a budget wants from outside.
#[must_use = "an order does nothing until somebody carries it out"]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the engine must carry out every order")]
pub enum Order {
    /// An endpoint may have opened earlier than was said: those who wait for it should ask again.
    Opened(EndpointId),
    /// Fetch a slice of a quota that several processes share.
    Lease {
        /// Of which domain.
        domain: DomainId,
        /// How much.
        want: Cost,
        /// By when it is needed.
        by: Tick,
    },
}

/// A slice of a shared quota, fetched for an [`Order::Lease`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Lease {
    /// Of which domain.
    pub domain: DomainId,
    /// How much was granted; possibly less than was wanted, or nothing.
    pub granted: Cost,
    /// Until when it may be spent.
    pub valid_until: Tick,
}

impl Lease {
    /// A lease of `granted` on `domain` until `valid_until`.
    #[must_use]
    pub const fn new(domain: DomainId, granted: Cost, valid_until: Tick) -> Self {
        Self {
            domain,
            granted,
            valid_until,
        }
    }
}

/// Keeps count of what the server counts, so that nothing is sent that must be refused.
///
/// Every decision is synchronous. A budget that several processes share asks for its slices by
/// [`Order::Lease`] and gets them by [`RateBudget::on_lease`].
///
/// ```
/// use dioscuri_budget::{RateBudget, Reservation, Reserve};
/// use dioscuri_vocab::{Cost, EndpointId, Now, Outcome, Timing};
///
/// /// Everything is allowed.
/// struct Unlimited;
/// impl RateBudget for Unlimited {
///     fn reserve(&self, _: EndpointId, _: &Cost, _: Now) -> Reserve {
///         Reserve::Granted(Reservation(0))
///     }
///     fn settle(&self, _: Reservation, _: &Outcome, _: &Timing, _: Now) {}
/// }
/// let granted = Unlimited.reserve(EndpointId(0), &Cost::tokens(9), Now::default());
/// assert!(matches!(granted, Reserve::Granted(_)));
/// ```
pub trait RateBudget: Send + Sync {
    /// Takes `cost` from every quota of endpoint `at`, all or nothing.
    fn reserve(&self, at: EndpointId, cost: &Cost, now: Now) -> Reserve;

    /// Gives back what `taken` took too much, charges what it took too little, and learns from a refusal.
    fn settle(&self, taken: Reservation, outcome: &Outcome, timing: &Timing, now: Now);

    /// When endpoint `at` opens for `cost`, and how much room it has. Takes nothing.
    fn opening(&self, _at: EndpointId, _cost: &Cost, now: Now) -> Opening {
        Opening::new(Some(now.tick), 1.0)
    }

    /// What the budget wants from outside next. While it waits for a lease, its [`Opening`]s are pending.
    fn poll_order(&self, _now: Now) -> Option<Order> {
        None
    }

    /// A slice of a shared quota has arrived, or is known not to come: then nothing is granted.
    fn on_lease(&self, _lease: Lease, _now: Now) {}
}

impl<B: RateBudget + ?Sized> RateBudget for std::sync::Arc<B> {
    fn reserve(&self, at: EndpointId, cost: &Cost, now: Now) -> Reserve {
        (**self).reserve(at, cost, now)
    }

    fn settle(&self, taken: Reservation, outcome: &Outcome, timing: &Timing, now: Now) {
        (**self).settle(taken, outcome, timing, now);
    }

    fn opening(&self, at: EndpointId, cost: &Cost, now: Now) -> Opening {
        (**self).opening(at, cost, now)
    }

    fn poll_order(&self, now: Now) -> Option<Order> {
        (**self).poll_order(now)
    }

    fn on_lease(&self, lease: Lease, now: Now) {
        (**self).on_lease(lease, now);
    }
}
