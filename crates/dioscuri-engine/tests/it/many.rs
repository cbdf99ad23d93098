//! Thousands of endpoints, and many more calls that wait: what one decision asks of pool and budget.

use dioscuri_budget::{Budget, Limit, Opening, Order, RateBudget, Reservation, Reserve};
use dioscuri_engine::{AttemptEvent, Call, Engine, EngineOrder, Step};
use dioscuri_pool::{AccountId, EndpointSpec, PlaceId, RegionPool};
use dioscuri_vocab::{
    CallId, CallMeta, Cost, CredentialId, EndpointId, GroupId, Now, Outcome, Served, SplitMix64, Timing,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const ENDPOINTS: u32 = 2_000;
const WAITING: u64 = 10_000;

/// A budget that counts how often it is asked.
struct Counted {
    budget: Budget,
    asked: Arc<AtomicU64>,
}

impl RateBudget for Counted {
    fn reserve(&self, at: EndpointId, cost: &Cost, now: Now) -> Reserve {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.budget.reserve(at, cost, now)
    }

    fn settle(&self, taken: Reservation, outcome: &Outcome, timing: &Timing, now: Now) {
        self.budget.settle(taken, outcome, timing, now);
    }

    fn opening(&self, at: EndpointId, cost: &Cost, now: Now) -> Opening {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.budget.opening(at, cost, now)
    }

    fn poll_order(&self, now: Now) -> Option<Order> {
        self.budget.poll_order(now)
    }
}

struct Crowd {
    engine: Engine,
    asked: Arc<AtomicU64>,
    calls: Vec<Call>,
    now: Now,
    rng: SplitMix64,
}

impl Crowd {
    /// All endpoints are full, and the rest waits.
    fn new() -> Self {
        let pool = RegionPool::default();
        let asked = Arc::new(AtomicU64::new(0));
        let budget = Counted {
            budget: Budget::default(),
            asked: asked.clone(),
        };
        for number in 0..ENDPOINTS {
            let spec = EndpointSpec::new(EndpointId(number), [CredentialId(number)])
                .with_group(GroupId(number))
                .with_account(AccountId(number))
                .with_place(PlaceId(number));
            pool.add(spec).expect("no number comes twice");
            budget.budget.attach(EndpointId(number), &[Limit::rpm(1)]);
        }
        let mut crowd = Self {
            engine: Engine::builder(pool).budget(budget).build(),
            asked,
            calls: Vec::new(),
            now: Now::default(),
            rng: SplitMix64::new(1),
        };
        for id in 0..u64::from(ENDPOINTS) + WAITING {
            let meta = CallMeta::new(CallId(id), Cost::tokens(9));
            crowd.calls.push(crowd.engine.start(meta, crowd.now));
            let _ = crowd.poll(id);
            crowd.now = crowd.now.after(Duration::from_micros(1));
        }
        crowd
    }

    fn poll(&mut self, id: u64) -> Step {
        self.calls[usize::try_from(id).expect("ids are indices")].poll(self.now)
    }

    fn woken(&mut self) -> Vec<u64> {
        let orders = std::iter::from_fn(|| self.engine.poll_order(self.now));
        let calls = orders.filter_map(|order| match order {
            EngineOrder::Wake(call) => Some(call.0),
            EngineOrder::Lease { .. } => None,
        });
        calls.collect()
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

#[test]
fn a_decision_asks_for_few_endpoints_however_many_there_are() {
    let mut crowd = Crowd::new();
    assert_eq!(crowd.engine.waiting() as u64, WAITING);
    let before = crowd.asked();
    // All that are in flight end: each makes the room look again, and nothing opens before the minute is over.
    for id in 0..1_000 {
        let call = &mut crowd.calls[id];
        let attempt = call.receipt().tries[0].attempt;
        let done = AttemptEvent::Ended(Outcome::Success(Served::new()));
        call.on_event(attempt, done, crowd.now, &mut crowd.rng);
        assert!(crowd.woken().is_empty());
    }
    let each = (crowd.asked() - before) / 1_000;
    assert!(each <= 8, "{each} questions for each call that ends");

    let before = crowd.asked();
    crowd.now = crowd.now.after(Duration::from_secs(62));
    let woken = crowd.woken();
    assert_eq!(woken.len(), ENDPOINTS as usize, "each endpoint has room for one");
    let first = u64::from(ENDPOINTS);
    assert!(
        woken.iter().copied().eq(first..2 * first),
        "who came first goes first"
    );
    let each = (crowd.asked() - before) / first;
    assert!(each <= 12, "{each} questions for each call that is placed");
    for id in woken {
        assert!(matches!(crowd.poll(id), Step::Send { .. }));
    }
}
