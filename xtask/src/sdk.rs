//! The simulator's conformance: Google's official SDKs are pointed at it by base URL alone, and are to notice nothing.
//!
//! What is installed, checked and expected lies in `xtask/sdk/`. A script for each SDK makes the checks of one list and
//! prints a line for each; here it is seen to that every check was made, and made well.

mod checks;
mod install;
mod simulator;

use self::{checks::Checks, simulator::Simulator};
use crate::{
    shell::{self, Line, Stopwatch},
    workspace::Workspace,
};
use anyhow::{Context as _, ensure};
use std::{
    env,
    fs::{self, File},
    path::PathBuf,
    time::Duration,
};

/// Scripts, pins, scenario and the list of checks.
const SOURCES: &str = "xtask/sdk";

/// Where the SDKs are installed, and what they left behind.
const FOLDER: &str = "target/sdk";

/// The longest that all checks of an SDK may take. They take some ten seconds; the rest is for a busy machine.
const BOUND: Duration = Duration::from_secs(60);

/// An official SDK, and what it takes to make the checks with it.
#[derive(Clone, Copy, Debug)]
struct Sdk {
    name: &'static str,
    /// Its folder, among the sources and where it is installed.
    folder: &'static str,
    /// What this machine must have, and how to see that it has.
    needs: &'static [(&'static str, &'static str)],
    /// The files that pin the SDK and all that it needs.
    pins: &'static [&'static str],
    /// How what is pinned gets into its folder.
    install: &'static [&'static str],
    /// How its script is run, there.
    run: &'static str,
    script: &'static str,
}

const SDKS: [Sdk; 2] = [
    Sdk {
        name: "google-genai for Python",
        folder: "python",
        needs: &[
            ("Python (`python3`)", "python3 --version"),
            ("Python module `ensurepip`", "python3 -m ensurepip --version"),
        ],
        pins: &["requirements.txt"],
        install: &[
            "python3 -m venv env",
            "env/bin/python -m pip install --quiet --no-deps --no-compile -r requirements.txt",
            "env/bin/python -m pip check",
        ],
        run: "env/bin/python check.py",
        script: "check.py",
    },
    Sdk {
        name: "@google/genai for Node",
        folder: "node",
        needs: &[("Node (`node`)", "node --version"), ("npm", "npm --version")],
        pins: &["package.json", "package-lock.json"],
        // The SDK asks for a newer Node than most systems have; npm warns of that, and the checks say whether it runs.
        install: &["npm ci --ignore-scripts --no-audit --no-fund --loglevel error"],
        run: "node check.mjs",
        script: "check.mjs",
    },
];

/// What keeps the checks from being made on this machine, if anything does.
pub(crate) fn missing(workspace: &Workspace) -> Option<String> {
    lacking(|probe| Line::new(probe).works(workspace.root()))
}

fn lacking(works: impl Fn(&str) -> bool) -> Option<String> {
    let needs = SDKS.iter().flat_map(|sdk| sdk.needs);
    let lacking: Vec<_> = needs
        .filter(|(_, probe)| !works(probe))
        .map(|(what, _)| *what)
        .collect();
    (!lacking.is_empty()).then(|| format!("this machine has no {}", lacking.join(", no ")))
}

/// Makes every check with every SDK, and prints what came of it.
///
/// # Errors
///
/// A check failed or was not made, or an SDK could not be installed. The others have been made all the same.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    Line::new("cargo build --quiet --locked --package dioscuri-cli").run(workspace.root())?;
    let checks = Checks::read(&workspace.root().join(SOURCES).join("checks.json"))?;
    let watch = Stopwatch::start();
    let mut failed = Vec::new();
    for sdk in &SDKS {
        println!("\n{}", sdk.name);
        if let Err(error) = sdk.check(workspace, &checks) {
            println!("{}: {error:#}", sdk.name);
            failed.push(sdk.name);
        }
    }
    ensure!(
        failed.is_empty(),
        "not every check was made and passed with {}",
        failed.join(", ")
    );
    println!(
        "\nthe official SDKs take the simulator for Google ({})",
        shell::human(watch.elapsed())
    );
    Ok(())
}

impl Sdk {
    /// Installs it if need be, and makes the checks in a world of their own.
    fn check(&self, workspace: &Workspace, checks: &Checks) -> anyhow::Result<()> {
        let watch = Stopwatch::start();
        install::ensure_current(self, workspace)
            .context("it cannot be installed; is its registry reached?")?;
        println!("installed ({})", shell::human(watch.elapsed()));

        let watch = Stopwatch::start();
        let output = self.run_script(workspace)?;
        print!("{output}");
        let verdict = checks.judge(&output);
        println!("{verdict} ({})", shell::human(watch.elapsed()));
        ensure!(verdict.is_good(), "{verdict}");
        Ok(())
    }

    /// What the script printed, also if it was ended half-way: the checks that were not made will be missed.
    fn run_script(&self, workspace: &Workspace) -> anyhow::Result<String> {
        let (home, sources) = (self.home(workspace), workspace.root().join(SOURCES));
        // Node looks for packages beside the script and above it.
        fs::copy(
            sources.join(self.folder).join(self.script),
            home.join(self.script),
        )
        .with_context(|| format!("cannot copy {}", self.script))?;
        let simulator = Simulator::start(workspace, &home)?;
        let line = Line::new(self.run)
            .arg(simulator.url())
            .arg(sources.join("checks.json").display().to_string());
        println!("$ {line}");
        let printed = home.join("checks.log");
        let mut command = line.command(&home);
        for (name, _) in env::vars_os() {
            if leads_elsewhere(&name.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        command.stdout(File::create(&printed).context("cannot write the log of the checks")?);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start `{line}`"))?;
        if let Err(error) = shell::wait(&mut child, BOUND) {
            println!("the checks: {error:#}");
        }
        fs::read_to_string(&printed).context("cannot read the log of the checks")
    }

    /// Where it is installed.
    fn home(&self, workspace: &Workspace) -> PathBuf {
        workspace.root().join(FOLDER).join(self.folder)
    }
}

/// Whether an SDK obeys the variable `name` of the environment: the base URL alone is to lead it here.
fn leads_elsewhere(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with("GOOGLE_") || name.starts_with("GEMINI_") || name.ends_with("_PROXY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_machine_lacks_is_named() {
        assert_eq!(lacking(|_| true), None);
        assert_eq!(
            lacking(|probe| probe == "python3 --version").unwrap(),
            "this machine has no Python module `ensurepip`, no Node (`node`), no npm"
        );
    }

    #[test]
    fn the_environment_leads_no_sdk_elsewhere() {
        for name in [
            "GOOGLE_API_KEY",
            "GEMINI_API_KEY",
            "GOOGLE_GEMINI_BASE_URL",
            "https_proxy",
        ] {
            assert!(leads_elsewhere(name), "{name}");
        }
        for name in ["PATH", "HOME", "LANG"] {
            assert!(!leads_elsewhere(name), "{name}");
        }
    }

    #[test]
    fn every_version_is_pinned_and_no_registry_named() {
        let python = include_str!("../sdk/python/requirements.txt");
        for line in python
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            assert_eq!(line.split("==").count(), 2, "{line}");
        }
        assert!(!include_str!("../sdk/node/package-lock.json").contains("\"resolved\""));
    }
}
