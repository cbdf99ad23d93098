//! The command `dioscuri`: a file of prompts goes in, every answer comes out; and what a failure means.
//!
//! `dioscuri run` reads and judges the whole input, looks up in the output what is answered already, sends the
//! rest through [`dioscuri::Client`], and writes one line for each answer as it comes. `dioscuri sim` serves
//! the simulator that `run --sim` uses within itself. `dioscuri diagnose` says what is wrong in any text and what
//! to do, `dioscuri explain` what a class or a reason means.
//!
//! What is decided is pure and has a file of its own: [`input`], [`output`], [`resume`], [`pace`], [`summary`].
//! What touches the world: [`runner`] drives the calls, [`progress`] writes to standard error,
//! [`interrupts`] listens for Ctrl-C.

mod args;
mod carrier;
mod diagnose;
mod exit;
mod explain;
mod figures;
mod input;
mod interrupts;
mod output;
mod pace;
mod paper;
mod progress;
mod resume;
mod run;
mod runner;
mod sim;
mod state;
mod stdout;
mod summary;
mod tally;
mod world;

use clap::{Parser as _, error::ErrorKind};
use exit::{CannotStart, Exit};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => return on_told(&told),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            progress::print(&format!("error: cannot start: {error}"));
            return ExitCode::from(Exit::Usage.code());
        }
    };
    let exit = runtime.block_on(dispatch(cli)).unwrap_or_else(|refused| {
        progress::print(&format!("error: {:#}", refused.error));
        refused.exit
    });
    // What is still in flight after a second interrupt must not keep us.
    runtime.shutdown_background();
    ExitCode::from(exit.code())
}

async fn dispatch(cli: args::Cli) -> Result<Exit, CannotStart> {
    match cli.command {
        args::Command::Run(run) => run::run(run).await,
        args::Command::Sim(sim) => sim::sim(sim).await,
        args::Command::Diagnose(diagnose) => diagnose::diagnose(diagnose).await,
        args::Command::Explain(explain) => explain::explain(&explain),
    }
}

/// Help and version are answers; everything else is bad usage, for which the parser's own code would be 2.
fn on_told(told: &clap::Error) -> ExitCode {
    // Nobody is left to hear that this failed.
    let _ = told.print();
    if told.kind() == ErrorKind::UnknownArgument
        && let Some(hint) = args::hint(std::env::args_os())
    {
        progress::print(&hint);
    }
    let exit = if told.use_stderr() {
        Exit::Usage
    } else {
        Exit::Answered
    };
    ExitCode::from(exit.code())
}
