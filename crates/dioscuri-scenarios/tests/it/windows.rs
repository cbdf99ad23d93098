//! Many windows of one quota: how near to the ideal, and without a refusal.

use crate::{SEEDS, run_of};
use dioscuri_scenarios::{Measured, Strategy};
use dioscuri_sim::Scenario;
use std::time::Duration;

/// The budget's usual guard: each window costs so much more.
const GUARD: Duration = Duration::from_millis(400);

/// A project with one key and one quota.
fn single_key(rpm: u64, minute: &str) -> Scenario {
    let toml = format!(
        r#"
        minute = "{minute}"
        [latency]
        min = "200ms"
        max = "900ms"
        [[model]]
        name = "gemini-3.8-flash"
        [[project]]
        id = "castor"
        surface = "developer"
        key = [{{ secret = "AQ.castor" }}]
        quota = [{{ model = "gemini-3.8-flash", rpm = {rpm} }}]
        "#
    );
    Scenario::parse(&toml).expect("the scenario is sound")
}

/// An oracle that knows the server's counter fills a window at once and waits for the next to begin.
fn ideal(calls: u32, rpm: u32, window: Duration) -> Duration {
    window * (calls.div_ceil(rpm) - 1)
}

#[track_caller]
fn check(report: &Measured, ideal: Duration) {
    assert_eq!(report.answered, report.calls);
    assert_eq!(report.attempts, report.calls as u64, "no attempt fails");
    assert_eq!(report.refused_by_quota(), 0);
    let bound = ideal.mul_f64(1.05);
    assert!(report.ended <= bound, "{:?} > {bound:?}", report.ended);
    assert!(report.waits.p99 <= bound);
}

#[test]
fn twenty_windows_of_a_free_tier_take_hardly_longer_than_they_must() {
    let minute = Duration::from_secs(60);
    for seed in SEEDS {
        let report = run_of(single_key(10, "60s"), 200)
            .with_seed(seed)
            .run(Strategy::Dioscuri);
        check(&report, ideal(200, 10, minute + GUARD));
    }
}

#[test]
fn twenty_windows_of_a_large_quota_take_hardly_longer_than_they_must() {
    let minute = Duration::from_secs(60);
    let report = run_of(single_key(300, "60s"), 6_000).run(Strategy::Dioscuri);
    check(&report, ideal(6_000, 300, minute + GUARD));
    let requests = &report.utilisation[0];
    assert!(requests.share > 0.95, "{requests:?}");
}

#[test]
fn the_number_of_polls_grows_with_the_calls_and_not_with_the_time() {
    let report = run_of(single_key(10, "60s"), 200).run(Strategy::Dioscuri);
    // When it starts, when it is woken, when it is answered.
    assert!(report.polls <= 3 * 200, "{} polls", report.polls);
}
