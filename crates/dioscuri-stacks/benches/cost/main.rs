//! What dioscuri costs where nothing goes wrong: CPU time beside the bare client, and time beside other people's loops.
//!
//! `cargo bench -p dioscuri-stacks` prints both as ratios. The contenders of a ratio take turns, and what is printed is the
//! median over all turns: a machine that is busy for a while is so for all of them. `-- NAME` measures those whose name
//! has it, and what they are compared with; `TURNS=3` is enough for a profiler.

#![expect(clippy::print_stdout, reason = "a bench reports")]

mod cpu;
mod loops;

use criterion::Criterion;
use std::env;

/// Turns of each contender.
const TURNS: usize = 61;

fn main() {
    // `cargo test --benches` and lists of tests want to know that it runs, and not what it measures.
    let is_bench = env::args().any(|arg| arg == "--bench");
    let wanted = env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let turns = env::var("TURNS").ok().and_then(|turns| turns.parse().ok());
    if is_bench {
        let wanted = wanted.unwrap_or_default();
        let is_wanted = |name: &str| name.contains(&wanted) || name.starts_with("bare");
        cpu::report(turns.unwrap_or(TURNS), is_wanted);
        loops::report(turns.unwrap_or(TURNS));
    }
    let mut criterion = Criterion::default().configure_from_args();
    loops::bench(&mut criterion);
    criterion.final_summary();
}

/// The median of `values` and the quarters below and above it.
fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |quarter: usize| values[(values.len() - 1) * quarter / 4];
    [at(1), at(2), at(3)]
}
