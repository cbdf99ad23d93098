//! The parts of a client for a scenario, as its operator would configure them.

use crate::{Recipe, log::Log};
use dioscuri_budget::{Budget, Config as BudgetConfig, Limit};
use dioscuri_engine::Engine;
use dioscuri_pool::{AccountId, Config as PoolConfig, EndpointSpec, PlaceId, RegionPool};
use dioscuri_retry::{Profile, RetryBudget, RetryPolicyExt as _};
use dioscuri_sim::{Project, Scenario, Surface};
use dioscuri_vocab::{CredentialId, EndpointId, GroupId};
use std::{num::NonZeroU32, sync::Arc};

/// The engine with its parts, and what their numbers stand for.
pub(crate) struct Stack {
    pub(crate) engine: Engine,
    pub(crate) targets: Vec<Target>,
    /// The secrets, by credential.
    pub(crate) secrets: Vec<String>,
    pub(crate) log: Arc<Log>,
}

/// What an endpoint is.
pub(crate) struct Target {
    pub(crate) surface: Surface,
    pub(crate) project: String,
    pub(crate) location: String,
    pub(crate) model: String,
}

impl Stack {
    /// Knows the scenario's projects, keys, models and limits; not which keys are bad, nor what of a day is
    /// spent.
    pub(crate) fn new(recipe: &Recipe) -> Self {
        let scenario = &recipe.scenario;
        let pool = RegionPool::new(pool_config(recipe.profile));
        let budget = Budget::new(BudgetConfig::default().with_minute(scenario.minute));
        let (mut targets, mut secrets) = (Vec::new(), Vec::new());
        let (mut accounts, mut places) = (Vec::new(), Vec::new());
        for (group, project) in (0..).zip(&scenario.projects) {
            let account = AccountId(number(&mut accounts, project.billing_account.clone()));
            let keys: Vec<_> = project
                .keys
                .iter()
                .map(|key| {
                    secrets.push(key.secret.expose().to_owned());
                    CredentialId(last(&secrets))
                })
                .collect();
            for (location, link, model) in offers(scenario, project) {
                let place = (project.surface, location.clone(), model.clone());
                targets.push(Target {
                    surface: project.surface,
                    project: project.id.clone(),
                    location: location.clone(),
                    model: model.clone(),
                });
                let id = EndpointId(last(&targets));
                let spec = EndpointSpec::new(id, keys.iter().copied())
                    .with_link(link)
                    .with_group(GroupId(group))
                    .with_account(account)
                    .with_place(PlaceId(number(&mut places, place)));
                pool.add(spec)
                    .expect("a scenario's projects have keys, none twice");
                budget.attach(id, &limits(project, model, location));
            }
        }
        let log = Arc::new(Log::default());
        let policy = recipe.profile.policy();
        let retries = Arc::new(RetryBudget::new());
        let engine = Engine::builder(pool)
            .budget(budget)
            .retry(policy.within_budget(retries, recipe.profile.on_empty()))
            .observer(Arc::clone(&log))
            .seed(recipe.seed)
            .build();
        Self {
            engine,
            targets,
            secrets,
            log,
        }
    }
}

/// A batch job must not waste a request on what nobody has proven.
fn pool_config(profile: Profile) -> PoolConfig {
    match profile {
        Profile::Batch => PoolConfig::new().with_unproven_in_flight(NonZeroU32::MIN),
        _ => PoolConfig::new(),
    }
}

fn offers<'a>(
    scenario: &'a Scenario,
    project: &'a Project,
) -> impl Iterator<Item = (&'a String, u8, &'a String)> {
    project.locations.iter().flat_map(|location| {
        (0..)
            .zip(&scenario.chain)
            .map(move |(link, model)| (location, link, model))
    })
}

fn limits(project: &Project, model: &str, location: &str) -> Vec<Limit> {
    let Some(quota) = project.quota(model, location) else {
        return Vec::new();
    };
    let limits = [
        quota.rpm.map(Limit::rpm),
        quota.tpm.map(Limit::tpm),
        quota.rpd.map(Limit::rpd),
    ];
    limits.into_iter().flatten().collect()
}

/// The number of `thing`, which gets the next one if it has none.
fn number<T: PartialEq>(known: &mut Vec<T>, thing: T) -> u32 {
    let found = known.iter().position(|other| *other == thing);
    let found = found.unwrap_or_else(|| {
        known.push(thing);
        known.len() - 1
    });
    u32::try_from(found).expect("a scenario has fewer than 2^32 of anything")
}

fn last<T>(things: &[T]) -> u32 {
    u32::try_from(things.len() - 1).expect("a scenario has fewer than 2^32 of anything")
}
