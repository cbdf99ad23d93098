//! How much each crate brings along when it is used alone.

use super::purity::PURE;
use crate::{shell::Line, workspace::Workspace};
use std::collections::BTreeSet;

/// The crates of others in the normal dependency tree of each crate, at most: direct and indirect ones, with all
/// default features off. A limit is what is needed now and a little room; to raise one is a decision.
const LIMITS: &[(&str, usize)] = &[
    ("dioscuri-vocab", 0),
    ("dioscuri-retry", 2),
    ("dioscuri-budget", 3),
    ("dioscuri-pool", 2),
    ("dioscuri-engine", 3), // the budget's
    ("dioscuri-errors", 15),
    ("dioscuri-tower", 32), // the driver's runtime included
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
    brings: BTreeSet<String>,
}

/// Asks Cargo, crate by crate: in a build of the whole workspace features unite.
pub(super) fn measure(workspace: &Workspace) -> anyhow::Result<Vec<Weight>> {
    let ours: BTreeSet<_> = workspace
        .members()
        .into_iter()
        .map(|package| package.name.clone())
        .collect();
    let mut weights = Vec::new();
    for package in workspace.crates() {
        let line =
            Line::new("cargo tree --locked --edges normal --prefix none --no-default-features --package");
        let tree = line.arg(&package.name).read(workspace.root())?;
        weights.push(Weight {
            name: package.name.clone(),
            brings: foreign(&tree, &ours),
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

pub(super) fn print(weights: &[Weight]) {
    let counts: Vec<_> = weights
        .iter()
        .map(|it| format!("{} {}", it.name, it.brings.len()))
        .collect();
    println!(
        "Crates of others that each crate brings along: {}",
        counts.join(", ")
    );
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

/// Pure crates that bring something impure.
pub(super) fn impurities(weights: &[Weight]) -> Vec<String> {
    let pure = weights.iter().filter(|it| PURE.contains(&it.name.as_str()));
    let named = pure.flat_map(|it| {
        let names = it
            .brings
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
        }
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
