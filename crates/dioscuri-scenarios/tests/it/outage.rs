//! Worlds in which little or nothing is to be had.

use crate::run_of;
use dioscuri_scenarios::Strategy;
use dioscuri_sim::{Incident, RefusalKind, Scenario, What};
use dioscuri_vocab::Class;
use std::time::Duration;

/// A project with one model, and a key and a quota in TOML.
fn project(key: &str, quota: &str) -> Scenario {
    let toml = format!(
        r#"
        [[model]]
        name = "gemini-3.8-flash"
        [[project]]
        id = "castor"
        surface = "developer"
        key = [{{ secret = "AQ.castor", {key} }}]
        quota = [{{ model = "gemini-3.8-flash", {quota} }}]
        "#
    );
    Scenario::parse(&toml).expect("the scenario is sound")
}

#[test]
fn a_total_outage_costs_few_attempts_and_ends_at_the_deadline() {
    let mut scenario = Scenario::named("demo").unwrap();
    scenario.incidents = vec![Incident::new(What::Refusal(RefusalKind::Capacity)).with_share(1.0)];
    let deadline = Duration::from_secs(600);
    let report = run_of(scenario, 600)
        .with_deadline(deadline)
        .run(Strategy::Dioscuri);
    assert_eq!(report.answered, 0);
    assert!(report.ended <= deadline);
    // The bound of the design: 1.2 attempts a call.
    assert!(report.attempts < 720, "{report:#?}");
}

#[test]
fn without_a_good_key_everybody_is_told_after_one_refusal() {
    let report = run_of(project(r#"state = "invalid""#, "rpm = 10"), 100).run(Strategy::Dioscuri);
    assert_eq!((report.answered, report.attempts), (0, 1));
    assert_eq!(report.refused_with(Class::AuthInvalidKey), 1);
    assert_eq!(report.failed["no_endpoint"], 99);
    assert!(report.ended < Duration::from_secs(1));
}

#[test]
fn what_the_day_has_no_room_for_waits_for_midnight_in_california() {
    let report = run_of(project(r#"state = "valid""#, "rpm = 10, rpd = 50"), 120).run(Strategy::Dioscuri);
    assert_eq!((report.answered, report.attempts), (120, 120));
    // From noon to the second midnight, and two more minutes of quota.
    let midnight = Duration::from_secs(36 * 3600);
    assert!(report.ended > midnight, "{:?}", report.ended);
    assert!(
        report.ended < midnight + Duration::from_secs(120),
        "{:?}",
        report.ended
    );
}

#[test]
fn a_model_that_is_not_offered_is_not_asked() {
    let report = run_of(project(r#"state = "valid""#, "rpm = 0"), 20).run(Strategy::Dioscuri);
    assert_eq!((report.attempts, report.ended), (0, Duration::ZERO));
    assert_eq!(report.failed["no_endpoint"], 20);
}
