//! Deadlines in a world with too little quota.

use dioscuri_scenarios::Recipe;
use dioscuri_sim::Scenario;
use dioscuri_vocab::Class;
use std::time::Duration;

#[test]
fn what_cannot_be_answered_in_time_ends_at_its_deadline_and_harms_nobody() {
    let scenario = Scenario::named("demo").unwrap();
    let deadline = Duration::from_secs(10);
    let report = Recipe::new(scenario, 600).with_deadline(deadline).run();
    assert!(report.answered > 200, "{report:#?}");
    assert!(report.makespan <= deadline);
    let failed: usize = report.failed.values().sum();
    assert_eq!(report.answered + failed, 600);
    assert_eq!(report.refused_with(Class::QuotaMinute), 0);
}
