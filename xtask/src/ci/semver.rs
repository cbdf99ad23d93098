//! No break of the published API, by cargo-semver-checks against the last release.

use super::steps::Step;
use crate::{shell::Line, workspace::Workspace};

const NAME: &str = "no break of the published API by cargo-semver-checks";

/// The step, or why there is none.
pub(super) fn step(workspace: &Workspace) -> Result<Step, String> {
    if !Line::new("cargo semver-checks --version").works(workspace.root()) {
        return Err(format!("{NAME}, which is not installed"));
    }
    let tags = Line::new("git describe --tags --abbrev=0 --match v*").read(workspace.root());
    let Ok(release) = tags else {
        return Err(format!("{NAME}: no release is tagged `v…` to compare with"));
    };
    let line = Line::new("cargo semver-checks --workspace --baseline-rev").arg(release.trim());
    Ok(Step::lines(NAME, vec![line]))
}
