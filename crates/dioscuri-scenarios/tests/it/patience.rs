//! Deadlines in a world with too little quota.

use crate::run_of;
use dioscuri_scenarios::Strategy;
use dioscuri_sim::Scenario;
use dioscuri_vocab::Class;
use std::time::Duration;

#[test]
fn what_cannot_be_answered_in_time_ends_at_its_deadline_and_harms_nobody() {
    let scenario = Scenario::named("demo").unwrap();
    let deadline = Duration::from_secs(10);
    let report = run_of(scenario, 600)
        .with_deadline(deadline)
        .run(Strategy::Dioscuri);
    assert!(report.answered > 180, "{report:#?}");
    assert!(report.ended <= deadline);
    let failed: usize = report.failed.values().sum();
    assert_eq!(report.answered + failed, 600);
    assert_eq!(report.refused_with(Class::QuotaMinute), 0);
}
