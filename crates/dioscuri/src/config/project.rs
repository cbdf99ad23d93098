//! One project: its keys, locations, quotas and weights.

use super::{ConfigError, error, first_twice};
use dioscuri_pool::Tier;
use dioscuri_transport::{Credential, Surface};
use std::{collections::BTreeMap, num::NonZeroU32};

/// One project: the quotas are its own, whatever the number of its keys.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Project {
    /// Its name; on Vertex the Google Cloud project id.
    pub id: String,
    /// Which of the two surfaces it is reached by.
    pub surface: Surface,
    /// Who pays: projects of one account stop together when its credit ends. Default: an account of its own.
    pub billing_account: Option<String>,
    /// Asked in place of Google: a gateway, a proxy, a simulator.
    pub base_url: Option<String>,
    /// Vertex locations; the Developer API has `global` only.
    pub locations: Vec<String>,
    /// Keys or token sources; one is sent with each request.
    pub credentials: Vec<Credential>,
    /// Its quotas, as AI Studio or the Cloud console show them. Without them, refusals teach.
    pub limits: Vec<ModelLimits>,
    /// How much it takes beside the others where no quota decides: at weight 3, three requests in flight load it like
    /// one. Default: 1.
    pub weight: NonZeroU32,
    /// Weights of single locations, in place of the project's.
    pub weights: BTreeMap<String, NonZeroU32>,
    /// What it is served with: `Provisioned` for a project with provisioned throughput. It decides who is preferred,
    /// and an answer by another tier costs the place its preference for five minutes; what a request asks for is its
    /// own `serviceTier`. Default: standard.
    pub tier: Tier,
}

impl Project {
    /// A project of the Gemini Developer API.
    #[must_use]
    pub fn developer(id: impl Into<String>) -> Self {
        Self::new(id, Surface::Developer, vec!["global".to_owned()])
    }

    /// A project of Vertex AI with the locations that may be asked.
    #[must_use]
    pub fn vertex(id: impl Into<String>, locations: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(
            id,
            Surface::Vertex,
            locations.into_iter().map(Into::into).collect(),
        )
    }

    fn new(id: impl Into<String>, surface: Surface, locations: Vec<String>) -> Self {
        Self {
            id: id.into(),
            surface,
            billing_account: None,
            base_url: None,
            locations,
            credentials: Vec::new(),
            limits: Vec::new(),
            weight: NonZeroU32::MIN,
            weights: BTreeMap::new(),
            tier: Tier::Standard,
        }
    }

    /// The same project with one more API key.
    #[must_use]
    pub fn with_key(self, key: &str) -> Self {
        self.with_credential(Credential::api_key(key))
    }

    /// The same project with one more credential.
    #[must_use]
    pub fn with_credential(mut self, credential: Credential) -> Self {
        self.credentials.push(credential);
        self
    }

    /// The same project with one more quota.
    #[must_use]
    pub fn with_limits(mut self, limits: ModelLimits) -> Self {
        self.limits.push(limits);
        self
    }

    /// The same project, paid for by `account`.
    #[must_use]
    pub fn with_billing_account(mut self, account: impl Into<String>) -> Self {
        self.billing_account = Some(account.into());
        self
    }

    /// The same project, reached at `url` (`https://host[:port][/prefix]`).
    #[must_use]
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The same project at `weight`.
    #[must_use]
    pub const fn with_weight(mut self, weight: NonZeroU32) -> Self {
        self.weight = weight;
        self
    }

    /// The same project, served by `tier`.
    #[must_use]
    pub const fn with_tier(mut self, tier: Tier) -> Self {
        self.tier = tier;
        self
    }

    /// The weight of `location`.
    pub(crate) fn weight_of(&self, location: &str) -> NonZeroU32 {
        self.weights.get(location).copied().unwrap_or(self.weight)
    }

    /// The quotas of `model` at `location`: the most specific entry counts.
    pub(crate) fn limits_of(&self, model: &str, location: &str) -> Option<&ModelLimits> {
        let fits = |limits: &&ModelLimits, at: Option<&str>| {
            limits.model == model && limits.location.as_deref() == at
        };
        self.limits
            .iter()
            .find(|limits| fits(limits, Some(location)))
            .or_else(|| self.limits.iter().find(|limits| fits(limits, None)))
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let id = &self.id;
        if id.is_empty() {
            return Err(ConfigError::new("a project has an empty id"));
        }
        if self.credentials.is_empty() {
            return Err(ConfigError::new(format!(
                "project `{id}` has no credential: add a key or a token source"
            )));
        }
        if self.locations.is_empty() {
            return Err(ConfigError::new(format!(
                "project `{id}` has no location: name one, for example `global`"
            )));
        }
        if let Some(twice) = first_twice(&self.locations) {
            return Err(ConfigError::new(format!(
                "project `{id}` has location `{twice}` twice"
            )));
        }
        if let Some(number) = self.credentials.iter().position(|one| !one.is_sendable()) {
            let number = number + 1;
            let why = "is empty or holds characters that no header may hold, such as a line break";
            return Err(ConfigError::new(format!("project `{id}`: key {number} {why}")));
        }
        self.check_limits()
    }

    /// A limit that nothing looks at would be sent past; so would a weight.
    fn check_limits(&self) -> Result<(), ConfigError> {
        let id = &self.id;
        for location in self.weights.keys() {
            self.check_location(location, "a weight")?;
        }
        for (at, limits) in self.limits.iter().enumerate() {
            let model = &limits.model;
            if let Some(location) = &limits.location {
                self.check_location(location, &format!("a limit of `{model}`"))?;
            }
            let same =
                |other: &&ModelLimits| other.model == limits.model && other.location == limits.location;
            if self.limits[..at].iter().any(|other| same(&other)) {
                return Err(ConfigError::new(format!(
                    "project `{id}` has two limits of `{model}`; make them one"
                )));
            }
        }
        Ok(())
    }

    fn check_location(&self, location: &str, named_by: &str) -> Result<(), ConfigError> {
        let known: Vec<_> = self.locations.iter().map(String::as_str).collect();
        if known.contains(&location) {
            return Ok(());
        }
        let near = error::nearest(location, &known).map(|near| format!("; did you mean `{near}`?"));
        let near = near.unwrap_or_else(|| format!("; it has {}", known.join(", ")));
        let id = &self.id;
        Err(ConfigError::new(format!(
            "project `{id}` has no location `{location}`, which {named_by} names{near}"
        )))
    }
}

/// The quotas of one model in one project. What is not set is not counted until a refusal names it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ModelLimits {
    /// The model.
    pub model: String,
    /// The location; `None` gives every location of the project a quota of this size.
    pub location: Option<String>,
    /// Requests a minute.
    pub rpm: Option<u64>,
    /// Input tokens a minute.
    pub tpm: Option<u64>,
    /// Requests a Pacific day.
    pub rpd: Option<u64>,
}

impl ModelLimits {
    /// No limits on `model` yet.
    #[must_use]
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            location: None,
            rpm: None,
            tpm: None,
            rpd: None,
        }
    }

    /// The same, at one location.
    #[must_use]
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// The same with `requests` a minute.
    #[must_use]
    pub fn with_rpm(mut self, requests: u64) -> Self {
        self.rpm = Some(requests);
        self
    }

    /// The same with `tokens` of input a minute.
    #[must_use]
    pub fn with_tpm(mut self, tokens: u64) -> Self {
        self.tpm = Some(tokens);
        self
    }

    /// The same with `requests` a Pacific day.
    #[must_use]
    pub fn with_rpd(mut self, requests: u64) -> Self {
        self.rpd = Some(requests);
        self
    }
}
