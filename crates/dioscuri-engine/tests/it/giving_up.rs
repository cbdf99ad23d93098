//! What a call held when it was given up or dropped goes to the next.

use crate::stage::{Show, seconds, single};
use dioscuri_engine::{AttemptEvent, End, Step};
use dioscuri_vocab::{Outcome, Phase};

#[test]
fn a_waiting_call_leaves_the_queue() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let (mut second, mut third) = (show.call(), show.call());
    let _ = show.wait(&mut second);
    let _ = show.wait(&mut third);
    drop(second);
    assert_eq!(show.engine.waiting(), 1);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [3]);
}

#[test]
fn a_kept_place_goes_to_the_next_and_was_never_sent() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let (mut second, mut third) = (show.call(), show.call());
    let _ = show.wait(&mut second);
    let _ = show.wait(&mut third);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    drop(second);
    assert_eq!(show.woken(), [3]);
    assert!(show.stage.lock().settled.last().unwrap().is_unsent());
    let _ = show.send(&mut third);
    show.answer(&mut third);
    show.stage.check_even();
}

#[test]
fn a_place_that_nobody_comes_for_lapses_and_goes_to_the_next() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let (mut idle, mut next, mut last) = (show.call(), show.call(), show.call());
    for call in [&mut idle, &mut next, &mut last] {
        let _ = show.wait(call);
    }
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    assert_eq!(show.engine.poll_timeout(), Some(seconds(1)));
    show.pass(1);
    assert_eq!(show.woken(), [2, 3]);
    assert!(show.stage.lock().settled.last().unwrap().is_unsent());
    assert_eq!((show.engine.waiting(), show.engine.in_flight()), (1, 1));
    let _ = show.send(&mut next);
    // It comes after all, and takes the turn that it had.
    let _ = show.wait(&mut idle);
    show.answer(&mut next);
    assert_eq!(show.woken(), [2]);
    let _ = show.send(&mut idle);
    assert_eq!(idle.receipt().tries.len(), 1);
    show.answer(&mut idle);
    assert_eq!(show.woken(), [4]);
    let _ = show.send(&mut last);
    show.answer(&mut last);
    show.stage.check_even();
}

#[test]
fn whoever_comes_in_time_keeps_its_place() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let mut call = show.call();
    let _ = show.wait(&mut call);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    let _ = show.send(&mut call);
    show.pass(1);
    assert_eq!((show.woken(), show.engine.poll_timeout()), (vec![], None));
    assert_eq!(show.engine.in_flight(), 1);
}

#[track_caller]
fn check_phase(events: &[AttemptEvent], expected: Phase) {
    let mut show = Show::new(&[single()]);
    let mut call = show.call();
    let (attempt, _) = show.send(&mut call);
    for event in events {
        show.tell(&mut call, attempt, event.clone());
    }
    let mut next = show.call();
    let _ = show.wait(&mut next);
    drop(call);
    let settled = show.stage.lock().settled.clone();
    assert_eq!(settled, [Outcome::Cancelled { phase: expected }]);
    assert_eq!(show.woken(), [2]);
    drop(next);
    show.stage.check_even();
}

#[test]
fn an_attempt_in_flight_is_settled_as_far_as_it_had_come() {
    use AttemptEvent::{Content, Head, Sent};
    check_phase(&[], Phase::NotSent);
    check_phase(&[Sent], Phase::Sent);
    check_phase(&[Sent, Head], Phase::Answered);
    check_phase(&[Sent, Head, Content], Phase::Committed);
}

#[test]
fn a_call_that_was_given_up_has_ended_and_giving_up_twice_changes_nothing() {
    let mut show = Show::new(&[single()]);
    let mut call = show.busy();
    call.give_up(show.now);
    call.give_up(show.now);
    assert_eq!(show.engine.in_flight(), 0);
    assert_eq!(show.poll(&mut call), Step::Done(End::GivenUp));
    assert_eq!(call.receipt().tries.len(), 1);
    show.stage.check_even();
}
