//! The TOML file: its keys, and how they become a [`Config`].

use super::{Config, ConfigError, ModelLimits, Project};
use dioscuri_retry::Profile;
use dioscuri_transport::{BearerError, Credential, Secret, Surface};
use serde::Deserialize;
use std::{path::PathBuf, time::Duration};

/// Reads a variable of the environment.
type Var<'a> = &'a dyn Fn(&str) -> Option<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    models: Option<Vec<String>>,
    profile: Option<String>,
    deadline: Option<String>,
    attempt_timeout: Option<String>,
    minute: Option<String>,
    fallback_after: Option<String>,
    unproven_in_flight: Option<u32>,
    #[serde(default)]
    project: Vec<ProjectEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectEntry {
    id: String,
    surface: SurfaceEntry,
    billing_account: Option<String>,
    base_url: Option<String>,
    locations: Option<Vec<String>>,
    #[serde(default)]
    credentials: Vec<CredentialEntry>,
    #[serde(default)]
    limit: Vec<LimitEntry>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SurfaceEntry {
    Developer,
    Vertex,
}

/// Where a secret is; never the secret itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialEntry {
    env: Option<String>,
    file: Option<PathBuf>,
    command: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitEntry {
    model: String,
    location: Option<String>,
    rpm: Option<u64>,
    tpm: Option<u64>,
    rpd: Option<u64>,
}

pub(super) fn read(text: &str, var: Var<'_>) -> Result<Config, ConfigError> {
    let file: File = toml::from_str(text).map_err(|error| ConfigError::toml(text, &error))?;
    let projects = file
        .project
        .into_iter()
        .map(|entry| entry.read(var))
        .collect::<Result<Vec<_>, _>>()?;
    let mut config = Config::new(projects);
    if let Some(models) = file.models {
        config.models = models;
    }
    if let Some(name) = file.profile {
        config.profile = profile(&name)?;
    }
    config.deadline = span("deadline", file.deadline.as_deref())?;
    config.fallback_after = span("fallback_after", file.fallback_after.as_deref())?;
    config.unproven_in_flight = file.unproven_in_flight;
    if let Some(minute) = span("minute", file.minute.as_deref())? {
        config.minute = minute;
    }
    if let Some(timeout) = span("attempt_timeout", file.attempt_timeout.as_deref())? {
        config.attempt_timeout = timeout;
    }
    config.check()?;
    Ok(config)
}

fn profile(name: &str) -> Result<Profile, ConfigError> {
    name.parse().map_err(|_| {
        let known: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
        ConfigError::new(format!(
            "`profile` is `{name}`; it must be one of {}",
            known.join(", ")
        ))
    })
}

fn span(key: &str, value: Option<&str>) -> Result<Option<Duration>, ConfigError> {
    let Some(value) = value else { return Ok(None) };
    match humantime::parse_duration(value) {
        Ok(span) if !span.is_zero() => Ok(Some(span)),
        _ => Err(ConfigError::new(format!(
            "`{key}` is `{value}`; write a time above zero such as `90s`, `10m` or `1h`"
        ))),
    }
}

impl ProjectEntry {
    fn read(self, var: Var<'_>) -> Result<Project, ConfigError> {
        let id = &self.id;
        let wrong = |what: String| ConfigError::new(format!("project `{id}`: {what}"));
        let mut project = match (self.surface, self.locations) {
            (SurfaceEntry::Vertex, Some(locations)) => Project::vertex(id, locations),
            (SurfaceEntry::Vertex, None) => {
                return Err(wrong(
                    "a Vertex project needs `locations`, for example [\"global\"]".to_owned(),
                ));
            }
            (SurfaceEntry::Developer, None) => Project::developer(id),
            (SurfaceEntry::Developer, Some(_)) => {
                return Err(wrong(
                    "the Developer API has no locations; remove `locations`".to_owned(),
                ));
            }
        };
        project.billing_account = self.billing_account;
        project.base_url = self.base_url;
        for entry in self.credentials {
            project
                .credentials
                .push(entry.read(project.surface, var).map_err(wrong)?);
        }
        project.limits = self.limit.into_iter().map(LimitEntry::read).collect();
        Ok(project)
    }
}

impl CredentialEntry {
    fn read(self, surface: Surface, var: Var<'_>) -> Result<Credential, String> {
        let bearer = surface == Surface::Vertex;
        match (self.env, self.file, self.command) {
            (Some(name), None, None) => {
                let secret = var(&name).filter(|value| !value.trim().is_empty());
                let secret = secret.ok_or_else(|| format!("the variable {name} is not set"))?;
                Ok(if bearer {
                    fixed_bearer(&secret)
                } else {
                    Credential::api_key(&secret)
                })
            }
            // A token file is read again for each attempt: whoever writes it renews it.
            (None, Some(path), None) if bearer => Ok(Credential::bearer(move || token_file(&path))),
            (None, Some(path), None) => {
                let secret = std::fs::read_to_string(&path);
                let secret = secret.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
                Ok(Credential::api_key(&secret))
            }
            (None, None, Some(words)) if bearer && !words.is_empty() => Ok(Credential::bearer_command(words)),
            (None, None, Some(_)) => {
                Err("`command` gives bearer tokens, for Vertex; it must not be empty".to_owned())
            }
            _ => Err("a credential has exactly one of `env`, `file` and `command`".to_owned()),
        }
    }
}

fn fixed_bearer(token: &str) -> Credential {
    let token = Secret::new(token);
    Credential::bearer(move || Ok(token.clone()))
}

fn token_file(path: &std::path::Path) -> Result<Secret, BearerError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| BearerError::transient(format!("{} cannot be read: {error}", path.display())))?;
    Ok(Secret::new(&text))
}

impl LimitEntry {
    fn read(self) -> ModelLimits {
        let Self {
            model,
            location,
            rpm,
            tpm,
            rpd,
        } = self;
        ModelLimits {
            model,
            location,
            rpm,
            tpm,
            rpd,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
models = ["gemini-3.8-flash", "gemini-3.5-flash-lite"]
profile = "batch"
deadline = "2h"

[[project]]
id = "castor"
surface = "developer"
billing_account = "ours"
credentials = [{ env = "CASTOR" }]

[[project.limit]]
model = "gemini-3.8-flash"
rpm = 60
tpm = 1000000

[[project]]
id = "leda"
surface = "vertex"
base_url = "http://127.0.0.1:9"
locations = ["global", "eu"]
credentials = [{ command = ["gcloud", "auth", "print-access-token"] }]
"#;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        read(text, &|name| (name == "CASTOR").then(|| "k".to_owned()))
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = parse(text).expect_err("the text is wrong").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_whole_file_is_read() {
        let config = parse(WHOLE).unwrap();
        assert_eq!(config.profile, Profile::Batch);
        assert_eq!(config.deadline, Some(Duration::from_secs(7200)));
        let [castor, leda] = &config.projects[..] else {
            panic!("two projects")
        };
        assert_eq!(
            castor.limits_of("gemini-3.8-flash", "global").unwrap().rpm,
            Some(60)
        );
        assert_eq!((leda.surface, leda.locations.len()), (Surface::Vertex, 2));
    }

    #[test]
    fn an_unknown_key_names_the_nearest_and_its_line() {
        refused(
            &WHOLE.replace("rpm = 60", "rmp = 60"),
            "line 14: unknown key `rmp`; did you mean `rpm`?",
        );
        refused(
            "quantum = 1",
            "line 1: unknown key `quantum`; known here: models, profile",
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        refused("", "no project");
        refused(
            &WHOLE.replace("CASTOR", "POLLUX"),
            "the variable POLLUX is not set",
        );
        refused(
            &WHOLE.replace("locations = [\"global\", \"eu\"]", ""),
            "needs `locations`",
        );
        refused(
            &WHOLE.replace("credentials = [{ env = \"CASTOR\" }]", ""),
            "project `castor` has no credential",
        );
        refused(&WHOLE.replace("\"2h\"", "\"soon\""), "`deadline` is `soon`");
        refused(
            &WHOLE.replace("\"batch\"", "\"bulk\""),
            "one of interactive, default, batch",
        );
        refused(
            &WHOLE.replace("id = \"leda\"", "id = \"castor\""),
            "configured twice",
        );
    }

    #[test]
    fn a_limit_that_nothing_looks_at_is_refused() {
        let elsewhere = format!("{WHOLE}[[project.limit]]\nmodel = \"m\"\nlocation = \"globel\"\nrpm = 1\n");
        refused(
            &elsewhere,
            "no location `globel`, which a limit of `m` names; did you mean `global`?",
        );
        let twice = format!("{WHOLE}{0}{0}", "[[project.limit]]\nmodel = \"m\"\nrpm = 1\n");
        refused(&twice, "two limits of `m`");
    }

    #[test]
    fn a_key_that_no_header_may_hold_is_refused() {
        let error = read(WHOLE, &|_| Some("two\nlines".to_owned()))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("project `castor`: key 1 is empty or holds characters"),
            "{error}"
        );
    }

    #[test]
    fn a_configuration_never_shows_a_key() {
        let text = WHOLE.replace("CASTOR", "SECRET");
        let config = read(&text, &|_| Some("hush-hush".to_owned())).unwrap();
        assert!(!format!("{config:?}").contains("hush"));
    }
}
