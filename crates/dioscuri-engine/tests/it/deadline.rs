//! One deadline covers everything.

use crate::stage::{Place, Show, seconds, single};
use dioscuri_engine::{End, Step};
use dioscuri_retry::{Context, Limit, Retry, Verdict};
use dioscuri_vocab::{Class, Failure, Rng};
use std::time::Duration;

const LATE: Step = Step::Done(End::Exhausted(Limit::Deadline));

#[test]
fn it_ends_a_call_in_the_queue_and_wakes_it_once() {
    let mut show = Show::new(&[single()]);
    let _busy = show.busy();
    let meta = show.meta().with_deadline(seconds(10));
    let mut call = show.start(meta);
    assert_eq!(show.wait(&mut call), Some(seconds(10)));
    assert_eq!(show.engine.poll_timeout(), Some(seconds(10)));
    show.pass(10);
    assert_eq!(show.woken(), [2]);
    assert_eq!(show.poll(&mut call), LATE);
    assert_eq!(show.engine.waiting(), 0);
    assert_eq!(call.receipt().waited, Duration::from_secs(10));
}

#[test]
fn who_could_only_be_sent_after_it_ends_at_once() {
    let mut show = Show::new(&[Place {
        refilled_at: seconds(60),
        ..Place::default()
    }]);
    let meta = show.meta().with_deadline(seconds(10));
    let mut call = show.start(meta);
    assert_eq!(show.poll(&mut call), LATE);
}

#[test]
fn a_backoff_beyond_it_ends_the_call_at_once() {
    let mut show = Show::with(&[Place::default()], |builder| {
        builder.retry(|_: &Context, _: &Failure, _, _: &mut dyn Rng| {
            Verdict::Retry(Retry::nowhere().here(seconds(30)))
        })
    });
    let meta = show.meta().with_deadline(seconds(10));
    let mut call = show.start(meta);
    let _ = show.send(&mut call);
    show.fail(&mut call, Class::Internal);
    assert_eq!(show.poll(&mut call), LATE);
}

#[test]
fn it_ends_a_call_whose_place_was_kept_too_long() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let meta = show.meta().with_deadline(seconds(10));
    let mut call = show.start(meta);
    let _ = show.wait(&mut call);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    show.pass(10);
    assert_eq!(show.poll(&mut call), LATE);
    show.stage.check_even();
}

#[track_caller]
fn check_timeout(attempt: Option<u64>, deadline: Option<u64>, expected: Option<u64>) {
    let mut show = Show::with(&[Place::default()], |builder| match attempt {
        Some(timeout) => builder.attempt_timeout(Duration::from_secs(timeout)),
        None => builder,
    });
    let mut meta = show.meta();
    meta.deadline = deadline.map(seconds);
    let mut call = show.start(meta);
    let Step::Send { timeout, .. } = show.poll(&mut call) else {
        panic!("the endpoint is open");
    };
    assert_eq!(timeout, expected.map(Duration::from_secs));
}

#[test]
fn it_bounds_the_attempt() {
    check_timeout(None, None, None);
    check_timeout(Some(5), None, Some(5));
    check_timeout(Some(5), Some(9), Some(5));
    check_timeout(Some(5), Some(3), Some(3));
    check_timeout(None, Some(3), Some(3));
}

#[test]
fn a_call_behind_a_quota_that_opens_too_late_ends_at_once_and_says_when_it_could_be_served() {
    let mut show = Show::new(&[single(), single()]);
    let _busy = (show.busy(), show.busy());
    for place in &mut show.stage.lock().places {
        (place.slots, place.refilled_at) = (usize::MAX, seconds(60));
    }
    let mut patient = show.call();
    assert_eq!(show.wait(&mut patient), Some(seconds(60)));
    let meta = show.meta().with_deadline(seconds(30));
    let mut hurried = show.start(meta);
    assert_eq!(show.poll(&mut hurried), LATE);
    assert_eq!(hurried.receipt().could_be_served, Some(seconds(60)));
    // One whose deadline lies after that waits, though attempts are in flight.
    let meta = show.meta().with_deadline(seconds(61));
    let mut later = show.start(meta);
    let _ = show.wait(&mut later);
    show.pass(60);
    assert_eq!(show.woken(), [3, 5]);
}

#[test]
fn those_in_the_line_end_as_soon_as_the_quota_is_known_to_open_too_late() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let mut patient = show.call();
    let _ = show.wait(&mut patient);
    let meta = show.meta().with_deadline(seconds(30));
    let mut hurried = show.start(meta);
    let _ = show.wait(&mut hurried);
    show.stage.lock().places[0].refilled_at = seconds(60);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [3]);
    assert_eq!(show.poll(&mut hurried), LATE);
    assert_eq!(hurried.receipt().could_be_served, Some(seconds(60)));
}

#[test]
fn a_quota_that_may_give_something_back_is_waited_for() {
    // The call is too large for what is left; smaller ones fit, and what they do not use is given back.
    let mut show = Show::new(&[Place {
        refilled_at: seconds(60),
        small: 10,
        ..Place::default()
    }]);
    let _busy = show.busy();
    let mut meta = show.meta().with_deadline(seconds(30));
    meta.cost = dioscuri_vocab::Cost::tokens(1_000);
    let mut large = show.start(meta);
    assert_eq!(show.wait(&mut large), Some(seconds(30)));
}

#[test]
fn who_is_shed_from_a_full_line_hears_when_it_could_be_served() {
    let mut show = Show::with(&[single()], |builder| builder.max_waiting(1));
    show.stage.lock().places[0].refilled_at = seconds(9);
    let mut first = show.call();
    let _ = show.wait(&mut first);
    let mut second = show.call();
    assert_eq!(show.poll(&mut second), Step::Done(End::Shed));
    assert_eq!(second.receipt().could_be_served, Some(seconds(9)));
}
