//! The fuzz targets of every crate, for a minute each. The tests hold a short run of the same on a stable compiler.

use super::steps::programs;
use crate::{shell::Line, workspace::Workspace};
use anyhow::Context as _;
use std::fs;

/// Whether targets can be built and run here.
pub(super) const PROBE: &str = "cargo +nightly fuzz --version";

/// What libFuzzer is told: its words, the longest text in bytes, the seconds for one text, the seconds for all.
const SETTINGS: &str = "-dict=fuzz/gemini.dict -max_len=16384 -timeout=5 -max_total_time=60";

/// Runs the targets in `crates/*/fuzz`. What they find stays in `fuzz/artifacts`, which is not committed.
///
/// # Errors
///
/// A target cannot be built, or has found something; libFuzzer has told what.
pub(super) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    for package in workspace.crates() {
        let targets = package.dir().join("fuzz/fuzz_targets");
        if !targets.is_dir() {
            continue;
        }
        for target in programs(&targets)? {
            // libFuzzer writes into the first folder that it is given, and only reads the next.
            let found = format!("fuzz/corpus/{target}");
            fs::create_dir_all(package.dir().join(&found))
                .with_context(|| format!("cannot create {found}"))?;
            let line = format!("cargo +nightly fuzz run {target} {found} tests/seeds -- {SETTINGS}");
            Line::new(&line).run(package.dir())?;
        }
    }
    Ok(())
}
