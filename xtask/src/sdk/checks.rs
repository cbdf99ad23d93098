//! The list of checks, and whether what a script printed fulfils it.

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display, Formatter},
    fs,
    path::Path,
};

/// Where a check is made that does not say where.
const SURFACES: [&str; 3] = ["developer", "vertex", "express"];

/// The name of every check that is to be made: `NAME/SURFACE`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Checks(BTreeSet<String>);

/// As the list has it, as far as it matters here; the rest is for the scripts.
#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    on: Option<Vec<String>>,
}

impl Checks {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{}", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let entries: Vec<Entry> = serde_json::from_str(text)?;
        let mut names = BTreeSet::new();
        for Entry { name, on } in entries {
            let surfaces = on.unwrap_or_else(|| SURFACES.map(str::to_owned).into());
            for surface in surfaces {
                ensure!(
                    SURFACES.contains(&surface.as_str()),
                    "`{name}` is on `{surface}`, which is no surface"
                );
                let full = format!("{name}/{surface}");
                ensure!(names.insert(full.clone()), "`{full}` stands there twice");
            }
        }
        ensure!(!names.is_empty(), "there is no check");
        Ok(Self(names))
    }

    /// Holds the lines `ok NAME` and `not ok NAME: why` of a script against the list.
    pub(super) fn judge(&self, output: &str) -> Verdict {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut verdict = Verdict::default();
        for line in output.lines() {
            let name = if let Some(rest) = line.strip_prefix("not ok ") {
                let name = rest.split(": ").next().unwrap_or(rest);
                verdict.failed.push(name.to_owned());
                name
            } else if let Some(name) = line.strip_prefix("ok ") {
                verdict.passed += 1;
                name
            } else {
                continue;
            };
            *seen.entry(name).or_default() += 1;
        }
        let strange = seen
            .iter()
            .filter(|(name, times)| **times > 1 || !self.0.contains(**name));
        verdict.unlisted = strange.map(|(name, _)| (*name).to_owned()).collect();
        let missed = self.0.iter().filter(|name| !seen.contains_key(name.as_str()));
        verdict.not_made = missed.cloned().collect();
        verdict
    }
}

/// What came of the checks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Verdict {
    passed: usize,
    failed: Vec<String>,
    /// On the list, but the script did not come to them.
    not_made: Vec<String>,
    /// Made, but not on the list, or twice.
    unlisted: Vec<String>,
}

impl Verdict {
    /// Whether every check of the list passed, once.
    pub(super) fn is_good(&self) -> bool {
        self.failed.is_empty() && self.not_made.is_empty() && self.unlisted.is_empty()
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed.len())?;
        for (what, names) in [("not made", &self.not_made), ("not on the list", &self.unlisted)] {
            if !names.is_empty() {
                write!(f, ", {} {what}: {}", names.len(), names.join(" "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"[{"name": "a", "model": "m"}, {"name": "b", "on": ["vertex"]}]"#;

    #[track_caller]
    fn check(output: &str, good: bool, shown: &str) {
        let verdict = Checks::parse(LIST).unwrap().judge(output);
        assert_eq!((verdict.is_good(), verdict.to_string().as_str()), (good, shown));
    }

    const ALL: &str = "ok a/developer\nok a/vertex\nok a/express\nok b/vertex\n";

    #[test]
    fn every_check_is_made_once_and_passes() {
        check(ALL, true, "4 passed, 0 failed");
        check(&format!("a warning\n{ALL}"), true, "4 passed, 0 failed");
    }

    #[test]
    fn a_check_that_fails_is_counted() {
        let output = ALL.replace("ok a/express", "not ok a/express: code: 1 instead of 2");
        check(&output, false, "3 passed, 1 failed");
    }

    #[test]
    fn a_check_that_is_not_made_is_missed() {
        let output = ALL.replace("ok a/vertex\n", "");
        check(&output, false, "3 passed, 0 failed, 1 not made: a/vertex");
        check(
            "",
            false,
            "0 passed, 0 failed, 4 not made: a/developer a/express a/vertex b/vertex",
        );
    }

    #[test]
    fn a_check_is_on_the_list_and_made_once() {
        check(
            &format!("{ALL}ok c/vertex\nok a/vertex\n"),
            false,
            "6 passed, 0 failed, 2 not on the list: a/vertex c/vertex",
        );
    }

    #[test]
    fn the_list_is_checked_itself() {
        for (list, expected) in [
            ("[]", "there is no check"),
            (
                r#"[{"name": "a"}, {"name": "a", "on": ["vertex"]}]"#,
                "`a/vertex` stands there twice",
            ),
            (
                r#"[{"name": "a", "on": ["moon"]}]"#,
                "`a` is on `moon`, which is no surface",
            ),
        ] {
            assert_eq!(Checks::parse(list).unwrap_err().to_string(), expected);
        }
    }
}
