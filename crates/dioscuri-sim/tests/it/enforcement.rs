//! How minute limits are enforced, and days: what a client of the world sees of it.
//!
//! Nobody has published how Google does it (reference §11), so each way is here to be tested against.

use std::time::Duration;

use dioscuri_sim::{Admission, Ask, Reason, Scenario, Stats, World};
use dioscuri_vocab::{Now, Tick, UnixTime};
use proptest::prelude::*;

const MINUTE_NS: u128 = 6_000_000_000;

fn world(quota: &str, rest: &str) -> World {
    let scenario = Scenario::parse(&format!(
        r#"
        minute = "6s"
        start = "2026-01-15T08:00:00Z"
        [[model]]
        name = "m"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{{ secret = "s" }}]
        quota = [{{ model = "m", {quota} }}]
        {rest}
        "#
    ));
    World::new(&scenario.unwrap(), Some(1))
}

fn is_answered(world: &mut World, tokens: u64, since_start: Duration) -> bool {
    match world.admit(
        &Ask::developer("s", "m", tokens),
        Now::default().after(since_start),
    ) {
        Admission::Answered { .. } => true,
        Admission::Refused { reason, .. } => {
            assert!(matches!(reason, Reason::Minute | Reason::Day), "{reason:?}");
            false
        }
        other => panic!("{other:?}"),
    }
}

/// How many of `calls` at once are answered at each of these moments, in seconds.
fn answered(quota: &str, calls: usize, at: &[u64]) -> Vec<usize> {
    let mut world = world(quota, "");
    let count = |at: &u64| {
        let answered = (0..calls).filter(|_| is_answered(&mut world, 1, Duration::from_secs(*at)));
        answered.count()
    };
    at.iter().map(count).collect()
}

#[test]
fn each_enforcement_shows_at_the_edge_of_a_minute() {
    // A minute has six seconds and begins with the start. Ten at once, just before it ends and after.
    #[track_caller]
    fn check(enforcement: &str, expected: [usize; 4]) {
        let quota = format!("rpm = 12, {enforcement}");
        assert_eq!(answered(&quota, 24, &[5, 6, 7, 11]), expected, "{enforcement}");
    }
    check(r#"enforcement = "sliding""#, [12, 0, 0, 12]);
    check(r#"enforcement = "fixed""#, [12, 12, 0, 0]);
    check(r#"enforcement = "bucket""#, [12, 2, 2, 8]);
    check(r#"enforcement = "bucket", burst = 0.25"#, [3, 2, 2, 3]);
    check(r#"enforcement = "bucket", burst = 2.0"#, [24, 2, 2, 8]);
    check(r#"enforcement = "smoothed""#, [2, 2, 2, 2]);
}

#[test]
fn without_a_word_the_window_slides() {
    assert_eq!(
        answered("rpm = 12", 24, &[5, 6, 7, 11]),
        answered(r#"rpm = 12, enforcement = "sliding""#, 24, &[5, 6, 7, 11])
    );
}

#[test]
fn who_hammers_a_quota_that_counts_refusals_stays_out() {
    let seconds: Vec<u64> = (0..60).collect();
    let total = |quota| answered(quota, 2, &seconds).iter().sum::<usize>();
    assert_eq!(total("rpm = 3"), 30);
    assert_eq!(total("rpm = 3, count_refused = true"), 3);
}

proptest! {
    #[test]
    fn no_stretch_of_time_admits_more_than_its_enforcement_says(
        (enforcement, burst) in prop_oneof![
            Just(("sliding", 1.0)),
            Just(("fixed", 1.0)),
            Just(("smoothed", 1.0)),
            Just(("bucket", 0.5)),
            Just(("bucket", 1.0)),
            Just(("bucket", 3.0)),
        ],
        rpm in 1_u32..40,
        gaps_ms in prop::collection::vec(0_u64..400, 1..300),
    ) {
        let burst_field = if enforcement == "bucket" { format!(", burst = {burst:.1}") } else { String::new() };
        let mut world = world(&format!(r#"rpm = {rpm}, enforcement = "{enforcement}"{burst_field}"#), "");
        let mut now = Duration::ZERO;
        let mut admitted: Vec<u128> = Vec::new();
        for gap in gaps_ms {
            now += Duration::from_millis(gap);
            if is_answered(&mut world, 1, now) {
                admitted.push(now.as_nanos());
            }
        }
        let rpm = f64::from(rpm);
        for (first, from) in admitted.iter().enumerate() {
            for (last, to) in admitted.iter().enumerate().skip(first) {
                let count = f64::from(u32::try_from(last - first + 1).unwrap());
                let minutes = Duration::from_nanos(u64::try_from(to - from).unwrap()).as_secs_f64() / 6.0;
                let most = match enforcement {
                    "fixed" if to / MINUTE_NS == from / MINUTE_NS => rpm,
                    "smoothed" if to - from < MINUTE_NS / 10 => (rpm / 10.0).ceil(),
                    "sliding" | "smoothed" if to - from < MINUTE_NS => rpm,
                    "bucket" => (burst * rpm).max(1.0) + rpm * minutes + 1e-6,
                    _ => f64::INFINITY,
                };
                prop_assert!(count <= most, "{count} from {from} to {to}");
            }
        }
    }
}

/// How many of one call an hour, from the midnight `start` on, are answered with a limit of `limit`; and whether
/// the one after them is.
fn answered_in_day(start: &str, limit: u64, hours: u64) -> (u64, bool) {
    let scenario = Scenario::parse(&format!(
        r#"
        start = "{start}"
        [[model]]
        name = "m"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{{ secret = "s" }}]
        quota = [{{ model = "m", rpd = {limit}, rpd_used = 0 }}]
        "#
    ));
    let mut world = World::new(&scenario.unwrap(), None);
    let start: jiff::Timestamp = start.parse().unwrap();
    let start = Now::new(Tick::ZERO, UnixTime(start.as_millisecond()));
    let mut ask = |hour| {
        let now = start.after(Duration::from_secs(hour * 3600));
        matches!(
            world.admit(&Ask::developer("s", "m", 1), now),
            Admission::Answered { .. }
        )
    };
    let answered = (0..hours).filter(|hour| ask(*hour)).count() as u64;
    (answered, ask(hours))
}

#[test]
fn a_day_of_change_has_23_or_25_hours() {
    assert_eq!(answered_in_day("2026-01-15T08:00:00Z", 24, 24), (24, true));
    assert_eq!(answered_in_day("2026-03-08T08:00:00Z", 23, 23), (23, true));
    // The twenty-fifth hour is the same day still, and its quota is gone.
    assert_eq!(answered_in_day("2026-11-01T07:00:00Z", 24, 24), (24, false));
    assert_eq!(answered_in_day("2026-11-01T07:00:00Z", 24, 25), (24, true));
}

#[test]
fn other_users_take_their_part_and_equal_seeds_give_equal_books() {
    let run = |seed| -> Stats {
        let others = r#"
            [[load]]
            model = "m"
            project = "p"
            rpm = { min = 30, max = 30 }
            "#;
        let mut world = World::new(world("rpm = 60", others).scenario(), Some(seed));
        // One try each 70 ms, for a hundred minutes.
        for call in 0..8_571 {
            let _ = is_answered(&mut world, 1, Duration::from_millis(call * 70));
        }
        world.stats()
    };
    let stats = run(1);
    assert_eq!(stats, run(1));
    assert_ne!(stats, run(2));
    let quota = &stats.domains[0];
    assert_eq!(quota.admitted, stats.answered);
    assert!(quota.peak <= 60, "{quota:?}");
    assert!((300..2_000).contains(&quota.others), "{quota:?}");
    assert!(
        (5_900..=6_060).contains(&(quota.admitted + quota.others)),
        "{quota:?}"
    );
}

#[test]
fn who_insists_is_served_where_there_is_no_room_and_leaves_none() {
    let admitted = |insists: bool| {
        let others = format!(
            "[[load]]\nmodel = \"m\"\nproject = \"p\"\nrpm = {{ min = 40, max = 40 }}\ninsists = {insists}\n"
        );
        let mut world = World::new(world("rpm = 60", &others).scenario(), Some(1));
        // One try each 70 ms, for two hundred minutes of six seconds: whoever comes often gets nearly all.
        for call in 0..17_143 {
            let _ = is_answered(&mut world, 1, Duration::from_millis(call * 70));
        }
        let quota = world.stats().domains[0].clone();
        (quota.admitted, quota.others)
    };
    let (polite, insistent) = (admitted(false), admitted(true));
    assert!(polite.0 > 10_000, "{polite:?}");
    assert!((7_000..=9_000).contains(&insistent.1), "{insistent:?}");
    assert!((3_500..=5_500).contains(&insistent.0), "{insistent:?}");
}

#[test]
fn the_money_of_an_account_is_in_the_book() {
    let scenario = Scenario::parse(
        r#"
        [[model]]
        name = "m"
        price = { input = 1.0, output = 10.0 }
        output_tokens = { min = 100, max = 100 }
        [[billing_account]]
        id = "a"
        spend_limit = 1.0
        [[project]]
        id = "p"
        surface = "developer"
        billing_account = "a"
        key = [{ secret = "s" }]
        "#,
    );
    let mut world = World::new(&scenario.unwrap(), None);
    // 0.101 USD each: the tenth leads beyond the limit, the eleventh is refused.
    for call in 0..11 {
        let now = Now::default().after(Duration::from_secs(call));
        let admission = world.admit(&Ask::developer("s", "m", 100_000), now);
        match admission {
            Admission::Answered { .. } => assert!(call < 10),
            Admission::Refused { reason, .. } => assert_eq!((reason, call), (Reason::Spend, 10)),
            other => panic!("{other:?}"),
        }
    }
    let account = &world.stats().accounts[0];
    assert_eq!(account.spent_micro_usd, 1_010_000);
    assert_eq!(account.spend_peak_micro_usd, Some(1_010_000));
    assert_eq!((account.prepaid_micro_usd, account.refused), (None, 1));
}
