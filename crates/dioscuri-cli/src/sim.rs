//! `dioscuri sim`: the simulator over HTTP until Ctrl-C or SIGTERM.

use crate::{
    args,
    exit::{CannotStart, Exit},
    interrupts::interrupts,
    progress::print,
    world,
};
use anyhow::Context as _;
use dioscuri_sim::{Key, KeyState, Project, Scenario, Server, ServerConfig, Surface};
use std::io::{self, Write as _};

/// Serves until interrupted; prints its address first.
pub(crate) async fn sim(args: args::Sim) -> Result<Exit, CannotStart> {
    if args.list {
        list().context("cannot write to standard output")?;
        return Ok(Exit::Answered);
    }
    let scenario = world::scenario(&args.scenario)?;
    let trial = trial(&args.scenario, &scenario);
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
    if let Some((key, models)) = trial {
        print(&format!(
            "try it: GEMINI_API_KEY={key} GOOGLE_GEMINI_BASE_URL={} dioscuri run prompts.jsonl -o answers.jsonl --model {models}",
            server.url()
        ));
    }
    interrupts.recv().await;
    let stats = serde_json::to_string(&server.stats()).expect("names and numbers are JSON");
    server.stop().await;
    print(&stats);
    Ok(Exit::Answered)
}

/// A key that opens something in `scenario`, and its models, for a first trial; none where only Vertex serves.
/// The keys of a built-in world are no secrets; those of a file stay with whoever wrote it.
fn trial(name: &str, scenario: &Scenario) -> Option<(String, String)> {
    let mut projects = scenario.projects.iter();
    let project =
        projects.find(|project| project.surface == Surface::Developer && opens(project).is_some())?;
    let built_in = Scenario::names().iter().any(|(known, _)| *known == name);
    let key = match opens(project) {
        Some(key) if built_in => key.secret.expose().to_owned(),
        _ => "...".to_owned(),
    };
    Some((key, scenario.chain.join(",")))
}

fn opens(project: &Project) -> Option<&Key> {
    project.keys.iter().find(|key| key.state == KeyState::Valid)
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
