//! Every answer carries what it cost, and observers see the same.

use crate::stage::{Show, everywhere, seconds, single};
use dioscuri_engine::{AttemptEvent, End, Record, Rule};
use dioscuri_vocab::{Class, Now, Outcome, Phase, Rng, Served};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

#[test]
fn it_holds_every_try_and_sums_the_waits() {
    let mut show = Show::new(&[single()]);
    let mut busy = show.busy();
    let mut call = show.call();
    let _ = show.wait(&mut call);
    show.pass(3);
    show.answer(&mut busy);
    assert_eq!(show.woken(), [2]);
    let _ = show.send(&mut call);
    show.pass(1);
    show.fail(&mut call, Class::Internal);
    show.stage.lock().places[0].refilled_at = seconds(9);
    let _ = show.wait(&mut call);
    show.pass(5);
    let (attempt, _) = show.send(&mut call);
    show.tell(&mut call, attempt, AttemptEvent::Sent);
    show.pass(1);
    let mut served = Served::new();
    served.model = Some("gemini-3.8-flash".into());
    show.tell(
        &mut call,
        attempt,
        AttemptEvent::Ended(Outcome::Success(served.clone())),
    );

    let receipt = call.receipt();
    assert_eq!(receipt.waited, Duration::from_secs(3 + 5));
    assert_eq!(receipt.served, Some(served));
    assert_eq!(receipt.rule(), Some(Rule::Retry));
    let [refused, answered] = &receipt.tries[..] else {
        panic!("two tries, not {:?}", receipt.tries);
    };
    assert_eq!(refused.waited, Duration::from_secs(3));
    assert_eq!((refused.begun, refused.ended), (seconds(3), Some(seconds(4))));
    assert_eq!(refused.class, Some(Class::Internal));
    assert_eq!(refused.phase, Some(Phase::Answered));
    assert_eq!(answered.waited, Duration::from_secs(5));
    assert_eq!(
        (answered.attempt.no, answered.class, answered.phase),
        (2, None, None)
    );
    assert_eq!(answered.timing.sent, Some(seconds(9)));
}

#[test]
fn an_observer_sees_waits_attempts_and_the_end() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = log.clone();
    let mut show = Show::with(&[single()], |builder| {
        builder
            .retry(|_: &_, _: &_, now, _: &mut dyn Rng| everywhere(now))
            .observer(move |record: &Record<'_>, _: Now| {
                seen.lock().unwrap().push(match record {
                    Record::Begun { attempt, .. } => format!("begun {}.{}", attempt.call.0, attempt.no),
                    Record::Ended { of, .. } => format!("ended {}.{}", of.attempt.call.0, of.attempt.no),
                    Record::Waiting { call, .. } => format!("waiting {}", call.0),
                    Record::Done { call, end, .. } => {
                        assert_eq!(*end, End::Answered);
                        format!("done {}", call.0)
                    }
                    other => panic!("{other:?}"),
                });
            })
    });
    let mut first = show.busy();
    let mut second = show.call();
    let _ = show.wait(&mut second);
    show.answer(&mut first);
    let _ = show.send(&mut second);
    show.answer(&mut second);
    let expected = [
        "begun 1.1",
        "waiting 2",
        "ended 1.1",
        "done 1",
        "begun 2.1",
        "ended 2.1",
        "done 2",
    ];
    assert_eq!(*log.lock().unwrap(), expected);
}

#[test]
fn an_observer_sees_each_call_end_exactly_once_whatever_becomes_of_it() {
    let ends = Arc::new(Mutex::new(Vec::new()));
    let seen = ends.clone();
    let mut show = Show::with(&[single()], |builder| {
        builder.observer(move |record: &Record<'_>, _: Now| {
            if let Record::Done { call, end, .. } = record {
                seen.lock().unwrap().push((call.0, end.name()));
            }
        })
    });
    let mut sent = show.busy();
    let mut waiting = show.call();
    let _ = show.wait(&mut waiting);
    let untouched = show.call();
    drop(waiting);
    drop(untouched);
    sent.give_up(show.now);
    sent.give_up(show.now);
    drop(sent);
    let mut answered = show.busy();
    show.answer(&mut answered);
    answered.give_up(show.now);
    drop(answered);
    let expected = [(2, "given_up"), (3, "given_up"), (1, "given_up"), (4, "answered")];
    assert_eq!(*ends.lock().unwrap(), expected);
}
