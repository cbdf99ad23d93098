//! What the world has seen: the judge's book.

use std::collections::BTreeMap;

use dioscuri_vocab::{Unit, Window};
use serde::{Serialize, Serializer};

/// What a world has seen since it began.
///
/// `arrivals = answered + all that was refused`, and `admitted = answered + refused for capacity`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Requests that came, good or bad.
    pub arrivals: u64,
    /// Requests that passed every quota and were counted against it.
    pub admitted: u64,
    /// Requests that got a 200.
    pub answered: u64,
    /// Requests that were refused, by reason. A reason without a refusal has no row.
    pub refused: BTreeMap<Reason, u64>,
    /// Every quota, in the order of the scenario. What is unlimited has no row.
    pub domains: Vec<DomainStats>,
}

impl Stats {
    /// Requests refused for `reason`.
    #[must_use]
    pub fn refused_for(&self, reason: Reason) -> u64 {
        self.refused.get(&reason).copied().unwrap_or(0)
    }
}

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
    /// The most that a window may hold, in `unit`.
    pub limit: u64,
    /// What was admitted in all, in `unit`.
    pub admitted: u64,
    /// Requests that this quota refused, alone or with others.
    pub refused: u64,
    /// The most that a window has held, in `unit`; of a day, with what was gone when the world began.
    pub peak: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn unit_name<S: Serializer>(unit: &Unit, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(unit.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn window_name<S: Serializer>(window: &Window, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(window.name())
}

/// Why a request was refused. In JSON the names are lower case with underscores.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The simulator has no such route.
    NotServed,
    /// The body is larger than Google takes.
    TooLarge,
    /// No credential, two, or one of the wrong kind.
    Credentials,
    /// A credential that opens nothing.
    InvalidKey,
    /// A good credential of another project.
    PermissionDenied,
    /// A body that is no request.
    Malformed,
    /// No such model, or not in this location.
    NotFound,
    /// A quota of a minute.
    Minute,
    /// A quota of a day, perhaps with one of a minute.
    Day,
    /// Lack of capacity, by chance.
    Capacity,
}
