//! `dioscuri sim`: the simulator over HTTP until Ctrl-C or SIGTERM.

use crate::{
    args,
    exit::{CannotStart, Exit},
    interrupts::interrupts,
    progress::print,
    world,
};
use anyhow::Context as _;
use dioscuri_sim::{Scenario, Server, ServerConfig};
use std::io::{self, Write as _};

/// Serves until interrupted; prints its address first.
pub(crate) async fn sim(args: args::Sim) -> Result<Exit, CannotStart> {
    if args.list {
        list().context("cannot write to standard output")?;
        return Ok(Exit::Answered);
    }
    let scenario = world::scenario(&args.scenario)?;
    let (minute, about) = (scenario.minute, scenario.about.clone());
    let mut config = ServerConfig::default().with_addr(args.listen);
    config.seed = args.seed;
    let mut interrupts = interrupts().context("cannot listen for Ctrl-C")?;
    let server = Server::start(scenario, config).await.with_context(|| {
        format!(
            "cannot listen at {}; name another address with --listen",
            args.listen
        )
    })?;
    announce(&server).context("cannot write to standard output")?;
    print(&about);
    if minute.as_secs() != 60 {
        print(&format!(
            "a minute lasts {} here",
            humantime::format_duration(minute)
        ));
    }
    print(&format!(
        "statistics: {}/sim/stats · Ctrl-C ends it",
        server.url()
    ));
    interrupts.recv().await;
    let stats = serde_json::to_string(&server.stats()).expect("names and numbers are JSON");
    server.stop().await;
    print(&stats);
    Ok(Exit::Answered)
}

/// Whoever started us reads the address from here, so it leaves at once.
fn announce(server: &Server) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", server.url())?;
    out.flush()
}

fn list() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let width = Scenario::names()
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0);
    Scenario::names()
        .iter()
        .try_for_each(|(name, about)| writeln!(out, "{name:width$}  {about}"))
}
