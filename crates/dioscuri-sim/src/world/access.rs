//! Whose credential it is, and whether it opens what is asked for.

use std::{collections::HashMap, fmt};

use super::{arrival::Credential, route::Target};
use crate::{
    scenario::{KeyState, Scenario, Surface},
    wire::refusal::{self, Refusal},
};

/// Which project of the scenario each valid secret belongs to. `Debug` shows no secret.
pub(super) struct Owners(HashMap<String, usize>);

impl fmt::Debug for Owners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Owners({})", self.0.len())
    }
}

impl Owners {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let keys = scenario
            .projects
            .iter()
            .enumerate()
            .flat_map(|(index, project)| project.keys.iter().map(move |key| (index, key)));
        Self(
            keys.filter(|(_, key)| key.state == KeyState::Valid)
                .map(|(index, key)| (key.secret.expose().to_owned(), index))
                .collect(),
        )
    }

    /// The project that `target` is served for, by exactly one credential.
    pub(super) fn project(
        &self,
        scenario: &Scenario,
        target: &Target<'_>,
        credentials: &[Credential<'_>],
    ) -> Result<usize, Refusal> {
        let credential = match credentials {
            [] => return Err(refusal::no_credentials(target)),
            [credential] => credential,
            _ => return Err(refusal::several_credentials()),
        };
        let owner = |secret: &str| {
            let index = self.0.get(secret).copied();
            index.filter(|&index| scenario.projects[index].surface == target.surface)
        };
        match (target.surface, credential) {
            (Surface::Developer, Credential::ApiKey(key)) => owner(key).ok_or_else(refusal::bad_key),
            (Surface::Developer, Credential::Bearer(_)) => Err(refusal::bad_token(target)),
            (Surface::Vertex, Credential::ApiKey(_)) => Err(refusal::api_key_on_vertex(target)),
            (Surface::Vertex, Credential::Bearer(token)) => {
                let index = owner(token).ok_or_else(|| refusal::bad_token(target))?;
                if scenario.projects[index].id == target.project {
                    Ok(index)
                } else {
                    Err(refusal::foreign_project(target))
                }
            }
        }
    }
}
