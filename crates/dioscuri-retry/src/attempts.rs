//! One call's way through a policy, for loops of other people: what follows each failure, and a log of it all.

use crate::{Context, Limit, RetryPolicy, Verdict};
use dioscuri_vocab::{Class, Failure, Phase, Rng, Tick};
use std::{fmt, time::Duration};

/// The attempts of one call, where nobody but the caller's own loop chooses the place.
///
/// Begin each attempt, tell how it ended, obey what [`Attempts::on_failure`] orders. It counts what counts as an
/// attempt, and writes the [`AttemptLog`].
///
/// ```
/// use dioscuri_retry::{Attempts, Next, Profile};
/// use dioscuri_vocab::{Class, Failure, Phase, SplitMix64, Tick};
///
/// let (policy, mut rng) = (Profile::Default.policy(), SplitMix64::new(1));
/// let mut attempts = Attempts::new(Tick::ZERO);
///
/// attempts.begin(Tick::ZERO);
/// let busy = Failure::new(Class::Capacity);
/// let next = attempts.on_failure(&policy, &busy, Phase::Answered, Tick::ZERO, &mut rng);
/// let Next::Again(at) = next else { panic!("{next:?}") };
///
/// attempts.begin(at); // … after waiting until then
/// attempts.on_success(&policy, at);
/// assert_eq!(attempts.log().tried().len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Attempts {
    started: Tick,
    deadline: Option<Tick>,
    reach: Reach,
    counted: u32,
    /// Tries before those of the log.
    unlogged: u32,
    backoff: Duration,
    log: AttemptLog,
}

/// Where the next attempt of a loop may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reach {
    /// To the endpoint that has just failed, with the same key.
    Here,
    /// To whichever the caller's loop picks.
    Anywhere,
}

/// What follows the failure of an attempt. An order: nothing has happened yet.
#[must_use = "an order does nothing until somebody obeys it"]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a loop must obey every order")]
pub enum Next {
    /// Try again, not before this tick.
    Again(Tick),
    /// Trying again cannot help.
    Permanent,
    /// Trying again might help, but the call is out of attempts, time or retry budget.
    Exhausted(Limit),
}

impl Attempts {
    /// A call that began at `started`, all of whose attempts go to one endpoint, with one key.
    #[must_use]
    pub fn new(started: Tick) -> Self {
        Self {
            started,
            deadline: None,
            reach: Reach::Here,
            counted: 0,
            unlogged: 0,
            backoff: Duration::ZERO,
            log: AttemptLog::default(),
        }
    }

    /// The same call, to end by `deadline`.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Tick) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same call, each of whose attempts picks another endpoint or key by itself: what would have to wait here may go
    /// there at once.
    #[must_use]
    pub const fn anywhere(mut self) -> Self {
        self.reach = Reach::Anywhere;
        self
    }

    /// An attempt begins at `now`. Without it the log shows no waits.
    pub fn begin(&mut self, now: Tick) {
        let waited = match self.log.tried.last() {
            Some(last) => now.since(last.ended.unwrap_or(now)),
            None => now.since(self.started),
        };
        self.log.tried.push(Tried {
            waited,
            begun: now,
            ended: None,
            class: None,
            status: None,
            phase: None,
            counted: false,
        });
    }

    /// The attempt failed at `now`, having come as far as `phase`: what follows?
    pub fn on_failure(
        &mut self,
        policy: &(impl RetryPolicy + ?Sized),
        failure: &Failure,
        phase: Phase,
        now: Tick,
        rng: &mut dyn Rng,
    ) -> Next {
        let counted = policy.counts(failure, phase);
        self.counted = self.counted.saturating_add(u32::from(counted));
        let last = self.last(now);
        last.ended = Some(now);
        last.class = Some(failure.class);
        last.status = failure.status;
        last.phase = Some(phase);
        last.counted = counted;
        let verdict = policy.on_failure(&self.context(phase), failure, now, rng);
        let next = self.obey(verdict, failure);
        if let Next::Again(at) = next {
            self.backoff = at.since(now);
        }
        next
    }

    /// The attempt succeeded at `now`.
    pub fn on_success(&mut self, policy: &(impl RetryPolicy + ?Sized), now: Tick) {
        self.last(now).ended = Some(now);
        policy.on_success(&self.context(Phase::Answered), now);
    }

    /// The attempt ended at `now`, with what is neither a success nor a failure of ours: the log says that it was
    /// answered, and no retry budget has a deposit.
    pub fn on_end(&mut self, now: Tick) {
        self.last(now).ended = Some(now);
    }

    /// From here on each attempt may pick another endpoint or key; see [`Attempts::anywhere`].
    pub const fn go_anywhere(&mut self) {
        self.reach = Reach::Anywhere;
    }

    /// From here on there is nothing but the endpoint that fails, with the same key.
    pub const fn stay_here(&mut self) {
        self.reach = Reach::Here;
    }

    /// What has happened so far.
    #[must_use]
    pub const fn log(&self) -> &AttemptLog {
        &self.log
    }

    /// What has happened, for keeping.
    #[must_use]
    pub fn into_log(self) -> AttemptLog {
        self.log
    }

    fn context(&self, phase: Phase) -> Context {
        let mut cx = Context::new(self.started).at_attempt(self.counted.max(1));
        let logged = u32::try_from(self.log.tried.len()).unwrap_or(u32::MAX);
        cx.tries = self.unlogged.saturating_add(logged).max(1);
        cx.phase = phase;
        cx.deadline = self.deadline;
        cx.previous_backoff = self.backoff;
        cx.here_only = self.reach == Reach::Here;
        cx
    }

    fn obey(&self, verdict: Verdict, failure: &Failure) -> Next {
        let retry = match verdict {
            Verdict::Retry(retry) => retry,
            Verdict::Permanent => return Next::Permanent,
            Verdict::Exhausted(limit) => return Next::Exhausted(limit),
        };
        let at = match self.reach {
            Reach::Here => retry.here,
            Reach::Anywhere => retry.soonest(),
        };
        match at {
            Some(at) => Next::Again(at),
            // A policy that does not heed `here_only` has opened what this loop cannot reach.
            None if failure.transient => Next::Exhausted(Limit::Attempts),
            None => Next::Permanent,
        }
    }

    /// The attempt under way; one that nobody began began when it ended.
    fn last(&mut self, now: Tick) -> &mut Tried {
        if self.log.tried.last().is_none_or(|last| last.ended.is_some()) {
            self.begin(now);
        }
        self.log.tried.last_mut().expect("one has begun")
    }
}

/// For loops that tell less than everything.
#[cfg(any(feature = "retry-policies", feature = "backoff", feature = "backon"))]
impl Attempts {
    pub(crate) const fn started(&self) -> Tick {
        self.started
    }

    #[cfg(feature = "backon")]
    pub(crate) const fn ends_by(&self) -> Option<Tick> {
        self.deadline
    }

    pub(crate) const fn end_by(&mut self, deadline: Tick) {
        self.deadline = Some(deadline);
    }

    /// The same call, after `tries` that are not in the log, `counted` of which counted.
    #[cfg(feature = "retry-policies")]
    pub(crate) const fn resume(mut self, counted: u32, tries: u32) -> Self {
        self.counted = counted;
        self.unlogged = tries;
        self
    }
}

/// Every attempt of one call, in order: the receipt of a loop that has one place to ask.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AttemptLog {
    tried: Vec<Tried>,
}

impl AttemptLog {
    /// Every try in order, refused ones too. The last one answered if it has no class.
    #[must_use]
    pub fn tried(&self) -> &[Tried] {
        &self.tried
    }

    /// Time between attempts, all together.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.tried.iter().map(|tried| tried.waited).sum()
    }
}

/// One try of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Tried {
    /// How long the call had waited before it.
    pub waited: Duration,
    /// When it began.
    pub begun: Tick,
    /// When it ended; `None` while it is under way.
    pub ended: Option<Tick>,
    /// What went wrong; `None` while it is under way, or if it was answered.
    pub class: Option<Class>,
    /// The HTTP status of what went wrong, where there was one.
    pub status: Option<u16>,
    /// How far it had come when it failed.
    pub phase: Option<Phase>,
    /// Whether it counts against the attempts of its call; refusals by quota do not.
    pub counted: bool,
}

impl fmt::Display for AttemptLog {
    /// One line: `429 quota_minute; after 2.6 s 503 capacity; after 0.3 s answered`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, tried) in self.tried.iter().enumerate() {
            if number > 0 {
                f.write_str("; ")?;
            }
            if !tried.waited.is_zero() {
                write!(f, "after {:.1} s ", tried.waited.as_secs_f64())?;
            }
            match (tried.status, tried.class, tried.ended) {
                (Some(status), Some(class), _) => write!(f, "{status} {class}")?,
                (None, Some(class), _) => write!(f, "{class}")?,
                (_, None, Some(_)) => f.write_str("answered")?,
                (_, None, None) => f.write_str("under way")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OnEmpty, Profile, RetryBudget, RetryPolicyExt as _, Table, When};
    use dioscuri_vocab::{Hint, HintSource, SplitMix64};
    use std::sync::Arc;

    const SECOND: Duration = Duration::from_secs(1);

    /// A call refused again and again until it ends; at most `bound` times.
    fn refused(attempts: &mut Attempts, failure: &Failure, bound: usize) -> Next {
        let (policy, mut rng) = (Profile::Default.policy(), SplitMix64::new(7));
        let mut now = Tick::ZERO;
        let mut next = Next::Again(now);
        for _ in 0..bound {
            let Next::Again(at) = next else { return next };
            now = now.max(at);
            attempts.begin(now);
            next = attempts.on_failure(&policy, failure, Phase::Answered, now, &mut rng);
        }
        next
    }

    #[test]
    fn a_call_ends_after_its_attempts() {
        let mut attempts = Attempts::new(Tick::ZERO);
        let end = refused(&mut attempts, &Failure::new(Class::Internal), 100);
        assert_eq!(end, Next::Exhausted(Limit::Attempts));
        assert!(attempts.log().tried().len() <= 5, "{}", attempts.log());
    }

    #[test]
    fn refusals_by_quota_are_no_attempts() {
        let mut quota = Failure::new(Class::QuotaMinute);
        quota.retry_after = Some(Hint::new(SECOND * 2, HintSource::RetryInfo));
        let mut attempts = Attempts::new(Tick::ZERO);
        assert!(matches!(refused(&mut attempts, &quota, 10), Next::Again(_)));
        assert!(attempts.log().tried().iter().all(|tried| !tried.counted));
        assert!(attempts.log().waited() >= SECOND * 18);
    }

    #[test]
    fn what_lies_beyond_the_deadline_is_not_waited_for() {
        let mut quota = Failure::new(Class::QuotaMinute);
        quota.retry_after = Some(Hint::new(SECOND * 26, HintSource::RetryInfo));
        let mut attempts = Attempts::new(Tick::ZERO).with_deadline(Tick::ZERO.after(SECOND * 20));
        let end = refused(&mut attempts, &quota, 10);
        assert_eq!(end, Next::Exhausted(Limit::Deadline));
    }

    #[test]
    fn a_backoff_that_outgrows_the_deadline_is_the_deadlines_fault() {
        let mut quota = Failure::new(Class::QuotaMinute);
        quota.retry_after = Some(Hint::new(SECOND, HintSource::RetryInfo));
        for deadline in 2..60 {
            let mut attempts = Attempts::new(Tick::ZERO).with_deadline(Tick::ZERO.after(SECOND * deadline));
            let end = refused(&mut attempts, &quota, 100);
            assert_eq!(end, Next::Exhausted(Limit::Deadline));
        }
    }

    #[test]
    fn attempts_that_one_endpoint_has_had_are_no_deadlines_fault() {
        let mut attempts = Attempts::new(Tick::ZERO).with_deadline(Tick::ZERO.after(SECOND * 3600));
        let end = refused(&mut attempts, &Failure::new(Class::Internal), 100);
        assert_eq!(end, Next::Exhausted(Limit::Attempts));
    }

    #[test]
    fn a_call_that_gives_up_pays_only_for_the_retries_it_made() {
        let budget = Arc::new(RetryBudget::new());
        let policy = Profile::Default
            .policy()
            .within_budget(budget.clone(), OnEmpty::Postpone);
        let (mut rng, mut attempts) = (SplitMix64::new(7), Attempts::new(Tick::ZERO));
        for _ in 0..2 {
            let fault = Failure::new(Class::Internal);
            let next = attempts.on_failure(&policy, &fault, Phase::Answered, Tick::ZERO, &mut rng);
            assert!(matches!(next, Next::Again(_)));
        }
        let paid = budget.tokens(Tick::ZERO);
        let fault = Failure::new(Class::Internal);
        let next = attempts.on_failure(&policy, &fault, Phase::Answered, Tick::ZERO, &mut rng);
        assert_eq!(next, Next::Exhausted(Limit::Attempts)); // one endpoint gets three
        assert_eq!(budget.tokens(Tick::ZERO), paid);
    }

    #[test]
    fn a_row_of_the_user_counts_if_its_table_does() {
        let table = Table::standard().with(Class::QuotaMinute, Table::standard().of(Class::Capacity));
        let policy = Profile::Default.policy().with_table(table);
        let (mut rng, mut attempts) = (SplitMix64::new(7), Attempts::new(Tick::ZERO));
        let mut next = Next::Again(Tick::ZERO);
        for _ in 0..100 {
            let Next::Again(now) = next else { break };
            let quota = Failure::new(Class::QuotaMinute);
            next = attempts.on_failure(&policy, &quota, Phase::Answered, now, &mut rng);
        }
        assert_eq!(attempts.log().tried().len(), 5);
    }

    #[test]
    fn what_trying_again_cannot_mend_ends_at_once() {
        for class in Class::ALL.iter().filter(|class| !class.is_transient()) {
            let mut attempts = Attempts::new(Tick::ZERO);
            let end = refused(&mut attempts, &Failure::new(*class), 100);
            let tried = attempts.log().tried().len();
            let row = Table::standard().of(*class);
            match row.here {
                When::Backoff => assert!(tried > 1 && tried <= 80, "{class}: {tried}"),
                _ => assert_eq!((end, tried), (Next::Permanent, 1), "{class}"),
            }
        }
    }

    #[test]
    fn no_failure_is_tried_again_at_once_in_the_same_place() {
        for class in Class::ALL {
            let mut attempts = Attempts::new(Tick::ZERO);
            let end = refused(&mut attempts, &Failure::new(*class), 100);
            assert!(!matches!(end, Next::Again(_)), "{class}");
            let waits = attempts.log().tried().iter().skip(1);
            for tried in waits {
                assert!(!tried.waited.is_zero(), "{class}");
            }
        }
    }

    #[test]
    fn a_loop_that_picks_its_places_goes_elsewhere_at_once() {
        let day = Failure::new(Class::QuotaDay);
        let mut rng = SplitMix64::new(7);
        let policy = Profile::Default.policy();
        let mut attempts = Attempts::new(Tick::ZERO).anywhere();
        let next = attempts.on_failure(&policy, &day, Phase::Answered, Tick::ZERO, &mut rng);
        assert_eq!(next, Next::Again(Tick::ZERO));
    }

    #[test]
    fn the_log_reads_as_a_sentence() {
        let mut failure = Failure::new(Class::Capacity);
        failure.status = Some(503);
        let (policy, mut rng) = (Profile::Default.policy(), SplitMix64::new(7));
        let mut attempts = Attempts::new(Tick::ZERO);
        attempts.begin(Tick::ZERO);
        let _ = attempts.on_failure(&policy, &failure, Phase::Answered, Tick::ZERO, &mut rng);
        attempts.begin(Tick::ZERO.after(SECOND));
        assert_eq!(attempts.log().to_string(), "503 capacity; after 1.0 s under way");
        attempts.on_success(&policy, Tick::ZERO.after(SECOND));
        assert_eq!(attempts.log().to_string(), "503 capacity; after 1.0 s answered");
    }
}
