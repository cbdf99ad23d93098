//! Who may know whom. The table is the drawing of `docs/architecture.md`.

use crate::workspace::Package;
use std::collections::BTreeSet;

/// Every crate of ours, and those of ours that it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("dioscuri-vocab", &[]),
    ("dioscuri-errors", &["dioscuri-vocab"]),
    ("dioscuri-retry", &["dioscuri-vocab"]),
    ("dioscuri-budget", &["dioscuri-vocab"]),
    ("dioscuri-pool", &["dioscuri-vocab"]),
    ("dioscuri-sim", &["dioscuri-vocab"]),
    (
        "dioscuri-engine",
        &[
            "dioscuri-budget",
            "dioscuri-pool",
            "dioscuri-retry",
            "dioscuri-vocab",
        ],
    ),
    ("dioscuri-http", &["dioscuri-errors", "dioscuri-vocab"]),
    (
        "dioscuri-transport",
        &[
            "dioscuri-engine",
            "dioscuri-errors",
            "dioscuri-http",
            "dioscuri-vocab",
        ],
    ),
    (
        "dioscuri-reqwest",
        &[
            "dioscuri-engine",
            "dioscuri-errors",
            "dioscuri-http",
            "dioscuri-retry",
            "dioscuri-transport",
            "dioscuri-vocab",
        ],
    ),
    (
        "dioscuri-tower",
        &[
            "dioscuri-budget",
            "dioscuri-engine",
            "dioscuri-errors",
            "dioscuri-http",
            "dioscuri-pool",
            "dioscuri-retry",
            "dioscuri-transport",
            "dioscuri-vocab",
        ],
    ),
    // Tests and benches of all stacks: what they plug in are dev-dependencies.
    ("dioscuri-stacks", &["dioscuri-sim"]),
    (
        "dioscuri-scenarios",
        &[
            "dioscuri-budget",
            "dioscuri-engine",
            "dioscuri-errors",
            "dioscuri-pool",
            "dioscuri-retry",
            "dioscuri-sim",
            "dioscuri-vocab",
        ],
    ),
    (
        "dioscuri",
        &[
            "dioscuri-budget",
            "dioscuri-engine",
            "dioscuri-errors",
            "dioscuri-pool",
            "dioscuri-reqwest",
            "dioscuri-retry",
            "dioscuri-transport",
            "dioscuri-vocab",
        ],
    ),
    ("dioscuri-cli", &["dioscuri", "dioscuri-sim"]),
    (
        "dioscuri-examples",
        &[
            "dioscuri",
            "dioscuri-budget",
            "dioscuri-errors",
            "dioscuri-engine",
            "dioscuri-http",
            "dioscuri-pool",
            "dioscuri-reqwest",
            "dioscuri-retry",
            "dioscuri-sim",
            "dioscuri-tower",
            "dioscuri-transport",
            "dioscuri-vocab",
        ],
    ),
    ("xtask", &[]),
];

/// These hold the edges in their tests, too: a leaf whose tests need another leaf is no leaf.
const LEAVES: &[&str] = &[
    "dioscuri-vocab",
    "dioscuri-errors",
    "dioscuri-retry",
    "dioscuri-budget",
    "dioscuri-pool",
    "dioscuri-sim",
];

pub(super) fn faults(members: &[&Package]) -> Vec<String> {
    let ours: BTreeSet<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let mut faults = Vec::new();
    for package in members {
        let name = package.name.as_str();
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == name) else {
            faults.push(format!("{name}: the table of edges does not know this crate"));
            continue;
        };
        for dependency in &package.dependencies {
            let of_ours = dependency.path.is_some() || ours.contains(dependency.name.as_str());
            let in_tests = dependency.kind.as_deref() == Some("dev");
            if of_ours
                && (!in_tests || LEAVES.contains(&name))
                && !allowed.contains(&dependency.name.as_str())
            {
                faults.push(format!("{name} may not know {}", dependency.name));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;
    use std::collections::BTreeMap;

    #[track_caller]
    fn check(name: &str, needs: &str, kind: Option<&str>, expected: Option<&str>) {
        let package = Package {
            name: name.to_owned(),
            version: String::new(),
            id: String::new(),
            license: None,
            source: None,
            dependencies: vec![Dependency {
                name: needs.to_owned(),
                kind: kind.map(str::to_owned),
                path: needs.starts_with("dioscuri").then(|| needs.into()),
            }],
            features: BTreeMap::new(),
            manifest_path: "Cargo.toml".into(),
            publish: None,
        };
        assert_eq!(
            faults(&[&package]),
            expected.map(str::to_owned).into_iter().collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_leaf_knows_the_words_only() {
        check("dioscuri-retry", "dioscuri-vocab", None, None);
        check(
            "dioscuri-retry",
            "dioscuri-pool",
            None,
            Some("dioscuri-retry may not know dioscuri-pool"),
        );
    }

    #[test]
    fn a_leaf_stays_a_leaf_in_its_tests() {
        check(
            "dioscuri-retry",
            "dioscuri-sim",
            Some("dev"),
            Some("dioscuri-retry may not know dioscuri-sim"),
        );
    }

    #[test]
    fn the_tests_of_what_joins_may_use_more() {
        check("dioscuri", "dioscuri-sim", Some("dev"), None);
        check(
            "dioscuri",
            "dioscuri-sim",
            None,
            Some("dioscuri may not know dioscuri-sim"),
        );
    }

    #[test]
    fn other_peoples_crates_are_not_edges() {
        check("dioscuri-retry", "proptest", Some("dev"), None);
        check("dioscuri-budget", "jiff", None, None);
    }

    #[test]
    fn a_new_crate_must_enter_the_table() {
        check(
            "dioscuri-new",
            "serde",
            None,
            Some("dioscuri-new: the table of edges does not know this crate"),
        );
    }
}
