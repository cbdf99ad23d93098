//! Our schedule in the loops of `backon`, under a clock that only a wait moves.

use backon::{
    BackoffBuilder as _, BlockingRetryable as _, ConstantBuilder, ExponentialBuilder, Retryable as _,
};
use dioscuri_retry::{
    Backoff, GivenWaits, Limit, Next, OnEmpty, Pace, Profile, RetryBudget, RetryPolicyExt as _, Table,
    adapters::{Call, Schedule},
};
use dioscuri_vocab::{Class, Failure, Hint, HintSource, Phase, Tick};
use proptest::prelude::*;
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// The timer of tokio goes by milliseconds and rounds up.
const TIMER: Duration = Duration::from_millis(2);

fn quota(hint: Duration) -> Failure {
    let mut failure = Failure::new(Class::QuotaMinute);
    failure.retry_after = Some(Hint::new(hint, HintSource::RetryInfo));
    failure
}

fn paced(schedule: Schedule) -> Schedule {
    let origin = Instant::now();
    schedule
        .with_clock(move || Tick::ZERO.after(origin.elapsed()))
        .with_seed(7)
}

#[expect(clippy::unnecessary_wraps, reason = "an error may be no failure of ours")]
fn read(failure: &Failure) -> Option<Failure> {
    Some(failure.clone())
}

/// A server that answers attempt `n` with what `answers` says, and when each attempt began.
struct Server<A> {
    answers: A,
    takes: Duration,
    origin: Instant,
    begun: RefCell<Vec<Duration>>,
}

impl<A: Fn(usize) -> Result<(), Failure>> Server<A> {
    fn new(answers: A) -> Self {
        Self {
            answers,
            takes: Duration::ZERO,
            origin: Instant::now(),
            begun: RefCell::default(),
        }
    }

    async fn ask(&self) -> Result<(), Failure> {
        let number = self.begun.borrow().len();
        assert!(number < 10_000, "it never ends");
        self.begun.borrow_mut().push(self.origin.elapsed());
        tokio::time::sleep(self.takes).await;
        (self.answers)(number)
    }

    fn asked(&self) -> usize {
        self.begun.borrow().len()
    }

    /// The times between one attempt's end and the next one's beginning.
    fn waits(&self) -> Vec<Duration> {
        let begun = self.begun.borrow();
        begun
            .windows(2)
            .map(|pair| pair[1].saturating_sub(pair[0] + self.takes))
            .collect()
    }
}

async fn run<A: Fn(usize) -> Result<(), Failure>>(server: &Server<A>, call: &Call) -> Result<(), Failure> {
    let ask = || server.ask();
    ask.retry(call.waits())
        .when(call.when(read))
        .adjust(call.adjust(read))
        .await
}

#[tokio::test(start_paused = true)]
async fn the_story_of_a_minute_and_a_crowd() {
    let server = Server::new(|n| match n {
        0 => Err(quota(Duration::from_millis(2500))),
        1 | 2 => Err(Failure::new(Class::Capacity)),
        _ => Ok(()),
    });
    let call = paced(Schedule::default()).call();
    run(&server, &call).await.unwrap();
    call.succeeded();
    let waits = server.waits();
    assert!(waits[0] >= Duration::from_millis(2500), "{waits:?}");
    let log = call.log();
    assert_eq!(
        log.tried().iter().map(|tried| tried.counted).collect::<Vec<_>>(),
        [false, true, true, false]
    );
    for (logged, waited) in log.tried()[1..].iter().zip(&waits) {
        // What was ordered; the timer adds at most its own step.
        assert!(
            *waited >= logged.waited && *waited <= logged.waited + TIMER,
            "{log}: {waits:?}"
        );
    }
    assert!(log.to_string().ends_with("answered"), "{log}");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_refusals_end() {
    let server = Server::new(|_| Err(quota(SECOND)));
    let call = paced(Schedule::default()).call();
    run(&server, &call).await.unwrap_err();
    assert_eq!(server.asked(), 80); // 16 tries for each of 5 attempts
    assert_eq!(call.verdict(), Some(Next::Exhausted(Limit::Attempts)));
}

#[tokio::test(start_paused = true)]
async fn what_counts_is_limited_and_what_does_not_is_not() {
    let server = Server::new(|n| {
        Err(match n {
            0..10 => quota(SECOND),
            _ => Failure::new(Class::Capacity),
        })
    });
    run(&server, &paced(Schedule::default()).call())
        .await
        .unwrap_err();
    assert_eq!(server.asked(), 10 + 5);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_ends_at_once() {
    let server = Server::new(|_| Err(Failure::new(Class::InvalidRequest)));
    let call = paced(Schedule::default()).call();
    run(&server, &call).await.unwrap_err();
    assert_eq!((server.asked(), call.verdict()), (1, Some(Next::Permanent)));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_nobody_can_read_ends_the_loop() {
    let server = Server::new(|_| Err(quota(SECOND)));
    let call = paced(Schedule::default()).call();
    let (ask, nothing) = (|| server.ask(), |_: &Failure| None::<Failure>);
    ask.retry(call.waits())
        .when(call.when(nothing))
        .await
        .unwrap_err();
    assert_eq!((server.asked(), call.verdict()), (1, None));
}

#[tokio::test(start_paused = true)]
async fn without_when_there_is_no_wait() {
    let server = Server::new(|_| Err(quota(SECOND)));
    let call = paced(Schedule::default()).call();
    let ask = || server.ask();
    ask.retry(call.waits()).await.unwrap_err();
    ask.retry(call.waits())
        .adjust(call.adjust(read))
        .await
        .unwrap_err();
    assert_eq!(server.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn when_alone_heeds_the_hint_too() {
    let server = Server::new(|n| if n == 0 { Err(quota(SECOND * 26)) } else { Ok(()) });
    let call = paced(Schedule::default()).call();
    let ask = || server.ask();
    ask.retry(call.waits()).when(call.when(read)).await.unwrap();
    assert!(server.waits()[0] >= SECOND * 26);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_not_overshot() {
    let server = Server {
        takes: SECOND,
        ..Server::new(|_| Err(quota(SECOND * 4)))
    };
    let call = paced(Schedule::default().with_deadline(SECOND * 20)).call();
    run(&server, &call).await.unwrap_err();
    assert!((3..=4).contains(&server.asked()));
    assert!(server.origin.elapsed() < SECOND * 21);
    assert_eq!(call.verdict(), Some(Next::Exhausted(Limit::Deadline)));
}

#[tokio::test(start_paused = true)]
async fn an_empty_retry_budget_ends_the_calls() {
    let budget = Arc::new(RetryBudget::with_capacity(0));
    let policy = Profile::Interactive
        .policy()
        .within_budget(budget, OnEmpty::Exhaust);
    let server = Server::new(|_| Err(Failure::new(Class::Unavailable)));
    let call = paced(Schedule::new(policy)).call();
    run(&server, &call).await.unwrap_err();
    assert_eq!(
        (server.asked(), call.verdict()),
        (1, Some(Next::Exhausted(Limit::RetryBudget)))
    );
}

#[tokio::test(start_paused = true)]
async fn calls_refused_together_do_not_come_back_together() {
    let schedule = paced(Schedule::default());
    let mut waits = Vec::new();
    for _ in 0..20 {
        let call = schedule.call();
        let _ = call.failed(quota(SECOND * 26));
        waits.extend(call.waits());
    }
    waits.sort_unstable();
    waits.dedup();
    assert_eq!(waits.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_picks_its_places_goes_elsewhere_at_once() {
    let server = Server::new(|n| {
        if n == 0 {
            Err(Failure::new(Class::QuotaDay))
        } else {
            Ok(())
        }
    });
    let call = paced(Schedule::default().anywhere()).call();
    run(&server, &call).await.unwrap();
    assert_eq!(server.waits(), [Duration::ZERO]);
}

#[tokio::test(start_paused = true)]
async fn rows_of_the_user_count_as_they_say() {
    let table = Table::standard().with(Class::QuotaMinute, Table::standard().of(Class::Capacity));
    let policy = Profile::Default.policy().with_table(table);
    let server = Server::new(|_| Err(Failure::new(Class::QuotaMinute)));
    let call = paced(Schedule::new(policy)).call();
    run(&server, &call).await.unwrap_err();
    assert_eq!(server.asked(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_phase_is_heeded() {
    let server = Server::new(|_| Err(Failure::new(Class::Connection)));
    let call = paced(Schedule::default()).call();
    let committed = |failure: &Failure| Some((failure.clone(), Phase::Committed));
    let ask = || server.ask();
    ask.retry(call.waits())
        .when(call.when(committed))
        .await
        .unwrap_err();
    assert_eq!(server.asked(), 1);
}

#[test]
fn a_blocking_loop_heeds_it_all() {
    let millisecond = Duration::from_millis(1);
    let brief = Backoff::new(millisecond, millisecond).unwrap();
    let policy = Profile::Default.policy().with_backoff(Pace::Throttled, brief);
    let call = Schedule::new(policy).call();
    let asked = Cell::new(0);
    let ask = || -> Result<(), Failure> {
        asked.set(asked.get() + 1);
        Err(Failure::new(Class::Capacity))
    };
    ask.retry(call.waits()).when(call.when(read)).call().unwrap_err();
    assert_eq!(asked.get(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_schedule_alone_is_a_plain_builder() {
    let server = Server::new(|_| Err(quota(SECOND * 26)));
    let schedule = paced(Schedule::default());
    let ask = || server.ask();
    ask.retry(&schedule).await.unwrap_err();
    assert_eq!(server.asked(), 5);
    for (wait, ceiling) in server.waits().iter().zip([1, 2, 4, 8]) {
        assert!(*wait <= SECOND * ceiling + TIMER);
    }
}

#[tokio::test(start_paused = true)]
async fn a_plain_builder_held_by_our_adjust_keeps_to_hint_and_deadline() {
    let server = Server::new(|n| Err(if n == 0 { quota(SECOND * 26) } else { quota(SECOND) }));
    let call = paced(Schedule::default().with_deadline(SECOND * 40)).call();
    let theirs = ConstantBuilder::new().with_delay(SECOND * 5).without_max_times();
    let ask = || server.ask();
    ask.retry(theirs).adjust(call.adjust(read)).await.unwrap_err();
    let waits = server.waits();
    assert!(waits[0] >= SECOND * 26 && waits[1] >= SECOND * 5, "{waits:?}");
    assert!(server.origin.elapsed() < SECOND * 40);
    assert_eq!(call.verdict(), Some(Next::Exhausted(Limit::Deadline)));
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_builder_stays_exhausted() {
    // The mistake: a hint in the place of `None` brings the loop back to life.
    let server = Server::new(|n| if n < 100 { Err(quota(SECOND)) } else { Ok(()) });
    let three = ExponentialBuilder::new().with_max_times(3);
    let ask = || server.ask();
    ask.retry(three)
        .adjust(|failure: &Failure, _| failure.hint())
        .await
        .unwrap();
    assert_eq!(server.asked(), 101);

    let server = Server::new(|_| Err(quota(SECOND)));
    let call = paced(Schedule::default()).call();
    let ask = || server.ask();
    ask.retry(three).adjust(call.adjust(read)).await.unwrap_err();
    assert_eq!(server.asked(), 4);
    assert_eq!(call.verdict(), Some(Next::Exhausted(Limit::Attempts)));
}

#[tokio::test(start_paused = true)]
async fn theirs_as_ours_waits_as_they_say_and_never_less_than_the_server() {
    let theirs = ExponentialBuilder::new()
        .with_min_delay(SECOND * 2)
        .with_max_times(3);
    let server = Server::new(|n| {
        Err(if n == 1 {
            quota(SECOND * 26)
        } else {
            Failure::new(Class::Capacity)
        })
    });
    let call = paced(Schedule::new(GivenWaits::by_backon(theirs))).call();
    run(&server, &call).await.unwrap_err();
    let waits = server.waits();
    assert_eq!((waits.len(), waits[0], waits[2]), (3, SECOND * 2, SECOND * 8));
    assert!(waits[1] >= SECOND * 26 && waits[1] <= SECOND * 27 + TIMER);

    let server = Server::new(|_| Err(Failure::new(Class::InvalidRequest)));
    let call = paced(Schedule::new(GivenWaits::by_backon(theirs))).call();
    run(&server, &call).await.unwrap_err();
    assert_eq!(server.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn theirs_without_an_end_ends() {
    let theirs = ConstantBuilder::new().without_max_times();
    let server = Server::new(|_| Err(quota(SECOND)));
    let call = paced(Schedule::new(GivenWaits::by_backon(theirs))).call();
    run(&server, &call).await.unwrap_err();
    assert_eq!(server.asked(), 80);
}

#[test]
fn the_loop_may_be_spawned() {
    fn spawnable(_: impl Future + Send + 'static) {}
    let call = Schedule::default().call();
    let ask = || async { Err::<(), _>(Failure::new(Class::Capacity)) };
    spawnable(
        ask.retry(call.waits())
            .when(call.when(read))
            .adjust(call.adjust(read)),
    );
}

#[test]
fn a_built_schedule_ends_by_itself() {
    assert_eq!(Schedule::default().build().take(10_000).count(), 4);
}

proptest! {
    #[test]
    fn no_wait_undercuts_the_hint_and_none_ends_after_the_deadline(
        hints in prop::collection::vec(prop::option::of(0_u64..40_000), 1..20),
        takes in 0_u64..5_000,
        deadline in 1_u64..120,
        profile in prop::sample::select(Profile::ALL),
    ) {
        let deadline = Duration::from_secs(deadline);
        let hint = |n: usize| hints[n % hints.len()].map(Duration::from_millis);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (begun, takes) = runtime.block_on(async {
            let answers = |n| Err(hint(n).map_or_else(|| Failure::new(Class::Capacity), quota));
            let server = Server { takes: Duration::from_millis(takes), ..Server::new(answers) };
            let call = paced(Schedule::new(profile.policy()).with_deadline(deadline)).call();
            run(&server, &call).await.unwrap_err();
            (server.begun.into_inner(), server.takes)
        });
        for (n, pair) in begun.windows(2).enumerate() {
            prop_assert!(pair[1] >= pair[0] + takes + hint(n).unwrap_or_default());
        }
        prop_assert!(begun.len() <= 160);
        prop_assert!(begun[begun.len() - 1] < deadline + TIMER);
    }
}
