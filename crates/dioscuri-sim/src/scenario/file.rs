//! The file as it is written, before its names are checked against each other.

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{
    AccountState, KeyKind, KeyState, ModelKind, ModelState, RetryHint, Surface, Tier,
    value::{duration, positive_duration, share},
};

/// A text and where it stands, so that a later check can name its line.
pub(super) type Name = Spanned<String>;

/// A duration of the timetable, in time of the world.
#[derive(Deserialize, Clone, Copy)]
pub(super) struct WorldTime(#[serde(deserialize_with = "duration")] pub(super) Duration);

/// One value or a list of them.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a value or a list of values")]
pub(super) enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    pub(super) fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::More(more) => more,
        }
    }
}

/// Names of one kind; they share the place that an error names.
pub(super) type Names = Spanned<OneOrMore<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) about: String,
    #[serde(default = "real_minute", deserialize_with = "positive_duration")]
    pub(super) minute: Duration,
    #[serde(default)]
    pub(super) start: Option<Name>,
    #[serde(default)]
    pub(super) seed: u64,
    #[serde(default)]
    pub(super) chain: Vec<Name>,
    #[serde(default)]
    pub(super) latency: Option<Spanned<LatencyTable>>,
    #[serde(default)]
    pub(super) retry_info: HintName,
    #[serde(default)]
    pub(super) model: Vec<ModelTable>,
    #[serde(default)]
    pub(super) billing_account: Vec<AccountTable>,
    #[serde(default)]
    pub(super) project: Vec<ProjectTable>,
    #[serde(default)]
    pub(super) capacity: Vec<Spanned<CapacityTable>>,
    #[serde(default)]
    pub(super) load: Vec<Spanned<LoadTable>>,
    #[serde(default)]
    pub(super) change: Vec<Spanned<ChangeTable>>,
    #[serde(default)]
    pub(super) incident: Vec<IncidentTable>,
}

const fn real_minute() -> Duration {
    Duration::from_secs(60)
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { min = \"1s\", max = \"2s\" }"
)]
pub(super) struct LatencyTable {
    #[serde(default, deserialize_with = "duration")]
    pub(super) min: Duration,
    #[serde(deserialize_with = "duration")]
    pub(super) max: Duration,
    #[serde(default, deserialize_with = "duration")]
    pub(super) per_output_token: Duration,
    #[serde(default, deserialize_with = "share")]
    pub(super) tail_share: f64,
    #[serde(default = "one")]
    pub(super) tail_factor: f64,
}

const fn one() -> f64 {
    1.0
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { name = \"…\" }")]
pub(super) struct ModelTable {
    pub(super) name: Name,
    #[serde(default)]
    pub(super) aliases: Vec<Name>,
    #[serde(default)]
    pub(super) served_by: Option<Name>,
    #[serde(default)]
    pub(super) state: ModelStateName,
    #[serde(default)]
    pub(super) kind: Option<ModelKindName>,
    #[serde(default)]
    pub(super) locations: Vec<Name>,
    #[serde(default)]
    pub(super) latency: Option<Spanned<LatencyTable>>,
    #[serde(default)]
    pub(super) output_tokens: Option<Spanned<RangeTable>>,
    #[serde(default)]
    pub(super) thinking_tokens: Option<Spanned<RangeTable>>,
    #[serde(default)]
    pub(super) input_limit: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) output_limit: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) hop_limit: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) dimensions: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) price: Option<Spanned<PriceTable>>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields, expecting = "a table such as { min = 1, max = 9 }")]
pub(super) struct RangeTable {
    pub(super) min: u64,
    pub(super) max: u64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { input = 0.3, output = 2.5 }"
)]
pub(super) struct PriceTable {
    pub(super) input: f64,
    #[serde(default)]
    pub(super) output: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { id = \"…\" }")]
pub(super) struct AccountTable {
    pub(super) id: Name,
    #[serde(default)]
    pub(super) spend_limit: Option<Spanned<f64>>,
    #[serde(default)]
    pub(super) prepaid: Option<Spanned<f64>>,
    #[serde(default)]
    pub(super) prepaid_status: Option<Spanned<u16>>,
    #[serde(default)]
    pub(super) state: AccountStateName,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { id = \"…\", surface = \"developer\" }"
)]
pub(super) struct ProjectTable {
    pub(super) id: Name,
    #[serde(default)]
    pub(super) number: Option<u64>,
    pub(super) surface: SurfaceName,
    #[serde(default)]
    pub(super) tier: TierName,
    #[serde(default)]
    pub(super) billing_account: Option<Name>,
    #[serde(default)]
    pub(super) locations: Vec<Name>,
    #[serde(default)]
    pub(super) new_user: bool,
    #[serde(default = "priority_share", deserialize_with = "share")]
    pub(super) priority_share: f64,
    #[serde(default)]
    pub(super) key: Vec<KeyTable>,
    #[serde(default)]
    pub(super) quota: Vec<QuotaTable>,
    #[serde(default)]
    pub(super) throughput: Vec<ThroughputTable>,
}

/// The share of the Developer API's priority tier, as published on 2026-06-23.
const fn priority_share() -> f64 {
    0.3
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { secret = \"…\" }")]
pub(super) struct KeyTable {
    pub(super) secret: Name,
    #[serde(default)]
    pub(super) kind: Option<Spanned<KeyKindName>>,
    #[serde(default)]
    pub(super) state: KeyStateName,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { model = \"…\", rpm = 10 }"
)]
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
    #[serde(default)]
    pub(super) enforcement: EnforcementName,
    #[serde(default)]
    pub(super) burst: Option<Spanned<f64>>,
    #[serde(default)]
    pub(super) count_refused: bool,
    #[serde(default)]
    pub(super) retry_info: Option<HintName>,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { model = \"…\", tokens_per_second = 1000 }"
)]
pub(super) struct ThroughputTable {
    pub(super) model: Name,
    #[serde(default)]
    pub(super) location: Option<Name>,
    pub(super) tokens_per_second: u64,
    #[serde(default)]
    pub(super) window: Option<WorldTime>,
    #[serde(default = "one")]
    pub(super) output_weight: f64,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { model = \"…\", rpm = 100 }"
)]
pub(super) struct CapacityTable {
    pub(super) model: Name,
    #[serde(default)]
    pub(super) location: Option<Name>,
    #[serde(default = "vertex")]
    pub(super) surface: SurfaceName,
    #[serde(default)]
    pub(super) rpm: Option<u64>,
    #[serde(default)]
    pub(super) tpm: Option<u64>,
}

const fn vertex() -> SurfaceName {
    SurfaceName::Vertex
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { model = \"…\", rpm = { min = 1, max = 9 } }"
)]
pub(super) struct LoadTable {
    pub(super) model: Name,
    #[serde(default)]
    pub(super) location: Option<Name>,
    #[serde(default)]
    pub(super) project: Option<Name>,
    pub(super) rpm: Spanned<RangeTable>,
    #[serde(default)]
    pub(super) tokens: Option<Spanned<RangeTable>>,
    #[serde(default)]
    pub(super) change_every: Option<Spanned<WorldTime>>,
    #[serde(default)]
    pub(super) insists: bool,
    #[serde(default)]
    pub(super) at: Option<WorldTime>,
    #[serde(default, rename = "for")]
    pub(super) lasts: Option<WorldTime>,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { at = \"1m\", project = \"…\", model = \"…\", rpm = 10 }"
)]
pub(super) struct ChangeTable {
    pub(super) at: WorldTime,
    pub(super) project: Name,
    pub(super) model: Name,
    #[serde(default)]
    pub(super) location: Option<Name>,
    #[serde(default)]
    pub(super) rpm: Option<u64>,
    #[serde(default)]
    pub(super) tpm: Option<u64>,
    #[serde(default)]
    pub(super) rpd: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { what = \"capacity\" }")]
pub(super) struct IncidentTable {
    pub(super) what: Name,
    #[serde(default)]
    pub(super) at: Option<WorldTime>,
    #[serde(default, rename = "for")]
    pub(super) lasts: Option<WorldTime>,
    #[serde(default)]
    pub(super) every: Option<Spanned<WorldTime>>,
    #[serde(default = "one", deserialize_with = "share")]
    pub(super) share: f64,
    #[serde(default)]
    pub(super) count: Option<u64>,
    #[serde(default)]
    pub(super) model: Option<Names>,
    #[serde(default)]
    pub(super) project: Option<Names>,
    #[serde(default)]
    pub(super) location: Option<Names>,
    #[serde(default)]
    pub(super) surface: Option<SurfaceName>,
    #[serde(default)]
    pub(super) method: Option<Names>,
    #[serde(default)]
    pub(super) key: Option<Spanned<OneOrMore<usize>>>,
    #[serde(default)]
    pub(super) service_tier: Option<Names>,
    #[serde(default)]
    pub(super) reason: Option<Name>,
    #[serde(default)]
    pub(super) error: Option<Name>,
    #[serde(default)]
    pub(super) code: Option<Spanned<u16>>,
    #[serde(default)]
    pub(super) status: Option<Name>,
    #[serde(default)]
    pub(super) message: Option<Name>,
    #[serde(default)]
    pub(super) details: Option<Spanned<Vec<serde_json::Value>>>,
    #[serde(default)]
    pub(super) body: Option<Name>,
    #[serde(default)]
    pub(super) content_type: Option<Name>,
    #[serde(default)]
    pub(super) bytes: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) frames: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) rate: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) pause: Option<Spanned<RealTime>>,
    #[serde(default)]
    pub(super) factor: Option<Spanned<f64>>,
}

/// A duration in real time.
#[derive(Deserialize, Clone, Copy)]
pub(super) struct RealTime(#[serde(deserialize_with = "duration")] pub(super) Duration);

/// Names in the file for values of an enum elsewhere, which knows nothing of files.
macro_rules! names {
    ($name:ident for $of:ident { $first:ident, $($variant:ident),+ $(,)? }) => {
        #[derive(Deserialize, Clone, Copy, Default)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $name {
            #[default]
            $first,
            $($variant),+
        }

        impl From<$name> for $of {
            fn from(name: $name) -> Self {
                match name {
                    $name::$first => Self::$first,
                    $($name::$variant => Self::$variant),+
                }
            }
        }
    };
}

names!(SurfaceName for Surface { Developer, Vertex });
names!(TierName for Tier { Paid, Free });
names!(ModelStateName for ModelState { Active, Retired, ClosedToNewUsers });
names!(ModelKindName for ModelKind { Generate, Embed });
names!(KeyKindName for KeyKind { ApiKey, Token });
names!(KeyStateName for KeyState {
    Valid, Invalid, Expired, Leaked, Suspended, Blocked, ServiceDisabled, WrongTokenType,
});
names!(AccountStateName for AccountState { Open, Capped, Closed });
names!(HintName for RetryHint { Lying, Honest, Rounded, Absent });

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum EnforcementName {
    #[default]
    Sliding,
    Fixed,
    Bucket,
    Smoothed,
}
