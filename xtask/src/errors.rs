//! The page of every class and reason, `docs/errors.md`, as the catalogue of the command has it.

use crate::{shell::Line, workspace::Workspace};
use anyhow::{Context as _, bail, ensure};
use std::{fs, io};

const PAGE: &str = "docs/errors.md";

/// How the command begins what it writes.
const TITLE: &str = "# Errors\n";

/// Writes the page.
///
/// # Errors
///
/// The command cannot be built or does not write the page, or the file cannot be written.
pub(crate) fn write(workspace: &Workspace) -> anyhow::Result<()> {
    fs::write(workspace.root().join(PAGE), page(workspace)?)
        .with_context(|| format!("cannot write {PAGE}"))?;
    println!("wrote {PAGE}");
    Ok(())
}

/// Holds the page against the catalogue.
///
/// # Errors
///
/// As [`write()`], and if the page is missing or differs; the line is told, and how to refresh it.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let stands = match fs::read_to_string(workspace.root().join(PAGE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("cannot read {PAGE}"))?,
    };
    if let Some(line) = difference(&stands, &page(workspace)?) {
        bail!(
            "{PAGE} is not what the catalogue says, from line {line} on; refresh it with `cargo xtask errors`"
        );
    }
    println!("{PAGE} is what the catalogue says");
    Ok(())
}

/// The page as it should stand.
fn page(workspace: &Workspace) -> anyhow::Result<String> {
    Line::new("cargo build --quiet --locked --package dioscuri-cli").run(workspace.root())?;
    let program = workspace.program("dioscuri").display().to_string();
    let line = ["explain", "--list", "--format", "markdown"]
        .into_iter()
        .fold(Line::new("").arg(program), Line::arg);
    println!("$ {line}");
    let text = line.read(workspace.root())?;
    ensure!(
        text.starts_with(TITLE),
        "`{line}` does not begin with `{}`",
        TITLE.trim_end()
    );
    Ok(text)
}

/// The number of the first line in which both differ; a page that ends early differs in the line that it lacks.
fn difference(stands: &str, wanted: &str) -> Option<usize> {
    if stands == wanted {
        return None;
    }
    let pairs = stands.split('\n').zip(wanted.split('\n'));
    Some(1 + pairs.take_while(|(one, other)| one == other).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stands: &str, expected: Option<usize>) {
        assert_eq!(difference(stands, "# Errors\n\nall\n"), expected, "{stands:?}");
    }

    #[test]
    fn a_page_that_is_current_does_not_differ() {
        check("# Errors\n\nall\n", None);
    }

    #[test]
    fn the_first_line_that_differs_is_told() {
        check("", Some(1));
        check("# Errors\n\nsome\n", Some(3));
        check("# Errors\n\nall", Some(4));
        check("# Errors\n\nall\nand more\n", Some(4));
    }
}
