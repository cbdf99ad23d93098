//! What needs more time, another tool or the network: `cargo xtask ci --full`.

use super::{fuzz, semver, steps::Step};
use crate::{api, packages, scenarios, shell::Line, workspace::Workspace};

/// What can be checked on this machine, and what cannot.
#[derive(Debug)]
pub(super) struct More {
    pub(super) steps: Vec<Step>,
    pub(super) unchecked: Vec<String>,
}

/// A check by somebody else's tool.
struct Tool {
    name: &'static str,
    probe: &'static str,
    lines: &'static [&'static str],
    /// What is missing where the probe fails.
    wants: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "bans, licences and sources by cargo-deny",
        probe: "cargo deny --version",
        lines: &["cargo deny --config .cargo/deny.toml check bans licenses sources"],
        wants: "it is not installed",
    },
    Tool {
        name: "advisories by cargo-deny",
        // The list of advisories is fetched: without a network there is nothing to check against.
        probe: "cargo deny --config .cargo/deny.toml fetch db",
        lines: &["cargo deny --config .cargo/deny.toml check advisories"],
        wants: "it is not installed, or cannot fetch its list",
    },
    Tool {
        name: "no dependency's type in a signature by cargo-check-external-types",
        probe: "cargo check-external-types --version",
        lines: &["cargo check-external-types"],
        wants: "it is not installed",
    },
];

/// Looks for each tool; what is not installed is not checked, and not called passed either.
pub(super) fn steps(workspace: &Workspace) -> More {
    let mut more = More {
        steps: vec![
            Step::lines(
                "docs as docs.rs builds them",
                vec![
                    Line::new(
                        "cargo doc --workspace --exclude dioscuri-cli --all-features --no-deps --locked",
                    )
                    .env("RUSTDOCFLAGS", "-D warnings"),
                ],
            ),
            Step::check(
                "packages, each built from itself",
                packages::verify,
                "cargo xtask packages",
            ),
            Step::check(
                "scenarios with every seed",
                scenarios::check_all,
                "cargo xtask scenarios --check --full",
            ),
        ],
        unchecked: Vec::new(),
    };
    let fuzz = Step::check("fuzz targets, a minute each", fuzz::run, "cargo xtask ci --full");
    if Line::new(fuzz::PROBE).works(workspace.root()) {
        more.steps.push(fuzz);
    } else {
        more.unchecked.push(format!(
            "{}, for want of cargo-fuzz and a nightly compiler",
            fuzz.name
        ));
    }
    let listing = Step::check("public API as listed", api::check, "cargo xtask api --check");
    if Line::new(api::PROBE).works(workspace.root()) {
        more.steps.push(listing);
    } else {
        more.unchecked.push(format!(
            "{}, for want of cargo-public-api and a nightly compiler",
            listing.name
        ));
    }
    match semver::step(workspace) {
        Ok(step) => more.steps.push(step),
        Err(why) => more.unchecked.push(why),
    }
    for tool in TOOLS {
        if Line::new(tool.probe).works(workspace.root()) {
            more.steps.push(Step::lines(
                tool.name,
                tool.lines.iter().map(|line| Line::new(line)).collect(),
            ));
        } else {
            more.unchecked.push(format!("{}: {}", tool.name, tool.wants));
        }
    }
    more
}
