//! The demo: six hundred prompts through the whole stack, over HTTP, against the simulator.

mod answers;
mod check;
mod summary;

use crate::{shell::Line, workspace::Workspace};
use anyhow::Context as _;
use std::{fs, io, path::PathBuf};

pub(crate) use check::check;

const PROMPTS: &str = "examples/data/prompts.jsonl";
const FOLDER: &str = "target/demo";
const ANSWERS: &str = "target/demo/answers.jsonl";

/// Shows the command, and runs it on this terminal.
///
/// # Errors
///
/// It cannot be built, or it does not answer every prompt.
pub(crate) fn show(workspace: &Workspace, keep: bool) -> anyhow::Result<()> {
    if !keep {
        empty(workspace)?;
    }
    let words =
        format!("cargo run --quiet --locked --package dioscuri-cli -- run {PROMPTS} -o {ANSWERS} --sim");
    Line::new(&words).run(workspace.root())?;
    println!(
        "\nThe answers: {ANSWERS}, each with its receipt. `cargo xtask demo --keep` finds them all and sends nothing."
    );
    Ok(())
}

/// An empty folder for what the demo writes.
fn empty(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = workspace.root().join(FOLDER);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot empty {FOLDER}"));
        }
        _ => {}
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {FOLDER}"))?;
    Ok(folder)
}
