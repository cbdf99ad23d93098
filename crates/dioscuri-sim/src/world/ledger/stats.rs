//! What the ledger has counted, row by row.

use dioscuri_vocab::{Unit, Window};
use serde::{Serialize, Serializer};

use crate::scenario::Surface;

/// What one quota has seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct DomainStats {
    /// The project's id.
    pub project: String,
    /// The location; `global` on the Developer API.
    pub location: String,
    /// The model.
    pub model: String,
    /// What is counted.
    #[serde(serialize_with = "unit_name")]
    pub unit: Unit,
    /// Over which window.
    #[serde(serialize_with = "window_name")]
    pub window: Window,
    /// The most that a window may hold, in `unit`; as of the last request, if it changes.
    pub limit: u64,
    /// What was admitted in all, in `unit`, without other users.
    pub admitted: u64,
    /// What was admitted of other users, in `unit`.
    pub others: u64,
    /// Requests that this quota refused, alone or with others; not those of other users.
    pub refused: u64,
    /// The most that a window has held after an admission, in `unit`, other users included; of a day, with
    /// what was gone when the world began; of a bucket, the most that was missing from it.
    pub peak: u64,
}

/// What one shared capacity has seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct CapacityStats {
    /// Whose projects share it: `developer` or `vertex`.
    #[serde(serialize_with = "surface_name")]
    pub surface: Surface,
    /// The location; `global` on the Developer API.
    pub location: String,
    /// The model.
    pub model: String,
    /// What is counted.
    #[serde(serialize_with = "unit_name")]
    pub unit: Unit,
    /// The most in any minute, in `unit`.
    pub limit: u64,
    /// What was served in all, in `unit`, without other users.
    pub admitted: u64,
    /// What was served of other users, in `unit`.
    pub others: u64,
    /// Requests that found no room here; not those of other users.
    pub refused: u64,
    /// The most that a minute has held, in `unit`, other users included.
    pub peak: u64,
}

/// What one order of provisioned throughput has seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct ThroughputStats {
    /// The project's id.
    pub project: String,
    /// The location.
    pub location: String,
    /// The model.
    pub model: String,
    /// The most tokens in any of its windows, those of answers weighed.
    pub limit: u64,
    /// The length of a window, in milliseconds.
    pub window_ms: u64,
    /// Tokens that were admitted in all, those of answers weighed.
    pub admitted: u64,
    /// Requests that found no room here: refused, or served as pay-as-you-go.
    pub refused: u64,
    /// The most tokens that a window has held.
    pub peak: u64,
}

/// What one billing account has seen. Money is in millionths of a US dollar.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct AccountStats {
    /// The account's id.
    pub account: String,
    /// What was spent in all.
    pub spent_micro_usd: u64,
    /// The most that may be spent in ten minutes, if there is a limit.
    pub spend_limit_micro_usd: Option<u64>,
    /// The most that ten minutes have held, if there is a limit: what is under way when the limit is reached
    /// is billed all the same.
    pub spend_peak_micro_usd: Option<u64>,
    /// What is left of what was prepaid, if it is a prepaid account.
    pub prepaid_micro_usd: Option<u64>,
    /// Requests refused for the limit, for want of credits, at the cap of the month, or as billing is off.
    pub refused: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn unit_name<S: Serializer>(unit: &Unit, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(unit.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn window_name<S: Serializer>(window: &Window, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(window.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn surface_name<S: Serializer>(surface: &Surface, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(surface.name())
}
