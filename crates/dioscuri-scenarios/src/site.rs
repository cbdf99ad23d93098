//! The places that may be asked, and with which keys: what every strategy knows of a world.

use crate::measured::Endpoint;
use dioscuri_sim::{Ask, Scenario, Surface};
use std::ops::Range;

/// Every endpoint of a scenario: project × location × model of the chain.
pub(crate) struct Sites {
    pub(crate) all: Vec<Site>,
    /// Of all projects, by number.
    pub(crate) secrets: Vec<String>,
}

/// One endpoint.
pub(crate) struct Site {
    pub(crate) surface: Surface,
    /// The project, by index.
    pub(crate) project_index: u32,
    pub(crate) project: String,
    pub(crate) location: String,
    pub(crate) model: String,
    /// Its model's place in the chain.
    pub(crate) link: u8,
    /// The numbers of its secrets.
    pub(crate) keys: Range<u32>,
}

impl Sites {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let (mut all, mut secrets) = (Vec::new(), Vec::new());
        for (project_index, project) in (0..).zip(&scenario.projects) {
            let first = count(&secrets);
            secrets.extend(project.keys.iter().map(|key| key.secret.expose().to_owned()));
            for location in &project.locations {
                for (link, model) in (0..).zip(&scenario.chain) {
                    all.push(Site {
                        surface: project.surface,
                        project_index,
                        project: project.id.clone(),
                        location: location.clone(),
                        model: model.clone(),
                        link,
                        keys: first..count(&secrets),
                    });
                }
            }
        }
        Self { all, secrets }
    }

    /// What is asked at a site with one of its keys.
    pub(crate) fn ask(&self, site: u32, key: u32, tokens: u64) -> Ask<'_> {
        let secret = &self.secrets[key as usize];
        let site = &self.all[site as usize];
        match site.surface {
            Surface::Vertex => Ask::vertex(secret, &site.project, &site.location, &site.model, tokens),
            _ => Ask::developer(secret, &site.model, tokens),
        }
    }

    /// The numbers of the sites of the first choice.
    pub(crate) fn first_choice(&self) -> Vec<u32> {
        let numbers = (0..).zip(&self.all).filter(|(_, site)| site.link == 0);
        numbers.map(|(number, _)| number).collect()
    }

    /// Requests in a minute that the sites of the first choice admit together, if each has `tokens`.
    pub(crate) fn quota(&self, scenario: &Scenario, tokens: f64) -> usize {
        let sites = self.all.iter().filter(|site| site.link == 0);
        let quotas = sites.filter_map(|site| {
            let quota = scenario
                .project(&site.project)?
                .quota(&site.model, &site.location)?;
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole requests of limits far below 2^53"
            )]
            let by_tokens = quota.tpm.map(|tpm| (tpm as f64 / tokens) as u64);
            quota.rpm.into_iter().chain(by_tokens).min()
        });
        usize::try_from(quotas.sum::<u64>()).unwrap_or(usize::MAX)
    }

    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        let endpoints = self.all.iter().map(|site| Endpoint {
            project: site.project.clone(),
            location: site.location.clone(),
            model: site.model.clone(),
        });
        endpoints.collect()
    }
}

fn count<T>(things: &[T]) -> u32 {
    u32::try_from(things.len()).expect("a scenario has fewer than 2^32 keys")
}
