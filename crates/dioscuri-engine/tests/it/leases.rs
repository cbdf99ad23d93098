//! A budget of somebody else that shares a quota with other processes: it fetches it slice by slice.

use crate::stage::{Place, Stage, seconds};
use dioscuri_budget::{DomainId, Lease, Opening, Order, RateBudget, Reservation, Reserve};
use dioscuri_engine::{Call, End, Engine, EngineOrder, Step};
use dioscuri_retry::Limit;
use dioscuri_vocab::{CallId, CallMeta, Cost, EndpointId, Now, Outcome, Timing};
use std::sync::{Mutex, MutexGuard};

const DOMAIN: DomainId = DomainId(7);

/// Requests that are left of the slices fetched so far, and whether another slice is on its way.
#[derive(Default)]
struct Slices(Mutex<Held>);

#[derive(Default)]
struct Held {
    left: u32,
    order: Option<Order>,
    is_pending: bool,
    is_dry: bool,
}

impl Slices {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().expect("no test panics under it")
    }
}

impl RateBudget for Slices {
    fn reserve(&self, _: EndpointId, _: &Cost, _: Now) -> Reserve {
        let mut held = self.lock();
        if held.left == 0 {
            let (at, domain) = (None, DOMAIN);
            return Reserve::NotUntil { at, domain };
        }
        held.left -= 1;
        Reserve::Granted(Reservation(0))
    }

    fn settle(&self, _: Reservation, _: &Outcome, _: &Timing, _: Now) {}

    fn opening(&self, _: EndpointId, cost: &Cost, now: Now) -> Opening {
        let mut held = self.lock();
        if held.left > 0 {
            return Opening::new(Some(now.tick), 1.0);
        }
        if held.is_dry {
            return Opening::new(None, 0.0);
        }
        if !held.is_pending {
            held.is_pending = true;
            let (domain, want, by) = (DOMAIN, *cost, now.tick);
            held.order = Some(Order::Lease { domain, want, by });
        }
        Opening::new(None, 0.0).while_pending()
    }

    fn poll_order(&self, _: Now) -> Option<Order> {
        self.lock().order.take()
    }

    fn on_lease(&self, lease: Lease, _: Now) {
        let mut held = self.lock();
        assert_eq!(lease.domain, DOMAIN);
        held.left += lease.granted.requests;
        held.is_dry = lease.granted.requests == 0;
        held.is_pending = false;
    }
}

/// An engine over one open endpoint and no slice, and a call that waits for one.
fn waiting(meta: CallMeta) -> (Engine, Call) {
    let engine = Engine::builder(Stage::new(&[Place::default()]))
        .budget(Slices::default())
        .build();
    let mut call = engine.start(meta, Now::default());
    assert_eq!(call.poll(Now::default()), Step::Wait { until: meta.deadline });
    let (domain, want, by) = (DOMAIN, meta.cost, Now::default().tick);
    let expected = EngineOrder::Lease { domain, want, by };
    assert_eq!(engine.poll_order(Now::default()), Some(expected));
    assert_eq!(engine.poll_order(Now::default()), None);
    (engine, call)
}

fn meta() -> CallMeta {
    CallMeta::new(CallId(1), Cost::tokens(9))
}

fn slice(requests: u32) -> Lease {
    let mut granted = Cost::default();
    granted.requests = requests;
    Lease::new(DOMAIN, granted, seconds(60))
}

#[test]
fn a_call_waits_for_a_lease_and_is_sent_with_it() {
    let (engine, mut call) = waiting(meta());
    assert_eq!(engine.poll_timeout(), None);
    engine.on_lease(slice(1), Now::default());
    assert_eq!(
        engine.poll_order(Now::default()),
        Some(EngineOrder::Wake(CallId(1)))
    );
    assert!(matches!(call.poll(Now::default()), Step::Send { .. }));
}

#[test]
fn a_lease_of_nothing_ends_the_call() {
    let (engine, mut call) = waiting(meta());
    engine.on_lease(slice(0), Now::default());
    assert_eq!(
        engine.poll_order(Now::default()),
        Some(EngineOrder::Wake(CallId(1)))
    );
    assert_eq!(call.poll(Now::default()), Step::Done(End::NoEndpoint));
}

#[test]
fn a_lease_that_never_comes_holds_a_call_until_its_deadline() {
    let (engine, mut call) = waiting(meta().with_deadline(seconds(10)));
    let late = Now::default().after(seconds(10).since(Now::default().tick));
    assert_eq!(engine.poll_timeout(), Some(late.tick));
    assert_eq!(engine.poll_order(late), Some(EngineOrder::Wake(CallId(1))));
    assert_eq!(call.poll(late), Step::Done(End::Exhausted(Limit::Deadline)));
}
