//! Our schedule in the loops of `backoff`, under a clock that only a wait moves.

use backoff::{Error, ExponentialBackoff, backoff::Backoff as _, backoff::Constant, future};
use dioscuri_retry::{
    Backoff, GivenWaits, Limit, Next, Pace, Profile,
    adapters::{Call, Schedule},
};
use dioscuri_vocab::{Class, Failure, Hint, HintSource, Phase, Tick};
use proptest::prelude::*;
use std::{
    cell::{Cell, RefCell},
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

/// The loop over a server that answers attempt `n` with what `answers` says and takes its time: when each began.
async fn run(
    call: &Call,
    takes: Duration,
    answers: impl Fn(usize) -> Result<(), Failure>,
) -> (Result<(), Failure>, Vec<Duration>) {
    let (origin, begun) = (Instant::now(), RefCell::new(Vec::new()));
    let ask = || async {
        let number = begun.borrow().len();
        assert!(number < 10_000, "it never ends");
        begun.borrow_mut().push(origin.elapsed());
        tokio::time::sleep(takes).await;
        answers(number).map_err(call.judged(read))
    };
    let answer = future::retry(call.waits(), ask).await;
    (answer, begun.into_inner())
}

#[tokio::test(start_paused = true)]
async fn the_story_of_a_minute_and_a_crowd() {
    let call = paced(Schedule::default()).call();
    let (answer, begun) = run(&call, Duration::ZERO, |n| match n {
        0 => Err(quota(Duration::from_millis(2500))),
        1 | 2 => Err(Failure::new(Class::Capacity)),
        _ => Ok(()),
    })
    .await;
    answer.unwrap();
    call.succeeded();
    assert!(begun[1] >= Duration::from_millis(2500), "{begun:?}");
    let log = call.log();
    assert_eq!(log.tried().len(), 4);
    assert!(log.waited() <= begun[3] && begun[3] <= log.waited() + TIMER * 3);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_refusals_end() {
    let call = paced(Schedule::default()).call();
    let (_, begun) = run(&call, Duration::ZERO, |_| Err(quota(SECOND))).await;
    assert_eq!(begun.len(), 80); // 16 tries for each of 5 attempts
    assert_eq!(call.verdict(), Some(Next::Exhausted(Limit::Attempts)));
}

#[tokio::test(start_paused = true)]
async fn their_retry_after_goes_on_for_ever_and_ours_does_not() {
    let asked = Cell::new(0);
    let insist = || {
        asked.set(asked.get() + 1);
        match asked.get() {
            1000 => Ok(()),
            _ => Err(Error::retry_after(quota(SECOND), SECOND)),
        }
    };
    let one_second = ExponentialBackoff {
        max_elapsed_time: Some(SECOND),
        ..ExponentialBackoff::default()
    };
    future::retry(one_second, || async { insist() }).await.unwrap();
    assert_eq!(asked.get(), 1000); // the mistake: nothing ends it but the server

    asked.set(0);
    let call = paced(Schedule::default()).call();
    let answer = future::retry(call.waits(), || async { insist().map_err(call.rejudged(read)) }).await;
    assert_eq!((answer.is_err(), asked.get()), (true, 80));
}

#[tokio::test(start_paused = true)]
async fn what_they_call_permanent_stays_so() {
    let call = paced(Schedule::default()).call();
    let asked = Cell::new(0);
    let refuse = || async {
        asked.set(asked.get() + 1);
        Err::<(), _>(Error::permanent(quota(SECOND))).map_err(call.rejudged(read))
    };
    future::retry(call.waits(), refuse).await.unwrap_err();
    assert_eq!(asked.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_question_mark_ends_the_loop() {
    let call = paced(Schedule::default()).call();
    let asked = Cell::new(0);
    let ask = || async {
        asked.set(asked.get() + 1);
        let fatal = Err(Failure::new(Class::InvalidRequest));
        fatal?; // transient, by their `From`
        Ok(())
    };
    future::retry(call.waits(), ask).await.unwrap_err();
    assert_eq!((asked.get(), call.verdict()), (1, None));

    // Not even the wait of the failure before is left for it.
    asked.set(0);
    let ask = || async {
        asked.set(asked.get() + 1);
        if asked.get() == 1 {
            return Err(quota(SECOND)).map_err(call.judged(read));
        }
        Err(quota(SECOND))?;
        Ok(())
    };
    future::retry(call.waits(), ask).await.unwrap_err();
    assert_eq!(asked.get(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_nobody_can_read_is_permanent() {
    let call = paced(Schedule::default()).call();
    let _ = call.failed(quota(SECOND));
    let judged = call.judged(|_: &Failure| None::<Failure>)(quota(SECOND));
    assert!(matches!(judged, Error::Permanent(_)));
    assert_eq!(call.waits().next_backoff(), None);
}

#[tokio::test(start_paused = true)]
async fn the_closure_is_called_before_the_wait_and_polled_after_it() {
    let call = paced(Schedule::default()).call();
    let (origin, called, polled) = (Instant::now(), RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let ask = || {
        called.borrow_mut().push(origin.elapsed());
        async {
            polled.borrow_mut().push(origin.elapsed());
            let answer = if polled.borrow().len() == 1 {
                Err(quota(SECOND * 10))
            } else {
                Ok(())
            };
            answer.map_err(call.judged(read))
        }
    };
    future::retry(call.waits(), ask).await.unwrap();
    call.succeeded();
    assert_eq!(*called.borrow(), [Duration::ZERO; 2]);
    assert!(polled.borrow()[1] >= SECOND * 10);
    // The log goes by the waits, not by the closure.
    assert!(call.log().tried()[1].begun >= Tick::ZERO.after(SECOND * 10));
}

#[tokio::test(start_paused = true)]
async fn a_long_attempt_may_be_tried_again() {
    let twenty_minutes = SECOND * 1200;
    let call = paced(Schedule::default()).call();
    let answers = |n| {
        if n == 0 {
            Err(Failure::new(Class::DeadlineExceeded))
        } else {
            Ok(())
        }
    };
    let (answer, begun) = run(&call, twenty_minutes, answers).await;
    assert_eq!((answer, begun.len()), (Ok(()), 2));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_not_overshot() {
    let call = paced(Schedule::default().with_deadline(SECOND * 20)).call();
    let (_, begun) = run(&call, SECOND, |_| Err(quota(SECOND * 4))).await;
    assert!((3..=4).contains(&begun.len()));
    assert!(begun[begun.len() - 1] < SECOND * 20);
    assert_eq!(call.verdict(), Some(Next::Exhausted(Limit::Deadline)));
}

#[tokio::test(start_paused = true)]
async fn the_phase_is_heeded() {
    let call = paced(Schedule::default()).call();
    let read = |failure: &Failure| Some((failure.clone(), Phase::Committed));
    let judged = call.judged(read)(Failure::new(Class::Connection));
    assert!(matches!(judged, Error::Permanent(_)));
}

#[tokio::test(start_paused = true)]
async fn a_reset_begins_a_new_call() {
    let call = paced(Schedule::default()).call();
    let mut waits = call.waits();
    for _ in 0..2 {
        waits.reset();
        let mut attempts = 0;
        for _ in 0..100 {
            let _ = call.failed(Failure::new(Class::Capacity));
            attempts += 1;
            if waits.next_backoff().is_none() {
                break;
            }
        }
        assert_eq!((attempts, call.log().tried().len()), (5, 5));
    }
}

#[test]
fn the_loop_may_be_spawned() {
    fn spawnable(_: impl Future + Send + 'static) {}
    let call = Schedule::default().call();
    let judged = call.judged(read);
    let ask = move || {
        let judged = judged.clone();
        async move { Err::<(), _>(judged(Failure::new(Class::Capacity))) }
    };
    spawnable(future::retry(call.waits(), ask));
}

#[test]
fn a_blocking_loop_heeds_it_all() {
    let millisecond = Duration::from_millis(1);
    let brief = Backoff::new(millisecond, millisecond).unwrap();
    let policy = Profile::Default.policy().with_backoff(Pace::Throttled, brief);
    let call = Schedule::new(policy).call();
    let asked = Cell::new(0);
    let ask = || -> Result<(), Error<Failure>> {
        asked.set(asked.get() + 1);
        Err(Failure::new(Class::Capacity)).map_err(call.judged(read))
    };
    let ended = backoff::retry(call.waits(), ask).unwrap_err();
    // Out of attempts is not permanent, and the error says so.
    assert!(matches!(
        ended,
        Error::Transient {
            retry_after: None,
            ..
        }
    ));
    assert_eq!(asked.get(), 5);
}

#[tokio::test(start_paused = true)]
async fn theirs_as_ours_waits_as_they_say_and_never_less_than_the_server() {
    let theirs = || ExponentialBackoff {
        current_interval: SECOND * 2,
        initial_interval: SECOND * 2,
        multiplier: 2.0,
        randomization_factor: 0.0,
        ..ExponentialBackoff::default()
    };
    let policy = GivenWaits::by_backoff(theirs).with_max_tries(4.try_into().unwrap());
    let call = paced(Schedule::new(policy)).call();
    let answers = |n| {
        Err(if n == 1 {
            quota(SECOND * 26)
        } else {
            Failure::new(Class::Capacity)
        })
    };
    let (_, begun) = run(&call, Duration::ZERO, answers).await;
    let waits: Vec<_> = begun
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect();
    assert_eq!((waits.len(), waits[0]), (3, SECOND * 2));
    assert!(waits[1] >= SECOND * 26 && waits[1] <= SECOND * 27 + TIMER);
    assert!(waits[2] >= SECOND * 8 && waits[2] <= SECOND * 8 + TIMER);
}

#[tokio::test(start_paused = true)]
async fn theirs_without_an_end_ends() {
    let policy = GivenWaits::by_backoff(|| Constant::new(SECOND));
    let call = paced(Schedule::new(policy)).call();
    let (_, begun) = run(&call, Duration::ZERO, |_| Err(quota(SECOND))).await;
    assert_eq!(begun.len(), 80);
}

proptest! {
    #[test]
    fn no_wait_undercuts_the_hint_and_none_ends_after_the_deadline(
        hints in prop::collection::vec(prop::option::of(0_u64..40_000), 1..20),
        takes in 0_u64..5_000,
        deadline in 1_u64..120,
        profile in prop::sample::select(Profile::ALL),
    ) {
        let (deadline, takes) = (Duration::from_secs(deadline), Duration::from_millis(takes));
        let hint = |n: usize| hints[n % hints.len()].map(Duration::from_millis);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let begun = runtime.block_on(async {
            let call = paced(Schedule::new(profile.policy()).with_deadline(deadline)).call();
            let answers = |n| Err(hint(n).map_or_else(|| Failure::new(Class::Capacity), quota));
            run(&call, takes, answers).await.1
        });
        for (n, pair) in begun.windows(2).enumerate() {
            prop_assert!(pair[1] >= pair[0] + takes + hint(n).unwrap_or_default());
        }
        prop_assert!(begun.len() <= 160);
        prop_assert!(begun[begun.len() - 1] < deadline + TIMER);
    }
}
