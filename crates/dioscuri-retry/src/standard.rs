//! The standard policy: the table, two backoffs, and limits on attempts, tries and time.

use crate::{Backoff, Context, Limit, Pace, Retry, RetryPolicy, Row, Table, Verdict, When};
use dioscuri_vocab::{Failure, Phase, Rng, Scope, Tick};
use std::{num::NonZeroU32, time::Duration};

/// A hint beyond this is not waited for: the longest window is a Pacific day, which has up to 25 h.
const LONGEST_HINT: Duration = Duration::from_secs(25 * 3600);

/// Decides by the row of the failure's class, within limits.
///
/// Usually taken from a [`Profile`](crate::Profile) and changed:
///
/// ```
/// use dioscuri_retry::{Context, Profile, RetryPolicy, Verdict};
/// use dioscuri_vocab::{Class, Failure, SplitMix64, Tick};
/// use std::num::NonZeroU32;
///
/// let policy = Profile::Default.policy().with_max_attempts(NonZeroU32::MIN);
/// let failure = Failure::new(Class::Internal);
/// let verdict = policy.on_failure(&Context::new(Tick::ZERO), &failure, Tick::ZERO, &mut SplitMix64::new(1));
/// assert!(matches!(verdict, Verdict::Exhausted(_)));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standard {
    table: Table,
    transient: Backoff,
    throttled: Backoff,
    max_attempts: NonZeroU32,
    max_tries: Option<NonZeroU32>,
}

impl Standard {
    /// The standard table with these backoffs, for faults and for throttling, and at most
    /// `max_attempts` attempts.
    ///
    /// Tries (refusals and unsent ones included) are bounded at 16 times the attempts.
    #[must_use]
    pub const fn new(transient: Backoff, throttled: Backoff, max_attempts: NonZeroU32) -> Self {
        Self {
            table: Table::standard(),
            transient,
            throttled,
            max_attempts,
            max_tries: None,
        }
    }

    /// The same policy by `table`.
    #[must_use]
    pub fn with_table(mut self, table: Table) -> Self {
        self.table = table;
        self
    }

    /// The same policy with `backoff` at `pace`.
    #[must_use]
    pub const fn with_backoff(mut self, pace: Pace, backoff: Backoff) -> Self {
        match pace {
            Pace::Transient => self.transient = backoff,
            Pace::Throttled => self.throttled = backoff,
        }
        self
    }

    /// The same policy with at most `attempts` attempts a call, the first included.
    ///
    /// Refusals by quota and unsent attempts do not count. Tries stay bounded at 16 times the attempts,
    /// unless [`Standard::with_max_tries`] says otherwise.
    #[must_use]
    pub const fn with_max_attempts(mut self, attempts: NonZeroU32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The same policy with at most `tries` tries a call, refusals and unsent ones included.
    #[must_use]
    pub const fn with_max_tries(mut self, tries: NonZeroU32) -> Self {
        self.max_tries = Some(tries);
        self
    }

    /// The table it decides by.
    #[must_use]
    pub const fn table(&self) -> &Table {
        &self.table
    }

    fn max_tries(&self) -> NonZeroU32 {
        self.max_tries
            .unwrap_or_else(|| self.max_attempts.saturating_mul(TRIES_PER_ATTEMPT))
    }

    fn backoff(&self, pace: Pace, cx: &Context) -> Backoff {
        let own = match pace {
            Pace::Transient => self.transient,
            Pace::Throttled => self.throttled,
        };
        if cx.remembered { own.at_most(SPREAD) } else { own }
    }
}

/// The longest backoff of a call's own where all calls share the memory of the failure.
///
/// The breaker's or the window's pause is what protects the server then. Whoever failed just before it closed
/// must not sleep on for minutes when it has opened again; four seconds still spread a crowd.
const SPREAD: Duration = Duration::from_secs(4);

/// Tries that one attempt may cost. Refusals cost the server nothing and come with a time, so that few
/// are needed; without a bound a server that refuses for ever would hold a call without a deadline for
/// ever. With five attempts: 80 tries, more than an hour at one refusal a minute.
const TRIES_PER_ATTEMPT: NonZeroU32 = NonZeroU32::new(16).expect("16 is not zero");

impl RetryPolicy for Standard {
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
        let limits = Limits {
            attempts: self.max_attempts.get(),
            tries: self.max_tries().get(),
        };
        by_table(&self.table, &limits, cx, failure, now, |row, step| {
            let backoff = self.backoff(row.pace, cx);
            Some(backoff.wait(step.saturating_add(1), failure.hint(), rng))
        })
    }

    fn counts(&self, failure: &Failure, phase: Phase) -> bool {
        self.table.row(failure, phase).counts
    }
}

/// How often a call may try.
pub(crate) struct Limits {
    pub(crate) attempts: u32,
    pub(crate) tries: u32,
}

/// The verdict by the row of `failure` and within `limits`, where what waits does so for `wait`; without one the
/// attempts have come to an end. It is asked with the row and the number of the step, from 1.
pub(crate) fn by_table(
    table: &Table,
    limits: &Limits,
    cx: &Context,
    failure: &Failure,
    now: Tick,
    wait: impl FnOnce(&Row, u32) -> Option<Duration>,
) -> Verdict {
    let mut row = table.row(failure, cx.phase);
    let mut places = Places::new(&row, failure, cx);
    if places.are_all_never() {
        return Verdict::Permanent;
    }
    if cx.has_scouted(failure) {
        row = row.uncounted().with_attempts_here(u32::MAX);
    } else if cx.tries >= limits.tries || (row.counts && cx.attempt >= limits.attempts) {
        return Verdict::Exhausted(Limit::Attempts);
    }
    places = places.within_attempts(&row, cx);
    if places.are_all_never() {
        return Verdict::Exhausted(Limit::Attempts);
    }
    // What does not count as an attempt must grow all the same; but the pauses between probes are not the call's.
    let step = match row.counts {
        _ if cx.has_scouted(failure) => 1,
        true => cx.attempt,
        false => cx.tries,
    };
    match wait(&row, step) {
        Some(wait) => places.at(now, wait, cx.deadline),
        None => Verdict::Exhausted(Limit::Attempts),
    }
}

/// The three places of one verdict, before time is asked.
struct Places {
    here: When,
    elsewhere: When,
    fallback: When,
}

impl Places {
    fn new(row: &Row, failure: &Failure, cx: &Context) -> Self {
        let settle = |when| match when {
            When::OtherKey if failure.scope == Scope::Key && !cx.here_only => When::Now,
            When::Hinted if failure.hint().is_some() || failure.transient => When::Backoff,
            When::OtherKey | When::Hinted => When::Never,
            settled => settled,
        };
        let settle_others = |when| if cx.here_only { When::Never } else { settle(when) };
        Self {
            here: settle(row.here),
            elsewhere: settle_others(row.elsewhere),
            fallback: settle_others(row.fallback),
        }
    }

    fn within_attempts(mut self, row: &Row, cx: &Context) -> Self {
        if cx.attempt_here >= row.attempts_here {
            self.here = When::Never;
        }
        if cx.attempt < row.fallback_after {
            self.fallback = When::Never;
        }
        self
    }

    const fn are_all_never(&self) -> bool {
        matches!(
            (self.here, self.elsewhere, self.fallback),
            (When::Never, When::Never, When::Never)
        )
    }

    /// The verdict, given the wait of those that wait. A place that would be tried at or after the
    /// deadline, or after more than [`LONGEST_HINT`], is closed.
    fn at(&self, now: Tick, wait: Duration, deadline: Option<Tick>) -> Verdict {
        let tick = |when| {
            let wait = match when {
                When::Never | When::OtherKey | When::Hinted => return None,
                When::Now => Duration::ZERO,
                When::Backoff => wait,
            };
            let at = now.after(wait);
            (wait <= LONGEST_HINT && deadline.is_none_or(|deadline| at < deadline)).then_some(at)
        };
        match (tick(self.here), tick(self.elsewhere), tick(self.fallback)) {
            (None, None, None) => Verdict::Exhausted(Limit::Deadline),
            (here, elsewhere, fallback) => Verdict::Retry(Retry {
                here,
                elsewhere,
                fallback,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
