//! Where files lie, what they are called, how they begin.

use super::File;
use std::{collections::BTreeSet, path::PathBuf};

/// What the top level may hold beside dotfiles and licence texts.
const TOP: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "crates",
    "docs",
    "examples",
    "xtask",
];

/// Names that say nothing about what lies behind them.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "misc", "types", "util", "utils"];

/// Modules that do not say first what they are for.
pub(super) fn unopened(files: &[File]) -> Vec<String> {
    let modules = files.iter().filter(|file| file.has_extension("rs"));
    // A crate whose README is its page opens with that page.
    let opens = |text: &str| text.starts_with("//!") || text.starts_with("#![doc = include_str!(");
    let silent = modules.filter(|file| !opens(file.text.trim_start()));
    silent
        .map(|file| format!("{} does not open with `//!`", file.path.display()))
        .collect()
}

/// Files whose name is against the rules.
pub(super) fn misnamed(paths: &[PathBuf]) -> Vec<String> {
    let mut faults = Vec::new();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|its| its == "rs"))
    {
        if path.ends_with("mod.rs") {
            faults.push(format!(
                "{}: `foo.rs` beside `foo/`, not `foo/mod.rs`",
                path.display()
            ));
        }
        for part in path.with_extension("").iter().filter_map(|part| part.to_str()) {
            if EMPTY_NAMES.contains(&part) {
                faults.push(format!(
                    "{}: `{part}` says nothing about what lies there",
                    path.display()
                ));
            }
        }
    }
    faults
}

/// What stands at the top level and should not.
pub(super) fn strays(paths: &[PathBuf]) -> Vec<String> {
    let top: BTreeSet<&str> = paths
        .iter()
        .filter_map(|path| path.iter().next()?.to_str())
        .collect();
    top.into_iter()
        .filter(|name| !TOP.contains(name) && !name.starts_with('.') && !name.starts_with("LICENSE"))
        .map(|name| format!("{name} does not belong on the top level"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_module_opens_with_its_purpose() {
        let files = [
            File::new("a.rs", "//! What it is.\n"),
            File::new("b.rs", "// What it is.\n"),
            File::new("c.rs", "use a;\n//! Too late.\n"),
            File::new("d.md", "No module."),
            File::new("lib.rs", "#![doc = include_str!(\"../README.md\")]\n"),
        ];
        assert_eq!(
            unopened(&files),
            ["b.rs does not open with `//!`", "c.rs does not open with `//!`"]
        );
    }

    #[test]
    fn a_module_has_a_name_of_its_own() {
        assert_eq!(
            misnamed(&paths(&["src/a.rs", "src/types.md", "src/typesetting.rs"])),
            [""; 0]
        );
        for bad in [
            "src/a/mod.rs",
            "src/utils.rs",
            "src/helpers/a.rs",
            "tests/common/a.rs",
        ] {
            assert_eq!(misnamed(&paths(&[bad])).len(), 1, "{bad}");
        }
    }

    #[test]
    fn the_top_level_is_listed() {
        assert_eq!(
            strays(&paths(&[
                "Cargo.toml",
                "LICENSE-MIT",
                ".ci/run",
                "crates/a/src/lib.rs"
            ])),
            [""; 0]
        );
        assert_eq!(strays(&paths(&["notes.txt", "scripts/a.sh"])).len(), 2);
    }
}
