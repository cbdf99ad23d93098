//! A simulator of our own for each SDK, so that no quota is spent before it asks.

use super::SOURCES;
use crate::{
    shell::{self, Line},
    workspace::Workspace,
};
use anyhow::{Context as _, bail, ensure};
use std::{
    fs::{self, File},
    path::Path,
    process::Child,
    time::Duration,
};

/// The longest until it listens. It takes a moment.
const BOUND: Duration = Duration::from_secs(10);

/// `dioscuri sim`, until dropped.
#[derive(Debug)]
pub(super) struct Simulator {
    child: Child,
    url: String,
}

impl Simulator {
    /// Starts it with the SDKs' scenario at a free port; its logs go to `folder`.
    pub(super) fn start(workspace: &Workspace, folder: &Path) -> anyhow::Result<Self> {
        let scenario = workspace.root().join(SOURCES).join("scenario.toml");
        let line = Line::new("")
            .arg(workspace.program("dioscuri").display().to_string())
            .arg("sim")
            .arg("--scenario")
            .arg(scenario.display().to_string());
        println!("$ {line}");
        let (says, tells) = (folder.join("simulator.out"), folder.join("simulator.err"));
        let log =
            |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
        let child = line
            .command(workspace.root())
            .stdout(log(&says)?)
            .stderr(log(&tells)?)
            .spawn()
            .with_context(|| format!("cannot start `{line}`"))?;
        let mut simulator = Self {
            child,
            url: String::new(),
        };
        let listens = || fs::read_to_string(&says).is_ok_and(|text| text.ends_with('\n'));
        if let Some(status) = shell::watch(&mut simulator.child, BOUND, listens)? {
            bail!(
                "the simulator ended with {status}: {}",
                fs::read_to_string(&tells).unwrap_or_default().trim_end()
            );
        }
        ensure!(
            listens(),
            "the simulator does not listen after {}",
            shell::human(BOUND)
        );
        simulator.url = fs::read_to_string(&says)?;
        Ok(simulator)
    }

    /// Its base URL.
    pub(super) fn url(&self) -> &str {
        self.url.trim_end()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended by itself, and there is nobody to tell.
        drop(shell::kill(&mut self.child));
    }
}
