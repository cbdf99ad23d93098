//! A driver that obeys the engine's orders and timeout, and does nothing else, brings every call to its end.

use crate::{
    driver::{Plan, run},
    stage::{Place, seconds},
};
use dioscuri_budget::{DomainId, RateBudget, Reservation, Reserve};
use dioscuri_engine::{Engine, Step};
use dioscuri_vocab::{CallId, CallMeta, Cost, EndpointId, Now, Outcome, Tick, Timing};
use proptest::{collection::vec, option, prelude::*};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

fn place() -> impl Strategy<Value = Place> {
    let tick = || (0_u64..20).prop_map(seconds);
    let load = (0_u8..4).prop_map(f32::from);
    (
        0_u8..3,
        0_u32..2,
        option::weighted(0.8, tick()),
        load,
        tick(),
        1_usize..4,
    )
        .prop_map(|(link, group, open_at, load, refilled_at, slots)| Place {
            link,
            group,
            open_at,
            load,
            refilled_at,
            slots,
            ..Place::default()
        })
}

fn plan() -> impl Strategy<Value = Plan> {
    (
        0_u64..20,
        option::of(1_u64..30),
        option::weighted(0.3, 0_u32..3),
        0_u8..2,
        0_u32..3,
        option::weighted(0.1, 0_u64..30),
        0_u64..4,
    )
        .prop_map(
            |(arrives, deadline, affinity, priority, tenant, dropped, service)| Plan {
                arrives,
                deadline,
                affinity,
                priority,
                tenant,
                dropped,
                service,
            },
        )
}

proptest! {
    #[test]
    fn every_call_ends_once_and_everything_given_comes_back(
        places in vec(place(), 1..5),
        plans in vec(plan(), 1..40),
        seed in any::<u64>(),
    ) {
        let report = run(&places, &plans, seed);
        for (plan, end) in plans.iter().zip(&report.ends) {
            prop_assert!(end.is_some() || plan.dropped.is_some());
        }
        report.stage.check_even();
        // A call is polled when it starts, when it is woken and when an attempt ends: five tries, for each of
        // which it is parked and queued at most once.
        prop_assert!(report.polls <= plans.len() * (2 + 5 * 3), "{} polls", report.polls);
    }

    #[test]
    fn of_equal_calls_nobody_overtakes(
        places in vec(place(), 1..5),
        mut plans in vec(plan(), 1..40),
        seed in any::<u64>(),
    ) {
        for plan in &mut plans {
            (plan.affinity, plan.priority, plan.tenant) = (None, 0, 0);
            plan.deadline = None;
        }
        plans.sort_by_key(|plan| plan.arrives);
        let report = run(&places, &plans, seed);
        prop_assert!(report.first_sent.iter().flatten().is_sorted(), "{:?}", report.first_sent);
    }

    #[test]
    fn equal_seeds_give_equal_logs(
        places in vec(place(), 1..4),
        plans in vec(plan(), 1..20),
        seed in any::<u64>(),
    ) {
        prop_assert_eq!(run(&places, &plans, seed).log, run(&places, &plans, seed).log);
    }
}

/// A budget that says "now" to whoever asks when, and "not yet" to whoever takes it at its word.
struct Fickle {
    asked: Arc<AtomicU32>,
    honest_from: Tick,
}

impl RateBudget for Fickle {
    fn reserve(&self, _: EndpointId, _: &Cost, now: Now) -> Reserve {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if now.tick >= self.honest_from {
            return Reserve::Granted(Reservation(0));
        }
        Reserve::NotUntil {
            at: Some(now.tick),
            domain: DomainId(0),
        }
    }

    fn settle(&self, _: Reservation, _: &Outcome, _: &Timing, _: Now) {}
}

#[test]
fn a_fickle_budget_is_asked_once_a_millisecond() {
    let asked = Arc::new(AtomicU32::new(0));
    let budget = Fickle {
        asked: asked.clone(),
        honest_from: seconds(1),
    };
    let pool = crate::stage::Stage::new(&[Place::default()]);
    let engine = Engine::builder(pool).budget(budget).build();
    let mut now = Now::default();
    let mut call = engine.start(CallMeta::new(CallId(1), Cost::default()), now);
    assert!(matches!(call.poll(now), Step::Wait { .. }));
    while engine.poll_order(now).is_none() {
        let at = engine.poll_timeout().expect("somebody waits");
        assert!(at > now.tick);
        now = Now::default().after(at.since(Tick::ZERO));
    }
    assert!(matches!(call.poll(now), Step::Send { .. }));
    let asked = asked.load(Ordering::Relaxed);
    assert!(asked <= 1_002, "asked {asked} times in a second");
}
