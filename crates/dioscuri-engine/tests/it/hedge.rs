//! A second attempt beside one that takes long.

use crate::stage::{Place, Show, everywhere, seconds, single};
use dioscuri_engine::{AttemptEvent, Call, End, Rule, Step};
use dioscuri_retry::{OnEmpty, RetryBudget, RetryPolicyExt as _};
use dioscuri_vocab::{AttemptId, Class, Failure, GroupId, Outcome, Phase, Rng, Served, Tick};
use std::{sync::Arc, time::Duration};

/// A show over `places` that hedges after two seconds.
fn show(places: &[Place]) -> Show {
    Show::with(places, |builder| {
        builder
            .retry(|_: &_, _: &_, now: Tick, _: &mut dyn Rng| everywhere(now))
            .hedge_after(Duration::from_secs(2))
    })
}

/// A call with two attempts in flight, and where they are.
fn hedged(show: &mut Show) -> (Call, (AttemptId, u32), (AttemptId, u32)) {
    let mut call = show.call();
    let first = show.send(&mut call);
    show.tell(&mut call, first.0, AttemptEvent::Sent);
    assert_eq!(show.wait(&mut call), Some(seconds(2)));
    assert_eq!(show.engine.poll_timeout(), Some(seconds(2)));
    show.pass(2);
    assert_eq!(show.woken(), [call.id().0]);
    let second = show.send(&mut call);
    show.tell(&mut call, second.0, AttemptEvent::Sent);
    (call, first, second)
}

fn success() -> AttemptEvent {
    AttemptEvent::Ended(Outcome::Success(Served::new()))
}

fn fault(class: Class) -> AttemptEvent {
    AttemptEvent::Ended(Outcome::Failed {
        failure: Failure::new(class),
        phase: Phase::Answered,
    })
}

#[test]
fn the_first_answer_wins_and_the_other_is_cancelled_as_sent() {
    let mut show = show(&[Place::default(), Place::default()]);
    let (mut call, (first, at), (second, other)) = hedged(&mut show);
    assert_ne!(at, other);
    assert_eq!(show.engine.in_flight(), 2);
    show.tell(&mut call, second, success());
    assert_eq!(show.poll(&mut call), Step::Cancel { attempt: first });
    assert_eq!(show.poll(&mut call), Step::Done(End::Answered));
    let lost = Outcome::Cancelled { phase: Phase::Sent };
    assert!(show.stage.lock().settled.contains(&lost));
    assert_eq!(show.engine.in_flight(), 0);
    // What is still said of it changes nothing.
    show.tell(&mut call, first, success());
    let rules: Vec<_> = call.receipt().tries.iter().map(|one| one.rule).collect();
    assert_eq!(rules, [Rule::FirstChoice, Rule::Hedge]);
    show.stage.check_even();
}

#[test]
fn the_first_content_opens_its_gate_alone() {
    let mut show = show(&[Place::default(), Place::default()]);
    let (mut call, (first, _), (second, _)) = hedged(&mut show);
    show.tell(&mut call, second, AttemptEvent::Content);
    show.tell(&mut call, first, AttemptEvent::Content);
    assert_eq!(show.poll(&mut call), Step::Commit { attempt: second });
    assert_eq!(show.poll(&mut call), Step::Cancel { attempt: first });
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
    show.tell(&mut call, second, success());
    assert_eq!(show.poll(&mut call), Step::Done(End::Answered));
    show.stage.check_even();
}

#[test]
fn while_one_is_in_flight_the_failure_of_the_other_is_waited_out() {
    let mut show = show(&[Place::default(), Place::default()]);
    let (mut call, (first, _), (second, _)) = hedged(&mut show);
    show.tell(&mut call, first, fault(Class::Internal));
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
    show.tell(&mut call, second, fault(Class::Internal));
    assert!(matches!(show.poll(&mut call), Step::Send { .. }));
    drop(call);
    show.stage.check_even();
}

#[test]
fn a_call_that_answers_in_time_is_sent_once() {
    let mut show = show(&[Place::default(), Place::default()]);
    let mut call = show.busy();
    show.pass(1);
    show.answer(&mut call);
    assert_eq!(show.engine.poll_timeout(), None);
    assert_eq!(show.poll(&mut call), Step::Done(End::Answered));
    assert_eq!(call.receipt().tries.len(), 1);
}

#[test]
fn nobody_hedges_where_there_is_no_second_endpoint() {
    let mut show = show(&[Place::default()]);
    let mut call = show.busy();
    show.pass(2);
    assert_eq!(show.woken(), [1]);
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
    show.answer(&mut call);
    show.stage.check_even();
}

#[test]
fn nobody_hedges_while_others_wait() {
    let closed = Place {
        group: 7,
        refilled_at: seconds(60),
        ..Place::default()
    };
    let mut show = show(&[Place::default(), Place::default(), closed]);
    let mut call = show.busy();
    let meta = show.meta().with_affinity(GroupId(7));
    let mut waiting = show.start(meta);
    let _ = show.wait(&mut waiting);
    show.pass(2);
    assert_eq!(show.woken(), [1]);
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
}

#[test]
fn an_empty_retry_budget_pays_for_no_hedge() {
    let retries = Arc::new(RetryBudget::with_capacity(0));
    let mut show = Show::with(&[Place::default(), Place::default()], |builder| {
        let policy = |_: &_, _: &_, now: Tick, _: &mut dyn Rng| everywhere(now);
        builder
            .retry(policy.within_budget(retries, OnEmpty::Postpone))
            .hedge_after(Duration::from_secs(2))
    });
    let mut call = show.busy();
    show.pass(2);
    assert_eq!(show.woken(), [1]);
    assert_eq!(show.poll(&mut call), Step::Wait { until: None });
    assert_eq!(show.engine.in_flight(), 1);
    show.answer(&mut call);
    show.stage.check_even();
}

/// What may happen to a call that hedges: in any order, and dropped at any moment, everything comes back.
mod any_order {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[derive(Clone, Copy, Debug)]
    enum Move {
        Poll(usize),
        Tell(usize, usize, u8),
        Drop(usize),
        Pass(u64),
        Obey,
    }

    fn moves() -> impl Strategy<Value = Move> {
        prop_oneof![
            4 => (0_usize..4).prop_map(Move::Poll),
            4 => (0_usize..4, 0_usize..3, 0_u8..7).prop_map(|(call, no, what)| Move::Tell(call, no, what)),
            1 => (0_usize..4).prop_map(Move::Drop),
            1 => (0_u64..4).prop_map(Move::Pass),
            2 => Just(Move::Obey),
        ]
    }

    fn event(what: u8) -> AttemptEvent {
        match what {
            0 => AttemptEvent::Sent,
            1 => AttemptEvent::Head,
            2 => AttemptEvent::Content,
            3 => success(),
            4 => fault(Class::Internal),
            5 => fault(Class::InvalidRequest),
            _ => AttemptEvent::Ended(Outcome::Cancelled { phase: Phase::Sent }),
        }
    }

    proptest! {
        #[test]
        fn what_was_given_comes_back(
            moves in vec(moves(), 1..120),
            slots in vec(1_usize..3, 1..4),
        ) {
            let places: Vec<_> = slots.iter().map(|slots| Place { slots: *slots, ..single() }).collect();
            let mut show = show(&places);
            let mut calls: Vec<Option<Call>> = (0..4).map(|_| Some(show.call())).collect();
            for one in moves {
                match one {
                    Move::Pass(seconds) => show.pass(seconds),
                    Move::Obey => drop(show.woken()),
                    Move::Drop(call) => drop(calls[call].take()),
                    Move::Poll(call) => {
                        if let Some(call) = &mut calls[call] {
                            let _ = show.poll(call);
                        }
                    }
                    Move::Tell(call, no, what) => {
                        let Some(call) = &mut calls[call] else { continue };
                        let tries = &call.receipt().tries;
                        if let Some(one) = tries.len().checked_sub(no + 1) {
                            let attempt = tries[one].attempt;
                            show.tell(call, attempt, event(what));
                        }
                    }
                }
                let out = calls.iter().flatten().map(|call| {
                    call.receipt().tries.iter().filter(|one| one.ended.is_none()).count()
                });
                prop_assert!(out.sum::<usize>() <= show.engine.in_flight());
            }
            drop(calls);
            prop_assert_eq!(show.engine.in_flight(), 0);
            prop_assert_eq!(show.engine.waiting(), 0);
            show.stage.check_even();
        }
    }
}
