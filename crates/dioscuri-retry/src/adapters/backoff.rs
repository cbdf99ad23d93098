//! `backoff` 0.4, for programs that have it already: a [`Call`] gives the waits of its loops and judges their errors.
//!
//! That crate is unmaintained ([RUSTSEC-2025-0012]), and so is `instant`, which it brings ([RUSTSEC-2024-0384]). Programs
//! that have a choice take `backon`, or none. The feature is off by default.
//!
//! ```
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
//! let answer = backoff::future::retry(call.waits(), || async {
//!     // Everything happens in here: the closure itself is called before the wait, its future is polled after it.
//!     ask().await.map_err(call.judged(read))
//! })
//! .await;
//! if answer.is_ok() {
//!     call.succeeded();
//! }
//! assert_eq!(call.log().tried().len(), 3);
//! # });
//! ```
//!
//! # Which ways past the limits are closed?
//!
//! - `Error::Transient { retry_after: Some(_) }` is obeyed by the loop without asking for a wait, so that a server that
//!   always hints is asked for ever. [`Call::judged`] never says it: the hint is in our wait. An operation that says
//!   it by itself is mended by [`Call::rejudged`].
//! - `?` makes every error transient, permanent ones too. One that the call was not told has no wait: the loop ends with
//!   it. **So an error that should be tried again must go through [`Call::judged`].**
//! - `max_elapsed_time`, which counts the first attempt's own time, is not there: attempts and
//!   [`Schedule::with_deadline`](crate::adapters::Schedule::with_deadline) limit the call.
//!
//! # Limits
//!
//! Judge only the error that an attempt ends with. If an operation judges one, goes on by itself and then fails by `?`, the wait
//! of the first is still there, and the loop goes on.
//!
//! The loop calls the operation's closure before it waits, and polls what it returns after. Whatever is chosen
//! or measured in the closure and outside of its `async` block is stale by then. The loop tells nobody of successes:
//! [`Call::succeeded`] is yours to call. Under a paused clock give the schedule tokio's
//! ([`Schedule::with_clock`](crate::adapters::Schedule::with_clock)).
//!
//! [RUSTSEC-2025-0012]: https://rustsec.org/advisories/RUSTSEC-2025-0012.html
//! [RUSTSEC-2024-0384]: https://rustsec.org/advisories/RUSTSEC-2024-0384.html

use super::{Call, Failed, Waits, call::begun};
use crate::{GivenWaits, Next};
use ::backoff::{Error, backoff::Backoff};
use std::time::Duration;

impl Call {
    /// What an error means to the loop, for `map_err`: reads it, and decides what follows.
    ///
    /// `read` says what the error means; one for which it says `None` is permanent. One that may be tried again, but
    /// for which attempts, time or retry budget have run out, is transient, and has no wait.
    pub fn judged<E, H, R>(&self, read: R) -> impl Fn(E) -> Error<E> + Clone + use<E, H, R>
    where
        H: Into<Failed>,
        R: Fn(&E) -> Option<H> + Clone,
    {
        let call = self.clone();
        move |error| match call.heard(read(&error)) {
            Some(Next::Again(_) | Next::Exhausted(_)) => Error::transient(error),
            Some(Next::Permanent) | None => Error::permanent(error),
        }
    }

    /// [`Call::judged`] for an operation that speaks in errors of `backoff` already.
    ///
    /// What it calls permanent stays so. What it calls transient is judged, and its `retry_after` is not obeyed: a hint
    /// belongs into the failure that `read` gives.
    pub fn rejudged<E, H, R>(&self, read: R) -> impl Fn(Error<E>) -> Error<E> + Clone + use<E, H, R>
    where
        H: Into<Failed>,
        R: Fn(&E) -> Option<H> + Clone,
    {
        let judged = self.judged(read);
        move |error| match error {
            Error::Permanent(_) => error,
            Error::Transient { err, .. } => judged(err),
        }
    }

    /// A new call in the place of this one, unless nothing has happened yet.
    fn begin_anew(&self) {
        let now = (self.schedule.clock)();
        let state = &mut *self.state();
        if !state.attempts.log().tried().is_empty() {
            state.attempts = begun(&self.schedule, now);
        }
        state.order = None;
    }
}

impl Backoff for Waits {
    /// A new call begins, with a new log and all of its attempts.
    fn reset(&mut self) {
        self.call.begin_anew();
    }

    /// The wait that was decided last; `None` if none was, or the loop is to end.
    fn next_backoff(&mut self) -> Option<Duration> {
        self.next()
    }
}

impl GivenWaits {
    /// A policy of ours that waits as a schedule of `backoff` says, and gives up when it does.
    ///
    /// `theirs` makes one; it is made afresh for each decision and asked as often as the call has tries, so that one
    /// policy serves many calls of some tens of tries. Its `max_elapsed_time` sees no time pass: give the call a deadline.
    ///
    /// ```
    /// use backoff::ExponentialBackoff;
    /// use dioscuri_retry::{Context, GivenWaits, RetryPolicy as _, Verdict};
    /// use dioscuri_vocab::{Class, Failure, SplitMix64, Tick};
    /// use std::time::Duration;
    ///
    /// let policy = GivenWaits::by_backoff(ExponentialBackoff::default);
    /// let busy = Failure::new(Class::Capacity);
    /// let verdict = policy.on_failure(&Context::new(Tick::ZERO), &busy, Tick::ZERO, &mut SplitMix64::new(1));
    /// let Verdict::Retry(retry) = verdict else { panic!("{verdict:?}") };
    /// assert!(retry.here >= Some(Tick::ZERO.after(Duration::from_millis(250)))); // 500 ms, give or take half
    /// ```
    #[must_use]
    pub fn by_backoff<B: Backoff>(theirs: impl Fn() -> B + Send + Sync + 'static) -> Self {
        Self::new(move |cx, _| {
            let mut theirs = theirs();
            (1..cx.tries).try_for_each(|_| theirs.next_backoff().map(|_| ()))?;
            theirs.next_backoff()
        })
    }
}
