//! From the file to the scenario: every name stands for something, nothing is said twice.

use std::{collections::HashSet, ops::Range};

use toml::Spanned;

use super::{
    Key, Latency, Model, Project, Quota, Scenario, ScenarioError, Secret, Surface,
    file::{File, KeyTable, LatencyTable, ModelTable, Name, ProjectTable, QuotaTable, TokensTable},
};

/// The only location of the Developer API, as its quota bodies name it.
const GLOBAL: &str = "global";

/// The length of answers if the file says none: 16 to 64 tokens, one to four sentences.
const OUTPUT_TOKENS: (u64, u64) = (16, 64);

/// The longest answer, in tokens: the output limit of Google's text models since 2.5.
const MOST_OUTPUT_TOKENS: u64 = 65_536;

pub(super) fn scenario(text: &str) -> Result<Scenario, ScenarioError> {
    let file: File = toml::from_str(text).map_err(|error| from_toml(text, &error))?;
    let check = Check { text };
    let models = check.models(file.model)?;
    let projects = check.projects(file.project, &models)?;
    Ok(Scenario {
        about: file.about,
        minute: file.minute,
        seed: file.seed,
        chain: check.chain(file.chain, &models)?,
        latency: check.latency(file.latency.as_ref())?.unwrap_or_default(),
        faults: file.faults.into(),
        models,
        projects,
    })
}

struct Check<'a> {
    text: &'a str,
}

impl Check<'_> {
    fn models(&self, tables: Vec<ModelTable>) -> Result<Vec<Model>, ScenarioError> {
        if tables.is_empty() {
            return Err(ScenarioError::new("a scenario needs at least one [[model]]"));
        }
        self.distinct("model", tables.iter().map(|table| &table.name))?;
        tables.into_iter().map(|table| self.model(table)).collect()
    }

    fn model(&self, table: ModelTable) -> Result<Model, ScenarioError> {
        let latency = self.latency(table.latency.as_ref())?;
        let output_tokens = match table.output_tokens {
            None => OUTPUT_TOKENS,
            Some(range) => self.output_tokens(&range)?,
        };
        Ok(Model {
            name: self.named("model name", table.name)?,
            latency,
            output_tokens,
        })
    }

    fn output_tokens(&self, range: &Spanned<TokensTable>) -> Result<(u64, u64), ScenarioError> {
        let &TokensTable { min, max } = range.get_ref();
        if min <= max && (1..=MOST_OUTPUT_TOKENS).contains(&max) {
            return Ok((min, max));
        }
        Err(self.error(
            format!("output_tokens needs `min` at most `max`, and `max` in 1 to {MOST_OUTPUT_TOKENS}"),
            &range.span(),
        ))
    }

    fn projects(&self, tables: Vec<ProjectTable>, models: &[Model]) -> Result<Vec<Project>, ScenarioError> {
        if tables.is_empty() {
            return Err(ScenarioError::new("a scenario needs at least one [[project]]"));
        }
        self.distinct("project", tables.iter().map(|table| &table.id))?;
        self.distinct_secrets(tables.iter().flat_map(|table| &table.key))?;
        tables
            .into_iter()
            .map(|table| self.project(table, models))
            .collect()
    }

    fn project(&self, table: ProjectTable, models: &[Model]) -> Result<Project, ScenarioError> {
        let span = table.id.span();
        let surface = Surface::from(table.surface);
        if table.key.is_empty() {
            return Err(self.error("a project needs at least one key", &span));
        }
        let locations = self.locations(surface, table.locations, &span)?;
        let quotas = self.quotas(table.quota, models, &locations)?;
        let id = self.named("project id", table.id)?;
        Ok(Project {
            surface,
            tier: table.tier.into(),
            billing_account: table.billing_account.unwrap_or_else(|| id.clone()),
            id,
            locations,
            keys: table
                .key
                .into_iter()
                .map(|key| self.key(key))
                .collect::<Result<_, _>>()?,
            quotas,
        })
    }

    fn key(&self, table: KeyTable) -> Result<Key, ScenarioError> {
        Ok(Key {
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
        let location = table
            .location
            .map(|name| self.known("location", name, locations.iter().map(String::as_str)))
            .transpose()?;
        Ok(Quota {
            model: self.known("model", table.model, model_names(models))?,
            location,
            rpm: table.rpm,
            tpm: table.tpm,
            rpd: table.rpd,
            rpd_used: table.rpd_used.map_or(0, Spanned::into_inner),
        })
    }

    fn chain(&self, names: Vec<Name>, models: &[Model]) -> Result<Vec<String>, ScenarioError> {
        if names.is_empty() {
            return Ok(model_names(models).map(str::to_owned).collect());
        }
        self.distinct("link of the chain", &names)?;
        names
            .into_iter()
            .map(|name| self.known("model", name, model_names(models)))
            .collect()
    }

    fn latency(&self, table: Option<&Spanned<LatencyTable>>) -> Result<Option<Latency>, ScenarioError> {
        let Some(table) = table else { return Ok(None) };
        let latency = Latency::from(table.get_ref());
        if latency.min > latency.max {
            return Err(self.error("latency needs `min` at most `max`", &table.span()));
        }
        Ok(Some(latency))
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

fn model_names(models: &[Model]) -> impl Iterator<Item = &str> + Clone {
    models.iter().map(|model| model.name.as_str())
}

/// What the TOML reader found, in the words of this crate.
///
/// serde names the unknown key and then the known ones, each between back quotes; its message is the only
/// place where the known ones are listed.
fn from_toml(text: &str, error: &toml::de::Error) -> ScenarioError {
    let message = error.message();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let found = ["unknown field", "unknown variant"]
        .into_iter()
        .find(|start| message.starts_with(start))
        .and_then(|start| Some((start, quoted.next()?)));
    let scenario_error = match found {
        Some((start, name)) => {
            let what = if start == "unknown field" { "key" } else { "value" };
            ScenarioError::new(format!("unknown {what} `{name}`")).nearest(name, quoted)
        }
        None => ScenarioError::new(message.lines().collect::<Vec<_>>().join(", ")),
    };
    match error.span() {
        Some(span) => scenario_error.at(text, &span),
        None => scenario_error,
    }
}

#[cfg(test)]
mod tests;
