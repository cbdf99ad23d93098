//! From a configuration to the parts: every project × location × model becomes an endpoint.

use crate::{Config, ConfigError, Project};
use dioscuri_budget::{self as budget, Budget};
use dioscuri_pool::{self as pool, AccountId, EndpointSpec, JurisdictionId, PlaceId, RegionPool, Subject};
use dioscuri_retry::Profile;
use dioscuri_transport::{Address, Directory, Surface};
use dioscuri_vocab::{CredentialId, EndpointId, GroupId};
use std::{collections::HashMap, hash::Hash, num::NonZeroU32};

/// The parts of a client, and the names of what they know by number.
pub(crate) struct Assembly {
    pub(crate) pool: RegionPool,
    pub(crate) budget: Budget,
    pub(crate) directory: Directory,
    pub(crate) names: Names,
}

/// What the numbers stand for, in words that hold no secret.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    endpoints: Vec<Place>,
    credentials: Vec<String>,
    accounts: Vec<String>,
    places: Vec<String>,
}

/// Where an endpoint is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// `project/location/model`.
    pub(crate) name: String,
    pub(crate) model: String,
}

impl Names {
    pub(crate) fn endpoint(&self, id: EndpointId) -> Option<&Place> {
        self.endpoints.get(id.0 as usize)
    }

    pub(crate) fn endpoint_name(&self, id: EndpointId) -> String {
        self.endpoint(id)
            .map_or_else(|| format!("endpoint {}", id.0), |place| place.name.clone())
    }

    pub(crate) fn credential_name(&self, id: CredentialId) -> String {
        named(&self.credentials, id.0, "credential")
    }

    pub(crate) fn subject(&self, subject: Subject) -> String {
        match subject {
            Subject::Key(id) => self.credential_name(id),
            Subject::Account(AccountId(id)) => named(&self.accounts, id, "account"),
            Subject::Place(PlaceId(id)) => named(&self.places, id, "place"),
            Subject::Endpoint(id) => self.endpoint_name(id),
            _ => "something".to_owned(),
        }
    }
}

fn named(names: &[String], id: u32, kind: &str) -> String {
    names
        .get(id as usize)
        .cloned()
        .unwrap_or_else(|| format!("{kind} {id}"))
}

pub(crate) fn assemble(config: &Config) -> Result<Assembly, ConfigError> {
    config.check()?;
    let mut builder = Builder {
        pool: RegionPool::new(pool_config(config)?),
        budget: Budget::new(budget_config(config)),
        directory: Directory::new(),
        names: Names::default(),
        accounts: Numbers::default(),
        places: Numbers::default(),
    };
    for (number, project) in (0..).zip(&config.projects) {
        builder.add(GroupId(number), project, config)?;
    }
    let Builder {
        pool,
        budget,
        directory,
        names,
        ..
    } = builder;
    Ok(Assembly {
        pool,
        budget,
        directory,
        names,
    })
}

/// Where the configuration allows to send, if it says so.
const ALLOWED: JurisdictionId = JurisdictionId(0);

fn budget_config(config: &Config) -> budget::Config {
    let mut known = budget::Config::default()
        .with_minute(config.minute)
        .with_guard(config.first_guard());
    if let Some(share) = config.burst_share {
        known = known.with_burst_share(share);
    }
    known
}

fn pool_config(config: &Config) -> Result<pool::Config, ConfigError> {
    let mut known = pool::Config::default();
    if !config.tiers.is_empty() {
        known = known.with_tiers(config.tiers.iter().copied());
    }
    if !config.residency.is_empty() {
        known = known.with_residency([ALLOWED]);
    }
    let usual = match config.profile {
        Profile::Batch => Some(1),
        _ => None,
    };
    let Some(most) = config.unproven_in_flight.or(usual) else {
        return Ok(known);
    };
    let most =
        NonZeroU32::new(most).ok_or_else(|| ConfigError::new("`unproven_in_flight` must be above zero"))?;
    Ok(known.with_unproven_in_flight(most))
}

struct Builder {
    pool: RegionPool,
    budget: Budget,
    directory: Directory,
    names: Names,
    accounts: Numbers<String>,
    places: Numbers<(Surface, String, String)>,
}

impl Builder {
    fn add(&mut self, group: GroupId, project: &Project, config: &Config) -> Result<(), ConfigError> {
        let payer = match &project.billing_account {
            Some(account) => format!("billing account {account}"),
            None => format!("billing account of {}", project.id),
        };
        let account = AccountId(
            self.accounts
                .number(payer, &mut self.names.accounts, String::clone),
        );
        let credentials: Vec<_> = (1..)
            .zip(&project.credentials)
            .map(|(number, credential)| {
                self.names
                    .credentials
                    .push(format!("{} key {number}", project.id));
                self.directory.add_credential(credential.clone())
            })
            .collect();
        for location in &project.locations {
            for (link, model) in (0..).zip(&config.models) {
                let id = self.directory.add_endpoint(address(project, location, model)?);
                let name = format!("{}/{location}/{model}", project.id);
                self.budget.name(id, name.as_str());
                self.names.endpoints.push(Place {
                    name,
                    model: model.clone(),
                });
                let place = self.place(project.surface, location, model);
                let mut spec = EndpointSpec::new(id, credentials.iter().copied())
                    .with_link(link)
                    .with_group(group)
                    .with_account(account)
                    .with_place(place)
                    .with_weight(project.weight_of(location))
                    .with_tier(project.tier);
                if config.is_allowed(location) {
                    spec = spec.with_jurisdiction(ALLOWED);
                }
                self.pool
                    .add(spec)
                    .map_err(|error| ConfigError::new(error.to_string()))?;
                self.budget.attach(id, &limits(project, location, model));
            }
        }
        Ok(())
    }

    /// The capacity that an endpoint shares with those of other projects.
    fn place(&mut self, surface: Surface, location: &str, model: &str) -> PlaceId {
        let key = (surface, location.to_owned(), model.to_owned());
        PlaceId(self.places.number(key, &mut self.names.places, |_| {
            format!("{surface} {location} {model}")
        }))
    }
}

fn address(project: &Project, location: &str, model: &str) -> Result<Address, ConfigError> {
    let address = match project.surface {
        Surface::Vertex => Address::vertex(&project.id, location, model),
        _ => Address::developer(model),
    };
    let address = match &project.base_url {
        Some(url) => address.and_then(|address| address.with_base(url)),
        None => address,
    };
    address.map_err(|error| ConfigError::new(format!("project `{}`: {error}", project.id)))
}

fn limits(project: &Project, location: &str, model: &str) -> Vec<budget::Limit> {
    let Some(limits) = project.limits_of(model, location) else {
        return Vec::new();
    };
    let rpm = limits.rpm.map(budget::Limit::rpm);
    let tpm = limits.tpm.map(budget::Limit::tpm);
    let rpd = limits.rpd.map(budget::Limit::rpd);
    [rpm, tpm, rpd].into_iter().flatten().collect()
}

/// Numbers things in the order in which they are met; equal things get one number.
struct Numbers<T>(HashMap<T, u32>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash> Numbers<T> {
    fn number(&mut self, thing: T, names: &mut Vec<String>, name: impl FnOnce(&T) -> String) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        if !self.0.contains_key(&thing) {
            names.push(name(&thing));
        }
        *self.0.entry(thing).or_insert(next)
    }
}
