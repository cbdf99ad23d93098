//! The engine: what all calls of a pool share.

use crate::{
    Call, EngineOrder,
    hedge::{After, Hedge},
    observer::{Observer, Record},
    pace::Pace,
    room::{Doors, Room},
};
use dioscuri_budget::{Lease, Opening, RateBudget, Reservation, Reserve};
use dioscuri_pool::Pool;
use dioscuri_retry::{Context, RetryPolicy, Verdict};
use dioscuri_vocab::{CallMeta, Cost, EndpointId, Failure, Now, Outcome, Rng, Tick, Timing};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How many calls may wait at once before new ones are shed.
///
/// A waiting call costs the engine a few hundred bytes; the bodies are held by the callers. 100,000 is a
/// day's work of a large job, and far beyond what is served in an hour.
const MAX_WAITING: usize = 100_000;

/// The window of the quotas per minute, which nearly all of Gemini's are.
const MINUTE: Duration = Duration::from_secs(60);

/// What all calls of one pool and one model chain share: the policies and the queue. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) policies: Policies,
    room: Mutex<Room>,
}

/// What the builder is told, and the calls go by.
pub(crate) struct Policies {
    pub(crate) pool: Arc<dyn Pool>,
    pub(crate) budget: Arc<dyn RateBudget>,
    pub(crate) retry: Arc<dyn RetryPolicy>,
    observer: Arc<dyn Observer>,
    pub(crate) hedge: Option<Arc<dyn Hedge>>,
    pub(crate) attempt_timeout: Option<Duration>,
    fallback_after: Option<Duration>,
}

impl Engine {
    /// An engine over `pool`, without quotas and without retries until the builder is told otherwise.
    pub fn builder(pool: impl Pool + 'static) -> Builder {
        Builder::new(Arc::new(pool))
    }

    /// Starts a call. Nothing happens until it is polled.
    pub fn start(&self, meta: CallMeta, now: Now) -> Call {
        let patience = self.inner.policies.fallback_after;
        let impatient = patience.map(|patience| now.tick.after(patience));
        Call::new(Arc::clone(&self.inner), meta, impatient, now)
    }

    /// The next tick at which [`Engine::poll_order`] wants to be called; in the past means at once. Once that
    /// has answered `None`, it lies in the future.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        self.inner.room().poll_timeout()
    }

    /// What the engine wants of its driver next. Call it until it answers `None`: after each poll and event
    /// of a call, and when [`Engine::poll_timeout`] has come.
    #[must_use = "an order does nothing until a driver carries it out"]
    pub fn poll_order(&self, now: Now) -> Option<EngineOrder> {
        self.inner.room().poll_order(&self.inner.doors(), now)
    }

    /// Hands the budget what was fetched for an [`EngineOrder::Lease`]; possibly nothing. Those who wait for it are
    /// named by [`Engine::poll_order`].
    pub fn on_lease(&self, lease: Lease, now: Now) {
        self.inner.policies.budget.on_lease(lease, now);
        self.inner.room().on_change();
    }

    /// Sheds the calls that wait, and all that ask for a place from now on; for shutting down.
    ///
    /// Attempts in flight go on to their end; one that fails is the last of its call, which ends with
    /// [`End::Shed`](crate::End::Shed) too. Those that wait are named by [`Engine::poll_order`]. Closing twice
    /// changes nothing.
    ///
    /// ```
    /// use dioscuri_engine::{End, Engine, Step};
    /// use dioscuri_pool::RegionPool;
    /// use dioscuri_vocab::{CallId, CallMeta, Cost, Now};
    ///
    /// let engine = Engine::builder(RegionPool::default()).build();
    /// let mut call = engine.start(CallMeta::new(CallId(1), Cost::tokens(120)), Now::default());
    /// engine.close();
    /// assert_eq!(call.poll(Now::default()), Step::Done(End::Shed));
    /// ```
    pub fn close(&self) {
        self.inner.room().close();
    }

    /// Calls that wait for a place now. Those in a backoff of their own are not counted.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inner.room().waiting()
    }

    /// Attempts in flight now.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.inner.room().in_flight()
    }
}

impl Inner {
    pub(crate) fn doors(&self) -> Doors<'_> {
        Doors {
            pool: &*self.policies.pool,
            budget: &*self.policies.budget,
        }
    }

    pub(crate) fn tell(&self, record: &Record<'_>, now: Now) {
        self.policies.observer.on_record(record, now);
    }

    pub(crate) fn room(&self) -> MutexGuard<'_, Room> {
        // The room's methods leave it whole even if a user's pool or budget panics below them.
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let room = self.inner.room();
        f.debug_struct("Engine")
            .field("waiting", &room.waiting())
            .field("in_flight", &room.in_flight())
            .finish_non_exhaustive()
    }
}

/// Assembles an [`Engine`].
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    policies: Policies,
    max_waiting: usize,
    minute: Duration,
    expected: Vec<u8>,
    seed: u64,
}

impl Builder {
    fn new(pool: Arc<dyn Pool>) -> Self {
        let never = |_: &Context, _: &Failure, _: Tick, _: &mut dyn Rng| Verdict::Permanent;
        let policies = Policies {
            pool,
            budget: Arc::new(Unlimited),
            retry: Arc::new(never),
            observer: Arc::new(()),
            hedge: None,
            attempt_timeout: None,
            fallback_after: None,
        };
        Self {
            policies,
            max_waiting: MAX_WAITING,
            minute: MINUTE,
            expected: Vec::new(),
            seed: 0,
        }
    }

    /// Keeps to the quotas that `budget` knows. Default: none.
    pub fn budget(mut self, budget: impl RateBudget + 'static) -> Self {
        self.policies.budget = Arc::new(budget);
        self
    }

    /// Asks `retry` what follows a failure. Default: nothing is retried.
    pub fn retry(mut self, retry: impl RetryPolicy + 'static) -> Self {
        self.policies.retry = Arc::new(retry);
        self
    }

    /// Tells `observer` everything that happens. Default: nobody.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.policies.observer = Arc::new(observer);
        self
    }

    /// Bounds each attempt. Default: only the call's deadline bounds it.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.policies.attempt_timeout = Some(timeout);
        self
    }

    /// Sends a call a second time when its attempt in flight has not delivered content after `wait`, to another
    /// endpoint, if a place is free there and the retry budget pays for it. Default: never.
    pub fn hedge_after(self, wait: Duration) -> Self {
        self.hedge(After(wait))
    }

    /// Asks `hedge` when a call is sent a second time beside its attempt in flight. Default: never.
    pub fn hedge(mut self, hedge: impl Hedge + 'static) -> Self {
        self.policies.hedge = Some(Arc::new(hedge));
        self
    }

    /// Takes quotas to be counted by windows of `minute`, where lower priorities are paced for the sake of higher
    /// ones. Default: 60 s. Only simulated worlds have another.
    pub fn minute(mut self, minute: Duration) -> Self {
        self.minute = minute;
        self
    }

    /// Expects calls of `priority` at any time: those of lower priorities are paced for their sake from the start. Default:
    /// they are paced while higher ones have come within the last five minutes.
    ///
    /// Without it, those who come first after a flood of lower priority has begun may wait for up to a minute.
    pub fn expect_priority(mut self, priority: u8) -> Self {
        self.expected.push(priority);
        self
    }

    /// Lets a call use later links of the model chain once it has waited this long for the first one.
    /// Default: only failures open a later link.
    pub fn fallback_after(mut self, patience: Duration) -> Self {
        self.policies.fallback_after = Some(patience);
        self
    }

    /// Sheds new calls that would have to wait while this many do. Default: 100,000.
    ///
    /// A call that tries again is never shed.
    pub fn max_waiting(mut self, calls: usize) -> Self {
        self.max_waiting = calls;
        self
    }

    /// Seeds the choice among endpoints; equal seeds and equal events give equal orders. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The engine.
    #[must_use]
    pub fn build(self) -> Engine {
        let mut pace = Pace::new(self.minute);
        self.expected.iter().for_each(|priority| pace.expect(*priority));
        let room = Mutex::new(Room::new(self.max_waiting, pace, self.seed));
        let policies = self.policies;
        Engine {
            inner: Arc::new(Inner { policies, room }),
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("attempt_timeout", &self.policies.attempt_timeout)
            .field("fallback_after", &self.policies.fallback_after)
            .field("max_waiting", &self.max_waiting)
            .field("minute", &self.minute)
            .field("expected", &self.expected)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// The budget of an engine without quotas.
struct Unlimited;

impl RateBudget for Unlimited {
    fn reserve(&self, _at: EndpointId, _cost: &Cost, _now: Now) -> Reserve {
        Reserve::Granted(Reservation(0))
    }

    fn settle(&self, _taken: Reservation, _outcome: &Outcome, _timing: &Timing, _now: Now) {}

    fn opening(&self, _at: EndpointId, _cost: &Cost, now: Now) -> Opening {
        Opening::new(Some(now.tick), 1.0)
    }
}
