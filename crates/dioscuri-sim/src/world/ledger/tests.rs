//! The ledger as a whole: what is charged where, and what is denied.

use dioscuri_vocab::UnixTime;
use proptest::prelude::*;

use super::*;

const FLASH: Place = Place {
    project: 0,
    location: 0,
    model: 0,
};

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text).unwrap()
}

/// One model, one project of the Developer API, with these lines of TOML in the project and after it.
fn developer(project: &str, rest: &str) -> Scenario {
    scenario(&format!(
        r#"
        [[model]]
        name = "flash"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{{ secret = "s" }}]
        {project}
        {rest}
        "#
    ))
}

const fn order(tokens: u64) -> Order {
    Order {
        place: FLASH,
        requests: 1,
        tokens,
        output_tokens: 0,
        service_tier: ServiceTier::Standard,
        traffic: Traffic::Any,
    }
}

const fn priority() -> Order {
    Order {
        service_tier: ServiceTier::Priority,
        ..order(1)
    }
}

fn secs(secs: u64) -> Now {
    at(Duration::from_secs(secs))
}

fn at(since_start: Duration) -> Now {
    Now::default().after(since_start)
}

/// What was violated: unit, window, and the wait in seconds.
fn violated(outcome: Result<Charged, Denied>) -> Vec<(Unit, Window, Option<f64>)> {
    match outcome {
        Ok(_) => Vec::new(),
        Err(Denied::Quota { violated }) => violated
            .iter()
            .map(|quota| {
                (
                    quota.unit,
                    quota.window,
                    quota.wait.map(|wait| wait.as_secs_f64()),
                )
            })
            .collect(),
        Err(denied) => panic!("{denied:?}"),
    }
}

fn admitted(ledger: &mut Ledger, orders: usize, order: &Order, now: Now) -> usize {
    (0..orders).filter(|_| ledger.charge(order, now).is_ok()).count()
}

#[test]
fn every_violated_quota_is_named_and_none_is_charged() {
    let scenario = developer(r#"quota = [{ model = "flash", rpm = 1, tpm = 5, rpd = 1 }]"#, "");
    let mut ledger = Ledger::new(&scenario, 1);
    assert_eq!(violated(ledger.charge(&order(5), secs(0))), []);
    // The day began at 08:00 UTC of the day before: eight hours are left of it.
    let day = |secs: u32| (Unit::Requests, Window::Day, Some(f64::from(8 * 3600 - secs)));
    assert_eq!(
        violated(ledger.charge(&order(5), secs(1))),
        [
            (Unit::Requests, Window::Minute, Some(59.0)),
            (Unit::InputTokens, Window::Minute, Some(59.0)),
            day(1),
        ]
    );
    assert_eq!(violated(ledger.charge(&order(5), secs(60))), [day(60)]);
    let stats = ledger.domain_stats(&scenario);
    let seen = |row: &DomainStats| (row.admitted, row.refused, row.peak);
    assert_eq!(
        stats.iter().map(seen).collect::<Vec<_>>(),
        [(1, 1, 1), (5, 1, 5), (1, 2, 1)]
    );
}

#[test]
fn a_limit_of_zero_is_never_admissible() {
    for quota in ["rpm = 0", "tpm = 0", "rpd = 0"] {
        let scenario = developer(&format!(r#"quota = [{{ model = "flash", {quota} }}]"#), "");
        let mut ledger = Ledger::new(&scenario, 1);
        for tokens in [0, 1] {
            let violated = violated(ledger.charge(&order(tokens), secs(0)));
            assert_eq!(violated.len(), 1, "{quota}");
            assert_eq!(violated[0].2, None, "{quota}");
        }
    }
}

#[test]
fn a_request_above_the_limit_never_fits() {
    let scenario = developer(r#"quota = [{ model = "flash", tpm = 10 }]"#, "");
    let mut ledger = Ledger::new(&scenario, 1);
    let never = [(Unit::InputTokens, Window::Minute, None)];
    assert_eq!(violated(ledger.charge(&order(11), secs(0))), never);
    assert_eq!(violated(ledger.charge(&order(10), secs(0))), []);
}

#[test]
fn a_batch_counts_as_many_requests() {
    let scenario = developer(r#"quota = [{ model = "flash", rpm = 10, rpd = 14 }]"#, "");
    let mut ledger = Ledger::new(&scenario, 1);
    let batch = Order {
        requests: 7,
        ..order(1)
    };
    assert_eq!(violated(ledger.charge(&batch, secs(0))), []);
    let again = violated(ledger.charge(&batch, secs(0)));
    assert_eq!(again, [(Unit::Requests, Window::Minute, Some(60.0))]);
    assert_eq!(violated(ledger.charge(&batch, secs(60))), []);
}

#[test]
fn refusals_that_count_take_places_of_every_quota() {
    let quota = r#"quota = [{ model = "flash", rpm = 1, rpd = 4, count_refused = true }]"#;
    let mut ledger = Ledger::new(&developer(quota, ""), 1);
    assert_eq!(violated(ledger.charge(&order(1), secs(0))), []);
    for time in [30, 60, 90] {
        let minute = (Unit::Requests, Window::Minute, Some(60.0));
        assert_eq!(violated(ledger.charge(&order(1), secs(time))), [minute], "{time}");
    }
    let day = violated(ledger.charge(&order(1), secs(150)));
    assert_eq!(
        day,
        [(Unit::Requests, Window::Day, Some(f64::from(8 * 3600 - 150)))]
    );
}

/// Charges one each hour from `start` on, with a limit of `limit`, and tells at which hours it was refused.
fn refused_hours(start: &str, limit: u64, used: u64, hours: u64) -> Vec<u64> {
    let unix = start.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let start = Now::new(Tick::ZERO, UnixTime(unix));
    let quota = format!(r#"quota = [{{ model = "flash", rpd = {limit}, rpd_used = {used} }}]"#);
    let mut ledger = Ledger::new(&developer(&quota, ""), 1);
    (0..hours)
        .filter(|hour| {
            let now = start.after(Duration::from_secs(hour * 3600));
            ledger.charge(&order(1), now).is_err()
        })
        .collect()
}

#[test]
fn a_pacific_day_has_23_24_or_25_hours() {
    // From midnight on, with room for 24 in a day: 25 hours lack one place, 23 leave one over.
    assert_eq!(refused_hours("2026-11-01T07:00:00Z", 24, 0, 48), [24]);
    assert_eq!(refused_hours("2026-03-08T08:00:00Z", 22, 0, 46), [22, 45]);
    assert_eq!(refused_hours("2026-01-15T08:00:00Z", 23, 0, 48), [23, 47]);
}

#[test]
fn what_is_gone_when_the_world_begins_is_gone_for_one_day() {
    // An hour before midnight.
    assert_eq!(refused_hours("2026-01-15T07:00:00Z", 23, 23, 26), [0, 24]);
}

#[test]
fn the_wait_for_a_day_knows_the_length_of_the_day() {
    for (start, hours) in [("2026-11-01T07:00:00Z", 25.0), ("2026-03-08T08:00:00Z", 23.0)] {
        let unix = start.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let start = Now::new(Tick(77), UnixTime(unix));
        let mut ledger = Ledger::new(&developer(r#"quota = [{ model = "flash", rpd = 1 }]"#, ""), 1);
        assert_eq!(violated(ledger.charge(&order(1), start)), []);
        let wait = violated(ledger.charge(&order(1), start))[0].2.unwrap();
        assert!((wait - hours * 3600.0).abs() < 0.001, "{wait}");
    }
}

#[test]
fn priority_beyond_its_share_is_served_as_standard() {
    let project = r#"
        priority_share = 0.3
        quota = [{ model = "flash", rpm = 10 }]"#;
    let mut ledger = Ledger::new(&developer(project, ""), 1);
    let mut tiers = |now| -> Vec<_> {
        let charged = (0..11).map(|_| ledger.charge(&priority(), now));
        charged.flatten().map(|charged| charged.service_tier).collect()
    };
    let first = tiers(secs(0));
    assert_eq!(first.len(), 10, "it counts toward the whole limit");
    assert_eq!(first[..3], [ServiceTier::Priority; 3]);
    assert_eq!(first[3..], [ServiceTier::Standard; 7]);
    assert_eq!(tiers(secs(60))[..4], first[..4]);
}

#[test]
fn without_a_limit_all_may_be_priority_and_flex_stays_flex() {
    let mut ledger = Ledger::new(&developer("", ""), 1);
    let mut tier = |service_tier| {
        let asked = Order {
            service_tier,
            ..order(1)
        };
        ledger.charge(&asked, secs(0)).unwrap().service_tier
    };
    for asked in ServiceTier::ALL {
        assert_eq!(tier(asked), asked);
    }
}

/// Two Vertex projects in two locations.
fn vertex(rest: &str) -> Scenario {
    scenario(&format!(
        r#"
        [[model]]
        name = "pro"
        [[model]]
        name = "flash"
        [[project]]
        id = "p"
        surface = "vertex"
        locations = ["us", "global"]
        key = [{{ secret = "s" }}]
        [[project]]
        id = "q"
        surface = "vertex"
        locations = ["global"]
        key = [{{ secret = "t" }}]
        {rest}
        "#
    ))
}

const fn place(project: usize, location: usize, model: usize) -> Order {
    Order {
        place: Place {
            project,
            location,
            model,
        },
        ..order(1)
    }
}

#[test]
fn capacity_is_shared_by_the_projects_of_a_location_and_no_wider() {
    let scenario = vertex(
        r#"
        [[capacity]]
        model = "flash"
        rpm = 3
        "#,
    );
    let mut ledger = Ledger::new(&scenario, 1);
    assert_eq!(admitted(&mut ledger, 2, &place(0, 1, 1), secs(0)), 2);
    assert_eq!(admitted(&mut ledger, 2, &place(1, 0, 1), secs(0)), 1);
    assert_eq!(ledger.charge(&place(0, 1, 1), secs(0)), Err(Denied::Capacity));
    assert_eq!(
        admitted(&mut ledger, 4, &place(0, 0, 1), secs(0)),
        3,
        "another location"
    );
    assert_eq!(
        admitted(&mut ledger, 4, &place(0, 1, 0), secs(0)),
        4,
        "another model"
    );
    assert_eq!(admitted(&mut ledger, 4, &place(1, 0, 1), secs(60)), 3);
    let rows = ledger.capacity_stats(&scenario);
    let seen = |row: &CapacityStats| (row.location.clone(), row.admitted, row.refused, row.peak);
    let seen: Vec<_> = rows.iter().map(seen).collect();
    assert_eq!(seen, [("us".to_owned(), 3, 1, 3), ("global".to_owned(), 6, 3, 3)]);
}

#[test]
fn what_finds_no_capacity_is_counted_against_the_quota_all_the_same() {
    let scenario = developer(
        r#"quota = [{ model = "flash", rpm = 2 }]"#,
        r#"
        [[capacity]]
        model = "flash"
        surface = "developer"
        rpm = 1
        "#,
    );
    let mut ledger = Ledger::new(&scenario, 1);
    assert!(ledger.charge(&order(1), secs(0)).is_ok());
    assert_eq!(ledger.charge(&order(1), secs(0)), Err(Denied::Capacity));
    assert_eq!(violated(ledger.charge(&order(1), secs(0))).len(), 1);
}

/// A project with 10 tokens a second over 10 s for "flash", whose answers weigh four, and a quota of one.
fn provisioned() -> Ledger {
    Ledger::new(
        &scenario(
            r#"
            [[model]]
            name = "flash"
            [[project]]
            id = "p"
            surface = "vertex"
            locations = ["us"]
            key = [{ secret = "s" }]
            quota = [{ model = "flash", rpm = 1 }]
            throughput = [{ model = "flash", tokens_per_second = 10, window = "10s", output_weight = 4.0 }]
            "#,
        ),
        1,
    )
}

const fn weighed(tokens: u64, output_tokens: u64, traffic: Traffic) -> Order {
    Order {
        output_tokens,
        traffic,
        ..order(tokens)
    }
}

#[test]
fn throughput_counts_prompts_and_weighed_answers_over_its_window() {
    let mut ledger = provisioned();
    let order = weighed(20, 10, Traffic::Dedicated);
    assert_eq!(admitted(&mut ledger, 2, &order, secs(0)), 1);
    assert_eq!(ledger.charge(&order, secs(9)), Err(Denied::Throughput));
    let rest = weighed(40, 0, Traffic::Dedicated);
    assert!(ledger.charge(&rest, secs(9)).unwrap().provisioned);
    assert!(ledger.charge(&order, secs(10)).unwrap().provisioned);
}

#[test]
fn any_traffic_takes_throughput_first_and_then_the_quota() {
    let mut ledger = provisioned();
    let order = weighed(100, 0, Traffic::Any);
    let mut provisioned = || ledger.charge(&order, secs(0)).map(|charged| charged.provisioned);
    assert_eq!(provisioned(), Ok(true));
    assert_eq!(provisioned(), Ok(false));
    assert!(matches!(provisioned(), Err(Denied::Quota { .. })));
}

#[test]
fn shared_traffic_never_takes_throughput() {
    let mut ledger = provisioned();
    let order = weighed(1, 0, Traffic::Shared);
    assert_eq!(
        ledger.charge(&order, secs(0)).map(|charged| charged.provisioned),
        Ok(false)
    );
    assert!(matches!(
        ledger.charge(&order, secs(0)),
        Err(Denied::Quota { .. })
    ));
}

#[test]
fn dedicated_traffic_without_an_order_is_denied() {
    let mut ledger = Ledger::new(&vertex(""), 1);
    let order = weighed(1, 0, Traffic::Dedicated);
    assert_eq!(ledger.charge(&order, secs(0)), Err(Denied::Throughput));
}

/// Two projects with one account of these lines.
fn account(lines: &str) -> Ledger {
    Ledger::new(
        &scenario(&format!(
            r#"
            [[model]]
            name = "flash"
            [[billing_account]]
            id = "a"
            {lines}
            [[project]]
            id = "p"
            surface = "developer"
            billing_account = "a"
            key = [{{ secret = "s" }}]
            [[project]]
            id = "q"
            surface = "developer"
            billing_account = "a"
            key = [{{ secret = "t" }}]
            "#
        )),
        1,
    )
}

#[test]
fn prepaid_credits_are_gone_for_every_project_at_once() {
    let mut ledger = account("prepaid = 0.5\nprepaid_status = 402");
    ledger.bill(0, 0.4, secs(0));
    assert!(ledger.charge(&place(1, 0, 0), secs(0)).is_ok());
    ledger.bill(0, 0.4, secs(0));
    for project in [0, 1] {
        let denied = ledger.charge(&place(project, 0, 0), secs(86_400));
        assert_eq!(denied, Err(Denied::Prepaid { status: 402 }));
    }
    let stats = &ledger.account_stats()[0];
    assert_eq!(
        (stats.spent_micro_usd, stats.prepaid_micro_usd),
        (800_000, Some(0))
    );
    assert_eq!(stats.refused, 2);
}

#[test]
fn spending_is_limited_in_any_ten_minutes() {
    let mut ledger = account("spend_limit = 1.0");
    let wait = |secs| {
        Err(Denied::SpendLimit {
            wait: Duration::from_secs(secs),
        })
    };
    ledger.bill(0, 0.6, secs(0));
    ledger.bill(1, 0.3, secs(60));
    assert!(ledger.charge(&order(1), secs(60)).is_ok());
    ledger.bill(1, 0.3, secs(120));
    assert_eq!(ledger.charge(&order(1), secs(180)), wait(420));
    assert!(ledger.charge(&order(1), secs(600)).is_ok());
    ledger.bill(0, 2.0, secs(600));
    assert_eq!(ledger.charge(&order(1), secs(600)), wait(600));
}

#[test]
fn an_account_that_does_not_pay_says_so() {
    let denied = |state| account(&format!("state = \"{state}\"")).charge(&order(1), secs(0));
    assert_eq!(denied("capped"), Err(Denied::SpendingCap));
    assert_eq!(denied("closed"), Err(Denied::BillingClosed));
    assert!(denied("open").is_ok());
}

#[test]
fn money_that_is_none_is_nothing() {
    let mut ledger = account("prepaid = 1.0");
    for usd in [-1.0, f64::NAN, f64::NEG_INFINITY] {
        ledger.bill(0, usd, secs(0));
    }
    assert!(ledger.charge(&order(1), secs(0)).is_ok());
    ledger.bill(0, f64::INFINITY, secs(0));
    assert!(ledger.charge(&order(1), secs(0)).is_err());
}

#[test]
fn limits_change_in_mid_run_and_counts_stay() {
    let scenario = developer(
        r#"quota = [{ model = "flash", rpm = 10 }]"#,
        r#"
        [[change]]
        at = "30s"
        project = "p"
        model = "flash"
        rpm = 4
        [[change]]
        at = "2m"
        project = "p"
        model = "flash"
        tpm = 5
        [[change]]
        at = "2m"
        project = "p"
        model = "flash"
        rpm = 20
        "#,
    );
    let mut ledger = Ledger::new(&scenario, 1);
    assert_eq!(admitted(&mut ledger, 6, &order(1), secs(0)), 6);
    let full = violated(ledger.charge(&order(1), secs(30)));
    assert_eq!(full, [(Unit::Requests, Window::Minute, Some(30.0))]);
    assert_eq!(admitted(&mut ledger, 6, &order(1), secs(60)), 4);
    let tokens = violated(ledger.charge(&order(6), secs(120)));
    assert_eq!(tokens, [(Unit::InputTokens, Window::Minute, None)]);
    assert_eq!(admitted(&mut ledger, 6, &order(1), secs(120)), 5);
}

#[test]
fn other_users_of_a_quota_leave_what_they_leave() {
    let scenario = developer(
        r#"quota = [{ model = "flash", rpm = 100 }]"#,
        r#"
        [[load]]
        model = "flash"
        project = "p"
        rpm = { min = 60, max = 60 }
        "#,
    );
    let mut ledger = Ledger::new(&scenario, 9);
    // Two tries each second, for half an hour.
    let ours: usize = (0..1800)
        .map(|time| admitted(&mut ledger, 2, &order(1), secs(time)))
        .sum();
    let row = &ledger.domain_stats(&scenario)[0];
    assert_eq!(row.admitted, ours as u64);
    assert!(row.peak <= 100);
    let total = row.admitted + row.others;
    assert!((2_900..=3_000).contains(&total), "{row:?}");
    // They come half as often as we, and not in the very moment when a place is free.
    assert!((300..1_000).contains(&row.others), "{row:?}");
}

#[test]
fn other_users_of_a_pool_starve_it() {
    let scenario = vertex(
        r#"
        [[capacity]]
        model = "flash"
        location = "global"
        rpm = 100
        [[load]]
        model = "flash"
        location = "global"
        rpm = { min = 6000, max = 6000 }
        at = "1m"
        for = "1m"
        "#,
    );
    let mut ledger = Ledger::new(&scenario, 9);
    // Each 1.1 s, so that nobody asks in the very moment when a place is free.
    let mut per_minute = [0; 4];
    for call in 0..218 {
        let time = Duration::from_millis(call * 1_100);
        per_minute[(time.as_secs() / 60) as usize] += admitted(&mut ledger, 1, &place(1, 0, 1), at(time));
    }
    assert_eq!(per_minute[0], 55);
    assert!(per_minute[1] < 10, "{per_minute:?}");
    assert!(per_minute[2] > 50 && per_minute[3] == 54, "{per_minute:?}");
}

#[test]
fn nothing_depends_on_who_looks_when() {
    let scenario = developer(
        r#"quota = [{ model = "flash", rpm = 100, rpd = 100000 }]"#,
        r#"
        [[load]]
        model = "flash"
        project = "p"
        rpm = { min = 10, max = 200 }
        change_every = "2m"
        "#,
    );
    // What never fits is charged nothing, so it only looks.
    let look = Order {
        requests: u64::MAX,
        ..order(0)
    };
    let others = |gap: usize| {
        let mut ledger = Ledger::new(&scenario, 3);
        for time in (0..=540).step_by(gap) {
            assert!(ledger.charge(&look, secs(time)).is_err());
        }
        ledger
            .domain_stats(&scenario)
            .iter()
            .map(|row| row.others)
            .collect::<Vec<_>>()
    };
    assert!(others(1)[0] > 100);
    assert_eq!(others(1), others(7 * 60 + 120));
    assert_eq!(others(1), others(540));
}

#[test]
fn a_day_counts_other_users_though_nobody_looked() {
    let scenario = developer(
        r#"quota = [{ model = "flash", rpm = 20, rpd = 100000 }]"#,
        r#"
        [[load]]
        model = "flash"
        project = "p"
        rpm = { min = 5, max = 15 }
        "#,
    );
    let others = |times: &[u64]| {
        let mut ledger = Ledger::new(&scenario, 3);
        for &hour in times {
            let _ = ledger.charge(&order(1), secs(hour * 3600));
        }
        ledger.domain_stats(&scenario)[1].others
    };
    // From midnight, eight hours after the start, to the thirtieth hour: ten a minute.
    let all: Vec<u64> = (0..=30).collect();
    for times in [&all[..], &[0, 8, 30], &[0, 30]] {
        let expected = if times.len() == 2 { 22 } else { 30 } * 600;
        let counted = others(times);
        assert!(
            counted.abs_diff(expected) < expected / 10,
            "{counted} of {expected}"
        );
    }
}

#[test]
fn equal_seeds_give_equal_counts() {
    let scenario = vertex(
        r#"
        [[capacity]]
        model = "flash"
        rpm = 100
        tpm = 30000
        [[load]]
        model = "flash"
        rpm = { min = 10, max = 200 }
        "#,
    );
    let run = |seed| {
        let mut ledger = Ledger::new(&scenario, seed);
        let outcomes: Vec<_> = (0..2_000)
            .map(|time| ledger.charge(&place(0, time % 2, 1), secs(time as u64)))
            .collect();
        (outcomes, ledger.capacity_stats(&scenario))
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1).1, run(2).1);
}

#[test]
fn the_hint_is_the_quotas_or_else_the_worlds() {
    let of = |quota: &str, world: &str| {
        let text = format!(
            r#"
            {world}
            [[model]]
            name = "flash"
            [[project]]
            id = "p"
            surface = "developer"
            key = [{{ secret = "s" }}]
            quota = [{{ model = "flash", rpm = 1{quota} }}]
            "#
        );
        Ledger::new(&scenario(&text), 1).hint(FLASH)
    };
    assert_eq!(of("", ""), RetryHint::Lying);
    assert_eq!(of("", r#"retry_info = "honest""#), RetryHint::Honest);
    assert_eq!(
        of(r#", retry_info = "absent""#, r#"retry_info = "honest""#),
        RetryHint::Absent
    );
}

#[test]
fn the_end_of_time_is_no_panic() {
    let scenario = developer(
        r#"quota = [{ model = "flash", rpm = 5, tpm = 100, rpd = 10, enforcement = "bucket" }]"#,
        r#"
        [[load]]
        model = "flash"
        project = "p"
        rpm = { min = 1000, max = 1000 }
        "#,
    );
    let mut ledger = Ledger::new(&scenario, 1);
    for unix in [i64::MIN, 0, i64::MAX] {
        for tick in [Tick::ZERO, Tick(1), Tick(u64::MAX / 2), Tick::MAX] {
            for tokens in [0, u64::MAX] {
                let now = Now::new(tick, UnixTime(unix));
                let _ = ledger.charge(&order(tokens), now);
                ledger.bill(0, f64::MAX, now);
            }
        }
    }
}

proptest! {
    #[test]
    fn who_waits_as_told_is_admitted_and_not_a_nanosecond_before(
        enforcement in prop_oneof![Just("sliding"), Just("fixed"), Just("bucket"), Just("smoothed")],
        rpm in 1_u64..20,
        tpm in 100_u64..1_000,
        steps in prop::collection::vec((0_u64..3_000_000, 0_u64..120), 1..60),
    ) {
        let quota = format!(
            r#"quota = [{{ model = "flash", rpm = {rpm}, tpm = {tpm}, enforcement = "{enforcement}" }}]"#
        );
        let mut ledger = Ledger::new(&developer(&quota, ""), 1);
        let mut since_start = Duration::ZERO;
        for (gap_us, tokens) in steps {
            since_start += Duration::from_micros(gap_us);
            let Err(Denied::Quota { violated }) = ledger.charge(&order(tokens), at(since_start)) else {
                continue;
            };
            let Some(waits) = violated.iter().map(|quota| quota.wait).collect::<Option<Vec<_>>>() else {
                continue;
            };
            since_start += waits.into_iter().max().unwrap();
            let early = since_start.saturating_sub(Duration::from_nanos(1));
            prop_assert!(ledger.charge(&order(tokens), at(early)).is_err());
            prop_assert!(ledger.charge(&order(tokens), at(since_start)).is_ok());
        }
    }
}
