//! Page and chart as the files of `docs/`: written, or held against what they should be.

use super::{chart, page};
use crate::table::{Judged, RECIPES, row::Row};
use anyhow::{Context as _, bail};
use std::{fs, io, path::PathBuf};

const PAGE: &str = "scenarios.md";
const CHART: &str = "scenarios.svg";

/// A file and its text.
pub(crate) struct Document {
    name: &'static str,
    text: String,
}

/// Page and chart of `lines`, which hold seed 1 and perhaps others.
///
/// # Errors
///
/// The page that stands cannot be read.
pub(crate) fn of(lines: &[Judged]) -> anyhow::Result<Vec<Document>> {
    let first: Vec<Judged> = lines.iter().filter(|line| line.row.seed == 1).cloned().collect();
    let all = (first.len() < lines.len()).then_some(lines);
    let stands = read(PAGE)?;
    Ok(vec![
        Document {
            name: PAGE,
            text: page(&first, all, &stands),
        },
        Document {
            name: CHART,
            text: drawn(&first),
        },
    ])
}

/// Those worlds in which the recipes ran, by their name and what is not usual about them.
fn drawn(first: &[Judged]) -> String {
    let mut strategies = vec!["dioscuri"];
    strategies.extend(RECIPES);
    let mut lines: Vec<(String, Vec<&Row>)> = Vec::new();
    for ours in first.iter().filter(|line| line.is_ours()) {
        let rows = first.iter().map(|line| &line.row);
        let rows: Vec<&Row> = rows.filter(|row| row.is_same_world(&ours.row)).collect();
        let is_beside = rows.iter().any(|row| RECIPES.contains(&row.strategy));
        if is_beside {
            let row = &ours.row;
            let enforcement = if row.enforcement == "sliding" {
                String::new()
            } else {
                format!(", {}", row.enforcement)
            };
            let counted = if row.refused_counted { ", counted" } else { "" };
            lines.push((format!("{}{enforcement}{counted}", row.scenario), rows));
        }
    }
    chart::chart(&lines, &strategies)
}

/// Writes what differs.
///
/// # Errors
///
/// A file cannot be written.
pub(crate) fn write(wanted: &[Document]) -> anyhow::Result<()> {
    for document in wanted {
        fs::write(path(document.name), &document.text)
            .with_context(|| format!("cannot write docs/{}", document.name))?;
        println!("wrote docs/{}", document.name);
    }
    Ok(())
}

/// Fails if a file is not what it should be.
///
/// # Errors
///
/// A file differs or is not there; its first line that differs is told, and how to refresh it.
pub(crate) fn check(wanted: &[Document]) -> anyhow::Result<()> {
    for document in wanted {
        if let Some(line) = difference(&read(document.name)?, &document.text) {
            bail!(
                "docs/{} is not current, from line {line} on; refresh it with `cargo xtask scenarios`",
                document.name
            );
        }
        println!("docs/{} is current", document.name);
    }
    Ok(())
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "docs", name]
        .iter()
        .collect()
}

/// The text of a file; empty if there is none.
fn read(name: &str) -> anyhow::Result<String> {
    match fs::read_to_string(path(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.with_context(|| format!("cannot read docs/{name}")),
    }
}

/// The number of the first line in which both differ.
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

    #[test]
    fn the_first_line_that_differs_is_told() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("", "a\nb\n"), Some(1));
        assert_eq!(difference("a\nc\n", "a\nb\n"), Some(2));
        assert_eq!(difference("a\n", "a\nb\n"), Some(2));
    }
}
