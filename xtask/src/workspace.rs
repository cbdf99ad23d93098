//! The workspace as Cargo and git see it.

use crate::shell::Line;
use anyhow::Context as _;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::{Path, PathBuf},
};

/// What `cargo metadata` says, as far as it matters here.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Workspace {
    /// Ours and all that ours depend on, for every platform and feature.
    pub(crate) packages: Vec<Package>,
    #[serde(rename = "workspace_members")]
    member_ids: BTreeSet<String>,
    #[serde(rename = "workspace_root")]
    root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) id: String,
    pub(crate) license: Option<String>,
    /// `registry+URL` or `git+URL`; absent for a path.
    pub(crate) source: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) manifest_path: PathBuf,
    /// The registries it may be published to: all if absent, none if empty.
    pub(crate) publish: Option<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev` or `build`; absent for a normal one.
    pub(crate) kind: Option<String>,
    /// Set for a dependency by path, that is, for one of ours.
    pub(crate) path: Option<PathBuf>,
}

impl Workspace {
    pub(crate) fn load() -> anyhow::Result<Self> {
        let here = env::current_dir().context("cannot tell the current directory")?;
        let text = Line::new("cargo metadata --format-version 1 --locked").read(&here)?;
        serde_json::from_str(&text).context("`cargo metadata` has another form than expected")
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Our packages, by name.
    pub(crate) fn members(&self) -> Vec<&Package> {
        let mut members: Vec<_> = self
            .packages
            .iter()
            .filter(|package| self.member_ids.contains(&package.id))
            .collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        members
    }

    /// Our packages under `crates/`, by name.
    pub(crate) fn crates(&self) -> Vec<&Package> {
        let crates = self.root().join("crates");
        self.members()
            .into_iter()
            .filter(|package| package.manifest_path.starts_with(&crates))
            .collect()
    }

    /// Where a development build leaves the program `name`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target_directory.join("debug").join(name)
    }

    /// Every file that is, or is about to be, in the repository; relative to the root, sorted.
    pub(crate) fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let list = Line::new("git ls-files -z --cached --others --exclude-standard").read(self.root())?;
        let files: BTreeSet<PathBuf> = list
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
            .collect();
        // A file deleted but not committed is still in the index.
        Ok(files
            .into_iter()
            .filter(|file| self.root().join(file).is_file())
            .collect())
    }
}

impl Package {
    pub(crate) fn dir(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }

    pub(crate) fn is_published(&self) -> bool {
        self.publish
            .as_ref()
            .is_none_or(|registries| !registries.is_empty())
    }
}
