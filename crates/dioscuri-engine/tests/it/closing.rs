//! An engine that is closed begins nothing more, and lets what has begun come to its end.

use crate::stage::{Place, Show, everywhere, seconds, single};
use dioscuri_engine::{End, Record, Step};
use dioscuri_vocab::{Class, Now, Rng};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const SHED: Step = Step::Done(End::Shed);

#[test]
fn whoever_waits_is_woken_and_shed_with_nothing_tried() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let (mut second, mut third) = (show.call(), show.call());
    let _ = show.wait(&mut second);
    let _ = show.wait(&mut third);
    show.pass(2);
    show.engine.close();
    assert_eq!(show.woken(), [2, 3]);
    assert_eq!(show.engine.waiting(), 0);
    for call in [&mut second, &mut third] {
        assert_eq!(show.poll(call), SHED);
        assert!(call.receipt().tries.is_empty());
        assert_eq!(call.receipt().waited, Duration::from_secs(2));
    }
    show.engine.close();
    assert!(show.woken().is_empty());
    show.answer(&mut busy);
    assert_eq!(show.poll(&mut busy), Step::Done(End::Answered));
    show.stage.check_even();
}

#[test]
fn whoever_rests_between_two_attempts_is_shed_with_its_failure() {
    let mut show = Show::with(&[Place::default()], |builder| {
        builder.retry(|_: &_, _: &_, _, _: &mut dyn Rng| everywhere(seconds(60)))
    });
    let mut call = show.busy();
    show.fail(&mut call, Class::Capacity);
    let _ = show.wait(&mut call);
    show.engine.close();
    assert_eq!(show.woken(), [1]);
    assert_eq!(show.poll(&mut call), SHED);
    assert_eq!(call.receipt().tries[0].class, Some(Class::Capacity));
    show.stage.check_even();
}

#[test]
fn whoever_comes_later_is_shed() {
    let mut show = Show::new(&[Place::default()]);
    show.engine.close();
    let mut call = show.call();
    assert_eq!(show.poll(&mut call), SHED);
    assert_eq!(show.stage.lock().granted, 0);
}

#[test]
fn an_attempt_in_flight_that_fails_is_the_last() {
    let mut show = Show::new(&[Place::default()]);
    let mut call = show.busy();
    show.engine.close();
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
    show.fail(&mut call, Class::Internal);
    assert_eq!(show.poll(&mut call), SHED);
    assert_eq!(call.receipt().tries.len(), 1);
    assert_eq!(call.last_failure().unwrap().class, Class::Internal);
    show.stage.check_even();
}

#[test]
fn a_kept_place_is_given_back_unsent() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let mut call = show.call();
    let _ = show.wait(&mut call);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    show.engine.close();
    assert_eq!(show.poll(&mut call), SHED);
    assert!(call.receipt().tries.is_empty());
    assert!(show.stage.lock().settled.last().unwrap().is_unsent());
    show.stage.check_even();
}

#[test]
fn observers_see_the_end_of_a_call_that_is_shed() {
    let ends = Arc::new(Mutex::new(Vec::new()));
    let seen = ends.clone();
    let mut show = Show::with(&[single()], |builder| {
        builder.observer(move |record: &Record<'_>, _: Now| {
            if let Record::Done { end, .. } = record {
                seen.lock().unwrap().push(*end);
            }
        })
    });
    let _busy = show.busy();
    let mut call = show.call();
    let _ = show.wait(&mut call);
    show.engine.close();
    let _ = show.poll(&mut call);
    assert_eq!(*ends.lock().unwrap(), [End::Shed]);
}
