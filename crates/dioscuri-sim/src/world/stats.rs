//! What the world has seen: the judge's book.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ledger::{AccountStats, CapacityStats, DomainStats, ThroughputStats};
use crate::scenario::Scenario;

/// What a world has seen since it began.
///
/// `arrivals = answered + all that was refused`; an answer that was blocked, empty or lost on its way counts as
/// what the world meant it to be: blocked and empty ones are answered, broken connections and streams refused.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Requests that came, good or bad.
    pub arrivals: u64,
    /// Requests that passed every quota and were counted against it, and those that provisioned throughput
    /// served.
    pub admitted: u64,
    /// Requests whose answer arrives whole.
    pub answered: u64,
    /// Requests that were refused, or whose answer was lost, by reason. A reason without a refusal has no row.
    pub refused: BTreeMap<Reason, u64>,
    /// Every quota, in the order of the scenario. What is unlimited has no row.
    pub domains: Vec<DomainStats>,
    /// Every shared capacity.
    pub capacities: Vec<CapacityStats>,
    /// Every order of provisioned throughput, in the order of the scenario.
    pub throughputs: Vec<ThroughputStats>,
    /// Every billing account, in the order of the scenario.
    pub accounts: Vec<AccountStats>,
    /// Every credential, in the order of the scenario.
    pub keys: Vec<KeyStats>,
    /// Every incident, in the order of the scenario.
    pub incidents: Vec<IncidentStats>,
}

impl Stats {
    /// Nothing seen, with a row for each key.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let keys = scenario.projects.iter().flat_map(|project| {
            (1..=project.keys.len()).map(|key| KeyStats {
                project: project.id.clone(),
                key,
                arrivals: 0,
                answered: 0,
                refused: 0,
            })
        });
        Self {
            keys: keys.collect(),
            ..Self::default()
        }
    }

    /// Requests refused for `reason`.
    #[must_use]
    pub fn refused_for(&self, reason: Reason) -> u64 {
        self.refused.get(&reason).copied().unwrap_or(0)
    }
}

/// What one credential has seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct KeyStats {
    /// The project's id.
    pub project: String,
    /// Its number within the project, from 1. The secret stays where it is.
    pub key: usize,
    /// Requests that it came with.
    pub arrivals: u64,
    /// Requests that got a 200.
    pub answered: u64,
    /// Requests that were refused.
    pub refused: u64,
}

/// What one incident has done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct IncidentStats {
    /// Its number in the scenario, from 1.
    pub incident: usize,
    /// What it does, as in scenario files.
    pub what: &'static str,
    /// Requests that it has struck.
    pub struck: u64,
}

/// Why a request was refused, or what became of it instead of an answer. In JSON the names are lower case with
/// underscores.
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
    /// A credential whose time is over.
    ExpiredKey,
    /// A credential that was reported as leaked.
    LeakedKey,
    /// A credential whose consumer is suspended.
    SuspendedKey,
    /// A credential that is restricted to other services.
    BlockedKey,
    /// The API is not enabled in the project.
    ServiceDisabled,
    /// A good credential of another project.
    PermissionDenied,
    /// A condition outside of the request is not met, such as the caller's country.
    Precondition,
    /// A body that is no request.
    Malformed,
    /// No such model, not in this location, or not for this project.
    NotFound,
    /// A quota of a minute.
    Minute,
    /// A quota of a day, perhaps with one of a minute.
    Day,
    /// A quota that had room.
    Spurious,
    /// A 429 that names no quota.
    Unspecified,
    /// The spend of ten minutes.
    Spend,
    /// No prepaid credits.
    Prepaid,
    /// The spending cap of the month.
    SpendingCap,
    /// Billing is off.
    BillingClosed,
    /// Provisioned throughput that is exhausted, or was never ordered.
    Throughput,
    /// Lack of capacity.
    Capacity,
    /// The model is overloaded, or the service unavailable.
    Overloaded,
    /// Shed for its service tier.
    Shed,
    /// An internal error.
    Internal,
    /// The server cancelled it.
    Cancelled,
    /// It took longer than it was given.
    DeadlineExceeded,
    /// A page or a text in place of an answer.
    OddBody,
    /// The scenario's own error.
    Custom,
    /// The connection did not carry the answer.
    Wire,
    /// A stream that did not end well.
    Stream,
}
