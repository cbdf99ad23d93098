//! Totals of seeded runs: what pool, budget, retry policy, engine and taxonomy come to together.

mod demo;
mod outage;
mod patience;
mod windows;

/// Few, since a seed that finds something becomes a test of its own.
const SEEDS: [u64; 3] = [1, 2, 3];
