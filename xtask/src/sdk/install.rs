//! An SDK and all that it needs, in a folder under `target/`, from its registry.

use super::{SOURCES, Sdk};
use crate::{
    shell::{self, Line},
    workspace::Workspace,
};
use anyhow::{Context as _, ensure};
use std::{fs, io, path::Path, time::Duration};

/// The longest that one line may take. A registry that is reached gives everything within half a minute.
const BOUND: Duration = Duration::from_secs(120);

/// What was installed last, once that had succeeded.
const MARK: &str = "installed";

/// Installs `sdk` anew, unless it stands there as its pins want it.
pub(super) fn ensure_current(sdk: &Sdk, workspace: &Workspace) -> anyhow::Result<()> {
    let home = sdk.home(workspace);
    let wanted = wanted(sdk, workspace)?;
    if fs::read_to_string(home.join(MARK)).is_ok_and(|stands| stands == wanted) {
        return Ok(());
    }
    empty(&home)?;
    for pin in sdk.pins {
        let source = workspace.root().join(SOURCES).join(sdk.folder).join(pin);
        fs::copy(source, home.join(pin)).with_context(|| format!("cannot copy {pin}"))?;
    }
    for words in sdk.install {
        let line = Line::new(words);
        println!("$ {line}");
        let mut child = line
            .command(&home)
            .spawn()
            .with_context(|| format!("cannot start `{line}`"))?;
        let status = shell::wait(&mut child, BOUND).with_context(|| format!("`{line}`"))?;
        ensure!(status.success(), "`{line}` ended with {status}");
    }
    fs::write(home.join(MARK), wanted).context("cannot note what was installed")
}

/// All that decides what is installed: the pins, how, and for which interpreter.
fn wanted(sdk: &Sdk, workspace: &Workspace) -> anyhow::Result<String> {
    let mut wanted = sdk.install.join("\n");
    for (what, probe) in sdk.needs {
        let answer = Line::new(probe).read(workspace.root());
        wanted += &answer.with_context(|| format!("there is no {what} on this machine"))?;
    }
    for pin in sdk.pins {
        let path = workspace.root().join(SOURCES).join(sdk.folder).join(pin);
        wanted += &fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(wanted)
}

fn empty(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot empty {}", folder.display()));
        }
        _ => {}
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}
