//! Totals of seeded runs: what pool, budget, retry policy, engine and taxonomy come to together.

use dioscuri_scenarios::{Load, Setup};
use dioscuri_sim::Scenario;
use std::time::Duration;

mod demo;
mod oracle;
mod outage;
mod patience;
mod recipes;
mod windows;

/// Few, since a seed that finds something becomes a test of its own.
const SEEDS: [u64; 3] = [1, 2, 3];

/// `calls` calls that come at once, over ways within a continent: they differ by less than the budget's usual
/// guard.
fn run_of(scenario: Scenario, calls: usize) -> Setup {
    let (min, max) = (Duration::from_millis(10), Duration::from_millis(150));
    Setup::new(scenario)
        .with_load(Load::at_once(calls))
        .with_travel(min, max)
}
