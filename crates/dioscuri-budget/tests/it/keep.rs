//! What is kept over a restart.

use crate::world::{A, B, World, answered, failed, refused};
use dioscuri_budget::{Budget, Config, Limit, RateBudget as _, Reserve, Saved};
use dioscuri_vocab::{Class, Cost, EndpointId, Now, Outcome, Tick, Unit, UnixTime, Window};
use proptest::prelude::*;
use std::time::Duration;

const LIMITS: [Limit; 3] = [Limit::rpm(20), Limit::tpm(10_000), Limit::rpd(40)];
const MS: Duration = Duration::from_millis(1);
const HOUR: f64 = 3_600.0;
/// A request of the smallest limit below, 5 a minute, and the guard.
const SHORT: Duration = Duration::from_millis(12_400);

/// The next process: its clock began at another time.
fn next(limits: &[Limit], after: &World, seconds: f64) -> World {
    let mut world = World::new(limits);
    world.now = Now::new(Tick(7_200_000_000_000), after.now.unix);
    world.advance(seconds);
    name(&world.budget);
    world
}

fn name(budget: &Budget) {
    budget.name(A, "project/global/one");
    budget.name(B, "project/global/other");
}

fn named(limits: &[Limit]) -> World {
    let world = World::new(limits);
    name(&world.budget);
    world
}

fn used(world: &World, unit: Unit, window: Window) -> u64 {
    world.domain(Some(unit), window).used
}

/// What is told of `endpoint` in the next two minutes, in time from now.
fn told(world: &World, endpoint: EndpointId) -> Vec<Option<Duration>> {
    let asked = [0, 1, 2, 5, 10, 20, 30, 45, 59, 60, 61, 75, 90, 105, 119, 120].map(Duration::from_secs);
    let costs = [1, 400, 5_000].map(Cost::tokens);
    asked
        .iter()
        .flat_map(|after| costs.iter().map(move |cost| (world.now.after(*after), cost)))
        .map(|(now, cost)| {
            let opening = world.budget.opening(endpoint, cost, now);
            opening.at.map(|at| at.max(now.tick).since(world.now.tick))
        })
        .collect()
}

#[derive(Clone, Debug)]
struct Event {
    endpoint: EndpointId,
    tokens: u64,
    pause_ms: u64,
    outcome: Outcome,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let requests = Some(Unit::Requests);
    let outcome = prop_oneof![
        12 => (1..900_u64).prop_map(answered),
        1 => Just(failed(Class::Internal)),
        1 => (1..40_u32).prop_map(|hint| refused(Class::QuotaMinute, Some(f64::from(hint)), &[])),
        1 => Just(refused(Class::QuotaMinute, None, &[])),
        1 => (5..25_u64).prop_map(move |limit| {
            refused(Class::QuotaMinute, Some(9.0), &[(requests, Window::Minute, Some(limit))])
        }),
        1 => Just(refused(Class::QuotaDay, Some(14.0), &[(requests, Window::Day, None)])),
        1 => Just(refused(Class::QuotaMinute, Some(3.0), &[(Some(Unit::InputTokens), Window::Minute, None)])),
    ];
    let event = (prop_oneof![Just(A), Just(B)], 1..900_u64, 0..6_000_u64, outcome);
    let event = event.prop_map(|(endpoint, tokens, pause_ms, outcome)| Event {
        endpoint,
        tokens,
        pause_ms,
        outcome,
    });
    prop::collection::vec(event, 0..70)
}

/// Lives through `events`, as they come or as soon as there is room.
fn live(world: &mut World, events: &[Event]) {
    for event in events {
        world.now = world
            .now
            .after(MS * u32::try_from(event.pause_ms).expect("below 6,000"));
        let cost = Cost::tokens(event.tokens);
        if let Reserve::Granted(taken) = world.budget.reserve(event.endpoint, &cost, world.now) {
            world.now = world.now.after(MS * 50);
            world.end(taken, &event.outcome);
        }
    }
}

/// The same but for the numbers of domains, and for what is counted since the domain was made.
fn comparable(world: &World) -> Vec<String> {
    let all = world.budget.snapshot(world.now).into_iter().map(|domain| {
        let closed_for = domain.closed_until.map(|until| until.since(world.now.tick));
        format!(
            "{:?} {:?} {:?} {:?} {:?} {} {closed_for:?} {:?} {:?}",
            domain.endpoints,
            domain.unit,
            domain.window,
            domain.limit,
            domain.source,
            domain.used,
            domain.guard,
            domain.burst_share,
        )
    });
    let mut all: Vec<_> = all.collect();
    all.sort();
    all
}

#[cfg(feature = "store")]
fn through_text(saved: &Saved) -> Saved {
    let text = serde_json::to_string(saved).expect("plain data");
    serde_json::from_str(&text).expect("what was written")
}

#[cfg(not(feature = "store"))]
fn through_text(saved: &Saved) -> Saved {
    saved.clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_next_process_goes_on_as_this_one_would(events in events(), burst in 0_u32..2, away_ms in 0..20_000_u64) {
        let config = Config::default().with_burst_share(if burst == 0 { 0.1 } else { 1.0 });
        let begin = |now| {
            let world = World { budget: Budget::new(config), now };
            world.budget.attach(A, &LIMITS);
            name(&world.budget);
            world
        };
        let mut before = begin(World::new(&[]).now);
        live(&mut before, &events);
        let saved = before.budget.save(before.now);
        prop_assert_eq!(&through_text(&saved), &saved);

        let mut after = begin(Now::new(Tick(7_200_000_000_000), before.now.unix));
        for world in [&mut before, &mut after] {
            world.now = world.now.after(Duration::from_millis(away_ms));
        }
        after.budget.restore(&saved, after.now);
        for endpoint in [A, B] {
            for (before, after) in told(&before, endpoint).into_iter().zip(told(&after, endpoint)) {
                let (Some(before), Some(after)) = (before, after) else {
                    prop_assert_eq!(before, after);
                    continue;
                };
                // Where a refusal has just stated a smaller limit, the short window is longer than it was, and this process
                // has forgotten what the next one reads again: later by a short window at most, and never earlier.
                prop_assert!(before <= after && after <= before + SHORT, "{:?} {:?}", before, after);
            }
        }
        prop_assert_eq!(comparable(&before), comparable(&after));
    }

    #[test]
    fn what_was_kept_earlier_frees_nothing_and_counts_nothing_twice(events in events(), earlier in 0..70_usize) {
        let mut world = named(&LIMITS);
        let earlier = earlier.min(events.len());
        live(&mut world, &events[..earlier]);
        let saved = world.budget.save(world.now);
        // What the server says in the meantime may be taken back by it, a count may not.
        let later: Vec<_> = events[earlier..].iter().map(|event| Event {
            outcome: answered(event.tokens),
            ..event.clone()
        }).collect();
        live(&mut world, &later);
        let used = |world: &World| {
            let all = world.budget.snapshot(world.now).into_iter();
            all.map(|domain| (domain.id, domain.used, domain.limit)).collect::<Vec<_>>()
        };
        let before = used(&world);
        world.budget.restore(&saved, world.now);
        prop_assert_eq!(used(&world), before);
    }
}

#[test]
fn nothing_is_kept_of_an_endpoint_without_a_name() {
    let world = World::new(&LIMITS);
    drop(world.take(9));
    let saved = world.budget.save(world.now);
    assert!(saved.domains.is_empty() && saved.kinds.is_empty());
    name(&world.budget);
    assert_eq!(world.budget.save(world.now).domains.len(), 3);
    world.budget.detach(A);
    world.budget.attach(A, &LIMITS);
    assert!(world.budget.save(world.now).domains.is_empty());
}

#[test]
fn what_no_longer_counts_is_dropped() {
    let before = named(&LIMITS);
    drop(before.take(9));
    let saved = before.budget.save(before.now);

    let after = next(&LIMITS, &before, 59.0);
    after.budget.restore(&saved, after.now);
    assert_eq!(used(&after, Unit::Requests, Window::Minute), 1);
    let after = next(&LIMITS, &before, 61.0);
    after.budget.restore(&saved, after.now);
    assert_eq!(used(&after, Unit::Requests, Window::Minute), 0);
    assert_eq!(used(&after, Unit::Requests, Window::Day), 1);
    let after = next(&LIMITS, &before, 20.0 * HOUR);
    after.budget.restore(&saved, after.now);
    assert_eq!(used(&after, Unit::Requests, Window::Day), 0);
}

#[test]
fn what_is_configured_now_counts_and_what_was_stated_if_it_is_less() {
    let before = named(&[Limit::rpm(10)]);
    let stated = [(Some(Unit::Requests), Window::Minute, Some(6))];
    before.end(before.take(1), &refused(Class::QuotaMinute, Some(2.0), &stated));
    let saved = before.budget.save(before.now);
    for (configured, binds) in [(10, 6), (20, 6), (4, 4)] {
        let after = next(&[Limit::rpm(configured)], &before, 100.0);
        after.budget.restore(&saved, after.now);
        let limit = after.domain(Some(Unit::Requests), Window::Minute).limit;
        assert_eq!(limit, Some(binds), "{configured}");
    }
}

#[test]
fn a_limit_of_zero_is_tried_again_by_the_next_process() {
    let before = named(&[Limit::rpm(10)]);
    let stated = [(Some(Unit::Requests), Window::Minute, Some(0))];
    before.end(before.take(1), &refused(Class::QuotaMinute, None, &stated));
    assert!(matches!(before.ask(1), Reserve::Never { .. }));
    let saved = before.budget.save(before.now);
    let after = next(&[Limit::rpm(10)], &before, 100.0);
    after.budget.restore(&saved, after.now);
    drop(after.take(1));
}

#[test]
fn a_day_that_a_refusal_made_known_stays_shut_until_midnight() {
    let mut before = named(&[Limit::rpm(10)]);
    let day = refused(
        Class::QuotaDay,
        Some(10.0),
        &[(Some(Unit::Requests), Window::Day, Some(50))],
    );
    before.end(before.take(1), &day);
    before.advance(11.0);
    before.end(before.take(1), &day);
    let saved = before.budget.save(before.now);
    let after = next(&[Limit::rpm(10)], &before, HOUR);
    after.budget.restore(&saved, after.now);
    // Midnight is 19 hours after the beginning.
    assert_eq!(after.wait(1), Some(18.0 * HOUR - 11.0));
    assert_eq!(after.domain(Some(Unit::Requests), Window::Day).limit, Some(50));
}

#[test]
fn a_wall_clock_that_fell_back_closes_nothing_for_long_and_frees_nothing() {
    const HOUR_MS: i64 = 3_600_000;
    let before = named(&[Limit::rpm(2), Limit::rpd(3)]);
    drop([before.take(1), before.take(1)]);
    let saved = before.budget.save(before.now);
    for back in [10_000, 2 * HOUR_MS, 20 * HOUR_MS, 365 * 24 * HOUR_MS] {
        let mut after = next(&[Limit::rpm(2), Limit::rpd(3)], &before, 0.0);
        after.now.unix = UnixTime(after.now.unix.0 - back);
        after.budget.restore(&saved, after.now);
        assert_eq!(after.wait(1), Some(60.4), "{back}");
        after.advance(60.4);
        drop(after.take(1));
        let wait = after.wait(1).unwrap();
        assert!((60.4..45.0 * HOUR).contains(&wait), "{back} {wait}");
    }
}

#[test]
fn days_alone_are_what_days_are_in_the_whole() {
    let world = named(&LIMITS);
    world.budget.attach(B, &[Limit::rpd(9)]);
    drop(world.take(5));
    let whole = world.budget.save(world.now).domains.into_iter();
    let days: Vec<_> = whole.filter(|domain| domain.day.is_some()).collect();
    assert_eq!(days.len(), 2);
    assert_eq!(world.budget.save_days(None, world.now).domains, days);
    assert_eq!(world.budget.save_days(Some(A), world.now).domains, days[..1]);
}

#[test]
fn one_quota_of_several_endpoints_is_kept_once() {
    let before = named(&[Limit::rpm(10)]);
    let shared = before.budget.attach(A, &[Limit::rpm(10)])[0];
    before.budget.attach(B, &[]);
    before.budget.share(B, shared);
    drop(before.take(1));
    let saved = before.budget.save(before.now);

    let after = next(&[], &before, 1.0);
    let shared = after.budget.attach(A, &[Limit::rpm(10)])[0];
    after.budget.attach(B, &[]);
    after.budget.share(B, shared);
    after.budget.restore(&saved, after.now);
    let all = after.budget.snapshot(after.now);
    assert_eq!(all.iter().map(|domain| domain.used).collect::<Vec<_>>(), [1]);
}
