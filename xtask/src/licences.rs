//! Licences and sources of everything we depend on, held against `.cargo/deny.toml`.
//!
//! The file is cargo-deny's, and `cargo xtask ci --full` runs cargo-deny where it is installed. What is read here
//! needs neither another tool nor the network.

mod expression;

use crate::workspace::{Package, Workspace};
use anyhow::{Context as _, bail};
use expression::Expression;
use serde::Deserialize;
use std::{collections::BTreeSet, fs, path::Path};

/// What `.cargo/deny.toml` allows.
#[derive(Debug, Deserialize)]
struct Policy {
    licenses: Licences,
    sources: Sources,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: BTreeSet<String>,
}

/// Checks every package of the lock file.
///
/// # Errors
///
/// All packages that are not allowed, a line each.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let path = workspace.root().join(".cargo/deny.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let policy: Policy = toml::from_str(&text).context(".cargo/deny.toml")?;
    let faults: Vec<_> = workspace
        .packages
        .iter()
        .filter_map(|package| policy.fault(package, workspace.root()))
        .collect();
    if !faults.is_empty() {
        bail!(
            "{} packages are not allowed by .cargo/deny.toml:\n{}",
            faults.len(),
            faults.join("\n")
        );
    }
    let registries: Vec<_> = policy.sources.allow_registry.iter().map(String::as_str).collect();
    println!(
        "{} packages: every licence is one of {}; every source is this repository or {}",
        workspace.packages.len(),
        policy
            .licenses
            .allow
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        registries.join(", "),
    );
    Ok(())
}

impl Policy {
    /// What is wrong with `package`, if anything.
    fn fault(&self, package: &Package, root: &Path) -> Option<String> {
        let name = format!("{} {}", package.name, package.version);
        match package.source.as_deref() {
            None if package.manifest_path.starts_with(root) => {}
            None => {
                return Some(format!(
                    "{name}: from outside the repository, {}",
                    package.manifest_path.display()
                ));
            }
            Some(source) => {
                let registry = source.strip_prefix("registry+");
                if !registry.is_some_and(|url| self.sources.allow_registry.contains(url)) {
                    return Some(format!("{name}: from {source}, which is not an allowed registry"));
                }
            }
        }
        let Some(licence) = package.license.as_deref() else {
            return Some(format!("{name}: states no licence"));
        };
        match Expression::parse(licence) {
            None => Some(format!("{name}: `{licence}` is not an SPDX expression")),
            Some(expression) if !expression.allowed_by(&self.licenses.allow) => {
                Some(format!("{name}: `{licence}` is not among the allowed licences"))
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const CRATES_IO: &str = "https://github.com/rust-lang/crates.io-index";

    #[track_caller]
    fn check(source: Option<&str>, manifest: &str, license: Option<&str>, expected: Option<&str>) {
        let policy = Policy {
            licenses: Licences {
                allow: ["MIT".to_owned()].into(),
            },
            sources: Sources {
                allow_registry: [CRATES_IO.to_owned()].into(),
            },
        };
        let package = Package {
            name: "it".to_owned(),
            version: "1.0.0".to_owned(),
            id: "it".to_owned(),
            license: license.map(str::to_owned),
            source: source.map(str::to_owned),
            dependencies: Vec::new(),
            features: BTreeMap::new(),
            manifest_path: manifest.into(),
            publish: None,
        };
        let fault = policy.fault(&package, Path::new("/repo"));
        match expected {
            None => assert_eq!(fault, None),
            Some(part) => assert!(
                fault.as_deref().is_some_and(|fault| fault.contains(part)),
                "{fault:?}"
            ),
        }
    }

    #[test]
    fn an_allowed_licence_from_the_registry_passes() {
        check(
            Some(&format!("registry+{CRATES_IO}")),
            "/elsewhere/Cargo.toml",
            Some("MIT"),
            None,
        );
    }

    #[test]
    fn our_own_packages_lie_in_the_repository() {
        check(None, "/repo/crates/it/Cargo.toml", Some("MIT"), None);
        check(
            None,
            "/elsewhere/Cargo.toml",
            Some("MIT"),
            Some("outside the repository"),
        );
    }

    #[test]
    fn git_and_foreign_registries_are_refused() {
        check(
            Some("git+https://example.org/it"),
            "/x",
            Some("MIT"),
            Some("not an allowed registry"),
        );
        check(
            Some("registry+https://example.org"),
            "/x",
            Some("MIT"),
            Some("not an allowed registry"),
        );
    }

    #[test]
    fn a_licence_must_be_stated_readable_and_allowed() {
        check(None, "/repo/Cargo.toml", None, Some("states no licence"));
        check(
            None,
            "/repo/Cargo.toml",
            Some("MIT OR"),
            Some("not an SPDX expression"),
        );
        check(
            None,
            "/repo/Cargo.toml",
            Some("AGPL-3.0"),
            Some("not among the allowed"),
        );
    }
}
