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

/// Shows the command, and becomes it.
///
/// # Errors
///
/// It cannot be started. How the run went, its exit code says.
pub(crate) fn show(workspace: &Workspace, fresh: bool) -> anyhow::Result<()> {
    let folder = workspace.root().join(FOLDER);
    if fresh {
        empty(workspace)?;
    } else {
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {FOLDER}"))?;
    }
    println!(
        "The answers go to {ANSWERS}. What stands there is not asked again; `cargo xtask demo --fresh` starts anew."
    );
    let words = format!("cargo run --locked --package dioscuri-cli -- run {PROMPTS} -o {ANSWERS} --sim");
    Line::new(&words).become_it(workspace.root())
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
