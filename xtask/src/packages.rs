//! The packages as a registry would get them.

use crate::{shell::Line, workspace::Workspace};

/// Packs every published crate: manifests, READMEs and files are complete. Nothing is uploaded.
///
/// # Errors
///
/// A crate cannot be packed.
pub(crate) fn pack(workspace: &Workspace) -> anyhow::Result<()> {
    line(workspace).arg("--no-verify").run(workspace.root())
}

/// Packs every published crate, and builds each from its package alone, in the order of their dependencies.
///
/// # Errors
///
/// A crate cannot be packed, or does not build from what was packed.
pub(crate) fn verify(workspace: &Workspace) -> anyhow::Result<()> {
    line(workspace).run(workspace.root())
}

/// What is not committed is packed too: the step is for a change under way as well.
fn line(workspace: &Workspace) -> Line {
    let line = Line::new("cargo package --workspace --locked --quiet --allow-dirty");
    let members = workspace.members();
    let kept = members.iter().filter(|package| !package.is_published());
    kept.fold(line, |line, package| line.arg("--exclude").arg(&package.name))
}
