//! The projects of a file, their keys and quotas, and who pays.

use std::{collections::HashSet, ops::Range, time::Duration};

use toml::Spanned;

use super::{Check, names_of};
use crate::scenario::{
    BillingAccount, Enforcement, Key, KeyKind, Model, Project, Quota, ScenarioError, Secret, Surface,
    Throughput,
    file::{AccountTable, EnforcementName, KeyTable, Name, ProjectTable, QuotaTable, ThroughputTable},
};

/// The only location of the Developer API, as its quota bodies name it.
const GLOBAL: &str = "global";

/// What the first project is called by number; the next counts on.
const FIRST_NUMBER: u64 = 100_000_000_001;

/// Over which time provisioned throughput is enforced, if the file says none: the middle of the 40 to 120 s
/// that are published for orders of up to 3 GSU.
const THROUGHPUT_WINDOW: Duration = Duration::from_secs(60);

impl Check<'_> {
    pub(super) fn accounts(&self, tables: Vec<AccountTable>) -> Result<Vec<BillingAccount>, ScenarioError> {
        self.distinct("billing account", tables.iter().map(|table| &table.id))?;
        tables.into_iter().map(|table| self.account(table)).collect()
    }

    fn account(&self, table: AccountTable) -> Result<BillingAccount, ScenarioError> {
        let usd = |what, amount: Option<Spanned<f64>>| {
            amount
                .map(|amount| self.usd(what, *amount.get_ref(), &amount.span()))
                .transpose()
        };
        let account = BillingAccount {
            spend_limit: usd("spend_limit", table.spend_limit)?,
            prepaid: usd("prepaid", table.prepaid)?,
            state: table.state.into(),
            ..BillingAccount::open(self.named("billing account", table.id)?)
        };
        match table.prepaid_status {
            None => Ok(account),
            Some(status) if matches!(status.get_ref(), 402 | 429) => Ok(BillingAccount {
                prepaid_status: status.into_inner(),
                ..account
            }),
            Some(status) => Err(self.error("`prepaid_status` is 429 or 402", &status.span())),
        }
    }

    pub(super) fn projects(
        &self,
        tables: Vec<ProjectTable>,
        models: &[Model],
        accounts: &[BillingAccount],
    ) -> Result<Vec<Project>, ScenarioError> {
        if tables.is_empty() {
            return Err(ScenarioError::new("a scenario needs at least one [[project]]"));
        }
        self.distinct("project", tables.iter().map(|table| &table.id))?;
        self.distinct_secrets(tables.iter().flat_map(|table| &table.key))?;
        let spans: Vec<Range<usize>> = tables.iter().map(|table| table.id.span()).collect();
        let projects: Vec<Project> = tables
            .into_iter()
            .zip(FIRST_NUMBER..)
            .map(|(table, number)| self.project(table, number, models, accounts))
            .collect::<Result<_, _>>()?;
        let mut seen: HashSet<String> = projects.iter().map(|project| project.id.clone()).collect();
        for (project, span) in projects.iter().zip(&spans) {
            let number = project.number.to_string();
            if number != project.id && !seen.insert(number) {
                return Err(self.error(
                    format!("a second project with the number or id `{}`", project.number),
                    span,
                ));
            }
        }
        Ok(projects)
    }

    fn project(
        &self,
        table: ProjectTable,
        number: u64,
        models: &[Model],
        accounts: &[BillingAccount],
    ) -> Result<Project, ScenarioError> {
        let span = table.id.span();
        let surface = Surface::from(table.surface);
        if table.key.is_empty() {
            return Err(self.error("a project needs at least one key", &span));
        }
        let locations = self.locations(surface, table.locations, &span)?;
        let quotas = self.quotas(table.quota, models, &locations)?;
        if surface == Surface::Developer
            && let Some(order) = table.throughput.first()
        {
            return Err(self.error("a developer project has no throughput", &order.model.span()));
        }
        let throughputs = self.throughputs(table.throughput, models, &locations)?;
        let id = self.named("project id", table.id)?;
        let billing_account = match table.billing_account {
            None => id.clone(),
            // Without a single [[billing_account]], names of accounts are free.
            Some(name) if accounts.is_empty() => self.named("billing account", name)?,
            Some(name) => {
                let known = accounts.iter().map(|account| account.id.as_str());
                self.known("billing account", name, known)?
            }
        };
        Ok(Project {
            number: table.number.unwrap_or(number),
            surface,
            tier: table.tier.into(),
            billing_account,
            id,
            locations,
            new_user: table.new_user,
            priority_share: table.priority_share,
            keys: table
                .key
                .into_iter()
                .map(|key| self.key(surface, key))
                .collect::<Result<_, _>>()?,
            quotas,
            throughputs,
        })
    }

    fn key(&self, surface: Surface, table: KeyTable) -> Result<Key, ScenarioError> {
        let kind = match (surface, table.kind) {
            (Surface::Developer, None) => KeyKind::ApiKey,
            (Surface::Vertex, None) => KeyKind::Token,
            (_, Some(kind)) => kind.into_inner().into(),
        };
        Ok(Key {
            kind,
            state: table.state.into(),
            secret: Secret::new(self.named("secret", table.secret)?),
        })
    }

    fn locations(
        &self,
        surface: Surface,
        names: Vec<Name>,
        project: &Range<usize>,
    ) -> Result<Vec<String>, ScenarioError> {
        self.distinct("location", &names)?;
        match surface {
            Surface::Vertex if names.is_empty() => {
                Err(self.error("a vertex project needs at least one location", project))
            }
            Surface::Vertex => names
                .into_iter()
                .map(|name| self.named("location", name))
                .collect(),
            Surface::Developer => match names.iter().find(|name| name.get_ref() != GLOBAL) {
                Some(name) => {
                    Err(self.error("a developer project has no location but `global`", &name.span()))
                }
                None => Ok(vec![GLOBAL.to_owned()]),
            },
        }
    }

    fn quotas(
        &self,
        tables: Vec<QuotaTable>,
        models: &[Model],
        locations: &[String],
    ) -> Result<Vec<Quota>, ScenarioError> {
        let mut seen = HashSet::new();
        let mut quotas = Vec::with_capacity(tables.len());
        for table in tables {
            let span = table.model.span();
            let quota = self.quota(table, models, locations)?;
            if !seen.insert((quota.model.clone(), quota.location.clone())) {
                return Err(self.error(
                    format!("a second quota for model `{}` in the same place", quota.model),
                    &span,
                ));
            }
            quotas.push(quota);
        }
        Ok(quotas)
    }

    fn quota(
        &self,
        table: QuotaTable,
        models: &[Model],
        locations: &[String],
    ) -> Result<Quota, ScenarioError> {
        if let Some(used) = table.rpd_used.as_ref().filter(|_| table.rpd.is_none()) {
            return Err(self.error("`rpd_used` without `rpd`", &used.span()));
        }
        let enforcement = match (table.enforcement, table.burst) {
            (EnforcementName::Bucket, None) => Enforcement::Bucket { burst: 1.0 },
            (EnforcementName::Bucket, Some(burst)) if *burst.get_ref() > 0.0 && *burst.get_ref() <= 1e6 => {
                Enforcement::Bucket {
                    burst: burst.into_inner(),
                }
            }
            (EnforcementName::Bucket, Some(burst)) => {
                return Err(self.error(
                    "`burst` is a share of the limit, above 0 and at most 1e6",
                    &burst.span(),
                ));
            }
            (_, Some(burst)) => {
                return Err(self.error("`burst` goes with enforcement = \"bucket\" only", &burst.span()));
            }
            (EnforcementName::Sliding, None) => Enforcement::Sliding,
            (EnforcementName::Fixed, None) => Enforcement::Fixed,
            (EnforcementName::Smoothed, None) => Enforcement::Smoothed,
        };
        Ok(Quota {
            location: self.location(table.location, locations)?,
            model: self.model_name(table.model, models)?,
            rpm: table.rpm,
            tpm: table.tpm,
            rpd: table.rpd,
            rpd_used: table.rpd_used.map_or(0, Spanned::into_inner),
            enforcement,
            count_refused: table.count_refused,
            retry_info: table.retry_info.map(Into::into),
        })
    }

    fn throughputs(
        &self,
        tables: Vec<ThroughputTable>,
        models: &[Model],
        locations: &[String],
    ) -> Result<Vec<Throughput>, ScenarioError> {
        let mut seen = HashSet::new();
        let mut throughputs = Vec::with_capacity(tables.len());
        for table in tables {
            let span = table.model.span();
            let throughput = self.throughput(table, models, locations)?;
            if !seen.insert((throughput.model.clone(), throughput.location.clone())) {
                return Err(self.error(
                    format!(
                        "a second throughput for model `{}` in the same place",
                        throughput.model
                    ),
                    &span,
                ));
            }
            throughputs.push(throughput);
        }
        Ok(throughputs)
    }

    fn throughput(
        &self,
        table: ThroughputTable,
        models: &[Model],
        locations: &[String],
    ) -> Result<Throughput, ScenarioError> {
        let span = table.model.span();
        if !(0.0..=1e6).contains(&table.output_weight) {
            return Err(self.error("`output_weight` must lie in 0 to 1e6", &span));
        }
        let window = match table.window {
            None => self.real(super::WorldTime(THROUGHPUT_WINDOW)),
            Some(window) => self.real(window),
        };
        if window.is_zero() {
            return Err(self.error("`window` must be above zero", &span));
        }
        Ok(Throughput {
            location: self.location(table.location, locations)?,
            model: self.model_name(table.model, models)?,
            tokens_per_second: table.tokens_per_second,
            window,
            output_weight: table.output_weight,
        })
    }

    fn location(&self, name: Option<Name>, locations: &[String]) -> Result<Option<String>, ScenarioError> {
        name.map(|name| self.known("location", name, locations.iter().map(String::as_str)))
            .transpose()
    }

    /// The name of a model that answers for itself. Counters belong to the model that serves.
    pub(super) fn model_name(&self, name: Name, models: &[Model]) -> Result<String, ScenarioError> {
        let span = name.span();
        let name = self.known("model", name, names_of(models))?;
        let model = models
            .iter()
            .find(|model| model.name == name || model.aliases.contains(&name));
        match model {
            Some(model) if model.served_by.is_some() => Err(self.error(
                format!("`{name}` is served by another model; name that one here"),
                &span,
            )),
            Some(model) => Ok(model.name.clone()),
            None => Ok(name),
        }
    }
}
