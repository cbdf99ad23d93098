//! Whose credential it is, and whether it opens what is asked for.

use std::{collections::HashMap, fmt};

use super::{arrival::Credential, route::Target};
use crate::{
    scenario::{KeyKind, KeyState, Method, Scenario, Surface},
    wire::refusal::{self, Refusal},
};

/// Whose each secret of the scenario is. `Debug` shows no secret.
pub(super) struct Owners(HashMap<String, Owner>);

/// Whose a secret is, by index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Owner {
    pub(super) project: usize,
    pub(super) key: usize,
}

impl fmt::Debug for Owners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Owners({})", self.0.len())
    }
}

impl Owners {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let mut owners = HashMap::new();
        for (project, found) in scenario.projects.iter().enumerate() {
            for (key, secret) in found.keys.iter().enumerate() {
                owners.insert(secret.secret.expose().to_owned(), Owner { project, key });
            }
        }
        Self(owners)
    }

    /// Whose the first credential is, whether it opens anything or not.
    pub(super) fn presented(&self, credentials: &[Credential<'_>]) -> Option<Owner> {
        let (Credential::ApiKey(secret) | Credential::Bearer(secret)) = credentials.first()?;
        self.0.get(secret.as_ref()).copied()
    }

    /// Whom `target` is served for, by exactly one credential.
    pub(super) fn owner(
        &self,
        scenario: &Scenario,
        target: &Target<'_>,
        credentials: &[Credential<'_>],
    ) -> Result<Owner, Refusal> {
        let credential = match credentials {
            [] => return Err(refusal::no_credentials(target)),
            [credential] => credential,
            _ => return Err(refusal::several_credentials()),
        };
        let (secret, sent_as) = match credential {
            Credential::ApiKey(key) => (key, KeyKind::ApiKey),
            Credential::Bearer(token) => (token, KeyKind::Token),
        };
        let unknown = || match sent_as {
            KeyKind::Token => refusal::bad_token(target),
            KeyKind::ApiKey => refusal::of_key(KeyState::Invalid, target, 0, secret),
        };
        let owner = self.0.get(secret.as_ref()).copied().ok_or_else(unknown)?;
        let project = &scenario.projects[owner.project];
        let key = &project.keys[owner.key];
        if project.surface != target.surface {
            return Err(unknown());
        }
        if key.kind != sent_as {
            return Err(match (target.surface, sent_as) {
                (Surface::Vertex, KeyKind::ApiKey) => refusal::api_key_on_vertex(target),
                _ => refusal::bad_token(target),
            });
        }
        if key.state != KeyState::Valid {
            return Err(refusal::of_key(key.state, target, project.number, secret));
        }
        let names_it = target.project == project.id
            || target.project.parse() == Ok(project.number)
            // Express mode, and the models, which belong to no project.
            || (target.project.is_empty() && (key.kind == KeyKind::ApiKey || target.method == Method::Models));
        if target.surface == Surface::Vertex && !names_it {
            return Err(refusal::foreign_project(target));
        }
        Ok(owner)
    }
}
