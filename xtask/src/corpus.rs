//! The diagnosis held against a corpus of real errors: what was found, what was to be found, and every miss.
//!
//! The corpus lies outside the repository, and nothing of it is copied here. A line of it is an [`Entry`].

mod answer;
mod entry;
mod excerpt;
mod field;
mod judge;
mod report;

use crate::{
    shell::{self, Line},
    workspace::Workspace,
};
use anyhow::{Context as _, ensure};
use entry::Entry;
use std::{
    fs::{self, File},
    path::Path,
    time::Duration,
};

const FOLDER: &str = "target/corpus";

/// The longest the program may take. Some hundred texts are a matter of a second; the rest is for a busy machine.
const BOUND: Duration = Duration::from_secs(120);

/// Diagnoses every text of the corpus `file` and prints how well; with `all`, also the misses that can be defended.
///
/// # Errors
///
/// The file is missing or not a corpus, the program answers in another form, or a target is missed.
pub(crate) fn run(workspace: &Workspace, file: &Path, all: bool) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let entries = entry::parse(&text).with_context(|| format!("{} is not a corpus", file.display()))?;
    Line::new("cargo build --quiet --locked --package dioscuri-cli").run(workspace.root())?;
    let answers =
        answer::parse(&diagnose(workspace, &entries)?).context("what `dioscuri diagnose` answers")?;
    let judged = judge::all(&entries, &answers)?;
    print!("{}", report::misses(&judged, all));
    print!("{}", report::table(&judged));
    let missed = report::missed(&judged);
    ensure!(
        missed.is_empty(),
        "corpus: the target is missed for {}",
        missed.join(", ")
    );
    Ok(())
}

/// What the program says to the texts of `entries`, a line each.
fn diagnose(workspace: &Workspace, entries: &[Entry]) -> anyhow::Result<String> {
    let folder = workspace.root().join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {FOLDER}"))?;
    let [questions, answers] = ["questions.jsonl", "answers.jsonl"].map(|name| folder.join(name));
    let lines = entries
        .iter()
        .map(Entry::question)
        .collect::<Result<String, _>>()?;
    fs::write(&questions, lines).with_context(|| format!("cannot write {}", questions.display()))?;
    ask(workspace, &questions, &answers)?;
    fs::read_to_string(&answers).with_context(|| format!("cannot read {}", answers.display()))
}

fn ask(workspace: &Workspace, questions: &Path, answers: &Path) -> anyhow::Result<()> {
    let program = workspace.program("dioscuri").display().to_string();
    let line = Line::new("")
        .arg(program)
        .arg("diagnose")
        .arg("--format")
        .arg("jsonl");
    let line = line.arg(questions.display().to_string());
    println!("$ {line}");
    let output = File::create(answers).with_context(|| format!("cannot write {}", answers.display()))?;
    let mut child = line
        .command(workspace.root())
        .stdout(output)
        .spawn()
        .with_context(|| format!("cannot start `{line}`"))?;
    let status = shell::wait(&mut child, BOUND)?;
    // 3: no failure in any of the texts, which is an answer too.
    ensure!(
        matches!(status.code(), Some(0 | 3)),
        "`{line}` ended with {status}"
    );
    Ok(())
}
