//! The budget with a line in front of it, on tokio: await a permit.

mod lines;

use crate::{Budget, NotUntil, Order, Permit, RateBudget as _, Ticket};
use dioscuri_vocab::{Cost, EndpointId, Failure, Now, Tick, UnixTime};
use lines::{Lines, Look};
use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

/// A [`Budget`] whose permits can be awaited: by priority, in equal shares of the tenants, first come first served.
///
/// Waiters of an endpoint stand in one line. Only the first of it asks the budget and holds a timer; it is woken
/// earlier when something is given back. Nobody polls and no task is spawned. Whoever shares the budget must go
/// through the same turnstile, or its waiters hear late of what is given back.
///
/// ```
/// use dioscuri_budget::{Budget, Limit, Turnstile};
/// use dioscuri_vocab::{Cost, EndpointId};
/// use std::sync::Arc;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
/// let budget = Arc::new(Budget::default());
/// budget.attach(EndpointId(0), &[Limit::rpm(1)]);
/// let turnstile = Turnstile::new(budget);
///
/// for prompt in ["first", "a minute later"] {
///     let mut turn = turnstile.acquire(EndpointId(0), &Cost::tokens(120)).await?;
///     turn.sent();
///     // … send `prompt`; then what `usageMetadata` says:
///     turn.settle(Cost::tokens(97));
/// }
/// # Ok::<(), dioscuri_budget::TurnError>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Turnstile {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    budget: Arc<Budget>,
    origin: Instant,
    lines: Mutex<Lines<Arc<Notify>>>,
}

impl Turnstile {
    /// A turnstile in front of `budget`, where [100,000](Turnstile::with_max_waiting) may wait.
    #[must_use]
    pub fn new(budget: Arc<Budget>) -> Self {
        Self::with_max_waiting(budget, MAX_WAITING)
    }

    /// A turnstile in front of `budget`, where `max_waiting` may wait, in all lines together.
    #[must_use]
    pub fn with_max_waiting(budget: Arc<Budget>, max_waiting: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                budget,
                origin: Instant::now(),
                lines: Mutex::new(Lines::new(max_waiting)),
            }),
        }
    }

    /// This moment, on the clock of this turnstile: deadlines are ticks of it.
    #[must_use]
    pub fn now(&self) -> Now {
        self.shared.now()
    }

    /// The budget behind it.
    #[must_use]
    pub fn budget(&self) -> &Arc<Budget> {
        &self.shared.budget
    }

    /// How many wait, in all lines together.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().waiting()
    }

    /// Waits until every quota of endpoint `at` has room for `cost`, and takes it.
    ///
    /// # Errors
    ///
    /// [`TurnError`], if a limit is zero, or too many wait.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped gives its place to the next; nothing was taken.
    pub async fn acquire(&self, at: EndpointId, cost: &Cost) -> Result<Turn, TurnError> {
        self.acquire_as(at, cost, Wish::new()).await
    }

    /// As [`Turnstile::acquire`], with a priority, a tenant or a deadline.
    ///
    /// # Errors
    ///
    /// [`TurnError`], if a limit is zero, too many wait, or the deadline has passed.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped gives its place to the next; nothing was taken.
    pub async fn acquire_as(&self, at: EndpointId, cost: &Cost, wish: Wish) -> Result<Turn, TurnError> {
        let mut place = Place::take(&self.shared, at, wish)?;
        loop {
            let until = match place.look(cost) {
                Look::Granted(permit) => {
                    return Ok(Turn {
                        permit: Some(permit),
                        shared: Arc::clone(&self.shared),
                    });
                }
                Look::Never(refused) => return Err(TurnError(Kind::Never(refused))),
                Look::Expired => return Err(TurnError(Kind::Expired(wish.deadline))),
                Look::Wait { until } => until.and_then(|until| self.shared.instant(until)),
            };
            let woken = place.waker.notified();
            match until {
                // Woken or time: either way it looks again.
                Some(until) => drop(timeout_at(until, woken).await),
                None => woken.await,
            }
        }
    }
}

/// Who asks for a turn, and how long it may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    priority: u8,
    tenant: u32,
    deadline: Tick,
}

impl Wish {
    /// Priority 0, tenant 0, no deadline.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            priority: 0,
            tenant: 0,
            deadline: Tick::MAX,
        }
    }

    /// The same with `priority`: a higher one goes first.
    #[must_use]
    pub const fn with_priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }

    /// The same for `tenant`: tenants have equal shares of what a priority gets.
    #[must_use]
    pub const fn with_tenant(mut self, tenant: u32) -> Self {
        self.tenant = tenant;
        self
    }

    /// The same, to be refused at `deadline`, a tick of [`Turnstile::now`].
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Tick) -> Self {
        self.deadline = deadline;
        self
    }
}

impl Default for Wish {
    fn default() -> Self {
        Self::new()
    }
}

/// The right to send one request, from a [`Turnstile`].
///
/// Dropped before [`Turn::sent`] it gives everything back; dropped after that it stays charged as estimated.
/// Either way those who wait hear of it.
#[must_use = "a turn that is dropped at once permits nothing"]
#[derive(Debug)]
pub struct Turn {
    permit: Option<Permit<Arc<Budget>>>,
    shared: Arc<Shared>,
}

impl Turn {
    /// The request has left, at least in part: from here on the server may have counted it.
    pub fn sent(&mut self) {
        let now = self.shared.now();
        if let Some(permit) = &mut self.permit {
            permit.sent(now);
        }
    }

    /// The request was answered and cost `used`.
    pub fn settle(mut self, used: Cost) {
        if let Some(permit) = self.permit.take() {
            permit.settle(used, self.shared.now());
        }
    }

    /// The request failed: if the server refused it by a quota, the budget learns from it.
    ///
    /// Before [`Turn::sent`] everything is given back.
    pub fn fail(mut self, failure: Failure) {
        if let Some(permit) = self.permit.take() {
            permit.fail(failure, self.shared.now());
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        drop(self.permit.take());
        self.shared.carry_out_orders();
    }
}

/// A place in a line, given up when it is dropped.
struct Place<'a> {
    shared: &'a Shared,
    at: EndpointId,
    ticket: Ticket,
    waker: Arc<Notify>,
}

impl<'a> Place<'a> {
    fn take(shared: &'a Shared, at: EndpointId, wish: Wish) -> Result<Self, TurnError> {
        let waker = Arc::new(Notify::new());
        let entered = shared.lock().enter(
            at,
            (wish.priority, wish.tenant, wish.deadline),
            Arc::clone(&waker),
        );
        let (ticket, woken) = entered.ok_or(TurnError(Kind::Full))?;
        wake(woken);
        Ok(Self {
            shared,
            at,
            ticket,
            waker,
        })
    }

    fn look(&mut self, cost: &Cost) -> Look<Permit<Arc<Budget>>> {
        let now = self.shared.now();
        let ask = || self.shared.budget.try_acquire_owned(self.at, cost, now);
        let (look, woken) = self.shared.lock().look(self.at, self.ticket, now.tick, ask);
        wake(woken);
        look
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let woken = self.shared.lock().leave(self.at, self.ticket);
        wake(woken);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Lines<Arc<Notify>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Now {
        #[expect(
            clippy::disallowed_methods,
            reason = "this file is a driver: it reads the clocks"
        )]
        let wall = SystemTime::now();
        // A wall clock before 1970 is broken; the epoch is as good as any other guess.
        let since = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        Now::new(Tick::ZERO.after(self.origin.elapsed()), UnixTime(0).after(since))
    }

    /// `None` beyond what the clock can hold.
    fn instant(&self, tick: Tick) -> Option<Instant> {
        self.origin.checked_add(tick.since(Tick::ZERO))
    }

    fn carry_out_orders(&self) {
        while let Some(order) = self.budget.poll_order(self.now()) {
            if let Order::Opened(at) = order {
                let first = self.lock().opened(at);
                wake(first);
            }
        }
    }
}

/// Each remembers one call, so that none is lost to who is not waiting yet.
fn wake(woken: impl IntoIterator<Item = Arc<Notify>>) {
    for waker in woken {
        waker.notify_one();
    }
}

/// No turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TurnError(Kind);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Never(NotUntil),
    Expired(Tick),
    Full,
}

impl TurnError {
    /// Whether a limit is zero: ask another endpoint.
    #[must_use]
    pub const fn is_never(&self) -> bool {
        matches!(self.0, Kind::Never(_))
    }

    /// Whether the deadline has passed: tell whoever set it.
    #[must_use]
    pub const fn is_expired(&self) -> bool {
        matches!(self.0, Kind::Expired(_))
    }

    /// Whether too many wait: come back later, or raise the bound.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self.0, Kind::Full)
    }
}

impl fmt::Display for TurnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Never(refused) => refused.fmt(f),
            Kind::Expired(deadline) => write!(f, "no turn before the deadline at {deadline}"),
            Kind::Full => f.write_str("too many wait for a turn"),
        }
    }
}

impl Error for TurnError {}

/// As many wait at most unless told otherwise: some 50 MB. More than that is a list of work, not a line.
const MAX_WAITING: usize = 100_000;
