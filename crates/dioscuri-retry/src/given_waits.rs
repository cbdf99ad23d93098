//! A policy whose waits are somebody else's: the table and the hint are ours, the schedule is given.

use crate::{Context, RetryPolicy, Table, Verdict, standard};
use dioscuri_vocab::{Failure, Phase, Rng, Tick};
use std::{fmt, num::NonZeroU32, sync::Arc, time::Duration};

/// Decides by the table what may be tried again and where, and waits as long as a schedule of yours says.
///
/// The server's hint stays a floor: the wait is the schedule's, or `hint + U(0, 1 s)`, whichever is longer. When the
/// schedule has no further wait, the call is out of attempts.
///
/// ```
/// use dioscuri_retry::{Context, GivenWaits, RetryPolicy, Verdict};
/// use dioscuri_vocab::{Class, Failure, SplitMix64, Tick};
/// use std::time::Duration;
///
/// // 2 s, 4 s, 6 s, and no more.
/// let linear = GivenWaits::new(|cx, _now| (cx.tries < 4).then(|| Duration::from_secs(2) * cx.tries));
///
/// let busy = Failure::new(Class::Capacity);
/// let verdict = linear.on_failure(&Context::new(Tick::ZERO), &busy, Tick::ZERO, &mut SplitMix64::new(1));
/// let Verdict::Retry(retry) = verdict else { panic!("{verdict:?}") };
/// assert_eq!(retry.here, Some(Tick::ZERO.after(Duration::from_secs(2))));
/// ```
#[derive(Clone)]
pub struct GivenWaits {
    waits: Arc<Waits>,
    table: Table,
    max_tries: NonZeroU32,
}

type Waits = dyn Fn(&Context, Tick) -> Option<Duration> + Send + Sync;

/// Tries of a call whose schedule has no end of its own: as many as the default profile allows.
const MAX_TRIES: NonZeroU32 = NonZeroU32::new(80).expect("80 is not zero");

/// The spread above a hint, so that those who were refused together do not come back together: the first backoff after
/// throttling of every profile.
const SPREAD: Duration = Duration::from_secs(1);

impl GivenWaits {
    /// A policy by the standard table that waits for what `waits` says, asked with the call and the time; `None` ends
    /// the call.
    ///
    /// Tries (refusals and unsent ones included) are bounded at 80.
    #[must_use]
    pub fn new(waits: impl Fn(&Context, Tick) -> Option<Duration> + Send + Sync + 'static) -> Self {
        Self {
            waits: Arc::new(waits),
            table: Table::standard(),
            max_tries: MAX_TRIES,
        }
    }

    /// The same policy by `table`.
    #[must_use]
    pub fn with_table(mut self, table: Table) -> Self {
        self.table = table;
        self
    }

    /// The same policy with at most `tries` tries a call, refusals and unsent ones included.
    #[must_use]
    pub const fn with_max_tries(mut self, tries: NonZeroU32) -> Self {
        self.max_tries = tries;
        self
    }
}

impl RetryPolicy for GivenWaits {
    fn on_failure(&self, cx: &Context, failure: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
        let limits = standard::Limits {
            attempts: u32::MAX,
            tries: self.max_tries.get(),
        };
        standard::by_table(&self.table, &limits, cx, failure, now, |_, _| {
            let given = (self.waits)(cx, now)?;
            Some(match failure.hint() {
                Some(hint) => given.max(hint.saturating_add(rng.up_to(SPREAD))),
                None => given,
            })
        })
    }

    fn counts(&self, failure: &Failure, phase: Phase) -> bool {
        self.table.row(failure, phase).counts
    }
}

impl fmt::Debug for GivenWaits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenWaits")
            .field("table", &self.table)
            .field("max_tries", &self.max_tries)
            .finish_non_exhaustive()
    }
}
