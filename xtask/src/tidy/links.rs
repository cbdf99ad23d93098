//! Relative links in Markdown lead to a file or a folder of the repository.

use super::File;
use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

pub(super) fn faults(files: &[File], paths: &[PathBuf]) -> Vec<String> {
    let mut known: BTreeSet<&Path> = paths.iter().map(PathBuf::as_path).collect();
    known.extend(paths.iter().flat_map(|path| path.ancestors().skip(1)));
    let pages = files.iter().filter(|file| file.has_extension("md"));
    pages.flat_map(|page| in_page(page, &known)).collect()
}

fn in_page(page: &File, known: &BTreeSet<&Path>) -> Vec<String> {
    let folder = page.path.parent().unwrap_or(Path::new(""));
    let mut faults = Vec::new();
    let mut in_code = false;
    for (number, line) in page.text.lines().enumerate() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for target in targets(line) {
            let path = target.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains(':');
            if !elsewhere && !resolve(folder, path).is_some_and(|path| known.contains(path.as_path())) {
                faults.push(format!(
                    "{}:{}: {target} leads nowhere",
                    page.path.display(),
                    number + 1
                ));
            }
        }
    }
    faults
}

/// The targets of `[text](target)` and `[name]: target`.
fn targets(line: &str) -> Vec<&str> {
    let mut targets: Vec<&str> = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .collect();
    let definition = line
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "));
    targets.extend(definition.and_then(|(_, target)| target.split_whitespace().next()));
    // In Rust's documents a link may name an item.
    targets.retain(|target| !target.contains("::"));
    targets
}

/// `link` as seen from `folder`; `None` if it leaves the repository.
fn resolve(folder: &Path, link: &str) -> Option<PathBuf> {
    let mut path = folder.to_path_buf();
    for part in Path::new(link).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => path = path.parent()?.to_path_buf(),
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: usize) {
        let paths = ["README.md", "docs/adr/0001-a.md", "docs/glossary.md"].map(PathBuf::from);
        let faults = faults(&[File::new("docs/glossary.md", text)], &paths);
        assert_eq!(faults.len(), expected, "{faults:?}");
    }

    #[test]
    fn links_to_files_folders_and_headings_resolve() {
        check(
            "[a](adr/0001-a.md) and [b](../README.md#run) and [c](adr/) and [d](#here)",
            0,
        );
    }

    #[test]
    fn a_link_to_nothing_is_found() {
        check("[a](adr/0002-b.md)", 1);
        check("[a]: missing.md", 1);
        check("[a](../../outside.md)", 1);
    }

    #[test]
    fn the_web_and_code_are_not_followed() {
        check("[a](https://example.org/x) [b](mailto:a@example.org)", 0);
        check("```text\n[a](missing.md)\n```", 0);
    }
}
