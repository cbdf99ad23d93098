//! The parts of a client for a scenario, as its operator would configure them.

use crate::{Knowledge, Setup, log::Log, site::Sites};
use dioscuri_budget::{Budget, Config as BudgetConfig, Limit};
use dioscuri_engine::Engine;
use dioscuri_pool::{AccountId, Config as PoolConfig, EndpointSpec, PlaceId, RegionPool};
use dioscuri_retry::{Profile, RetryBudget, RetryPolicyExt as _};
use dioscuri_sim::Project;
use dioscuri_vocab::{CredentialId, EndpointId, GroupId};
use std::{collections::HashMap, hash::Hash, num::NonZeroU32, sync::Arc, time::Duration};

/// The façade's default: longer than any answer takes.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// An engine that knows the scenario's projects, keys, models, and limits as far as the setup says so; not which
/// keys are bad, nor what of a day is spent. Endpoints and credentials have the numbers of `sites`.
pub(crate) fn engine(setup: &Setup, sites: &Sites, log: Arc<Log>) -> Engine {
    let scenario = &setup.scenario;
    let pool = RegionPool::new(pool_config(setup.profile));
    let budget = Budget::new(BudgetConfig::default().with_minute(scenario.minute));
    let (mut accounts, mut places) = (HashMap::new(), HashMap::new());
    for (number_of_site, site) in (0..).zip(&sites.all) {
        let project = &scenario.projects[site.project_index as usize];
        let account = AccountId(number(&mut accounts, &project.billing_account));
        let place = PlaceId(number(&mut places, (site.surface, &site.location, &site.model)));
        let id = EndpointId(number_of_site);
        let spec = EndpointSpec::new(id, site.keys.clone().map(CredentialId))
            .with_link(site.link)
            .with_group(GroupId(site.project_index))
            .with_account(account)
            .with_place(place);
        pool.add(spec)
            .expect("a scenario's projects have keys, none twice");
        let limits = match setup.knowledge {
            Knowledge::Known => limits(project, &site.model, &site.location),
            Knowledge::Learned | Knowledge::Unknown => Vec::new(),
        };
        budget.attach(id, &limits);
    }
    let retries = Arc::new(RetryBudget::new());
    let policy = setup.profile.policy();
    Engine::builder(pool)
        .budget(budget)
        .retry(policy.within_budget(retries, setup.profile.on_empty()))
        .observer(log)
        .attempt_timeout(ATTEMPT_TIMEOUT)
        .seed(setup.seed)
        .build()
}

/// A batch job must not waste a request on what nobody has proven.
fn pool_config(profile: Profile) -> PoolConfig {
    match profile {
        Profile::Batch => PoolConfig::new().with_unproven_in_flight(NonZeroU32::MIN),
        _ => PoolConfig::new(),
    }
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
fn number<T: Hash + Eq>(known: &mut HashMap<T, u32>, thing: T) -> u32 {
    let next = u32::try_from(known.len()).expect("a scenario has fewer than 2^32 of anything");
    *known.entry(thing).or_insert(next)
}
