//! What calls cost on the heap. A binary of its own, because its allocator counts.

use allocation_counter::measure;
use dioscuri_budget::{Budget, Limit};
use dioscuri_engine::{AttemptEvent, Call, End, Engine, Step};
use dioscuri_pool::{AccountId, EndpointSpec, PlaceId, RegionPool};
use dioscuri_vocab::{
    CallId, CallMeta, Cost, CredentialId, EndpointId, GroupId, Now, Outcome, Served, SplitMix64,
};
use std::time::Duration;

/// So many projects, each with an endpoint of three limits.
fn engine(endpoints: u32, rpm: u64) -> Engine {
    let pool = RegionPool::default();
    let budget = Budget::default();
    for number in 0..endpoints {
        let spec = EndpointSpec::new(EndpointId(number), [CredentialId(number)])
            .with_group(GroupId(number))
            .with_account(AccountId(number))
            .with_place(PlaceId(number));
        pool.add(spec).expect("no number comes twice");
        let limits = [Limit::rpm(rpm), Limit::tpm(1_000_000_000), Limit::rpd(1_000_000)];
        budget.attach(EndpointId(number), &limits);
    }
    Engine::builder(pool).budget(budget).build()
}

fn serve(engine: &Engine, id: u64, now: Now, rng: &mut SplitMix64) {
    let mut call = engine.start(CallMeta::new(CallId(id), Cost::tokens(100)), now);
    let Step::Send { attempt, .. } = call.poll(now) else {
        panic!("there is room for all");
    };
    while engine.poll_order(now).is_some() {}
    for event in [AttemptEvent::Sent, AttemptEvent::Head] {
        call.on_event(attempt, event, now, rng);
    }
    call.on_event(
        attempt,
        AttemptEvent::Ended(Outcome::Success(Served::new())),
        now,
        rng,
    );
    while engine.poll_order(now).is_some() {}
    assert_eq!(call.poll(now), Step::Done(End::Answered));
}

#[test]
fn a_call_that_succeeds_costs_its_receipt_and_nothing_else() {
    let engine = engine(24, 1_000_000);
    let mut rng = SplitMix64::new(1);
    let mut now = Now::default();
    for id in 0..10_000 {
        serve(&engine, id, now, &mut rng);
        now = now.after(Duration::from_millis(20));
    }
    let cost = measure(|| {
        for id in 10_000..11_000 {
            serve(&engine, id, now, &mut rng);
            now = now.after(Duration::from_millis(20));
        }
    });
    // Windows and tables grow now and then: less than once in a hundred calls.
    assert!(
        cost.count_total <= 1_010,
        "{} allocations of 1,000 calls",
        cost.count_total
    );
}

#[test]
fn a_waiting_call_costs_less_than_a_kibibyte() {
    const CALLS: u64 = 100_000;
    let engine = engine(24, 1);
    let now = Now::default();
    let busy: Vec<Call> = (0..24)
        .map(|id| {
            let mut call = engine.start(CallMeta::new(CallId(id), Cost::tokens(100)), now);
            assert!(matches!(call.poll(now), Step::Send { .. }));
            call
        })
        .collect();
    let mut waiting: Vec<Call> = Vec::new();
    let cost = measure(|| {
        waiting.reserve_exact(usize::try_from(CALLS).unwrap());
        for id in 0..CALLS {
            let meta = CallMeta::new(CallId(100 + id), Cost::tokens(100 + id % 7))
                .with_deadline(now.tick.after(Duration::from_secs(1_000_000 + id)));
            let mut call = engine.start(meta, now);
            assert!(matches!(call.poll(now), Step::Wait { .. }));
            waiting.push(call);
        }
    });
    assert_eq!(engine.waiting(), 100_000);
    let each = cost.bytes_current / i64::try_from(CALLS).unwrap();
    assert!(each <= 1_024, "{each} bytes for each waiting call");
    drop(busy);
}
