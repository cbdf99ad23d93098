//! What an attempt says about itself.

use crate::stage::{Place, Show};
use dioscuri_engine::{AttemptEvent, End, Step};
use dioscuri_vocab::{AttemptId, Class, Outcome, Phase, Served};

#[test]
fn content_opens_the_gate_exactly_once() {
    let mut show = Show::new(&[Place::default()]);
    let mut call = show.call();
    let (attempt, _) = show.send(&mut call);
    show.tell(&mut call, attempt, AttemptEvent::Content);
    show.tell(&mut call, attempt, AttemptEvent::Content);
    assert_eq!(show.poll(&mut call), Step::Commit { attempt });
    show.tell(&mut call, attempt, AttemptEvent::Content);
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
    show.answer(&mut call);
    assert_eq!(show.poll(&mut call), Step::Done(End::Answered));
}

#[test]
fn a_stream_that_breaks_after_the_gate_has_opened_is_interrupted() {
    let mut show = Show::new(&[Place::default()]);
    let mut call = show.call();
    let (attempt, _) = show.send(&mut call);
    show.tell(&mut call, attempt, AttemptEvent::Content);
    assert_eq!(show.poll(&mut call), Step::Commit { attempt });
    show.fail_in(&mut call, Class::Connection, Phase::Committed);
    assert_eq!(show.poll(&mut call), Step::Done(End::Interrupted));
    show.stage.check_even();
}

#[test]
fn a_stream_that_breaks_before_is_tried_again() {
    let mut show = Show::new(&[Place::default()]);
    let mut call = show.call();
    let (attempt, _) = show.send(&mut call);
    show.tell(&mut call, attempt, AttemptEvent::Head);
    show.fail(&mut call, Class::Connection);
    assert_eq!(show.send(&mut call).0.no, 2);
}

#[test]
fn events_of_other_attempts_are_ignored() {
    let mut show = Show::new(&[Place::default()]);
    let mut call = show.call();
    let (first, _) = show.send(&mut call);
    show.fail(&mut call, Class::Internal);
    let (second, _) = show.send(&mut call);
    let unknown = AttemptId { no: 9, ..second };
    for attempt in [first, unknown] {
        let ended = AttemptEvent::Ended(Outcome::Success(Served::new()));
        show.tell(&mut call, attempt, AttemptEvent::Content);
        show.tell(&mut call, attempt, ended);
    }
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
    assert_eq!(show.engine.in_flight(), 1);
}

#[test]
fn nothing_changes_a_call_that_has_ended() {
    let mut show = Show::new(&[Place::default()]);
    let mut call = show.busy();
    show.answer(&mut call);
    let attempt = call.receipt().tries[0].attempt;
    show.tell(&mut call, attempt, AttemptEvent::Content);
    assert_eq!(show.poll(&mut call), Step::Done(End::Answered));
    assert_eq!(call.receipt().tries[0].timing.content, None);
    show.stage.check_even();
}

#[test]
fn a_cancelled_attempt_asks_for_another_place() {
    let mut show = Show::new(&[Place::default()]);
    let mut call = show.call();
    let (attempt, _) = show.send(&mut call);
    let phase = Phase::Sent;
    show.tell(
        &mut call,
        attempt,
        AttemptEvent::Ended(Outcome::Cancelled { phase }),
    );
    assert_eq!(show.send(&mut call).0.no, 2);
    assert!(call.last_failure().is_none());
}
