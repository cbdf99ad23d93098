//! The workspace's automation: `cargo xtask demo`, `cargo xtask ci`, and parts of it alone.
//!
//! It depends on none of our crates, so that it still builds when one of them does not.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a tool of the command line talks to its caller"
)]

mod api;
mod ci;
mod corpus;
mod demo;
mod errors;
mod licences;
mod packages;
mod scenarios;
mod sdk;
mod shell;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};
use workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Write the public API of every published library to docs/api (needs cargo-public-api and a nightly compiler)
    Api {
        /// Write nothing; fail if a listing is not current
        #[arg(long)]
        check: bool,
    },
    /// Answer six hundred prompts against the simulator, on this machine and without a key
    Demo {
        /// Start anew instead of going on with the answers of the last demo
        #[arg(long, conflicts_with = "check")]
        fresh: bool,
        /// Run it three times (whole, again, killed half-way) and check every answer
        #[arg(long)]
        check: bool,
    },
    /// Check everything: what CI runs, and what you run before you push
    Ci {
        /// Add what needs more time, another tool or the network
        #[arg(long)]
        full: bool,
        /// Fail, and do not skip them, where the official SDKs cannot be run
        #[arg(long)]
        require_sdks: bool,
    },
    /// Hold `dioscuri diagnose` against a corpus of real errors, which lies outside the repository
    Corpus {
        /// JSON lines: `id`, `shape`, `http_status`, `raw`, and in `expect` what is to be found
        file: PathBuf,
        /// Also list the misses that can be defended
        #[arg(long)]
        all: bool,
    },
    /// Write docs/errors.md from the catalogue of the command
    Errors {
        /// Write nothing; fail if the page is not current
        #[arg(long)]
        check: bool,
    },
    /// Hold licences and sources of all dependencies against .cargo/deny.toml
    Licences,
    /// Pack every published crate and build it from its package
    Packages,
    /// Run the scenarios in virtual time and write docs/scenarios.md and its chart
    Scenarios(scenarios::Args),
    /// Hold the simulator against Google's official SDKs for Python and Node
    Sdk,
    /// Test the architecture: edges, purity, layout, manifests, links
    Tidy,
}

fn main() -> ExitCode {
    match run(&Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    let workspace = Workspace::load()?;
    match task {
        Task::Api { check: true } => api::check(&workspace),
        Task::Api { check: false } => api::write(&workspace),
        Task::Demo { check: true, .. } => demo::check(&workspace),
        Task::Demo { fresh, .. } => demo::show(&workspace, *fresh),
        Task::Ci { full, require_sdks } => ci::run(&workspace, *full, *require_sdks),
        Task::Corpus { file, all } => corpus::run(&workspace, file, *all),
        Task::Errors { check: true } => errors::check(&workspace),
        Task::Errors { check: false } => errors::write(&workspace),
        Task::Licences => licences::run(&workspace),
        Task::Packages => packages::verify(&workspace),
        Task::Scenarios(args) => scenarios::run(&workspace, args),
        Task::Sdk => sdk::run(&workspace),
        Task::Tidy => tidy::run(&workspace),
    }
}
