//! Crates inherit from the workspace: one edition, one licence, one list of versions, one set of lints.

use crate::workspace::Workspace;
use anyhow::Context as _;
use std::fs;
use toml::{Table, Value};

/// What `[package]` takes from `[workspace.package]`.
const FIELDS: &[&str] = &["version", "edition", "rust-version", "license", "repository"];

pub(super) fn faults(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for package in workspace.members() {
        let name = &package.name;
        let text = fs::read_to_string(&package.manifest_path)?;
        let manifest: Table = toml::from_str(&text).with_context(|| format!("the manifest of {name}"))?;
        faults.extend(
            in_manifest(&manifest)
                .into_iter()
                .map(|fault| format!("{name}: {fault}")),
        );
        if package.is_published() {
            if !package.dir().join("README.md").is_file() {
                faults.push(format!("{name}: is published and has no README.md"));
            }
            faults.extend(
                on_its_page(&manifest)
                    .into_iter()
                    .map(|fault| format!("{name}: is published and {fault}")),
            );
        }
    }
    for package in workspace.crates() {
        if package
            .dir()
            .file_name()
            .is_none_or(|folder| folder != package.name.as_str())
        {
            faults.push(format!("{}: lies in {}", package.name, package.dir().display()));
        }
    }
    Ok(faults)
}

fn in_manifest(manifest: &Table) -> Vec<String> {
    let mut faults = Vec::new();
    for field in FIELDS {
        let value = manifest.get("package").and_then(|package| package.get(field));
        if !value.is_some_and(inherits) {
            faults.push(format!("`package.{field}` does not inherit from the workspace"));
        }
    }
    if !manifest.get("lints").is_some_and(inherits) {
        faults.push("`lints` does not inherit from the workspace".to_owned());
    }
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (name, value) in manifest.get(kind).and_then(Value::as_table).into_iter().flatten() {
            if !inherits(value) {
                faults.push(format!("`{kind}.{name}` does not inherit from the workspace"));
            }
        }
    }
    faults
}

/// What a registry's page and docs.rs need.
fn on_its_page(manifest: &Table) -> Vec<String> {
    let package = manifest.get("package");
    let field = |name: &str| package.and_then(|package| package.get(name));
    let mut faults = Vec::new();
    for name in ["description", "readme", "keywords", "categories"] {
        if field(name).is_none() {
            faults.push(format!("has no `package.{name}`"));
        }
    }
    // A registry refuses more.
    for name in ["keywords", "categories"] {
        if field(name)
            .and_then(Value::as_array)
            .is_some_and(|all| all.len() > 5)
        {
            faults.push(format!("has more than five `package.{name}`"));
        }
    }
    if field("metadata").and_then(|all| all.get("docs")).is_none() {
        faults.push("has no `package.metadata.docs.rs`".to_owned());
    }
    faults
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_crate_says_what_its_page_needs() {
        let page =
            "[package]\ndescription = 'it'\nreadme = 'README.md'\nkeywords = ['a']\ncategories = ['b']\n";
        let whole = format!("{page}[package.metadata.docs.rs]\nall-features = true\n");
        assert_eq!(on_its_page(&toml::from_str(&whole).unwrap()), [""; 0]);
        let poor = on_its_page(&toml::from_str(&page.replace("['a']", "[1, 2, 3, 4, 5, 6]")).unwrap());
        let expected = [
            "has more than five `package.keywords`",
            "has no `package.metadata.docs.rs`",
        ];
        assert_eq!(poor, expected);
    }

    const GOOD: &str = "
[package]
name = 'it'
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
[dependencies]
serde = { workspace = true, features = ['derive'] }
[lints]
workspace = true
";

    #[track_caller]
    fn check(replace: &str, with: &str, expected: &[&str]) {
        let manifest: Table = toml::from_str(&GOOD.replace(replace, with)).unwrap();
        assert_eq!(in_manifest(&manifest), expected);
    }

    #[test]
    fn a_manifest_that_inherits_passes() {
        check("it", "it", &[]);
    }

    #[test]
    fn fields_lints_and_versions_of_its_own_are_found() {
        check(
            "edition.workspace = true",
            "edition = '2021'",
            &["`package.edition` does not inherit from the workspace"],
        );
        check(
            "[lints]\nworkspace = true",
            "",
            &["`lints` does not inherit from the workspace"],
        );
        check(
            "{ workspace = true, features = ['derive'] }",
            "'1'",
            &["`dependencies.serde` does not inherit from the workspace"],
        );
    }
}
