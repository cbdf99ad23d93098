//! The file as it is written, before its names are checked against each other.

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Faults, KeyState, Latency, Surface, Tier,
    value::{duration, positive_duration, share},
};

/// A text and where it stands, so that a later check can name its line.
pub(super) type Name = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) about: String,
    #[serde(default = "real_minute", deserialize_with = "positive_duration")]
    pub(super) minute: Duration,
    #[serde(default)]
    pub(super) seed: u64,
    #[serde(default)]
    pub(super) chain: Vec<Name>,
    #[serde(default)]
    pub(super) latency: Option<Spanned<LatencyTable>>,
    #[serde(default)]
    pub(super) faults: FaultsTable,
    #[serde(default)]
    pub(super) model: Vec<ModelTable>,
    #[serde(default)]
    pub(super) project: Vec<ProjectTable>,
}

const fn real_minute() -> Duration {
    Duration::from_secs(60)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LatencyTable {
    #[serde(default, deserialize_with = "duration")]
    min: Duration,
    #[serde(deserialize_with = "duration")]
    max: Duration,
    #[serde(default, deserialize_with = "duration")]
    per_output_token: Duration,
}

impl From<&LatencyTable> for Latency {
    fn from(table: &LatencyTable) -> Self {
        Self {
            min: table.min,
            max: table.max,
            per_output_token: table.per_output_token,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultsTable {
    #[serde(default, deserialize_with = "share")]
    capacity: f64,
}

impl From<FaultsTable> for Faults {
    fn from(table: FaultsTable) -> Self {
        Self {
            capacity: table.capacity,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelTable {
    pub(super) name: Name,
    #[serde(default)]
    pub(super) latency: Option<Spanned<LatencyTable>>,
    #[serde(default)]
    pub(super) output_tokens: Option<Spanned<TokensTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokensTable {
    pub(super) min: u64,
    pub(super) max: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectTable {
    pub(super) id: Name,
    pub(super) surface: SurfaceName,
    #[serde(default)]
    pub(super) tier: TierName,
    #[serde(default)]
    pub(super) billing_account: Option<String>,
    #[serde(default)]
    pub(super) locations: Vec<Name>,
    #[serde(default)]
    pub(super) key: Vec<KeyTable>,
    #[serde(default)]
    pub(super) quota: Vec<QuotaTable>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(super) enum SurfaceName {
    Developer,
    Vertex,
}

impl From<SurfaceName> for Surface {
    fn from(name: SurfaceName) -> Self {
        match name {
            SurfaceName::Developer => Self::Developer,
            SurfaceName::Vertex => Self::Vertex,
        }
    }
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
pub(super) enum TierName {
    Free,
    #[default]
    Paid,
}

impl From<TierName> for Tier {
    fn from(name: TierName) -> Self {
        match name {
            TierName::Free => Self::Free,
            TierName::Paid => Self::Paid,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyTable {
    pub(super) secret: Name,
    #[serde(default)]
    pub(super) state: StateName,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
pub(super) enum StateName {
    #[default]
    Valid,
    Invalid,
}

impl From<StateName> for KeyState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Valid => Self::Valid,
            StateName::Invalid => Self::Invalid,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaTable {
    pub(super) model: Name,
    #[serde(default)]
    pub(super) location: Option<Name>,
    #[serde(default)]
    pub(super) rpm: Option<u64>,
    #[serde(default)]
    pub(super) tpm: Option<u64>,
    #[serde(default)]
    pub(super) rpd: Option<u64>,
    #[serde(default)]
    pub(super) rpd_used: Option<Spanned<u64>>,
}
