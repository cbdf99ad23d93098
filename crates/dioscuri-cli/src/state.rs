//! Where a run keeps what it learns of the quotas.

use dioscuri::{Config, Surface};
use sha2::{Digest as _, Sha256};
use std::{env, ffi::OsString, fmt::Write as _, path::PathBuf};

/// The variables that a run without a configuration takes its key from.
const KEYS: [&str; 2] = ["GOOGLE_API_KEY", "GEMINI_API_KEY"];

/// Letters of a project's name in the name of its file; file systems bear 255 bytes.
const LONGEST_NAME: usize = 40;

/// The usual state file of the projects of `config`; `None` where the user has no folder for such files.
///
/// Quotas belong to projects, not to an output or a folder: runs that ask the same projects share one file, wherever
/// they are started and whatever they write, and runs that ask others have nothing to do with each other.
pub(crate) fn usual_path(config: &Config) -> Option<PathBuf> {
    Some(
        folder(|name| env::var_os(name))?
            .join("dioscuri")
            .join(name(config)),
    )
}

/// The user's folder for what programs keep: `$XDG_STATE_HOME` where it is set, else the system's usual one.
fn folder(var: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
    path("XDG_STATE_HOME").or_else(|| {
        if cfg!(windows) {
            path("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            Some(path("HOME")?.join("Library/Application Support"))
        } else {
            Some(path("HOME")?.join(".local/state"))
        }
    })
}

/// The first project's name, for people, and a hash of who all of them are.
fn name(config: &Config) -> String {
    let mut projects: Vec<_> = config
        .projects
        .iter()
        .map(|project| {
            let url = project.base_url.as_deref().unwrap_or_default();
            format!("{}\n{url}\n{}", project.surface, project.id)
        })
        .collect();
    projects.sort();
    let mut hash = Sha256::new();
    for project in &projects {
        hash.update(project);
        hash.update([0]);
    }
    // A project of the environment has no name of its own: its key tells it from others.
    let is_unnamed = |one: &dioscuri::Project| one.surface == Surface::Developer && one.id == "default";
    if config.projects.iter().any(is_unnamed)
        && let Some(key) = KEYS.iter().find_map(env::var_os)
    {
        hash.update(Sha256::digest(key.as_encoded_bytes()));
    }
    let first = config.projects.first().map_or("", |project| project.id.as_str());
    let is_safe = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let mut name: String = first.chars().filter(is_safe).take(LONGEST_NAME).collect();
    name.push('-');
    // 64 bits tell the few sets of projects that one user has apart.
    for byte in &hash.finalize()[..8] {
        write!(name, "{byte:02x}").expect("a string takes all text");
    }
    name.push_str(".json");
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri::Project;

    fn hash(name: &str) -> &str {
        name.split_once('-').unwrap().1
    }

    #[test]
    fn the_same_projects_have_the_same_file_in_whatever_order() {
        let [castor, pollux] = ["castor", "pollux"].map(Project::developer);
        let both = name(&Config::new([castor.clone(), pollux.clone()]));
        assert!(both.starts_with("castor-"), "{both}");
        let turned = name(&Config::new([pollux, castor.clone()]));
        assert_eq!(hash(&both), hash(&turned));
        assert_ne!(both, name(&Config::new([castor.clone()])));
        let elsewhere = castor.clone().with_base_url("http://127.0.0.1:9");
        assert_ne!(name(&Config::new([castor])), name(&Config::new([elsewhere])));
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        let odd = name(&Config::new([Project::developer("../../etc/passwd")]));
        assert!(odd.starts_with("etcpasswd-") && !odd.contains('/'), "{odd}");
    }

    #[test]
    fn a_relative_folder_is_none() {
        assert_eq!(folder(|_| Some("relative".into())), None);
        let home = env::temp_dir();
        let found = folder(|name| (name == "XDG_STATE_HOME").then(|| home.clone().into()));
        assert_eq!(found, Some(home));
    }
}
