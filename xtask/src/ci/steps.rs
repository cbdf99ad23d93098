//! The steps, each a list of commands or a check of our own.

use super::tools::Tools;
use crate::{
    demo, errors, licences, packages, scenarios,
    shell::{self, Line},
    tidy,
    workspace::{Package, Workspace},
};
use anyhow::{Context as _, ensure};
use std::{fs, path::Path, time::Duration};

/// The longest an example may run. Each ends by itself within seconds.
const EXAMPLE_BOUND: Duration = Duration::from_secs(60);

/// A step of the check.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: &'static str,
    work: Work,
}

#[derive(Debug)]
enum Work {
    /// These commands, one after the other.
    Lines(Vec<Line>),
    /// A check of our own, and how one calls it.
    Check(fn(&Workspace) -> anyhow::Result<()>, &'static str),
}

impl Step {
    pub(super) fn lines(name: &'static str, lines: Vec<Line>) -> Self {
        Self {
            name,
            work: Work::Lines(lines),
        }
    }

    pub(super) const fn check(
        name: &'static str,
        check: fn(&Workspace) -> anyhow::Result<()>,
        shown: &'static str,
    ) -> Self {
        Self {
            name,
            work: Work::Check(check, shown),
        }
    }

    /// What one would type.
    pub(super) fn shown(&self) -> String {
        match &self.work {
            Work::Check(_, shown) => (*shown).to_owned(),
            Work::Lines(lines) => match lines.as_slice() {
                [] => "nothing to do".to_owned(),
                [line] => line.to_string(),
                [first, rest @ ..] => format!("{first}; and {} more", rest.len()),
            },
        }
    }

    pub(super) fn run(&self, workspace: &Workspace) -> anyhow::Result<()> {
        match &self.work {
            Work::Lines(lines) => lines.iter().try_for_each(|line| line.run(workspace.root())),
            Work::Check(check, _) => check(workspace),
        }
    }
}

/// What every change must pass; what fails soonest comes first.
pub(super) fn all(workspace: &Workspace, tools: Tools) -> Vec<Step> {
    let tests = if tools.has_nextest {
        "cargo nextest run --workspace --locked --no-fail-fast"
    } else {
        "cargo test --workspace --locked --no-fail-fast --lib --bins --tests"
    };
    vec![
        Step::lines("format", vec![Line::new("cargo fmt --all -- --check")]),
        Step::check("licences and sources", licences::run, "cargo xtask licences"),
        Step::check("tidy", tidy::run, "cargo xtask tidy"),
        Step::lines(
            "clippy",
            vec![Line::new(
                "cargo clippy --workspace --all-targets --locked -- -D warnings",
            )],
        ),
        Step::lines("tests", vec![Line::new(tests)]),
        Step::lines(
            "doc tests",
            vec![Line::new("cargo test --workspace --locked --doc")],
        ),
        Step::lines("docs", docs()),
        Step::check("page of errors", errors::check, "cargo xtask errors --check"),
        Step::lines("each crate alone", alone(&workspace.crates())),
        Step::check(
            "examples",
            examples,
            "cargo run --package dioscuri-examples --bin NAME",
        ),
        Step::check("packages", packages::pack, "cargo xtask packages"),
        Step::check("demo", demo::check, "cargo xtask demo --check"),
        Step::check("scenarios", scenarios::check, "cargo xtask scenarios --check"),
    ]
}

/// The command's page first: its program has the façade's name, and the façade's page is to stay.
fn docs() -> Vec<Line> {
    ["--package dioscuri-cli", "--workspace --exclude dioscuri-cli"]
        .map(|which| {
            Line::new(&format!("cargo doc --no-deps --locked {which}")).env("RUSTDOCFLAGS", "-D warnings")
        })
        .into()
}

/// Each crate as a user gets it, without its default features, and with each of its features alone. A build of the
/// whole workspace unites features and hides what is missing.
fn alone(crates: &[&Package]) -> Vec<Line> {
    let mut lines = Vec::new();
    for package in crates {
        let check = |flags: &str| {
            Line::new(&format!(
                "cargo check --locked --quiet --package {} {flags}",
                package.name
            ))
        };
        lines.push(check(""));
        let features: Vec<_> = package
            .features
            .keys()
            .filter(|name| *name != "default")
            .collect();
        if !features.is_empty() {
            lines.push(check("--no-default-features"));
        }
        lines.extend(
            features
                .into_iter()
                .map(|name| check(&format!("--no-default-features --features {name}"))),
        );
    }
    lines
}

/// Every example ends by itself, and well.
fn examples(workspace: &Workspace) -> anyhow::Result<()> {
    Line::new("cargo build --quiet --locked --package dioscuri-examples --bins").run(workspace.root())?;
    let names = programs(&workspace.root().join("examples/src/bin"))?;
    ensure!(!names.is_empty(), "there is no example");
    for name in names {
        println!("$ cargo run --package dioscuri-examples --bin {name}");
        let line = Line::new("").arg(workspace.program(&name).display().to_string());
        let mut child = line
            .command(workspace.root())
            .spawn()
            .with_context(|| format!("example {name}"))?;
        let status = shell::wait(&mut child, EXAMPLE_BOUND).with_context(|| format!("example {name}"))?;
        ensure!(status.success(), "the example {name} ended with {status}");
    }
    Ok(())
}

/// The programs whose sources lie in `folder`, by name.
pub(super) fn programs(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|its| its == "rs") {
            names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn each_feature_is_also_checked_alone() {
        let package = Package {
            name: "it".to_owned(),
            version: String::new(),
            id: String::new(),
            license: None,
            source: None,
            dependencies: Vec::new(),
            features: BTreeMap::from([
                ("default".to_owned(), Vec::new()),
                ("http".to_owned(), Vec::new()),
            ]),
            manifest_path: "Cargo.toml".into(),
            publish: None,
        };
        let lines: Vec<_> = alone(&[&package]).iter().map(ToString::to_string).collect();
        let check = "cargo check --locked --quiet --package it";
        assert_eq!(
            lines,
            [
                check.to_owned(),
                format!("{check} --no-default-features"),
                format!("{check} --no-default-features --features http"),
            ]
        );
    }

    #[test]
    fn a_step_shows_what_one_would_type() {
        let lines = vec![Line::new("cargo a"), Line::new("cargo b"), Line::new("cargo c")];
        assert_eq!(Step::lines("it", lines).shown(), "cargo a; and 2 more");
    }
}
