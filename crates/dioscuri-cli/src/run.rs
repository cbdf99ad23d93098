//! `dioscuri run`: what is read, decided, done and told, in this order.

use crate::{
    args,
    carrier::Gemini,
    exit::{CannotStart, Exit},
    figures::seconds,
    input::Input,
    interrupts::interrupts,
    output::{Journal, LastLines, LineReceipt, Problem, WriteError, failed},
    progress::{Console, Standing},
    resume::{FailedBefore, Plan},
    runner::{self, Finished, Job, Stop},
    state,
    summary::{QuotaUse, Summary},
    world,
};
use anyhow::{Context as _, anyhow};
use dioscuri::{Config, ConfigError, Profile, QuotaStatus, Status, Unit, Window};
use dioscuri_sim::{Scenario, Server};
use std::{fmt::Write as _, path::Path, sync::Arc, time::Duration};
use tokio::{task::spawn_blocking, time::timeout};

/// Bad lines shown of an input. The first screen of them says what went wrong in making it.
const LINES_SHOWN: usize = 20;

/// How long a command may be silent before people wonder what it does.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sends what has no answer yet and writes every answer down.
pub(crate) async fn run(args: args::Run) -> Result<Exit, CannotStart> {
    files_only(&args)?;
    let target = Target::of(&args)?;
    let mut console = Console::new(args.quiet, args.progress);
    let input = read(&args, &console).await?;
    let (mut journal, last_lines) = open(&args, &input, &console)?;
    let mut plan = plan(&args, &input, &last_lines);

    // From here on something may be lost, or paid for twice, by ending at once.
    let interrupts = interrupts().context("cannot listen for Ctrl-C")?;
    let (carrier, server) = target.connect(&args, &console).await?;
    let standing = standing(&input, &plan);
    console.begin(standing, plan.send.len() as u64);
    remark(&plan, &console);
    list_bad(&input, &plan, &mut journal).map_err(|error| unwritable(&error))?;

    let output = journal.path().to_owned();
    let job = Job {
        carrier: Arc::clone(&carrier),
        input: Arc::clone(&input),
        send: std::mem::take(&mut plan.send),
        journal,
        console: &mut console,
        standing,
    };
    let finished = runner::run(job, interrupts).await;
    let exit_early = finished.stop;
    carrier.client().save_state();
    if let Some(error) = carrier.client().state().and_then(|state| state.error) {
        console.warn(&format!("what was learned of the quotas is not kept: {error}"));
    }

    let mut summary = summarise(&input, &plan, finished, &carrier);
    summary.output = output;
    summary.sim =
        server.map(|server| serde_json::to_value(server.stats()).expect("names and numbers are JSON"));
    let exit = match exit_early {
        Some(Stop::Output) => Exit::Output,
        Some(Stop::Interrupted) => Exit::Interrupted,
        None => summary.exit(),
    };
    summary.exit_code = exit.code();
    console.end(&summary);
    Ok(exit)
}

/// Whom a run asks.
enum Target {
    /// Whom the configuration names.
    Real(Box<Config>),
    /// A simulator in this process.
    Simulated(Box<Scenario>),
}

impl Target {
    fn of(args: &args::Run) -> Result<Self, CannotStart> {
        if let Some(name) = &args.sim {
            return Ok(Self::Simulated(Box::new(world::scenario(name)?)));
        }
        let config = match &args.config {
            Some(path) => Config::from_file(path).map_err(anyhow::Error::new)?,
            None => Config::from_env().map_err(|error| anyhow!("{error}; or try it without a key: --sim"))?,
        };
        Ok(Self::Real(Box::new(config)))
    }

    async fn connect(
        self,
        args: &args::Run,
        console: &Console,
    ) -> Result<(Arc<Gemini>, Option<Server>), CannotStart> {
        let (config, server) = match self {
            Self::Real(config) => (*config, None),
            Self::Simulated(scenario) => {
                let server = world::start(scenario.as_ref().clone()).await?;
                console.note(&format!(
                    "simulated: nothing leaves this machine, and a minute lasts {}",
                    humantime::format_duration(scenario.minute)
                ));
                (world::config(&scenario, &server.url()), Some(server))
            }
        };
        let carrier = open_carrier(for_bulk(config, args), server.is_some(), args, console)?;
        Ok((Arc::new(carrier), server))
    }
}

/// The carrier, with the state file that the command line, the configuration or habit names.
fn open_carrier(
    mut config: Config,
    is_simulated: bool,
    args: &args::Run,
    console: &Console,
) -> Result<Gemini, CannotStart> {
    if args.no_state {
        config.state = None;
    } else if args.state.is_some() {
        config.state.clone_from(&args.state);
    }
    let carrier = match state::usual_path(&config) {
        // A simulated world begins anew each time.
        Some(usual) if config.state.is_none() && !args.no_state && !is_simulated => {
            let kept = Gemini::new(config.clone().with_state(usual));
            kept.or_else(|error| {
                // Nobody asked for the file: a machine without room for it answers all the same.
                let carrier = Gemini::new(config)?;
                console.note(&format!("nothing is kept of the quotas: {error}"));
                Ok(carrier)
            })
        }
        _ => Gemini::new(config),
    };
    let carrier = carrier.map_err(|error: ConfigError| anyhow::Error::new(error))?;
    if let Some(note) = carrier.client().state().and_then(|state| state.note) {
        console.warn(&note.to_string());
    }
    Ok(carrier)
}

/// The configuration with what the command line says. A file without a profile is patient: nobody waits for
/// the single answer of a bulk run.
fn for_bulk(mut config: Config, args: &args::Run) -> Config {
    if config.profile == Profile::Default {
        config = config.with_profile(Profile::Batch);
    }
    if !args.model.is_empty() {
        config = config.with_models(&args.model);
    }
    if let Some(deadline) = args.deadline {
        config = config.with_deadline(deadline);
    }
    config
}

/// Refuses the `-` by which other commands mean standard input and output; `./-` is a file of that name.
fn files_only(args: &args::Run) -> Result<(), CannotStart> {
    let dash = Path::new("-");
    let told = if args.input == dash {
        "standard input is not supported; name a file, since each line is read again when it is sent"
    } else if args.output == dash {
        "standard output is not supported; name a file, since a run reads there what is answered already"
    } else {
        return Ok(());
    };
    Err(anyhow!(told).into())
}

async fn read(args: &args::Run, console: &Console) -> Result<Arc<Input>, CannotStart> {
    let path = args.input.clone();
    let mut reading = spawn_blocking(move || Input::read(&path));
    let read = if let Ok(read) = timeout(PATIENCE, &mut reading).await {
        read
    } else {
        console.note(&format!("reading {} …", args.input.display()));
        reading.await
    };
    let input = read
        .expect("reading an input does not panic")
        .map_err(anyhow::Error::new)?;
    if input.bad_lines.is_empty() || args.skip_bad {
        return Ok(Arc::new(input));
    }
    let number = input.bad_lines.len();
    let lines = if number == 1 {
        "a bad line".to_owned()
    } else {
        format!("{number} bad lines")
    };
    let mut told = format!("`{}` has {lines}; nothing was sent", args.input.display());
    for bad in input.bad_lines.iter().take(LINES_SHOWN) {
        write!(told, "\n  {bad}").expect("a string takes all text");
    }
    if number > LINES_SHOWN {
        write!(told, "\n  and {} more", number - LINES_SHOWN).expect("a string takes all text");
    }
    told.push_str("\nmend the file, or go on without them: --skip-bad");
    Err(anyhow!(told).into())
}

fn open(args: &args::Run, input: &Input, console: &Console) -> Result<(Journal, LastLines), CannotStart> {
    let (journal, last_lines, notes) =
        Journal::open(&args.output, input.path()).map_err(|error| CannotStart {
            exit: if error.is_unwritable() {
                Exit::Output
            } else {
                Exit::Usage
            },
            error: error.into(),
        })?;
    for note in notes {
        console.note(&note.to_string());
    }
    Ok((journal, last_lines))
}

fn plan(args: &args::Run, input: &Input, last_lines: &LastLines) -> Plan {
    let failed = if args.retry_failed {
        FailedBefore::Retry
    } else {
        FailedBefore::Leave
    };
    Plan::new(&input.items, &input.bad_lines, last_lines, failed)
}

fn standing(input: &Input, plan: &Plan) -> Standing {
    Standing {
        total: (input.items.len() + input.bad_lines.len()) as u64,
        answered: plan.answered,
        failed: plan.failed.values().sum::<u64>() + input.bad_lines.len() as u64,
        ..Standing::default()
    }
}

/// Says what the plan leaves alone.
fn remark(plan: &Plan, console: &Console) {
    if !plan.changed.is_empty() {
        let lines: Vec<_> = plan
            .changed
            .iter()
            .take(LINES_SHOWN)
            .map(u64::to_string)
            .collect();
        let more = if plan.changed.len() > LINES_SHOWN {
            ", …"
        } else {
            ""
        };
        console.note(&format!(
            "changed since they were answered, and not sent: line {}{more}",
            lines.join(", ")
        ));
    }
    let failed: u64 = plan.failed.values().sum();
    if failed > 0 {
        console.note(&format!(
            "{failed} failed for good before, and are left alone without --retry-failed"
        ));
    }
    if plan.strangers > 0 {
        console.note(&format!(
            "{} keys of the output are not in this input",
            plan.strangers
        ));
    }
}

fn list_bad(input: &Input, plan: &Plan, journal: &mut Journal) -> Result<(), WriteError> {
    plan.list
        .iter()
        .map(|at| &input.bad_lines[*at])
        .try_for_each(|bad| {
            let problem = Problem {
                class: "invalid_request",
                status: None,
                message: &bad.to_string(),
            };
            journal.append(&failed(&bad.key, None, problem, &LineReceipt::unsent()))
        })
}

fn unwritable(error: &WriteError) -> CannotStart {
    CannotStart {
        exit: Exit::Output,
        error: anyhow!("{}; nothing was sent", error.with_cause()),
    }
}

fn summarise(input: &Input, plan: &Plan, finished: Finished, carrier: &Gemini) -> Summary {
    let mut summary = Summary::of(
        &finished.tally,
        finished.elapsed,
        carrier.client().config().minute,
    );
    summary.total = (input.items.len() + input.bad_lines.len()) as u64;
    summary.already_answered = plan.answered;
    summary.changed = plan.changed.len() as u64;
    summary.unfinished = finished.unfinished;
    summary.give_up(finished.given_up);
    summary.rescued_to = finished.rescued_to;
    for (class, count) in &plan.failed {
        summary.add_failures(class, *count);
    }
    summary.add_failures("invalid_request", input.bad_lines.len() as u64);
    let status = carrier.client().status();
    for refused in &mut summary.refused_at {
        refused.closed_for = closed_for(&status, &refused.refusal.place);
    }
    let usual = carrier.client().config().first_guard();
    summary.quotas = status.quotas.iter().map(|status| quota(status, usual)).collect();
    summary
}

/// How long the day of `endpoint` stays closed; where requests and tokens are counted, the longer one.
fn closed_for(status: &Status, endpoint: &str) -> Option<Duration> {
    let day = |quota: &&QuotaStatus| {
        quota.window == Some(Window::Day) && quota.endpoint.split(", ").any(|one| one == endpoint)
    };
    let days = status.quotas.iter().filter(day);
    days.filter_map(|quota| quota.closed_for).max()
}

fn quota(status: &QuotaStatus, usual_guard: Duration) -> QuotaUse {
    QuotaUse {
        endpoint: status.endpoint.clone(),
        unit: status.unit.map(Unit::name),
        window: status.window.map(Window::name),
        limit: status.limit,
        source: status.source.name(),
        used: status.admitted,
        share: status.utilisation.map(|share| (share * 1e3).round() / 1e3),
        refused: status.refused,
        closed_for_s: status.closed_for.map(|time| time.as_secs_f64().round()),
        guard_s: status.guard.map(seconds),
        burst_share: status.burst_share.map(|share| (share * 1e3).round() / 1e3),
        learned_guard: status.guard.filter(|guard| has_moved(*guard, usual_guard)),
    }
}

/// Whether a guard is worth telling: each success moves it by some microseconds.
fn has_moved(guard: Duration, usual: Duration) -> bool {
    guard.abs_diff(usual) > usual / 10
}
