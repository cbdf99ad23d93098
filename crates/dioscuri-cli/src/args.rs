//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use dioscuri::parts::errors::catalogue::Lang;
use dioscuri_sim::Scenario;
use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Carries calls to Google's Gemini API through rate limits, overloads and faults.
#[derive(Debug, Parser)]
#[command(name = "dioscuri", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send a file of prompts and write every answer down.
    Run(Run),
    /// Find the errors in any text, and say what they mean and what to do.
    Diagnose(Diagnose),
    /// Say what a class, a reason or a finish reason means.
    Explain(Explain),
    /// Serve the simulator over HTTP until interrupted.
    Sim(Sim),
}

/// Send a file of prompts and write every answer down.
///
/// Started again with the same OUTPUT, it sends only what has no answer yet.
#[derive(Args, Debug)]
#[command(after_help = RUN_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Run {
    /// JSON lines {"key": "...", "request": {...}} as in the Batch API, or a .txt file with one prompt a line
    pub(crate) input: PathBuf,

    /// Where the answers go: one JSON line each, appended
    #[arg(short, long, value_name = "OUTPUT")]
    pub(crate) output: PathBuf,

    /// Projects, keys, locations, models and limits in TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Run against the built-in simulator, on this machine and without a key [SCENARIO: a name or a file]
    #[arg(
        long,
        value_name = "SCENARIO",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "demo",
        conflicts_with = "config"
    )]
    pub(crate) sim: Option<String>,

    /// The models to ask, the first choice first
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', value_parser = model)]
    pub(crate) model: Vec<String>,

    /// The longest one request may take, with all its waits and retries, for example 90s or 1h
    #[arg(long, value_name = "TIME", value_parser = deadline)]
    pub(crate) deadline: Option<Duration>,

    /// Keep what is learned of the quotas in FILE, in place of the configuration's file or the user's folder for state
    #[arg(long, value_name = "FILE", conflicts_with = "no_state")]
    pub(crate) state: Option<PathBuf>,

    /// Keep nothing of the quotas over the end of the run
    #[arg(long)]
    pub(crate) no_state: bool,

    /// Go on without bad lines and list them in OUTPUT as errors
    #[arg(long)]
    pub(crate) skip_bad: bool,

    /// Send again what an earlier run found to be wrong in itself
    #[arg(long)]
    pub(crate) retry_failed: bool,

    /// Show the summary only
    #[arg(short, long, conflicts_with = "progress")]
    pub(crate) quiet: bool,

    /// How to show progress on standard error
    #[arg(long, value_name = "FORM")]
    pub(crate) progress: Option<ProgressForm>,
}

/// The name of a model, without the spaces of a list.
fn model(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a model has no name; write for example gemini-3.8-flash,gemini-3.5-flash-lite".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// A time that leaves room for an answer.
fn deadline(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time.is_zero() => Err("nothing can be answered in no time".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write for example 90s, 10m or 1h")),
    }
}

/// What a command line with an argument too many may have meant: `--sim demo` for `--sim=demo`.
pub(crate) fn hint(line: impl IntoIterator<Item = OsString>) -> Option<String> {
    let mut after = line.into_iter().skip_while(|word| word != "--sim").skip(1);
    let scenario = after.next()?.into_string().ok()?;
    let is_one = Path::new(&scenario).extension().is_some_and(|end| end == "toml")
        || Scenario::names().iter().any(|(name, _)| *name == scenario);
    is_one.then(|| format!("hint: a scenario follows an equals sign: --sim={scenario}"))
}

const RUN_HELP: &str = "\
Exit codes: 0 all answered, 1 bad usage or input, 3 some not answered, 4 output not writable, 130 interrupted.

Keys: GEMINI_API_KEY or GOOGLE_API_KEY in the environment, or a file given with --config.
State: counts of the day, learned limits and pauses are kept in your folder for state, one file for each set of projects.";

/// How progress is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ProgressForm {
    /// JSON lines; the last one is the summary
    Json,
}

/// Find the errors in any text, and say what they mean and what to do.
///
/// A body, a log, a stack trace, an answer that is no good: whatever you have. Of a large log it makes a summary
/// first. Nothing leaves this machine.
#[derive(Args, Debug)]
#[command(after_help = DIAGNOSE_HELP)]
pub(crate) struct Diagnose {
    /// The text; - is standard input
    #[arg(default_value = STANDARD_INPUT)]
    pub(crate) file: PathBuf,

    /// The language of the advice: en, zh or de
    #[arg(long, value_name = "LANG", default_value_t)]
    pub(crate) lang: Lang,

    /// What to write
    #[arg(long, value_name = "FORM", value_enum, default_value_t = DiagnosisForm::Text)]
    pub(crate) format: DiagnosisForm,
}

/// How a file argument says standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

const DIAGNOSE_HELP: &str = "\
Exit codes: 0 something found, 1 bad usage or input, 3 nothing found, 4 output not writable, 130 interrupted.

Examples:
  dioscuri diagnose error.txt --lang de
  kubectl logs my-pod | dioscuri diagnose
  dioscuri diagnose errors.jsonl --format jsonl";

/// What `diagnose` writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum DiagnosisForm {
    /// Advice for people
    Text,
    /// One JSON object: everything found in the text
    Json,
    /// Reads lines `{"id", "http_status", "raw"}` and writes a JSON line for each
    Jsonl,
}

/// Say what a class, a reason, a finish reason or a block reason means.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// For example `quota_day`, `API_KEY_INVALID` or `MAX_TOKENS`; case does not matter
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    pub(crate) name: Option<String>,

    /// Show the whole table instead
    #[arg(long)]
    pub(crate) list: bool,

    /// The language: en, zh or de
    #[arg(long, value_name = "LANG", default_value_t)]
    pub(crate) lang: Lang,

    /// What to write
    #[arg(long, value_name = "FORM", value_enum, default_value_t = ExplanationForm::Text)]
    pub(crate) format: ExplanationForm,
}

/// What `explain` writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ExplanationForm {
    /// For people
    Text,
    /// A page, as in docs/errors.md
    Markdown,
    /// For programs
    Json,
}

/// Serve the simulator over HTTP until interrupted.
///
/// A Gemini for your own programs to be tested against: quotas, incidents and faults, without a key and without a bill.
/// Its address is the first line on standard output.
#[derive(Args, Debug)]
#[command(after_help = SIM_HELP)]
pub(crate) struct Sim {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = address)]
    pub(crate) listen: SocketAddr,

    /// The world to simulate: a name of --list or a TOML file; of a file named like a scenario, write ./NAME
    #[arg(long, value_name = "NAME|FILE", default_value = "demo")]
    pub(crate) scenario: String,

    /// Another seed than the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// Another length of the minute than the scenario's, for example 6s: quotas and timetable run as much faster
    #[arg(long, value_name = "TIME", value_parser = minute)]
    pub(crate) minute: Option<Duration>,

    /// Append a JSON line for each request to FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,

    /// List the built-in scenarios and stop
    #[arg(long)]
    pub(crate) list: bool,

    /// Write a built-in scenario's TOML, to read or to start from, and stop
    #[arg(long, value_name = "NAME", conflicts_with = "list")]
    pub(crate) print: Option<String>,
}

const SIM_HELP: &str = "\
Exit codes: 0 ended by Ctrl-C or SIGTERM, 1 bad usage, scenario or address, 4 output not writable.

Examples:
  dioscuri sim --scenario overload --minute 6s
  dioscuri sim --print overload > mine.toml
  dioscuri sim --scenario mine.toml --listen 127.0.0.1:8080 --log requests.jsonl";

/// Where to listen. The one name that is the same everywhere needs no resolver.
fn address(text: &str) -> Result<SocketAddr, String> {
    let number = text
        .strip_prefix("localhost:")
        .map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    number
        .parse()
        .map_err(|_| "write an address and a port, for example 127.0.0.1:8080 or localhost:8080".to_owned())
}

/// The length of a minute.
fn minute(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time.is_zero() => Err("a minute has a length".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write for example 6s or 500ms")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn run(args: &[&str]) -> Run {
        let line = ["dioscuri", "run", "in.jsonl", "-o", "out.jsonl"]
            .iter()
            .chain(args);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Run(run) => run,
            other => unreachable!("the line says run: {other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sim_takes_the_demo_unless_told_otherwise() {
        assert_eq!(run(&["--sim"]).sim.as_deref(), Some("demo"));
        assert_eq!(run(&["--sim=calm"]).sim.as_deref(), Some("calm"));
        assert_eq!(run(&[]).sim, None);
    }

    #[test]
    fn a_scenario_without_its_equals_sign_is_hinted_at() {
        let hint = |line: &str| hint(line.split(' ').map(OsString::from));
        assert_eq!(
            hint("dioscuri run in -o out --sim demo").unwrap(),
            "hint: a scenario follows an equals sign: --sim=demo"
        );
        assert_eq!(hint("dioscuri run --sim in.jsonl -o out --fast"), None);
        assert_eq!(hint("dioscuri run in -o out more"), None);
    }

    #[test]
    fn models_are_a_chain_and_deadlines_have_units() {
        let run = run(&["--model", "a, b", "--deadline", "1h"]);
        assert_eq!(run.model, ["a", "b"]);
        assert_eq!(run.deadline, Some(Duration::from_secs(3600)));
    }

    #[test]
    fn a_model_has_a_name() {
        assert!(model(" ").unwrap_err().contains("no name"));
    }

    #[test]
    fn a_deadline_is_a_time_above_zero() {
        assert!(deadline("0s").unwrap_err().contains("in no time"));
        assert!(deadline("soon").unwrap_err().contains("for example 90s"));
    }

    fn diagnose(args: &[&str]) -> Diagnose {
        let line = ["dioscuri", "diagnose"].iter().chain(args);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Diagnose(diagnose) => diagnose,
            other => unreachable!("the line says diagnose: {other:?}"),
        }
    }

    #[test]
    fn a_diagnosis_is_of_standard_input_in_english_for_people_unless_told_otherwise() {
        let usual = diagnose(&[]);
        assert_eq!((usual.file.to_str(), usual.lang), (Some("-"), Lang::En));
        assert_eq!(usual.format, DiagnosisForm::Text);
        let told = diagnose(&["a.log", "--lang", "zh", "--format", "jsonl"]);
        assert_eq!((told.file.to_str(), told.lang), (Some("a.log"), Lang::Zh));
        assert_eq!(told.format, DiagnosisForm::Jsonl);
    }

    #[test]
    fn an_explanation_is_of_one_name_or_of_all() {
        let parse = |args: &[&str]| Cli::try_parse_from(["dioscuri", "explain"].iter().chain(args));
        assert!(parse(&["quota_day"]).is_ok() && parse(&["--list"]).is_ok());
        assert!(parse(&[]).is_err() && parse(&["quota_day", "--list"]).is_err());
    }

    #[test]
    fn a_minute_is_a_time_above_zero() {
        assert_eq!(minute("6s"), Ok(Duration::from_secs(6)));
        assert!(minute("0s").unwrap_err().contains("has a length"));
        assert!(minute("6").unwrap_err().contains("for example 6s"));
    }

    #[test]
    fn an_address_is_one_to_listen_at() {
        let cases = [
            ("127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("localhost:8080", Some("127.0.0.1:8080")),
            ("[::1]:0", Some("[::1]:0")),
            (":8080", None),
            ("8080", None),
            ("127.0.0.1", None),
            ("notlocalhost:1", None),
        ];
        for (text, expected) in cases {
            let read = address(text);
            if let Err(error) = &read {
                assert!(error.contains("for example 127.0.0.1:8080"), "{error}");
            }
            assert_eq!(
                read.ok().map(|addr| addr.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_list_of_scenarios_and_one_of_them_are_two_things() {
        let parse = |args: &[&str]| Cli::try_parse_from(["dioscuri", "sim"].iter().chain(args));
        assert!(parse(&["--list"]).is_ok() && parse(&["--print", "calm"]).is_ok());
        assert!(parse(&["--list", "--print", "calm"]).is_err());
    }

    #[test]
    fn the_simulator_and_a_configuration_exclude_each_other() {
        let line = ["dioscuri", "run", "i", "-o", "o", "--sim", "--config", "c.toml"];
        assert!(Cli::try_parse_from(line).is_err());
    }
}
