//! Where an attempt goes.

use crate::stage::{Place, Show, seconds, single};
use dioscuri_engine::{End, Rule, Step};
use dioscuri_vocab::GroupId;
use std::time::Duration;

#[track_caller]
fn check(places: &[Place], expected: u32) {
    let mut show = Show::new(places);
    let mut call = show.call();
    assert_eq!(show.send(&mut call).1, expected);
}

fn place(room: f32, load: f32) -> Place {
    Place {
        load,
        room,
        ..Place::default()
    }
}

#[test]
fn an_open_endpoint_is_asked_at_once_and_its_answer_ends_the_call() {
    let mut show = Show::new(&[Place::default()]);
    let mut call = show.call();
    assert_eq!(show.send(&mut call).1, 0);
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
    show.answer(&mut call);
    assert_eq!(show.poll(&mut call), Step::Done(End::Answered));
    assert_eq!(call.receipt().rule(), Some(Rule::FirstChoice));
    show.stage.check_even();
}

#[test]
fn the_most_room_goes_first() {
    check(&[place(0.2, 0.0), place(0.9, 5.0)], 1);
}

#[test]
fn of_equal_room_the_least_loaded_goes_first() {
    check(&[place(0.5, 2.0), place(0.5, 1.0)], 1);
}

#[test]
fn a_hair_more_room_is_none() {
    check(&[place(0.501, 2.0), place(0.5, 1.0)], 1);
}

#[test]
fn an_open_endpoint_goes_before_a_roomier_closed_one() {
    let closed = Place {
        open_at: Some(seconds(1)),
        ..place(1.0, 0.0)
    };
    let spent = Place {
        refilled_at: seconds(1),
        ..place(1.0, 0.0)
    };
    check(&[closed, spent, place(0.1, 9.0)], 2);
}

#[test]
fn a_call_bound_to_a_group_goes_nowhere_else() {
    let bound = Place {
        group: 7,
        ..place(0.1, 9.0)
    };
    let mut show = Show::new(&[place(1.0, 0.0), bound]);
    let meta = show.meta().with_affinity(GroupId(7));
    let mut call = show.start(meta);
    assert_eq!(show.send(&mut call).1, 1);
}

#[test]
fn later_links_wait_for_a_failure() {
    let first = Place {
        refilled_at: seconds(9),
        ..Place::default()
    };
    let lesser = Place {
        link: 1,
        ..Place::default()
    };
    let mut show = Show::new(&[first, lesser]);
    let mut call = show.call();
    assert_eq!(show.wait(&mut call), Some(seconds(9)));
}

#[test]
fn a_call_nobody_could_ever_take_ends_at_once_even_while_others_are_in_flight() {
    let mut show = Show::new(&[Place::default()]);
    let _busy = show.busy();
    let meta = show.meta().with_affinity(GroupId(9));
    let mut call = show.start(meta);
    assert_eq!(show.poll(&mut call), Step::Done(End::NoEndpoint));
}

#[test]
fn a_place_that_was_lost_to_somebody_faster_is_looked_at_again_soon() {
    let mut show = Show::new(&[Place::default()]);
    show.stage.lock().refuses = true;
    let mut call = show.call();
    let soon = seconds(0).after(Duration::from_millis(1));
    assert_eq!(show.wait(&mut call), Some(soon));
    assert!(show.stage.lock().settled[0].is_unsent());
    assert_eq!(show.engine.poll_timeout(), Some(soon));
    show.now = show.now.after(Duration::from_millis(1));
    assert_eq!(show.woken(), [1]);
    let _ = show.send(&mut call);
    show.answer(&mut call);
}

#[test]
fn while_something_is_in_flight_a_closed_endpoint_may_open() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let mut call = show.call();
    assert_eq!(show.wait(&mut call), None);
    // The endpoint closes for good before the attempt in flight ends.
    show.stage.lock().places[0].open_at = None;
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    assert_eq!(show.poll(&mut call), Step::Done(End::NoEndpoint));
    show.stage.check_even();
}
