//! A budget of somebody else that shares a quota with other processes: it fetches it slice by slice.

use crate::stage::{Place, Stage, seconds};
use dioscuri_budget::{DomainId, Lease, Opening, Order, RateBudget, Reservation, Reserve};
use dioscuri_engine::{Call, End, Engine, EngineOrder, Step};
use dioscuri_retry::Limit;
use dioscuri_vocab::{CallId, CallMeta, Cost, EndpointId, Now, Outcome, Tick, Timing};
use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

const DOMAIN: DomainId = DomainId(7);

/// Requests that are left of the slices fetched so far, and whether another slice is on its way.
#[derive(Default)]
struct Slices(Mutex<Held>);

#[derive(Default)]
struct Held {
    left: u32,
    valid_until: Tick,
    order: Option<Order>,
    is_pending: bool,
    is_dry: bool,
}

impl Held {
    fn left(&self, now: Now) -> u32 {
        if now.tick < self.valid_until { self.left } else { 0 }
    }
}

impl Slices {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().expect("no test panics under it")
    }
}

impl RateBudget for Slices {
    fn reserve(&self, _: EndpointId, _: &Cost, now: Now) -> Reserve {
        let mut held = self.lock();
        if held.left(now) == 0 {
            let (at, domain) = (None, DOMAIN);
            return Reserve::NotUntil { at, domain };
        }
        held.left -= 1;
        Reserve::Granted(Reservation(0))
    }

    fn settle(&self, _: Reservation, _: &Outcome, _: &Timing, _: Now) {}

    fn opening(&self, _: EndpointId, cost: &Cost, now: Now) -> Opening {
        let mut held = self.lock();
        if held.left(now) > 0 {
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
        held.left = lease.granted.requests;
        held.valid_until = lease.valid_until;
        held.is_dry = lease.granted.requests == 0;
        held.is_pending = false;
    }
}

/// An engine over `place` and no slice, and a call that waits for one.
fn waiting(place: Place, meta: CallMeta) -> (Engine, Call) {
    let engine = Engine::builder(Stage::new(&[place]))
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

fn after(seconds: u64) -> Now {
    Now::default().after(Duration::from_secs(seconds))
}

fn slice(requests: u32) -> Lease {
    let mut granted = Cost::default();
    granted.requests = requests;
    Lease::new(DOMAIN, granted, seconds(60))
}

#[test]
fn a_call_waits_for_a_lease_and_is_sent_with_it() {
    let (engine, mut call) = waiting(Place::default(), meta());
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
    let (engine, mut call) = waiting(Place::default(), meta());
    engine.on_lease(slice(0), Now::default());
    assert_eq!(
        engine.poll_order(Now::default()),
        Some(EngineOrder::Wake(CallId(1)))
    );
    assert_eq!(call.poll(Now::default()), Step::Done(End::NoEndpoint));
}

#[test]
fn a_lease_that_never_comes_holds_a_call_until_its_deadline() {
    let (engine, mut call) = waiting(Place::default(), meta().with_deadline(seconds(10)));
    let late = after(10);
    assert_eq!(engine.poll_timeout(), Some(late.tick));
    assert_eq!(engine.poll_order(late), Some(EngineOrder::Wake(CallId(1))));
    assert_eq!(call.poll(late), Step::Done(End::Exhausted(Limit::Deadline)));
}

#[test]
fn what_a_budget_orders_while_it_is_looked_at_is_heard_at_once() {
    let closed = Place {
        open_at: Some(seconds(70)),
        ..Place::default()
    };
    let (engine, mut call) = waiting(closed, meta());
    engine.on_lease(slice(1), Now::default());
    assert_eq!(engine.poll_order(Now::default()), None);
    // The slice is stale by the time that the endpoint opens.
    assert_eq!(engine.poll_timeout(), Some(seconds(70)));
    let again = engine.poll_order(after(70));
    assert!(matches!(again, Some(EngineOrder::Lease { .. })), "{again:?}");
    let mut fresh = slice(1);
    fresh.valid_until = seconds(99);
    engine.on_lease(fresh, after(70));
    assert_eq!(engine.poll_order(after(70)), Some(EngineOrder::Wake(CallId(1))));
    assert!(matches!(call.poll(after(70)), Step::Send { .. }));
}
