//! What follows a failure: the engine obeys the verdict.

use crate::stage::{Place, Show, everywhere, seconds};
use dioscuri_engine::{End, Rule, Step};
use dioscuri_retry::{Context, Limit, Retry, Verdict};
use dioscuri_vocab::{Class, Failure, Phase, Rng, Tick};
use std::sync::{Arc, Mutex};

fn lesser() -> Place {
    Place {
        link: 1,
        ..Place::default()
    }
}

/// A show whose every failure is followed by `verdict`.
fn show_with(places: &[Place], verdict: impl Fn(&Failure, Tick) -> Verdict + Send + Sync + 'static) -> Show {
    Show::with(places, |builder| {
        builder.retry(move |_: &Context, failure: &Failure, now, _: &mut dyn Rng| verdict(failure, now))
    })
}

fn retry(here: Option<Tick>, elsewhere: Option<Tick>, fallback: Option<Tick>) -> Verdict {
    let mut retry = Retry::nowhere();
    (retry.here, retry.elsewhere, retry.fallback) = (here, elsewhere, fallback);
    Verdict::Retry(retry)
}

#[test]
fn a_refusal_fails_over_at_once() {
    let mut show = show_with(&[Place::default(), Place::default()], |_, now| {
        retry(Some(seconds(60)), Some(now), None)
    });
    let mut call = show.call();
    let first = show.send(&mut call).1;
    show.fail(&mut call, Class::QuotaMinute);
    let second = show.send(&mut call).1;
    assert_ne!(first, second);
    assert_eq!(call.receipt().rule(), Some(Rule::Failover));
}

#[test]
fn the_same_endpoint_is_not_asked_before_its_tick() {
    let mut show = show_with(&[Place::default()], |_, _| retry(Some(seconds(3)), None, None));
    let mut call = show.call();
    let _ = show.send(&mut call);
    show.fail(&mut call, Class::Internal);
    assert_eq!(show.wait(&mut call), Some(seconds(3)));
    assert_eq!(
        (show.woken(), show.engine.poll_timeout()),
        (vec![], Some(seconds(3)))
    );
    show.pass(3);
    assert_eq!(show.woken(), [1]);
    let _ = show.send(&mut call);
    assert_eq!(call.receipt().rule(), Some(Rule::Retry));
}

#[test]
fn a_place_closed_by_the_verdict_is_not_asked_again() {
    let mut show = show_with(&[Place::default(), Place::default()], |_, now| {
        retry(None, Some(now), None)
    });
    let mut call = show.call();
    let first = show.send(&mut call).1;
    show.fail(&mut call, Class::NotFound);
    assert_ne!(show.send(&mut call).1, first);
    show.fail(&mut call, Class::NotFound);
    assert_eq!(show.poll(&mut call), Step::Done(End::NoEndpoint));
}

#[test]
fn a_later_link_opens_at_the_verdicts_tick() {
    let mut show = show_with(&[Place::default(), lesser()], |_, _| {
        retry(Some(seconds(60)), None, Some(seconds(2)))
    });
    let mut call = show.call();
    let _ = show.send(&mut call);
    show.fail(&mut call, Class::Capacity);
    assert_eq!(show.wait(&mut call), Some(seconds(2)));
    show.pass(2);
    assert_eq!(show.send(&mut call).1, 1);
    assert_eq!(call.receipt().rule(), Some(Rule::FallbackAfterFailure));
}

#[test]
fn a_lesser_answer_is_not_worth_two_seconds() {
    for (opens, expected) in [(2, None), (3, Some(1))] {
        let mut show = show_with(&[Place::default(), lesser()], move |_, now| {
            retry(Some(seconds(opens)), None, Some(now))
        });
        let mut call = show.call();
        let _ = show.send(&mut call);
        show.fail(&mut call, Class::Capacity);
        match expected {
            Some(link) => assert_eq!(show.send(&mut call).1, link),
            None => assert_eq!(show.wait(&mut call), Some(seconds(opens))),
        }
    }
}

#[test]
fn a_later_link_opens_to_whoever_has_waited_so_long() {
    let spent = Place {
        refilled_at: seconds(60),
        ..Place::default()
    };
    let mut show = Show::with(&[spent, lesser()], |builder| {
        builder.fallback_after(std::time::Duration::from_secs(5))
    });
    let mut call = show.call();
    assert_eq!(show.wait(&mut call), Some(seconds(5)));
    show.pass(5);
    assert_eq!(show.woken(), [1]);
    assert_eq!(show.send(&mut call).1, 1);
    assert_eq!(call.receipt().rule(), Some(Rule::FallbackAfterWait));
}

#[test]
fn patience_ends_for_each_call_at_its_own_time_whatever_its_turn() {
    let spent = Place {
        refilled_at: seconds(60),
        ..Place::default()
    };
    let mut show = Show::with(&[spent, lesser()], |builder| {
        builder.fallback_after(std::time::Duration::from_secs(5))
    });
    let mut early = show.call();
    let _ = show.wait(&mut early);
    show.pass(1);
    // It comes later and stands in front.
    let meta = show.meta().with_priority(1);
    let mut urgent = show.start(meta);
    let _ = show.wait(&mut urgent);
    show.pass(4);
    assert_eq!(show.woken(), [1]);
    let _ = show.send(&mut early);
    show.pass(1);
    assert_eq!(show.woken(), [2]);
}

#[test]
fn a_link_that_is_closed_to_a_call_stays_closed_when_a_later_one_fails() {
    // Too long a prompt for the first model; the second has no capacity for a while.
    let places = [Place::default(), Place::default(), lesser()];
    let mut show = show_with(&places, |failure, now| match failure.class {
        Class::ContextTooLong => retry(None, None, Some(now)),
        _ => retry(Some(seconds(4)), Some(now), None),
    });
    let mut call = show.call();
    let _ = show.send(&mut call);
    show.fail(&mut call, Class::ContextTooLong);
    assert_eq!(show.send(&mut call).1, 2);
    show.fail(&mut call, Class::Capacity);
    assert_eq!(show.wait(&mut call), Some(seconds(4)));
}

#[test]
fn a_later_link_closes_its_other_endpoints_as_the_first_does() {
    let mut show = show_with(&[Place::default(), lesser(), lesser()], |_, now| {
        retry(None, None, Some(now))
    });
    let mut call = show.call();
    for _ in 0..2 {
        let _ = show.send(&mut call);
        show.fail(&mut call, Class::ContextTooLong);
    }
    assert_eq!(show.poll(&mut call), Step::Done(End::NoEndpoint));
}

#[test]
fn a_permanent_failure_ends_the_call() {
    let mut show = show_with(&[Place::default()], |_, _| Verdict::Permanent);
    let mut call = show.call();
    let _ = show.send(&mut call);
    show.fail(&mut call, Class::InvalidRequest);
    assert_eq!(show.poll(&mut call), Step::Done(End::Permanent));
    assert_eq!(call.last_failure().unwrap().class, Class::InvalidRequest);
    show.stage.check_even();
}

#[test]
fn a_limit_of_the_policy_ends_the_call() {
    let mut show = show_with(&[Place::default()], |_, _| Verdict::Exhausted(Limit::Attempts));
    let mut call = show.call();
    let _ = show.send(&mut call);
    show.fail(&mut call, Class::Internal);
    assert_eq!(show.poll(&mut call), Step::Done(End::Exhausted(Limit::Attempts)));
}

/// What the policy is told after each of these failures on one endpoint: attempts, attempts here, tries.
#[track_caller]
fn check_counts(failures: &[(Class, Phase)], expected: &[(u32, u32, u32)]) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = told.clone();
    let mut show = Show::with(&[Place::default()], |builder| {
        builder.retry(move |cx: &Context, _: &Failure, now, _: &mut dyn Rng| {
            log.lock()
                .expect("no test panics under it")
                .push((cx.attempt, cx.attempt_here, cx.tries));
            everywhere(now)
        })
    });
    let mut call = show.call();
    for (class, phase) in failures {
        let _ = show.send(&mut call);
        show.fail_in(&mut call, *class, *phase);
    }
    assert_eq!(*told.lock().expect("no test panics under it"), expected);
}

#[test]
fn faults_count_as_attempts() {
    let fault = (Class::Internal, Phase::Answered);
    check_counts(&[fault, fault], &[(1, 1, 1), (2, 2, 2)]);
}

#[test]
fn refusals_and_what_was_never_sent_do_not_count_as_attempts() {
    for (class, phase) in [
        (Class::QuotaMinute, Phase::Answered),
        (Class::AuthInvalidKey, Phase::Answered),
        (Class::Billing, Phase::Answered),
        (Class::NotFound, Phase::Answered),
        (Class::ServiceDisabled, Phase::Answered),
        (Class::Connection, Phase::NotSent),
    ] {
        let fault = (Class::Internal, Phase::Answered);
        check_counts(
            &[(class, phase), fault, fault],
            &[(1, 1, 1), (1, 1, 2), (2, 2, 3)],
        );
    }
}
