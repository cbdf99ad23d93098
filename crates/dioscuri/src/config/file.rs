//! The TOML file: its keys, and how they become a [`Config`].

use super::{Config, ConfigError, ModelLimits, Project, error::nearest};
use dioscuri_pool::Tier;
use dioscuri_retry::Profile;
use dioscuri_transport::{BearerError, Credential, Secret, Surface};
use dioscuri_vocab::Class;
use serde::Deserialize;
use std::{collections::BTreeMap, num::NonZeroU32, path::PathBuf, time::Duration};

/// Reads a variable of the environment.
type Var<'a> = &'a dyn Fn(&str) -> Option<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    models: Option<Vec<String>>,
    profile: Option<String>,
    deadline: Option<String>,
    attempt_timeout: Option<String>,
    stream_idle: Option<String>,
    minute: Option<String>,
    fallback_after: Option<String>,
    unproven_in_flight: Option<u32>,
    #[serde(default)]
    fallback_on: BTreeMap<String, u32>,
    #[serde(default)]
    residency: Vec<String>,
    #[serde(default)]
    tiers: Vec<String>,
    hedge_after: Option<String>,
    expect_priority: Option<u8>,
    guard: Option<String>,
    burst_share: Option<f64>,
    state: Option<PathBuf>,
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
    weight: Option<NonZeroU32>,
    #[serde(default)]
    weights: BTreeMap<String, NonZeroU32>,
    tier: Option<String>,
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
    config.stream_idle = span("stream_idle", file.stream_idle.as_deref())?;
    config.fallback_after = span("fallback_after", file.fallback_after.as_deref())?;
    config.hedge_after = span("hedge_after", file.hedge_after.as_deref())?;
    config.guard = span("guard", file.guard.as_deref())?;
    config.unproven_in_flight = file.unproven_in_flight;
    config.fallback_on = file.fallback_on.iter().map(fallback).collect::<Result<_, _>>()?;
    config.residency = file.residency;
    config.tiers = file
        .tiers
        .iter()
        .map(|name| tier("tiers", name))
        .collect::<Result<_, _>>()?;
    config.expect_priority = file.expect_priority;
    config.burst_share = file.burst_share;
    config.state = file.state;
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

fn tier(key: &str, name: &str) -> Result<Tier, ConfigError> {
    let found = Tier::ALL.iter().find(|tier| tier.name() == name);
    found.copied().ok_or_else(|| {
        let known: Vec<_> = Tier::ALL.iter().map(|tier| tier.name()).collect();
        let known = known.join(", ");
        ConfigError::new(format!("`{key}` names `{name}`; a tier is one of {known}"))
    })
}

fn fallback((name, after): (&String, &u32)) -> Result<(Class, u32), ConfigError> {
    if let Some(class) = Class::ALL.iter().find(|class| class.name() == name) {
        return Ok((*class, *after));
    }
    let known: Vec<_> = Class::ALL.iter().map(|class| class.name()).collect();
    let near = nearest(name, &known).map_or_else(
        || "; `dioscuri explain --list` shows the classes".to_owned(),
        |near| format!("; did you mean `{near}`?"),
    );
    Err(ConfigError::new(format!("`fallback_on` names `{name}`{near}")))
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
        if let Some(name) = &self.tier {
            project.tier = tier("tier", name).map_err(|error| wrong(error.to_string()))?;
        }
        project.weight = self.weight.unwrap_or(project.weight);
        project.weights = self.weights;
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
mod tests;
