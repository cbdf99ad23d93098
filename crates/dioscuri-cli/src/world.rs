//! The world of `--sim`: a simulator on loopback in this process, and the configuration that an operator of
//! its projects would have written.

use anyhow::{Context as _, Result, anyhow};
use dioscuri::{BearerError, Config, Credential, ModelLimits, Profile, Project, Secret};
use dioscuri_sim::{Scenario, Server, Surface};
use std::{fs, path::Path};

/// The scenario of that name, or in that file. A name goes before a file.
pub(crate) fn scenario(name: &str) -> Result<Scenario> {
    let path = Path::new(name);
    let named = Scenario::names().iter().any(|(known, _)| *known == name);
    if named || !(path.exists() || path.extension().is_some()) {
        return Scenario::named(name)
            .map_err(|error| anyhow!("{error} (`dioscuri sim --list` shows them all)"));
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the scenario `{name}`"))?;
    Scenario::parse(&text).with_context(|| format!("the scenario `{name}` is wrong"))
}

/// Starts the world of `scenario` on a free port of this machine.
pub(crate) async fn start(scenario: Scenario) -> Result<Server> {
    Server::start(scenario)
        .await
        .context("cannot open a port on 127.0.0.1 for the simulator")
}

/// What an operator of the scenario's projects knows: projects, keys, locations, models and limits. Not which
/// keys are bad, nor how much of a day is spent; that is for the run to find out.
pub(crate) fn config(scenario: &Scenario, url: &str) -> Config {
    Config::new(scenario.projects.iter().map(|project| known(project, url)))
        .with_models(&scenario.chain)
        .with_profile(Profile::Batch)
        .with_minute(scenario.minute)
}

fn known(project: &dioscuri_sim::Project, url: &str) -> Project {
    let vertex = project.surface == Surface::Vertex;
    let mut known = if vertex {
        Project::vertex(&project.id, &project.locations)
    } else {
        Project::developer(&project.id)
    };
    for key in &project.keys {
        let secret = key.secret.expose();
        known = known.with_credential(if vertex {
            bearer(secret)
        } else {
            Credential::api_key(secret)
        });
    }
    for quota in &project.quotas {
        let mut limits = ModelLimits::new(&quota.model);
        limits.location.clone_from(&quota.location);
        (limits.rpm, limits.tpm, limits.rpd) = (quota.rpm, quota.tpm, quota.rpd);
        known = known.with_limits(limits);
    }
    known
        .with_billing_account(&project.billing_account)
        .with_base_url(url)
}

fn bearer(token: &str) -> Credential {
    let token = Secret::new(token);
    Credential::bearer(move || Ok::<_, BearerError>(token.clone()))
}
