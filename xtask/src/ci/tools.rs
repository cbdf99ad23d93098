//! What the steps need on the machine, installed if it is missing and can be.

use crate::{shell::Line, workspace::Workspace};
use anyhow::ensure;

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tools {
    /// `cargo nextest`; without it the tests run under `cargo test`.
    pub(super) has_nextest: bool,
}

/// Looks for every tool, and installs what is missing.
///
/// # Errors
///
/// Something is missing and cannot be installed; the message says what.
pub(super) fn provide(workspace: &Workspace) -> anyhow::Result<Tools> {
    let root = workspace.root();
    for (component, probe) in [
        ("rustfmt", "cargo fmt --version"),
        ("clippy", "cargo clippy --version"),
    ] {
        if !Line::new(probe).works(root) {
            Line::new("rustup component add").arg(component).run(root)?;
        }
    }
    if !Line::new("cc --version").works(root) {
        // TLS comes with C and assembly sources; Rust itself needs a linker.
        let is_root = Line::new("id -u").read(root).is_ok_and(|id| id.trim() == "0");
        ensure!(
            is_root,
            "no C compiler `cc`: install one, for example with `sudo apt-get install gcc libc6-dev`"
        );
        Line::new("apt-get update").run(root)?;
        Line::new("apt-get install -y --no-install-recommends gcc libc6-dev").run(root)?;
    }
    let has_nextest = Line::new("cargo nextest --version").works(root);
    if !has_nextest {
        println!("cargo-nextest is not installed: the tests run under `cargo test`");
    }
    Ok(Tools { has_nextest })
}
