//! One run of a loop: what has failed so far, and the wait that was decided last.

use super::{Failed, Schedule};
use crate::{AttemptLog, Attempts, Next};
use dioscuri_vocab::{SplitMix64, Tick};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// One call, while a loop of other people runs it. Clones are the same call.
///
/// Tell it each failure, or let the closures of an adapter do so, and it says what follows:
///
/// ```
/// use dioscuri_retry::{Next, adapters::Schedule};
/// use dioscuri_vocab::{Class, Failure, Hint, HintSource};
/// use std::time::Duration;
///
/// let mut refused = Failure::new(Class::QuotaMinute);
/// refused.retry_after = Some(Hint::new(Duration::from_millis(2500), HintSource::RetryInfo));
///
/// let call = Schedule::default().call();
/// assert!(matches!(call.failed(refused), Next::Again(_)));
/// let wait = call.waits().next().unwrap();
/// assert!(wait > Duration::from_secs(2));
/// assert_eq!(call.waits().next(), None); // one failure, one wait
/// ```
#[derive(Clone)]
pub struct Call {
    pub(super) schedule: Schedule,
    state: Arc<Mutex<State>>,
}

pub(super) struct State {
    pub(super) attempts: Attempts,
    rng: SplitMix64,
    /// What followed the last failure, while nothing else has happened since.
    pub(super) order: Option<Order>,
}

/// What followed a failure, and who has heard of it.
#[derive(Clone, Copy)]
pub(super) struct Order {
    pub(super) next: Next,
    drawn: bool,
    #[cfg(feature = "backon")]
    pub(super) adjusted: bool,
}

impl Call {
    pub(super) fn new(schedule: &Schedule) -> Self {
        let state = State {
            attempts: begun(schedule, (schedule.clock)()),
            rng: schedule.draw(),
            order: None,
        };
        Self {
            schedule: schedule.clone(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// The attempt under way failed: what follows? The next of [`Call::waits`] obeys it.
    pub fn failed(&self, failed: impl Into<Failed>) -> Next {
        self.judge(&failed.into(), (self.schedule.clock)())
    }

    /// The attempt under way was answered: the log ends, and a retry budget has its deposit.
    ///
    /// No loop tells it by itself. Without it the log ends with the last failure.
    pub fn succeeded(&self) {
        let now = (self.schedule.clock)();
        let state = &mut *self.state();
        state.begin_what_is_due(now);
        state.attempts.on_success(&*self.schedule.policy, now);
        state.order = None;
    }

    /// What followed the last failure, if one was the last that happened: why the loop has ended.
    #[must_use]
    pub fn verdict(&self) -> Option<Next> {
        self.state().order.map(|order| order.next)
    }

    /// Every attempt so far. One that has not been told to fail or to succeed is not among them.
    #[must_use]
    pub fn log(&self) -> AttemptLog {
        self.state().attempts.log().clone()
    }

    /// The waits of this call, for the loop: one for each failure that may be tried again, else none.
    #[must_use]
    pub fn waits(&self) -> Waits {
        Waits { call: self.clone() }
    }

    /// As [`Call::failed`]; an error that is no failure leaves no wait behind.
    #[cfg(any(feature = "backon", feature = "backoff"))]
    pub(super) fn heard(&self, failed: Option<impl Into<Failed>>) -> Option<Next> {
        if failed.is_none() {
            self.state().order = None;
        }
        failed.map(|failed| self.failed(failed))
    }

    fn judge(&self, failed: &Failed, now: Tick) -> Next {
        self.judge_until(failed, now, None)
    }

    /// Judges, with the deadline of whoever knows better when the call began.
    pub(super) fn judge_until(&self, failed: &Failed, now: Tick, deadline: Option<Tick>) -> Next {
        let state = &mut *self.state();
        state.begin_what_is_due(now);
        if let Some(deadline) = deadline {
            state.attempts.end_by(deadline);
        }
        let (failure, phase) = (&failed.failure, failed.phase);
        let (policy, rng) = (&*self.schedule.policy, &mut state.rng);
        let next = state.attempts.on_failure(policy, failure, phase, now, rng);
        state.order = Some(Order {
            next,
            drawn: false,
            #[cfg(feature = "backon")]
            adjusted: false,
        });
        next
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A policy that panicked has decided nothing; what was decided before still holds.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A loop says when it fails, not when it begins: it begins when the wait is over.
    fn begin_what_is_due(&mut self, now: Tick) {
        let due = match self.order.map(|order| order.next) {
            Some(Next::Again(at)) => at,
            _ => now,
        };
        if self.attempts.log().tried().is_empty() {
            self.attempts.begin(self.attempts.started());
        } else {
            self.attempts.begin(due.min(now));
        }
    }
}

pub(super) fn begun(schedule: &Schedule, now: Tick) -> Attempts {
    let mut attempts = Attempts::new(now);
    if let Some(deadline) = schedule.deadline {
        attempts = attempts.with_deadline(now.after(deadline));
    }
    if schedule.anywhere {
        attempts = attempts.anywhere();
    }
    attempts
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = self.log();
        f.debug_struct("Call").field("log", &log).finish_non_exhaustive()
    }
}

/// The waits of a [`Call`], as the loops of other people ask for them.
///
/// There is one for each failure that the call was told and that may be tried again. A failure that it was not told
/// has none: whoever asks then is told to end.
#[derive(Clone, Debug)]
pub struct Waits {
    pub(super) call: Call,
}

impl Iterator for Waits {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let now = (self.call.schedule.clock)();
        let mut state = self.call.state();
        let order = state.order.as_mut().filter(|order| !order.drawn)?;
        order.drawn = true;
        match order.next {
            Next::Again(at) => Some(at.since(now)),
            Next::Permanent | Next::Exhausted(_) => None,
        }
    }
}
