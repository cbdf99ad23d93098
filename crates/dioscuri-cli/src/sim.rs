//! `dioscuri sim`: the simulator over HTTP until Ctrl-C or SIGTERM.

mod log;
mod welcome;

use self::log::Log;
use crate::{
    args,
    exit::{CannotStart, Exit},
    interrupts::interrupts,
    paper::Paper,
    progress::print,
    stdout, world,
};
use anyhow::{Context as _, anyhow};
use dioscuri_sim::{Scenario, Server, ServerConfig};
use std::{
    io::{self, Write as _},
    path::Path,
};

/// Serves until interrupted; prints its address first.
pub(crate) async fn sim(args: args::Sim) -> Result<Exit, CannotStart> {
    if args.list {
        return show(&list(Paper::for_stdout()));
    }
    if let Some(name) = &args.print {
        return show(source(name)?);
    }
    let mut scenario = scenario(&args.scenario)?;
    if let Some(minute) = args.minute {
        scenario = scenario.with_minute(minute);
    }
    let welcome = welcome::Welcome::new(&args.scenario, &scenario);
    let mut config = ServerConfig::default().with_addr(args.listen);
    // They outlast the scenario: whoever puts another one over HTTP keeps them.
    (config.seed, config.minute) = (args.seed, args.minute);
    let log = args.log.as_deref().map(Log::open).transpose()?;
    if let Some(log) = &log {
        config = config.with_log(log.clone());
    }
    let mut interrupts = interrupts().context("cannot listen for Ctrl-C")?;
    let server = Server::start_with(scenario, config).await.with_context(|| {
        format!(
            "cannot listen at {}; name another address with --listen",
            args.listen
        )
    })?;
    announce(&server.url()).context("cannot write to standard output")?;
    print(&welcome.told(&server.url()));
    interrupts.recv().await;
    let stats = serde_json::to_string(&server.stats()).expect("names and numbers are JSON");
    server.stop().await;
    print(&stats);
    Ok(if log.is_some_and(|log| log.has_failed()) {
        Exit::Output
    } else {
        Exit::Answered
    })
}

/// The scenario of that name, or in that file; of a wrong file it says where to read what is right.
fn scenario(name: &str) -> anyhow::Result<Scenario> {
    world::scenario(name).map_err(|error| {
        if Path::new(name).is_file() {
            anyhow!("{error:#}\nmend the file; `dioscuri sim --print demo` shows one that is right")
        } else {
            error
        }
    })
}

/// The TOML of a built-in scenario.
fn source(name: &str) -> anyhow::Result<&'static str> {
    Scenario::source(name).ok_or_else(|| {
        let error = Scenario::named(name).err();
        let error = error.map_or_else(String::new, |error| error.to_string());
        anyhow!("{error} (`dioscuri sim --list` shows them all)")
    })
}

/// Whoever started us reads the address from here, so it leaves at once.
fn announce(url: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{url}")?;
    out.flush()
}

fn list(mut paper: Paper) -> String {
    paper.names(Scenario::names());
    paper.into_text()
}

fn show(text: &str) -> Result<Exit, CannotStart> {
    stdout::is_over(io::stdout().lock().write_all(text.as_bytes()))?;
    Ok(Exit::Answered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_listed_to_the_width_of_the_terminal() {
        let text = list(Paper::new(60, false));
        assert!(text.lines().all(|line| line.len() <= 60), "{text}");
        let overload = text.split("overload").nth(1).unwrap();
        let expected = "\n                     minutes, then recovers; another one\n";
        assert!(overload.contains(expected), "{text}");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let error = source("overlaod").unwrap_err().to_string();
        let expected =
            "unknown scenario `overlaod`; did you mean `overload`? (`dioscuri sim --list` shows them all)";
        assert_eq!(error, expected);
    }
}
