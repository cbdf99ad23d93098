//! The public API of every published library, listed under `docs/api/`: a change of it shows in the diff of a change.

use crate::{
    shell::Line,
    workspace::{Package, Workspace},
};
use anyhow::{Context as _, ensure};
use std::{fs, io, path::PathBuf};

/// Whether the listing can be made on this machine.
pub(crate) const PROBE: &str = "cargo +nightly public-api --version";

/// Writes the listings.
///
/// # Errors
///
/// `cargo public-api` or a nightly compiler is missing, a crate does not build, or a file cannot be written.
pub(crate) fn write(workspace: &Workspace) -> anyhow::Result<()> {
    for package in listed(workspace) {
        let (path, listing) = (path(workspace, package), listing(workspace, package)?);
        fs::create_dir_all(path.parent().context("a listing lies in a folder")?)?;
        fs::write(&path, listing).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Holds the listings against the code.
///
/// # Errors
///
/// As [`write()`], and if a listing is missing or differs: which, and the first line that does.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let mut stale = Vec::new();
    for package in listed(workspace) {
        let stands = match fs::read_to_string(path(workspace, package)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        if let Some(line) = changed(&stands, &listing(workspace, package)?) {
            stale.push(format!("{}: {line}", package.name));
        }
    }
    ensure!(
        stale.is_empty(),
        "the public API is not what docs/api says; if the change is meant, write it anew with `cargo xtask api`:\n{}",
        stale.join("\n")
    );
    Ok(())
}

/// The published libraries; the command has no API.
fn listed(workspace: &Workspace) -> Vec<&Package> {
    let mut crates = workspace.crates();
    crates.retain(|package| package.is_published() && package.name != "dioscuri-cli");
    crates
}

fn path(workspace: &Workspace, package: &Package) -> PathBuf {
    workspace
        .root()
        .join("docs/api")
        .join(format!("{}.txt", package.name))
}

/// What a user of `package` can name, with all features; without what is derived or blanket.
fn listing(workspace: &Workspace, package: &Package) -> anyhow::Result<String> {
    Line::new("cargo +nightly public-api --color never --all-features -sss --package")
        .arg(&package.name)
        .read(workspace.root())
}

/// The first item that only one of the two has.
fn changed(stands: &str, is: &str) -> Option<String> {
    let only = |text: &str, other: &str| {
        let line = text.lines().find(|line| !other.lines().any(|it| it == *line));
        line.map(str::to_owned)
    };
    let gone = only(stands, is).map(|line| format!("gone: {line}"));
    gone.or_else(|| only(is, stands).map(|line| format!("new: {line}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_or_new_is_named() {
        assert_eq!(changed("pub fn a()\n", "pub fn a()\n"), None);
        assert_eq!(
            changed("pub fn a()\npub fn b()\n", "pub fn a()\n"),
            Some("gone: pub fn b()".to_owned())
        );
        assert_eq!(
            changed("pub fn a()\n", "pub fn a()\npub fn b()\n"),
            Some("new: pub fn b()".to_owned())
        );
    }
}
