//! A policy with what a loop of other people lacks: a clock, a deadline, and draws that differ.

use super::{Call, process};
use crate::{Profile, RetryPolicy};
use dioscuri_vocab::{Class, Failure, SplitMix64, Tick};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// A policy for the loops of other people. One for a program; clones are the same.
///
/// ```
/// use dioscuri_retry::{OnEmpty, Profile, RetryBudget, RetryPolicyExt as _, adapters::Schedule};
/// use std::{sync::Arc, time::Duration};
///
/// let budget = Arc::new(RetryBudget::new()); // one for all calls
/// let policy = Profile::Default.policy().within_budget(budget, OnEmpty::Postpone);
/// let schedule = Schedule::new(policy).with_deadline(Duration::from_secs(120));
/// let call = schedule.call(); // one for each run of a loop
/// # let _ = call;
/// ```
#[derive(Clone)]
pub struct Schedule {
    pub(super) policy: Arc<dyn RetryPolicy>,
    pub(super) deadline: Option<Duration>,
    pub(super) anywhere: bool,
    pub(super) assumed: Failure,
    pub(super) clock: Arc<dyn Fn() -> Tick + Send + Sync>,
    #[cfg(feature = "retry-policies")]
    pub(super) wall: Arc<dyn Fn() -> std::time::SystemTime + Send + Sync>,
    draws: Arc<Draws>,
    /// Which schedule: what is handed over for one is not taken by another.
    #[cfg(feature = "retry-policies")]
    pub(super) id: u64,
}

impl Schedule {
    /// A schedule by `policy`, without a deadline.
    #[must_use]
    pub fn new(policy: impl RetryPolicy + 'static) -> Self {
        Self {
            policy: Arc::new(policy),
            deadline: None,
            anywhere: false,
            assumed: Failure::new(Class::Unavailable),
            clock: Arc::new(process::now),
            #[cfg(feature = "retry-policies")]
            wall: Arc::new(process::wall),
            draws: Arc::new(Draws::new(process::seed())),
            #[cfg(feature = "retry-policies")]
            id: super::retry_policies::new_id(),
        }
    }

    /// The same schedule, each of whose calls must end within `deadline`, attempts and waits together.
    ///
    /// No wait is given that would end at or after it. An attempt under way is not broken off: that is the HTTP client's timeout.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same schedule, for operations that pick another endpoint or key at each attempt by themselves: what has to
    /// wait at the same one is tried at once.
    #[must_use]
    pub const fn anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }

    /// The same schedule, which takes a failure that nobody tells it for `failure`, of an attempt that was answered.
    ///
    /// Default: [`Class::Unavailable`], a server that is out for a moment. It is what a plain schedule goes by.
    #[must_use]
    pub fn assuming(mut self, failure: Failure) -> Self {
        self.assumed = failure;
        self
    }

    /// The same schedule by another monotone clock, such as tokio's, which a test can pause.
    ///
    /// All schedules that share a [`RetryBudget`](crate::RetryBudget) need one clock: its time is theirs.
    ///
    /// ```
    /// use dioscuri_retry::adapters::Schedule;
    /// use dioscuri_vocab::Tick;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let origin = tokio::time::Instant::now();
    /// let schedule = Schedule::default().with_clock(move || Tick::ZERO.after(origin.elapsed()));
    /// # let _ = schedule; });
    /// ```
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Tick + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The same schedule, whose draws are fixed by `seed`: the nth call draws alike in each run.
    ///
    /// By default the seed differs between processes.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.draws = Arc::new(Draws::new(seed));
        self
    }

    /// A call that begins now.
    #[must_use]
    pub fn call(&self) -> Call {
        Call::new(self)
    }

    /// A stream of random numbers that no other call has.
    pub(super) fn draw(&self) -> SplitMix64 {
        let stream = self.draws.next.fetch_add(1, Ordering::Relaxed);
        SplitMix64::split(self.draws.seed, stream)
    }
}

impl Default for Schedule {
    /// The schedule of [`Profile::Default`].
    fn default() -> Self {
        Self::new(Profile::Default.policy())
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedule")
            .field("deadline", &self.deadline)
            .field("anywhere", &self.anywhere)
            .field("assumed", &self.assumed)
            .finish_non_exhaustive()
    }
}

/// Where the draws of all calls come from.
struct Draws {
    seed: u64,
    next: AtomicU64,
}

impl Draws {
    const fn new(seed: u64) -> Self {
        Self {
            seed,
            next: AtomicU64::new(0),
        }
    }
}
