//! Everything that is checked before a change is taken, step by step.

mod full;
mod fuzz;
mod semver;
mod steps;
mod tools;

use crate::{
    sdk,
    shell::{self, Stopwatch},
    workspace::Workspace,
};
use anyhow::bail;
use steps::Step;

/// Runs the steps, the quick ones first; stops at the first that fails.
///
/// # Errors
///
/// A step failed. Which one, how to see it again, and what was not run has been printed.
pub(crate) fn run(workspace: &Workspace, full: bool, require_sdks: bool) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    let tools = tools::provide(workspace)?;
    let mut steps = steps::all(workspace, tools);
    let mut unchecked = Vec::new();
    let sdks = Step::check("official SDKs", sdk::run, "cargo xtask sdk");
    match sdk::missing(workspace) {
        Some(why) if !require_sdks => unchecked.push(format!("skipped: {}: {why}", sdks.name)),
        _ => steps.push(sdks),
    }
    if full {
        let more = full::steps(workspace);
        steps.extend(more.steps);
        unchecked.extend(more.unchecked);
    }
    for (number, step) in (1..).zip(&steps) {
        println!(
            "\n== step {number} of {}: {} ({})",
            steps.len(),
            step.name,
            step.shown()
        );
        let its = Stopwatch::start();
        if let Err(error) = step.run(workspace) {
            println!("\nstep {number} failed: {}: {error:#}", step.name);
            println!("to see it again: {}", step.shown());
            not_run(&steps[number..]);
            bail!(
                "ci: step {number} of {} failed after {}",
                steps.len(),
                shell::human(watch.elapsed())
            );
        }
        println!("-- {}: passed in {}", step.name, shell::human(its.elapsed()));
    }
    println!();
    for what in &unchecked {
        println!("not checked: {what}");
    }
    println!(
        "{}",
        verdict(steps.len(), unchecked.len(), &shell::human(watch.elapsed()))
    );
    Ok(())
}

fn not_run(steps: &[Step]) {
    if !steps.is_empty() {
        println!(
            "not run: {}",
            steps.iter().map(|step| step.name).collect::<Vec<_>>().join(", ")
        );
    }
}

/// The last line.
fn verdict(steps: usize, unchecked: usize, time: &str) -> String {
    match unchecked {
        0 => format!("ci: {steps} steps passed in {time}"),
        _ => format!("ci: {steps} steps passed in {time}, {unchecked} not checked"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_never_calls_unchecked_things_passed() {
        assert_eq!(verdict(12, 0, "7m 12s"), "ci: 12 steps passed in 7m 12s");
        assert_eq!(
            verdict(12, 3, "7m 12s"),
            "ci: 12 steps passed in 7m 12s, 3 not checked"
        );
    }
}
