//! What must hold whatever happens.

use crate::world::{A, World, answered, failed, unsent};
use dioscuri_budget::{Limit, RateBudget as _, Reservation, Reserve};
use dioscuri_vocab::{Class, Cost, Tick, Unit, Window};
use proptest::prelude::*;
use std::{ops::RangeInclusive, time::Duration};

const PERIOD: Duration = Duration::from_secs(60);
const GUARD: Duration = Duration::from_millis(400);

/// Ask for `tokens` after `wait`; the request travels for `travel` and ends as `end` says.
#[derive(Clone, Copy, Debug)]
struct Ask {
    wait: Duration,
    tokens: u64,
    travel: Duration,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// At once, with this share of the estimate used, in percent.
    Answered(u64),
    Failed,
    Unsent,
    /// Still under way.
    Never,
}

/// `used`: of the estimate, in percent.
fn asks(used: RangeInclusive<u64>) -> impl Strategy<Value = Vec<Ask>> {
    let end = prop_oneof![
        3 => used.prop_map(End::Answered),
        1 => Just(End::Failed),
        1 => Just(End::Unsent),
        1 => Just(End::Never),
    ];
    // Half of them at once, half within some seconds, as if many callers came together.
    let wait = prop_oneof![Just(0), 0..8_000_000_000_u64];
    // Travel times differ by somewhat less than the first guard, since answers at the edge of a window make it smaller.
    let ask = (wait, 1..=400_u64, 0..=390_000_000_u64, end).prop_map(|(wait, tokens, travel, end)| Ask {
        wait: Duration::from_nanos(wait),
        tokens,
        travel: Duration::from_nanos(travel),
        end,
    });
    prop::collection::vec(ask, 1..150)
}

/// What arrived at the server: when, and how many tokens it counted.
type Arrivals = Vec<(Tick, u64)>;

/// Runs `asks` one after the other, each waiting until it is granted.
fn run(limits: &[Limit], asks: &[Ask]) -> (World, Arrivals) {
    let (mut world, mut arrivals) = (World::new(limits), Vec::new());
    for ask in asks {
        world.now = world.now.after(ask.wait);
        let taken = granted(&mut world, ask.tokens);
        let arrival = world.now.tick.after(ask.travel);
        match ask.end {
            End::Answered(percent) => {
                let used = (ask.tokens * percent).div_ceil(100);
                world.end(taken, &answered(used));
                arrivals.push((arrival, used));
            }
            End::Failed => {
                world.end(taken, &failed(Class::Internal));
                arrivals.push((arrival, ask.tokens));
            }
            End::Unsent => world.end(taken, &unsent()),
            End::Never => arrivals.push((arrival, ask.tokens)),
        }
    }
    arrivals.sort_unstable();
    (world, arrivals)
}

/// Waits as the budget says, and checks that it neither lies nor dawdles.
fn granted(world: &mut World, tokens: u64) -> Reservation {
    let at = match world.ask(tokens) {
        Reserve::Granted(taken) => return taken,
        Reserve::NotUntil { at: Some(at), .. } => at,
        other => panic!("a window always has a time: {other:?}"),
    };
    assert_eq!(
        world.budget.opening(A, &Cost::tokens(tokens), world.now).at,
        Some(at)
    );
    let wait = at.since(world.now.tick);
    assert!(wait <= 2 * (PERIOD + GUARD) + PERIOD, "starved for {wait:?}");
    world.now = world.now.after(wait.saturating_sub(Duration::from_nanos(1)));
    assert!(matches!(world.ask(tokens), Reserve::NotUntil { at: Some(again), .. } if again == at));
    world.now = world.now.after(Duration::from_nanos(1));
    world.take(tokens)
}

/// The most that any half-open window of `PERIOD` holds.
fn fullest(arrivals: &[(Tick, u64)], amount: impl Fn(u64) -> u64) -> u64 {
    let within = |from: Tick| {
        arrivals
            .iter()
            .filter(move |(at, _)| *at >= from && *at < from.after(PERIOD))
    };
    let held = arrivals
        .iter()
        .map(|(from, _)| within(*from).map(|(_, tokens)| amount(*tokens)).sum());
    held.max().unwrap_or(0)
}

proptest! {
    // Of estimates that hold; others are corrected, and may be too low then.
    #[test]
    fn no_window_at_the_server_holds_more_than_the_limits(asks in asks(100..=100), rpm in 1..20_u64, tpm in 400..3_000_u64) {
        let (_, arrivals) = run(&[Limit::rpm(rpm), Limit::tpm(tpm)], &asks);
        prop_assert!(fullest(&arrivals, |_| 1) <= rpm);
        prop_assert!(fullest(&arrivals, |tokens| tokens) <= tpm);
    }

    #[test]
    fn a_request_above_the_limit_is_served_within_its_debts(asks in asks(10..=100), tpm in 150..400_u64) {
        run(&[Limit::tpm(tpm)], &asks);
    }

    #[test]
    fn after_settling_exactly_the_real_usage_is_charged(asks in asks(100..=100), tpm in 400..3_000_u64) {
        let (world, arrivals) = run(&[Limit::rpm(100), Limit::tpm(tpm)], &asks);
        let real: u64 = arrivals.iter().map(|(_, tokens)| tokens).sum();
        prop_assert_eq!(world.domain(Some(Unit::InputTokens), Window::Minute).admitted, real);
        let requests = world.domain(Some(Unit::Requests), Window::Minute);
        prop_assert_eq!(requests.admitted, arrivals.len() as u64);
        prop_assert_eq!(requests.granted, asks.len() as u64);
    }

    #[test]
    fn what_has_passed_counts_no_more(asks in asks(10..=100), tpm in 150..3_000_u64) {
        let (mut world, _) = run(&[Limit::rpm(7), Limit::tpm(tpm)], &asks);
        world.now = world.now.after(4 * (PERIOD + GUARD));
        prop_assert!(world.budget.snapshot(world.now).iter().all(|domain| domain.used == 0));
    }

    #[test]
    fn equal_requests_fill_the_quota_but_for_the_guard(rpm in 1..60_u64) {
        let mut world = World::new(&[Limit::rpm(rpm)]);
        let begin = world.now.tick;
        for _ in 0..10 * rpm {
            drop(granted(&mut world, 0));
        }
        prop_assert_eq!(world.now.tick.since(begin), 9 * (PERIOD + GUARD));
    }
}
