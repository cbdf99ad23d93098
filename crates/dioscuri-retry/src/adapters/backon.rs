//! `backon` 1: a [`Call`] gives the waits of a loop and says when to go on; a [`Schedule`] alone is a plain builder.
//!
//! ```
//! use backon::Retryable as _;
//! use dioscuri_retry::adapters::Schedule;
//! use dioscuri_vocab::{Class, Failure};
//! use std::cell::Cell;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
//! let schedule = Schedule::default(); // one for the program
//!
//! let call = schedule.call(); // one for each run of a loop
//! let asked = Cell::new(0);
//! let ask = || async {
//!     asked.set(asked.get() + 1);
//!     if asked.get() < 3 { Err(Failure::new(Class::Capacity)) } else { Ok("an answer") }
//! };
//! let read = |error: &Failure| Some(error.clone()); // yours: what the error means, `None` if nothing of ours
//! let answer = ask.retry(call.waits()).when(call.when(read)).adjust(call.adjust(read)).await;
//! if answer.is_ok() {
//!     call.succeeded();
//! }
//! assert_eq!(call.log().tried().len(), 3);
//! # });
//! ```
//!
//! # Why does [`Call::when`] decide?
//!
//! It is what backon shows the error to first, and in all of its loops: the blocking ones and those with a context have
//! no `adjust`. The wait that it decided is then the next of [`Call::waits`]. Without it there is none, and the loop
//! ends after its first attempt.
//!
//! # What is [`Call::adjust`] for?
//!
//! For waits of another's: `op.retry(ExponentialBuilder::default()).adjust(call.adjust(read))` waits as
//! backon says, and ends as we say. With [`Call::waits`] it changes nothing.
//!
//! # Why does `None` stay `None`?
//!
//! backon asks `adjust` even when its builder has come to an end, and goes on if it gets a wait: for ever.
//!
//! # Limits
//!
//! **A builder of another's needs `adjust`.** With [`Call::when`] and without it that builder's waits are taken as they are,
//! below the server's hint too. Where such a builder comes to an end before we do, the last failure has been charged to
//! a retry budget for nothing.
//!
//! `op.retry(schedule)` alone does not see the errors: all of them are the failure of [`Schedule::assuming`], and no
//! hint is heeded. backon tells nobody of successes: [`Call::succeeded`] is yours to call. Under a paused clock give the
//! schedule tokio's ([`Schedule::with_clock`]).

use super::{Call, Failed, Schedule};
use crate::{GivenWaits, Limit, Next};
use ::backon::BackoffBuilder;
use std::{fmt, time::Duration};

impl Call {
    /// Whether to go on after an error, for backon's `when`: reads it, and decides what follows.
    ///
    /// `read` says what the error means; one for which it says `None` ends the loop.
    pub fn when<E, H, R>(&self, read: R) -> impl FnMut(&E) -> bool + Clone + use<E, H, R>
    where
        H: Into<Failed>,
        R: Fn(&E) -> Option<H> + Clone,
    {
        let call = self.clone();
        move |error| match call.heard(read(error)) {
            Some(next) => matches!(next, Next::Again(_)),
            None => false,
        }
    }

    /// A wait of any builder within the limits of this call, for backon's `adjust`.
    ///
    /// The wait is the builder's or ours, whichever is longer; where we end, or the deadline does not allow it, or the
    /// builder has come to an end, there is none. If [`Call::when`] has not read the error, `read` does.
    pub fn adjust<E, H, R>(
        &self,
        read: R,
    ) -> impl FnMut(&E, Option<Duration>) -> Option<Duration> + Clone + use<E, H, R>
    where
        H: Into<Failed>,
        R: Fn(&E) -> Option<H> + Clone,
    {
        let call = self.clone();
        move |error, given| {
            if !call.has_judged() {
                let _ = call.heard(read(error))?;
            }
            call.adjusted(given)
        }
    }

    /// Whether the error that is being adjusted has been read already.
    fn has_judged(&self) -> bool {
        self.state().order.is_some_and(|order| !order.adjusted)
    }

    fn adjusted(&self, given: Option<Duration>) -> Option<Duration> {
        let now = (self.schedule.clock)();
        let state = &mut *self.state();
        let order = state.order.as_mut()?;
        order.adjusted = true;
        let Next::Again(at) = order.next else {
            return None;
        };
        let Some(given) = given else {
            order.next = Next::Exhausted(Limit::Attempts);
            return None;
        };
        let at = at.max(now.after(given));
        if state.attempts.ends_by().is_some_and(|deadline| at >= deadline) {
            order.next = Next::Exhausted(Limit::Deadline);
            return None;
        }
        order.next = Next::Again(at);
        Some(at.since(now))
    }
}

impl BackoffBuilder for Schedule {
    type Backoff = Plain;

    fn build(self) -> Plain {
        let failed = Failed::from(self.assumed.clone());
        Plain {
            call: self.call(),
            failed,
        }
    }
}

impl BackoffBuilder for &Schedule {
    type Backoff = Plain;

    fn build(self) -> Plain {
        self.clone().build()
    }
}

/// The waits of a call all of whose failures are assumed: a [`Schedule`] as a plain builder.
pub struct Plain {
    call: Call,
    failed: Failed,
}

impl Iterator for Plain {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let _ = self.call.failed(self.failed.clone());
        self.call.waits().next()
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").finish_non_exhaustive()
    }
}

impl GivenWaits {
    /// A policy of ours that waits as a builder of backon says, and gives up when it does.
    ///
    /// The builder is built afresh for each decision and asked for the wait that follows that many tries, so that one
    /// policy serves many calls. Where it draws its jitter from a seed of its own, all calls have the same.
    ///
    /// ```
    /// use backon::ExponentialBuilder;
    /// use dioscuri_retry::{Context, GivenWaits, RetryPolicy as _, Verdict};
    /// use dioscuri_vocab::{Class, Failure, SplitMix64, Tick};
    /// use std::time::Duration;
    ///
    /// let policy = GivenWaits::by_backon(ExponentialBuilder::default()); // 1 s, 2 s, 4 s
    /// let cx = Context::new(Tick::ZERO).at_attempt(2);
    /// let busy = Failure::new(Class::Capacity);
    /// let verdict = policy.on_failure(&cx, &busy, Tick::ZERO, &mut SplitMix64::new(1));
    /// let Verdict::Retry(retry) = verdict else { panic!("{verdict:?}") };
    /// assert_eq!(retry.here, Some(Tick::ZERO.after(Duration::from_secs(2))));
    /// ```
    #[must_use]
    pub fn by_backon(theirs: impl BackoffBuilder + Clone + 'static) -> Self {
        Self::new(move |cx, _| {
            let earlier = usize::try_from(cx.tries.saturating_sub(1)).unwrap_or(usize::MAX);
            theirs.clone().build().nth(earlier)
        })
    }
}
