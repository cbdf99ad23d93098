//! What the counters promise, whatever arrives.

use std::time::Duration;

use dioscuri_sim::{Admission, Ask, Reason, Scenario, World};
use dioscuri_vocab::{Now, Unit};
use proptest::prelude::*;

fn world(rpm: u64, tpm: u64, capacity: f64) -> World {
    let scenario = Scenario::parse(&format!(
        r#"
        minute = "6s"
        [[incident]]
        what = "capacity"
        share = {capacity}
        [[model]]
        name = "m"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{{ secret = "s" }}]
        quota = [{{ model = "m", rpm = {rpm}, tpm = {tpm} }}]
        "#
    ));
    World::new(&scenario.unwrap(), Some(1))
}

const fn ask(input_tokens: u64) -> Ask<'static> {
    Ask::developer("s", "m", input_tokens)
}

/// The delay in the body's `RetryInfo`.
fn retry_delay(body: &[u8]) -> Duration {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    let details = body["error"]["details"].as_array().unwrap();
    let delay = details
        .iter()
        .find_map(|detail| detail["retryDelay"].as_str())
        .unwrap();
    Duration::from_secs_f64(delay.strip_suffix('s').unwrap().parse().unwrap())
}

proptest! {
    #[test]
    fn no_window_admits_more_than_its_limit(
        rpm in 0_u64..20,
        tpm in 0_u64..5_000,
        arrivals in prop::collection::vec((0_u64..1_000, 0_u64..1_000), 1..200),
    ) {
        let mut world = world(rpm, tpm, 0.0);
        let minute = Duration::from_secs(6);
        let mut now = Now::default();
        let mut admitted: Vec<(Now, u64)> = Vec::new();
        for (wait_ms, tokens) in arrivals {
            now = now.after(Duration::from_millis(wait_ms));
            if let Admission::Answered { .. } = world.admit(&ask(tokens), now) {
                admitted.push((now, tokens));
            }
            // Every window that is full at some moment is full at the moment of an admission.
            let window = admitted.iter().filter(|(at, _)| at.tick.after(minute) > now.tick);
            prop_assert!(window.clone().count() as u64 <= rpm);
            prop_assert!(window.map(|(_, tokens)| tokens).sum::<u64>() <= tpm);
        }
        for domain in world.stats().domains {
            prop_assert!(domain.peak <= domain.limit);
        }
    }

    #[test]
    fn who_waits_as_told_is_admitted(
        rpm in 1_u64..5,
        tpm in 100_u64..500,
        arrivals in prop::collection::vec((0_u64..2_000, 0_u64..100), 1..50),
    ) {
        let mut world = world(rpm, tpm, 0.0);
        let mut now = Now::default();
        for (wait_ms, tokens) in arrivals {
            now = now.after(Duration::from_millis(wait_ms));
            if let Admission::Refused { reply, .. } = world.admit(&ask(tokens), now) {
                // The text has whole nanoseconds, a float may be a few short of it.
                now = now.after(retry_delay(&reply.write().bytes()) + Duration::from_nanos(10));
                let again = world.admit(&ask(tokens), now);
                let answered = matches!(again, Admission::Answered { .. });
                prop_assert!(answered, "{:?}", again);
            }
        }
    }

    #[test]
    fn the_book_balances(
        capacity in 0.0..=1.0_f64,
        arrivals in prop::collection::vec((0_u64..1_000, 0_u64..300), 1..100),
    ) {
        let mut world = world(10, 1_000, capacity);
        let mut now = Now::default();
        for (wait_ms, tokens) in arrivals {
            now = now.after(Duration::from_millis(wait_ms));
            let _ = world.admit(&ask(tokens), now);
        }
        let stats = world.stats();
        prop_assert_eq!(stats.arrivals, stats.answered + stats.refused.values().sum::<u64>());
        prop_assert_eq!(stats.admitted, stats.answered + stats.refused_for(Reason::Capacity));
        let requests = stats.domains.iter().find(|domain| domain.unit == Unit::Requests).unwrap();
        prop_assert_eq!(requests.admitted, stats.admitted);
    }
}

#[test]
fn two_keys_of_a_project_share_its_quota_and_two_projects_do_not() {
    let scenario = Scenario::parse(
        r#"
        [[model]]
        name = "m"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{ secret = "s" }, { secret = "t" }]
        quota = [{ model = "m", rpm = 1 }]
        [[project]]
        id = "q"
        surface = "developer"
        key = [{ secret = "u" }]
        quota = [{ model = "m", rpm = 1 }]
        "#,
    );
    let mut world = World::new(&scenario.unwrap(), None);
    let mut is_answered = |key| {
        let ask = Ask::developer(key, "m", 1);
        matches!(world.admit(&ask, Now::default()), Admission::Answered { .. })
    };
    assert!(is_answered("s"));
    assert!(!is_answered("t"));
    assert!(is_answered("u"));
}

#[test]
fn each_location_has_a_count_of_its_own() {
    let mut world = World::new(&Scenario::named("demo").unwrap(), None);
    let mut answered = |location| {
        let ask = Ask::vertex("ya29.leda", "leda", location, "gemini-3.8-flash", 1);
        let outcomes = (0..100).map(|_| world.admit(&ask, Now::default()));
        outcomes
            .filter(|outcome| {
                !matches!(
                    outcome,
                    Admission::Refused {
                        reason: Reason::Minute,
                        ..
                    }
                )
            })
            .count()
    };
    assert_eq!(answered("us"), 30);
    assert_eq!(answered("global"), 50);
}

#[test]
fn the_share_of_capacity_faults_is_kept_and_they_count() {
    let mut world = world(1_000_000, 1_000_000, 0.1);
    for _ in 0..10_000 {
        let _ = world.admit(&ask(1), Now::default());
    }
    let stats = world.stats();
    assert_eq!(stats.admitted, 10_000);
    // Three standard deviations of 10 000 draws at 0.1 are 90.
    assert!(
        (910..=1_090).contains(&stats.refused_for(Reason::Capacity)),
        "{stats:?}"
    );
}

#[test]
fn time_that_goes_backwards_stands_still() {
    let mut world = world(1, 10, 0.0);
    let later = Now::default().after(Duration::from_secs(60));
    assert!(matches!(world.admit(&ask(1), later), Admission::Answered { .. }));
    let refused = world.admit(&ask(1), Now::default());
    let Admission::Refused { reason, reply } = refused else {
        panic!("the place is taken");
    };
    assert_eq!(reason, Reason::Minute);
    assert_eq!(retry_delay(&reply.write().bytes()), Duration::from_secs(6));
}
