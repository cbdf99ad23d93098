//! How much each crate brings along when it is used alone.

use super::purity::PURE;
use crate::{shell::Line, workspace::Workspace};
use std::collections::BTreeSet;

/// The crates of others in the normal dependency tree of each crate with its default features, at most: direct and
/// indirect ones. To raise a limit is a decision.
const LIMITS: &[(&str, usize)] = &[
    ("dioscuri-vocab", 0),
    ("dioscuri-retry", 2),
    ("dioscuri-budget", 3),
    ("dioscuri-pool", 2),
    ("dioscuri-engine", 0),
    ("dioscuri-errors", 15),
    ("dioscuri-http", 8),
    ("dioscuri-tower", 12),
];

/// Crates that are, or bring, a clock, a runtime, a socket or randomness.
const IMPURE: &[&str] = &[
    "async-std",
    "chrono",
    "fastrand",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "rand_core",
    "reqwest",
    "smol",
    "socket2",
    "time",
    "tokio",
];

/// A crate of ours and the crates of others that it brings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Weight {
    name: String,
    /// With its default features.
    brings: BTreeSet<String>,
    /// Without them.
    bare: BTreeSet<String>,
}

/// Asks Cargo, crate by crate: in a build of the whole workspace features unite.
pub(super) fn measure(workspace: &Workspace) -> anyhow::Result<Vec<Weight>> {
    let ours: BTreeSet<_> = workspace
        .members()
        .into_iter()
        .map(|package| package.name.clone())
        .collect();
    let brought = |name: &str, flags: &str| {
        let line = Line::new(&format!(
            "cargo tree --locked --edges normal --prefix none {flags} --package"
        ));
        let tree = line.arg(name).read(workspace.root())?;
        anyhow::Ok(foreign(&tree, &ours))
    };
    let mut weights = Vec::new();
    for package in workspace.crates() {
        weights.push(Weight {
            name: package.name.clone(),
            brings: brought(&package.name, "")?,
            bare: brought(&package.name, "--no-default-features")?,
        });
    }
    Ok(weights)
}

/// The names in `tree`, a crate a line, that are not ours. Two versions of a crate count twice.
fn foreign(tree: &str, ours: &BTreeSet<String>) -> BTreeSet<String> {
    let lines = tree
        .lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>());
    lines
        .filter(|words| words.first().is_some_and(|name| !ours.contains(*name)))
        .map(|words| words.join(" "))
        .collect()
}

impl Weight {
    /// As the README's table has it: without default features, and with them if that differs.
    fn cell(&self) -> String {
        let (bare, usual) = (self.bare.len(), self.brings.len());
        if bare == usual {
            usual.to_string()
        } else {
            format!("{bare} / {usual}")
        }
    }
}

pub(super) fn print(weights: &[Weight]) {
    let counts: Vec<_> = weights
        .iter()
        .map(|it| format!("{} {}", it.name, it.cell()))
        .collect();
    println!(
        "Crates of others that each crate brings along: {}",
        counts.join(", ")
    );
}

/// Rows of the README's table whose last cell is not what was measured, and published crates that have no row.
pub(super) fn untold(weights: &[Weight], readme: &str, published: &[&str]) -> Vec<String> {
    let rows = readme.lines().filter_map(|line| {
        let row = line.strip_prefix("| [`")?;
        let (name, cells) = row.split_once("`]")?;
        let last = cells.trim_end().trim_end_matches('|').rsplit('|').next()?;
        Some((name, last.trim()))
    });
    let rows: Vec<_> = rows.collect();
    let told = weights.iter().filter(|it| published.contains(&it.name.as_str()));
    let faults = told.filter_map(|it| match rows.iter().find(|(name, _)| *name == it.name) {
        None => Some(format!("README.md: no row for {}", it.name)),
        Some((_, cell)) if *cell != it.cell() => Some(format!(
            "README.md: {} brings {}, the table says {cell}",
            it.name,
            it.cell()
        )),
        Some(_) => None,
    });
    faults.collect()
}

/// Crates above their limit.
pub(super) fn faults(weights: &[Weight]) -> Vec<String> {
    let heavy = weights.iter().filter_map(|it| {
        let (_, limit) = LIMITS.iter().find(|(name, _)| *name == it.name)?;
        let brings: Vec<_> = it.brings.iter().map(String::as_str).collect();
        (brings.len() > *limit).then(|| {
            format!(
                "{} brings {}, at most {limit}: {}",
                it.name,
                brings.len(),
                brings.join(", ")
            )
        })
    });
    heavy.collect()
}

/// Pure crates that bring something impure, whatever their features bring on top.
pub(super) fn impurities(weights: &[Weight]) -> Vec<String> {
    let pure = weights.iter().filter(|it| PURE.contains(&it.name.as_str()));
    let named = pure.flat_map(|it| {
        let names = it
            .bare
            .iter()
            .filter_map(|brought| brought.split_whitespace().next());
        names
            .filter(|name| IMPURE.contains(name))
            .map(|name| format!("{} brings {name}", it.name))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(name: &str, brings: &[&str]) -> Weight {
        Weight {
            name: name.to_owned(),
            brings: brings.iter().map(|&name| name.to_owned()).collect(),
            bare: brings.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[test]
    fn the_readme_says_what_was_measured() {
        let mut errors = weight("dioscuri-errors", &["serde v1.0.0"]);
        errors.bare.clear();
        let weights = [weight("dioscuri-pool", &[]), errors];
        let told = |readme: &str| untold(&weights, readme, &["dioscuri-pool", "dioscuri-errors"]);
        let pool = "| [`dioscuri-pool`](crates/dioscuri-pool) | endpoints | 0 |\n";
        assert_eq!(told(pool), ["README.md: no row for dioscuri-errors"]);
        let wrong_row = "| [`dioscuri-errors`](crates/dioscuri-errors) | errors | 0 / 2 |";
        let wrong = "README.md: dioscuri-errors brings 0 / 1, the table says 0 / 2";
        assert_eq!(told(&format!("{pool}{wrong_row}")), [wrong]);
        let right = wrong_row.replace('2', "1");
        assert_eq!(told(&format!("{pool}{right}")), [""; 0]);
    }

    #[test]
    fn only_the_crates_of_others_count() {
        let ours = ["dioscuri-budget", "dioscuri-vocab"].map(str::to_owned).into();
        let tree =
            "dioscuri-budget v0.1.0 (/repo)\ndioscuri-vocab v0.1.0 (/repo)\njiff v0.2.43\njiff v0.2.43 (*)\n";
        assert_eq!(foreign(tree, &ours), ["jiff v0.2.43".to_owned()].into());
    }

    #[test]
    fn a_crate_above_its_limit_is_found() {
        assert_eq!(faults(&[weight("dioscuri-vocab", &[])]), [""; 0]);
        let fault = "dioscuri-vocab brings 1, at most 0: serde v1.0.0";
        assert_eq!(faults(&[weight("dioscuri-vocab", &["serde v1.0.0"])]), [fault]);
    }

    #[test]
    fn a_pure_crate_with_a_runtime_is_found() {
        assert_eq!(
            impurities(&[weight("dioscuri-engine", &["tokio v1.0.0"])]),
            ["dioscuri-engine brings tokio"]
        );
        assert_eq!(
            impurities(&[weight("dioscuri-transport", &["tokio v1.0.0"])]),
            [""; 0]
        );
    }
}
