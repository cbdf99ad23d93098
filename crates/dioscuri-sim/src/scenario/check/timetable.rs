//! What a file says of shared capacity, other users and changing limits.

use std::{collections::HashSet, time::Duration};

use toml::Spanned;

use super::{Check, Known, WorldTime};
use crate::scenario::{
    Capacity, Change, Load, Project, ScenarioError, Surface,
    file::{CapacityTable, ChangeTable, LoadTable, Name},
};

/// How long a rate of other users lasts, if the file says nothing: five minutes of the world.
const CHANGE_EVERY: WorldTime = WorldTime(Duration::from_secs(300));

/// The prompts of other users, if the file says nothing, in tokens.
const TOKENS: (u64, u64) = (100, 1_000);

/// The most requests in a minute that others may send: each is simulated.
const MOST_RPM: u64 = 1_000_000;

impl Check<'_> {
    pub(super) fn capacities(
        &self,
        tables: Vec<Spanned<CapacityTable>>,
        known: &Known<'_>,
    ) -> Result<Vec<Capacity>, ScenarioError> {
        let mut seen = HashSet::new();
        let mut capacities = Vec::with_capacity(tables.len());
        for table in tables {
            let span = table.span();
            let table = table.into_inner();
            if table.rpm.is_none() && table.tpm.is_none() {
                return Err(self.error("a capacity needs `rpm` or `tpm`", &span));
            }
            let capacity = Capacity {
                model: self.model_name(table.model, known.models)?,
                location: self.any_location(table.location, known)?,
                surface: Surface::from(table.surface),
                rpm: table.rpm,
                tpm: table.tpm,
            };
            if !seen.insert((
                capacity.model.clone(),
                capacity.location.clone(),
                capacity.surface,
            )) {
                return Err(self.error(
                    format!(
                        "a second capacity for model `{}` in the same place",
                        capacity.model
                    ),
                    &span,
                ));
            }
            capacities.push(capacity);
        }
        Ok(capacities)
    }

    pub(super) fn loads(
        &self,
        tables: Vec<Spanned<LoadTable>>,
        known: &Known<'_>,
        capacities: &[Capacity],
    ) -> Result<Vec<Load>, ScenarioError> {
        tables
            .into_iter()
            .map(|table| {
                let span = table.span();
                let load = self.load(table.into_inner(), known)?;
                let meets = |capacity: &Capacity| {
                    capacity.model == load.model
                        && (load.location.is_none()
                            || capacity.location.is_none()
                            || capacity.location == load.location)
                };
                if load.project.is_none() && !capacities.iter().any(meets) {
                    return Err(self.error(
                        "a load without `project` needs a [[capacity]] of its model to use",
                        &span,
                    ));
                }
                Ok(load)
            })
            .collect()
    }

    fn load(&self, table: LoadTable, known: &Known<'_>) -> Result<Load, ScenarioError> {
        let rpm = self.range("rpm", &table.rpm)?;
        if rpm.1 > MOST_RPM {
            return Err(self.error(
                format!("`rpm` of a load may be {MOST_RPM} at most"),
                &table.rpm.span(),
            ));
        }
        let change_every = match table.change_every {
            None => self.real(CHANGE_EVERY),
            Some(every) => {
                let real = self.real(*every.get_ref());
                if real.is_zero() {
                    return Err(self.error("`change_every` must be above zero", &every.span()));
                }
                real
            }
        };
        let project = table
            .project
            .map(|name| self.known("project", name, known.project_ids()))
            .transpose()?;
        let of_project = project.as_deref().and_then(|id| find(known.projects, id));
        Ok(Load {
            location: match of_project {
                Some(project) => table
                    .location
                    .map(|name| self.known("location", name, project.locations.iter().map(String::as_str)))
                    .transpose()?,
                None => self.any_location(table.location, known)?,
            },
            model: self.model_name(table.model, known.models)?,
            project,
            rpm,
            tokens: match table.tokens {
                None => TOKENS,
                Some(range) => self.range("tokens", &range)?,
            },
            change_every,
            insists: table.insists,
            period: self.period(table.at, table.lasts),
        })
    }

    pub(super) fn changes(
        &self,
        tables: Vec<Spanned<ChangeTable>>,
        known: &Known<'_>,
    ) -> Result<Vec<Change>, ScenarioError> {
        tables
            .into_iter()
            .map(|table| {
                let span = table.span();
                let table = table.into_inner();
                if table.rpm.is_none() && table.tpm.is_none() && table.rpd.is_none() {
                    return Err(self.error("a change needs `rpm`, `tpm` or `rpd`", &span));
                }
                let project = self.known("project", table.project, known.project_ids())?;
                let locations = find(known.projects, &project).map_or(&[][..], |project| &project.locations);
                Ok(Change {
                    at: self.real(table.at),
                    location: table
                        .location
                        .map(|name| self.known("location", name, locations.iter().map(String::as_str)))
                        .transpose()?,
                    project,
                    model: self.model_name(table.model, known.models)?,
                    rpm: table.rpm,
                    tpm: table.tpm,
                    rpd: table.rpd,
                })
            })
            .collect()
    }

    fn any_location(&self, name: Option<Name>, known: &Known<'_>) -> Result<Option<String>, ScenarioError> {
        name.map(|name| self.known("location", name, known.locations()))
            .transpose()
    }
}

fn find<'p>(projects: &'p [Project], id: &str) -> Option<&'p Project> {
    projects.iter().find(|project| project.id == id)
}
