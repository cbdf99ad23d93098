//! The test of the architecture. Each rule is a pure function from what it looks at to what is wrong with it.

mod edges;
mod layout;
mod links;
mod manifests;
mod purity;
mod secrets;
mod source;
mod weight;

use crate::workspace::Workspace;
use anyhow::{Context as _, bail};
use std::{fs, path::PathBuf};

/// A file of the repository; its path relative to the root.
#[derive(Clone, PartialEq, Eq, Debug)]
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn has_extension(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|its| its == extension)
    }
}

/// Checks every rule and prints a line for each.
///
/// # Errors
///
/// All that is wrong, a line each, under the rule it breaks.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let paths = workspace.files()?;
    let files = texts(workspace, &paths)?;
    let weights = weight::measure(workspace)?;
    weight::print(&weights);
    let readme = fs::read_to_string(workspace.root().join("README.md")).context("cannot read README.md")?;
    let crates = workspace.crates();
    let published: Vec<_> = crates
        .iter()
        .filter(|package| package.is_published())
        .map(|package| package.name.as_str())
        .collect();
    let rules = [
        (
            "crates know only who they may know",
            edges::faults(&workspace.members()),
        ),
        (
            "pure crates name no clock, randomness, runtime or socket",
            purity::faults(&files),
        ),
        (
            "pure crates depend on no runtime, socket or randomness",
            weight::impurities(&weights),
        ),
        ("every module opens with `//!`", layout::unopened(&files)),
        (
            "no `mod.rs`, and no file without a subject",
            layout::misnamed(&paths),
        ),
        (
            "the top level holds what the architecture lists",
            layout::strays(&paths),
        ),
        (
            "every manifest inherits, every published crate has a README",
            manifests::faults(workspace)?,
        ),
        (
            "no machine's paths, no keys",
            secrets::faults(&files, workspace.root()),
        ),
        ("no crate grows heavier than it may", weight::faults(&weights)),
        (
            "the README says what each crate brings",
            weight::untold(&weights, &readme, &published),
        ),
        (
            "every relative link leads somewhere",
            links::faults(&files, &paths),
        ),
    ];
    let mut broken = 0;
    for (rule, faults) in rules {
        println!("{} {rule}", if faults.is_empty() { "ok   " } else { "WRONG" });
        for fault in &faults {
            println!("      {fault}");
        }
        broken += usize::from(!faults.is_empty());
    }
    if broken > 0 {
        bail!("tidy: {broken} rules are broken");
    }
    Ok(())
}

/// The files that are text.
fn texts(workspace: &Workspace, paths: &[PathBuf]) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let bytes = fs::read(workspace.root().join(path))
            .with_context(|| format!("cannot read {}", path.display()))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File {
                path: path.clone(),
                text,
            });
        }
    }
    Ok(files)
}

#[cfg(test)]
impl File {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.into(),
            text: text.to_owned(),
        }
    }
}
