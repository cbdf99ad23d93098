//! One engine under several threads: whatever the order in which they come, nothing is lost and nothing is held twice.

use crate::stage::{Place, Stage, everywhere, single};
use dioscuri_engine::{AttemptEvent, End, Engine, Step};
use dioscuri_vocab::{
    CallId, CallMeta, Class, Cost, Failure, Now, Outcome, Phase, Rng, Served, SplitMix64, Tick,
};
use std::thread;

const THREADS: u64 = 4;
const CALLS: u64 = 200;

/// Carries one call to its end on this thread, whoever is woken.
fn carry(engine: &Engine, id: u64, rng: &mut SplitMix64) -> End {
    let now = Now::default();
    let mut call = engine.start(CallMeta::new(CallId(id), Cost::tokens(1)), now);
    for _ in 0..10_000_000 {
        match call.poll(now) {
            Step::Done(end) => return end,
            Step::Send { attempt, .. } => {
                call.on_event(attempt, AttemptEvent::Sent, now, rng);
                thread::yield_now();
                let outcome = if rng.index(3) > 0 {
                    Outcome::Success(Served::new())
                } else {
                    Outcome::Failed {
                        failure: Failure::new(Class::Internal),
                        phase: Phase::Answered,
                    }
                };
                call.on_event(attempt, AttemptEvent::Ended(outcome), now, rng);
            }
            Step::Wait { .. } if rng.index(1_000) == 0 => return End::GivenUp,
            _ => thread::yield_now(),
        }
        while engine.poll_order(now).is_some() {}
    }
    panic!("call {id} never ends");
}

#[test]
fn every_call_ends_and_everything_comes_back() {
    let stage = Stage::new(&[single(), Place { slots: 2, ..single() }]);
    let engine = Engine::builder(stage.clone())
        .budget(stage.clone())
        .retry(|_: &_, _: &_, now: Tick, _: &mut dyn Rng| everywhere(now))
        .build();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let engine = &engine;
            scope.spawn(move || {
                let mut rng = SplitMix64::new(number);
                for id in 0..CALLS {
                    let end = carry(engine, number * CALLS + id, &mut rng);
                    assert!(matches!(end, End::Answered | End::GivenUp), "{end:?}");
                }
            });
        }
    });
    assert_eq!((engine.waiting(), engine.in_flight()), (0, 0));
    stage.check_even();
}
