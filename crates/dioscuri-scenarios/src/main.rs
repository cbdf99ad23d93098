//! The figures of this repository: every scenario of the table, its page and its chart.
//!
//! `cargo xtask scenarios` builds and calls this program. It reads no clock: all that it shows is virtual time.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a tool of the command line talks to its caller"
)]

mod page;
mod run;
mod table;

use anyhow::{Context as _, ensure};
use clap::Parser;
use page::documents;
use std::{fs, path::PathBuf, process::ExitCode};
use table::row::Row;

/// Runs the scenarios of the table and shows what they came to
#[derive(Debug, Parser)]
#[command(name = "scenarios")]
struct Cli {
    /// Which seeds: `1`, `1..5` (both included)
    #[arg(long, default_value = "1", value_parser = seeds)]
    seeds: Seeds,
    /// Only this scenario, or this family of them; may be given several times
    #[arg(long = "scenario", value_name = "NAME")]
    scenarios: Vec<String>,
    /// Only this strategy, besides the oracle; may be given several times
    #[arg(long = "strategy", value_name = "NAME")]
    strategies: Vec<String>,
    /// Write every row into this file, as one array of JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write page and chart
    #[arg(long, conflicts_with_all = ["check", "scenarios", "strategies"])]
    write: bool,
    /// Hold page and chart against what came out; with `--scenario` or `--strategy`, nothing is held
    #[arg(long)]
    check: bool,
}

/// The first and the last seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seeds(u64, u64);

fn seeds(text: &str) -> Result<Seeds, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let number = |text: &str| {
        text.trim_start_matches('=')
            .parse::<u64>()
            .map_err(|_| format!("`{text}` is no seed; write `1` or `1..5`"))
    };
    let seeds = Seeds(number(first)?, number(last)?);
    if seeds.0 > seeds.1 {
        return Err(format!("`{text}` holds no seed"));
    }
    Ok(seeds)
}

fn main() -> ExitCode {
    match start(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: &Cli) -> anyhow::Result<()> {
    let strategies = table::strategies(&cli.strategies)?;
    let cases = table::cases(&cli.scenarios)?;
    let Seeds(first, last) = cli.seeds;
    let extent = run::Extent {
        seeds: first..=last,
        strategies,
        is_once_for_recipes: cli.json.is_none() && (cli.write || cli.check),
    };
    let lines = run::all(&cases, &extent, |lines| {
        for line in lines {
            println!("{}", line.summary());
        }
    });
    let ours = || lines.iter().filter(|line| line.is_ours());
    let met = ours().filter(|line| line.row.target_met == Some(true)).count();
    println!("{met} of {} meet every target", ours().count());
    if let Some(file) = &cli.json {
        let rows: Vec<Row> = lines.iter().map(|line| line.row.clone()).collect();
        fs::write(file, Row::array(&rows)).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let is_whole = cli.scenarios.is_empty() && cli.strategies.is_empty();
    if !is_whole || !(cli.write || cli.check) {
        return Ok(());
    }
    ensure!(first == 1, "the page is made from seed 1");
    let wanted = documents::of(&lines)?;
    if cli.write {
        documents::write(&wanted)
    } else {
        documents::check(&wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_number_or_a_range_with_both_ends() {
        assert_eq!(seeds("3"), Ok(Seeds(3, 3)));
        assert_eq!(seeds("1..5"), Ok(Seeds(1, 5)));
        assert_eq!(seeds("1..=5"), Ok(Seeds(1, 5)));
        assert!(seeds("5..1").is_err());
        assert!(seeds("all").is_err());
    }
}
