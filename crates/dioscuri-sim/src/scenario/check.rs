//! From the file to the scenario: every name stands for something, nothing is said twice.

mod incidents;
mod mistake;
mod models;
mod projects;
mod timetable;

use std::{collections::HashSet, ops::Range, time::Duration};

use toml::Spanned;

use super::{
    BillingAccount, Latency, Model, Period, Project, Scenario, ScenarioError,
    file::{File, KeyTable, LatencyTable, Name, WorldTime},
    value::date,
};

pub(super) fn scenario(text: &str) -> Result<Scenario, ScenarioError> {
    let file: File = toml::from_str(text).map_err(|error| from_toml(text, &error))?;
    let check = Check {
        text,
        minute: file.minute,
    };
    let models = check.models(file.model)?;
    let accounts = check.accounts(file.billing_account)?;
    let projects = check.projects(file.project, &models, &accounts)?;
    let known = Known {
        models: &models,
        projects: &projects,
    };
    let capacities = check.capacities(file.capacity, &known)?;
    Ok(Scenario {
        name: None,
        toml: super::Secret::new(text.to_owned()),
        about: file.about,
        minute: file.minute,
        start: file.start.map(|start| check.date(&start)).transpose()?,
        seed: file.seed,
        chain: check.chain(file.chain, &models)?,
        latency: check.latency(file.latency.as_ref())?.unwrap_or_default(),
        retry_info: file.retry_info.into(),
        loads: check.loads(file.load, &known, &capacities)?,
        capacities,
        changes: check.changes(file.change, &known)?,
        incidents: check.incidents(file.incident, &known)?,
        accounts: accounts_of(accounts, &projects),
        models,
        projects,
    })
}

/// The named accounts, and one of its own for each project that names none.
fn accounts_of(mut accounts: Vec<BillingAccount>, projects: &[Project]) -> Vec<BillingAccount> {
    for project in projects {
        if accounts
            .iter()
            .all(|account| account.id != project.billing_account)
        {
            accounts.push(BillingAccount::open(project.billing_account.clone()));
        }
    }
    accounts
}

/// What names may stand for.
struct Known<'a> {
    models: &'a [Model],
    projects: &'a [Project],
}

impl<'a> Known<'a> {
    fn model_names(&self) -> impl Iterator<Item = &'a str> + Clone {
        names_of(self.models)
    }

    fn project_ids(&self) -> impl Iterator<Item = &'a str> + Clone {
        self.projects.iter().map(|project| project.id.as_str())
    }

    fn locations(&self) -> impl Iterator<Item = &'a str> + Clone {
        self.projects
            .iter()
            .flat_map(|project| project.locations.iter().map(String::as_str))
    }
}

/// The names and aliases of `models`.
fn names_of(models: &[Model]) -> impl Iterator<Item = &str> + Clone {
    models.iter().flat_map(|model| {
        std::iter::once(model.name.as_str()).chain(model.aliases.iter().map(String::as_str))
    })
}

struct Check<'a> {
    text: &'a str,
    minute: Duration,
}

impl Check<'_> {
    /// Real time for a time of the world: a minute of it lasts `minute`.
    fn real(&self, time: WorldTime) -> Duration {
        const MINUTE_NANOS: u128 = 60_000_000_000;
        let nanos = time.0.as_nanos().saturating_mul(self.minute.as_nanos()) / MINUTE_NANOS;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn period(&self, at: Option<WorldTime>, lasts: Option<WorldTime>) -> Period {
        Period {
            at: at.map_or(Duration::ZERO, |at| self.real(at)),
            lasts: lasts.map(|lasts| self.real(lasts)),
            every: None,
        }
    }

    fn date(&self, date_text: &Name) -> Result<dioscuri_vocab::UnixTime, ScenarioError> {
        date(date_text.get_ref()).ok_or_else(|| {
            self.error(
                format!(
                    "`{}` is no date; write one as in \"2026-11-01T06:59:00Z\"",
                    date_text.get_ref()
                ),
                &date_text.span(),
            )
        })
    }

    fn chain(&self, names: Vec<Name>, models: &[Model]) -> Result<Vec<String>, ScenarioError> {
        if names.is_empty() {
            return Ok(models.iter().map(|model| model.name.clone()).collect());
        }
        self.distinct("link of the chain", &names)?;
        names
            .into_iter()
            .map(|name| self.known("model", name, names_of(models)))
            .collect()
    }

    fn latency(&self, table: Option<&Spanned<LatencyTable>>) -> Result<Option<Latency>, ScenarioError> {
        let Some(spanned) = table else { return Ok(None) };
        let table = spanned.get_ref();
        if table.min > table.max {
            return Err(self.error("latency needs `min` at most `max`", &spanned.span()));
        }
        if !(1.0..=1e6).contains(&table.tail_factor) {
            return Err(self.error("`tail_factor` must lie in 1.0 to 1e6", &spanned.span()));
        }
        Ok(Some(Latency {
            min: table.min,
            max: table.max,
            per_output_token: table.per_output_token,
            tail_share: table.tail_share,
            tail_factor: table.tail_factor,
        }))
    }

    /// `name`, if it is one of `known`.
    fn known<'k>(
        &self,
        what: &str,
        name: Name,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Result<String, ScenarioError> {
        if known.clone().any(|candidate| candidate == name.get_ref()) {
            return Ok(name.into_inner());
        }
        Err(self
            .error(format!("unknown {what} `{}`", name.get_ref()), &name.span())
            .nearest(name.get_ref(), known))
    }

    /// `name`, if it is not empty.
    fn named(&self, what: &str, name: Name) -> Result<String, ScenarioError> {
        if name.get_ref().is_empty() {
            return Err(self.error(format!("an empty {what}"), &name.span()));
        }
        Ok(name.into_inner())
    }

    fn distinct<'n>(
        &self,
        what: &str,
        names: impl IntoIterator<Item = &'n Name>,
    ) -> Result<(), ScenarioError> {
        let mut seen = HashSet::new();
        match names.into_iter().find(|name| !seen.insert(name.get_ref())) {
            Some(twice) => Err(self.error(format!("a second {what} `{}`", twice.get_ref()), &twice.span())),
            None => Ok(()),
        }
    }

    /// As `distinct`, without showing what is there twice.
    fn distinct_secrets<'k>(&self, keys: impl Iterator<Item = &'k KeyTable>) -> Result<(), ScenarioError> {
        let mut seen = HashSet::new();
        match keys
            .map(|key| &key.secret)
            .find(|secret| !seen.insert(secret.get_ref()))
        {
            Some(twice) => Err(self.error("the same secret a second time", &twice.span())),
            None => Ok(()),
        }
    }

    fn error(&self, message: impl Into<String>, span: &Range<usize>) -> ScenarioError {
        ScenarioError::new(message).at(self.text, span)
    }
}

/// What the TOML reader found, in words for whoever writes the file.
fn from_toml(text: &str, error: &toml::de::Error) -> ScenarioError {
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    let scenario_error = mistake::unknown_name(&message)
        .or_else(|| mistake::wrong_type(&message))
        .or_else(|| mistake::missing(&message))
        .unwrap_or_else(|| ScenarioError::new(message));
    match error.span() {
        Some(span) => scenario_error.at(text, &span),
        None => scenario_error,
    }
}

#[cfg(test)]
mod tests;
