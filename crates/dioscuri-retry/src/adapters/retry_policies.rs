//! `retry-policies` 0.5, which reqwest-retry 0.9 and others take: a [`Schedule`] is one of its policies.
//!
//! Its policy is shown when the call began and how often it was retried, and not what went wrong. So whoever knows
//! hands the failure over, on the same thread and just before:
//!
//! ```
//! use dioscuri_retry::{Profile, adapters::Schedule};
//! use dioscuri_vocab::{Class, Failure, Hint, HintSource};
//! use retry_policies::{RetryDecision, RetryPolicy as _};
//! use std::time::{Duration, SystemTime};
//!
//! let schedule = Schedule::new(Profile::Default.policy()).with_deadline(Duration::from_secs(120));
//! # #[expect(clippy::disallowed_methods, reason = "it is theirs")]
//! let start = SystemTime::now();
//!
//! // What a strategy does with the answer that it has just judged:
//! let mut refused = Failure::new(Class::QuotaMinute);
//! refused.retry_after = Some(Hint::new(Duration::from_secs(26), HintSource::RetryInfo));
//! schedule.hand_over(refused);
//!
//! // What the loop asks next:
//! let RetryDecision::Retry { execute_after } = schedule.should_retry(start, 0) else { panic!() };
//! assert!(execute_after >= start + Duration::from_secs(26));
//! ```
//!
//! # Why is that safe?
//!
//! It rests on the loop asking the policy on the thread on which the strategy has just answered, without waiting in
//! between, as reqwest-retry does. What is handed over is taken once; only by the schedule (or a clone) it was handed
//! to; only on the same thread; and only by a call that had begun by then, so that what a panic left behind is not taken
//! for the failure of a later call. A strategy that hands over at each failure leaves nothing else to chance; one that
//! does not retry calls [`Schedule::hand_over_nothing`].
//!
//! # What if nobody hands over?
//!
//! Then the failure is [`Schedule::assuming`]'s: the waits are ours, without the server's hint, and every error is
//! tried again as long as the strategy says so.
//!
//! # What counts?
//!
//! With [`Failed::of_call`] everything is as in any other loop, and the call has the log. Without, the policy
//! sees the number of retries: each of them is taken for an attempt that counted, unless [`Failed::after_attempts`]
//! says how many did.
//!
//! # Limits
//!
//! Theirs is the wall clock: if it jumps, so does what is left until the deadline; and if it jumps to before the start
//! of a call, what is handed over for that call is not taken. No loop tells a policy of
//! successes; where the policy has a retry budget, the strategy tells them by [`Schedule::succeeded`].

use super::{Failed, Schedule, process};
use crate::{Attempts, Context, GivenWaits, Next};
use ::retry_policies::{RetryDecision, RetryPolicy};
use dioscuri_vocab::{Phase, Tick};
use std::{
    cell::RefCell,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

thread_local! {
    /// The last failure that was handed over on this thread and not taken yet.
    static HANDED: RefCell<Option<Handed>> = const { RefCell::new(None) };
}

struct Handed {
    to: u64,
    when: SystemTime,
    failed: Failed,
}

/// A number that no other schedule has.
pub(super) fn new_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Schedule {
    /// Hands over how the attempt failed about which [`RetryPolicy::should_retry`] is asked next, on this thread.
    ///
    /// What was handed over before, and not taken, is forgotten.
    pub fn hand_over(&self, failed: impl Into<Failed>) {
        let handed = Handed {
            to: self.id,
            when: (self.wall)(),
            failed: failed.into(),
        };
        HANDED.replace(Some(handed));
    }

    /// Forgets what was handed over on this thread: the policy will not be asked.
    pub fn hand_over_nothing(&self) {
        HANDED.take();
    }

    /// A call was answered: the retry budget of the policy, if it has one, takes its deposit.
    pub fn succeeded(&self) {
        let now = (self.clock)();
        self.policy.on_success(&Context::new(now), now);
    }

    /// The same schedule by another wall clock, which [`RetryPolicy::should_retry`] counts by.
    #[must_use]
    pub fn with_wall_clock(mut self, wall: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.wall = std::sync::Arc::new(wall);
        self
    }

    /// What was handed over for a call that began at `start`.
    fn taken(&self, start: SystemTime) -> Option<Failed> {
        let handed = HANDED.take().filter(|handed| handed.to == self.id)?;
        // What is older than the call is another's, left behind by a panic or by a strategy that thought better of it.
        (handed.when >= start).then_some(handed.failed)
    }

    fn decide(&self, failed: &Failed, retries: u32, elapsed: Duration) -> (Next, Tick) {
        let now = (self.clock)();
        // The monotone clock may have begun after the call did.
        let deadline = self.deadline.map(|all| now.after(all.saturating_sub(elapsed)));
        if let Some(call) = &failed.call {
            return (call.judge_until(failed, now, deadline), now);
        }
        let mut attempts = Attempts::new(now.before(elapsed));
        if let Some(deadline) = deadline {
            attempts = attempts.with_deadline(deadline);
        }
        if self.anywhere {
            attempts = attempts.anywhere();
        }
        let counts = self.policy.counts(&failed.failure, failed.phase);
        let counted = failed
            .counted
            .map_or(retries, |counted| counted.saturating_sub(u32::from(counts)));
        let next = attempts.resume(counted, retries).on_failure(
            &*self.policy,
            &failed.failure,
            failed.phase,
            now,
            &mut self.draw(),
        );
        (next, now)
    }
}

impl GivenWaits {
    /// A policy of ours that waits as `theirs` says, and gives up when it does.
    ///
    /// It is told the tries of the call, as its own loop would do, and when the call began.
    ///
    /// ```
    /// use dioscuri_retry::{Context, GivenWaits, RetryPolicy as _, Verdict};
    /// use dioscuri_vocab::{Class, Failure, SplitMix64, Tick};
    /// use retry_policies::policies::ExponentialBackoff;
    ///
    /// let policy = GivenWaits::by_retry_policy(ExponentialBackoff::builder().build_with_max_retries(3));
    /// let busy = Failure::new(Class::Capacity);
    /// let ask = |cx: Context| policy.on_failure(&cx, &busy, Tick::ZERO, &mut SplitMix64::new(1));
    /// assert!(matches!(ask(Context::new(Tick::ZERO)), Verdict::Retry(_)));
    /// assert!(matches!(ask(Context::new(Tick::ZERO).at_attempt(4)), Verdict::Exhausted(_)));
    /// ```
    #[must_use]
    pub fn by_retry_policy(theirs: impl RetryPolicy + Send + Sync + 'static) -> Self {
        Self::new(move |cx, now| {
            let wall = process::wall();
            // A moment before what a wall clock can show is as long ago as anybody may ask.
            let start = wall.checked_sub(now.since(cx.started)).unwrap_or(wall);
            match theirs.should_retry(start, cx.tries.saturating_sub(1)) {
                RetryDecision::Retry { execute_after } => {
                    Some(execute_after.duration_since(wall).unwrap_or_default())
                }
                RetryDecision::DoNotRetry => None,
            }
        })
    }
}

impl RetryPolicy for Schedule {
    fn should_retry(&self, request_start_time: SystemTime, n_past_retries: u32) -> RetryDecision {
        let failed = self
            .taken(request_start_time)
            .unwrap_or_else(|| Failed::new(self.assumed.clone(), Phase::Answered));
        let wall = (self.wall)();
        let elapsed = wall.duration_since(request_start_time).unwrap_or_default();
        match self.decide(&failed, n_past_retries, elapsed) {
            // A moment that no wall clock can show is too late for anybody.
            (Next::Again(at), now) => match wall.checked_add(at.since(now)) {
                Some(execute_after) => RetryDecision::Retry { execute_after },
                None => RetryDecision::DoNotRetry,
            },
            (Next::Permanent | Next::Exhausted(_), _) => RetryDecision::DoNotRetry,
        }
    }
}
