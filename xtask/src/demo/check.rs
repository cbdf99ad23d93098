//! The demo as a test: whole, again, and killed half-way. What is checked is read from the files it wrote.

use super::{PROMPTS, answers, empty, summary::Summary};
use crate::{
    shell::{self, Line, Stopwatch},
    workspace::Workspace,
};
use anyhow::{Context as _, ensure};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::PathBuf,
    process::{Child, Stdio},
    time::Duration,
};

/// The longest a run may take. It takes well under a minute; the rest is for a busy machine.
const BOUND: Duration = Duration::from_secs(240);

/// Minutes of quota that must pass: the first fills empty windows, the next two must wait for them.
const MINUTES: f64 = 3.0;

/// The demo's program, input and output.
struct Demo<'a> {
    workspace: &'a Workspace,
    prompts: BTreeSet<String>,
    folder: PathBuf,
}

/// Runs the demo three times, and checks what each run left behind.
///
/// # Errors
///
/// The first thing that is not as it must be, and where to look.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    Line::new("cargo build --locked --package dioscuri-cli").run(workspace.root())?;
    let prompts = fs::read_to_string(workspace.root().join(PROMPTS))
        .with_context(|| format!("cannot read {PROMPTS}"))?;
    let demo = Demo {
        workspace,
        prompts: answers::keys(&prompts)?,
        folder: empty(workspace)?,
    };
    let watch = Stopwatch::start();
    demo.whole().context("demo, the whole run")?;
    demo.again().context("demo, the run after it")?;
    demo.killed().context("demo, the killed run")?;
    println!(
        "the demo holds what it promises ({})",
        shell::human(watch.elapsed())
    );
    Ok(())
}

impl Demo<'_> {
    /// Everything is answered, and no refusal could have been foreseen.
    fn whole(&self) -> anyhow::Result<()> {
        let summary = self.run("whole", "answers")?;
        answers::complete(&self.answers("answers")?, &self.prompts)?;
        ensure!(
            (summary.answered, summary.failed) == (self.total(), 0),
            "the summary counts {} answers and {} failures",
            summary.answered,
            summary.failed
        );
        summary.nothing_foreseeable()?;
        summary.minutes_at_least(MINUTES)?;
        println!(
            "answered {} of {} with {} requests over {:.1} minutes of quota, none refused by a minute's quota",
            summary.answered,
            self.total(),
            summary.sent,
            summary.minutes()
        );
        Ok(())
    }

    /// Nothing is left to do.
    fn again(&self) -> anyhow::Result<()> {
        let before = self.answers("answers")?;
        let summary = self.run("again", "answers")?;
        ensure!(
            summary.sent == 0,
            "sent {} requests though all was answered",
            summary.sent
        );
        ensure!(
            summary.already_answered == self.total(),
            "found {} answers",
            summary.already_answered
        );
        ensure!(self.answers("answers")? == before, "the answers changed");
        println!(
            "run again, it found {} answers and sent nothing",
            summary.already_answered
        );
        Ok(())
    }

    /// What was answered before the kill is not sent again.
    fn killed(&self) -> anyhow::Result<()> {
        let mut child = self.start("killed", "resumed")?;
        let a_third = self.prompts.len() / 3;
        let enough = || {
            self.answers("resumed")
                .is_ok_and(|answers| answers.lines().count() >= a_third)
        };
        let ended = shell::watch(&mut child, BOUND, enough)?;
        ensure!(ended.is_none(), "the run ended before it could be killed");
        shell::kill(&mut child)?;

        let had = answers::answered(&self.answers("resumed")?).len() as u64;
        ensure!(
            (1..self.total()).contains(&had),
            "killed with {had} answers, which is not half-way"
        );
        let summary = self.run("resumed", "resumed")?;
        answers::complete(&self.answers("resumed")?, &self.prompts)?;
        let missing = self.total() - had;
        let sim = summary
            .sim
            .as_ref()
            .context("the summary does not say what the simulator counted")?;
        ensure!(
            (summary.already_answered, summary.answered, sim.answered) == (had, missing, missing),
            "{missing} answers were missing; the run found {}, answered {}, and the simulator served {}",
            summary.already_answered,
            summary.answered,
            sim.answered
        );
        println!("killed with {had} answers and run again, it asked for the other {missing} only");
        Ok(())
    }

    /// Runs to the end and returns the summary; a run that fails is an error with what it wrote.
    fn run(&self, log: &str, answers: &str) -> anyhow::Result<Summary> {
        let mut child = self.start(log, answers)?;
        let status = shell::wait(&mut child, BOUND)?;
        let progress = fs::read_to_string(self.log(log))?;
        ensure!(
            status.success(),
            "it ended with {status}; its last words:\n{}",
            last_words(&progress)
        );
        Summary::parse(&progress)
    }

    fn start(&self, log: &str, answers: &str) -> anyhow::Result<Child> {
        let program = self.workspace.program("dioscuri");
        let line = Line::new("").arg(program.display().to_string());
        let line = ["run", PROMPTS, "-o"].into_iter().fold(line, Line::arg);
        let line = line
            .arg(self.output(answers).display().to_string())
            .arg("--sim")
            .arg("--progress")
            .arg("json");
        let log = File::create(self.log(log))?;
        let mut command = line.command(self.workspace.root());
        command.stdout(Stdio::null()).stderr(log);
        command.spawn().with_context(|| format!("cannot start `{line}`"))
    }

    fn answers(&self, name: &str) -> anyhow::Result<String> {
        // A torn line of a killed run may end inside a character.
        let bytes = fs::read(self.output(name)).context("cannot read the answers")?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn output(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.jsonl"))
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    fn total(&self) -> u64 {
        self.prompts.len() as u64
    }
}

fn last_words(progress: &str) -> String {
    let lines: Vec<_> = progress.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
