//! The figures of `docs/scenarios.md`: the engine in the simulator's worlds, in virtual time.

use crate::{shell::Line, workspace::Workspace};

/// What one asks for on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write nothing into docs/; fail if page or chart are not current
    #[arg(long)]
    check: bool,
    /// Check every seed, where otherwise the first is enough
    #[arg(long)]
    full: bool,
    /// Write every row of figures into this file as one array of JSON
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
    /// Run these only, and no page is written: `pool-4x`, or a family such as `short-job`
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// Runs scenarios; what is written or held against the page is told by the program itself.
///
/// # Errors
///
/// The program cannot be built, or ends with an error: page or chart are not current.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    // Without optimisation it would take minutes for what takes seconds.
    let line = Line::new("cargo run --quiet --locked --release --package dioscuri-scenarios --");
    words(args)
        .into_iter()
        .fold(line, Line::arg)
        .run(workspace.root())
}

/// Holds the page against the first seed, as every change is checked.
///
/// # Errors
///
/// As [`run`].
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    run(workspace, &checking(false))
}

/// Holds the page against every seed.
///
/// # Errors
///
/// As [`run`].
pub(crate) fn check_all(workspace: &Workspace) -> anyhow::Result<()> {
    run(workspace, &checking(true))
}

const fn checking(full: bool) -> Args {
    Args {
        check: true,
        full,
        json: None,
        names: Vec::new(),
    }
}

/// The program's arguments.
fn words(args: &Args) -> Vec<String> {
    let mut words = Vec::new();
    match (args.check, args.names.is_empty()) {
        (true, _) => words.push("--check".to_owned()),
        (false, true) => words.push("--write".to_owned()),
        (false, false) => {}
    }
    let seeds = if args.check && !args.full { "1" } else { "1..5" };
    words.extend(["--seeds".to_owned(), seeds.to_owned()]);
    if let Some(file) = &args.json {
        words.extend(["--json".to_owned(), file.clone()]);
    }
    for name in &args.names {
        words.extend(["--scenario".to_owned(), name.clone()]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_words(args: &Args, expected: &str) {
        assert_eq!(words(args).join(" "), expected);
    }

    #[test]
    fn a_change_is_checked_with_one_seed() {
        check_words(&checking(false), "--check --seeds 1");
        check_words(&checking(true), "--check --seeds 1..5");
    }

    #[test]
    fn the_page_is_written_from_every_scenario_or_not_at_all() {
        let all = Args {
            check: false,
            ..checking(false)
        };
        check_words(&all, "--write --seeds 1..5");
        let one = Args {
            json: Some("rows.json".to_owned()),
            names: vec!["one-key".to_owned(), "short-job".to_owned()],
            ..all
        };
        check_words(
            &one,
            "--seeds 1..5 --json rows.json --scenario one-key --scenario short-job",
        );
    }
}
