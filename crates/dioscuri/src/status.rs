//! What a client knows now: its quotas and what it leaves alone.

use crate::assembly::Names;
use dioscuri_budget::{Budget, DomainSnapshot, Source};
use dioscuri_engine::Why;
use dioscuri_pool::{self as pool, EndpointState, RegionPool};
use dioscuri_vocab::{Class, Now, Tick, Unit, Window};
use std::time::Duration;

/// What a client knows now.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Status {
    /// Every quota domain, in the order of the configuration; learned ones last.
    pub quotas: Vec<QuotaStatus>,
    /// What is left alone, and why.
    pub closed: Vec<Closed>,
}

/// One quota domain.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct QuotaStatus {
    /// Where it counts: `project/location/model`.
    pub endpoint: String,
    /// What it counts; `None` where a refusal did not say.
    pub unit: Option<Unit>,
    /// Over which window.
    pub window: Option<Window>,
    /// The limit, where one is known.
    pub limit: Option<u64>,
    /// Where the limit comes from: configured, learned from a refusal that stated it, or probed.
    pub source: Source,
    /// What counts against it now.
    pub used: u64,
    /// What was charged in all.
    pub admitted: u64,
    /// Refusals that named it.
    pub refused: u64,
    /// The share of it that was used since the first request.
    pub utilisation: Option<f64>,
    /// How long the server's word still keeps it closed.
    pub closed_for: Option<Duration>,
    /// What is added to its window for the spread of travel times, as learned; `None` where there is no window of a
    /// minute or less.
    pub guard: Option<Duration>,
    /// The share of the limit that may go at once, as far as the server has shown that it bears it.
    pub burst_share: Option<f64>,
}

/// Something that is left alone: a key, a billing account, a place without capacity, an endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Closed {
    /// What: `castor key 1`, `billing account ours`, `vertex eu gemini-3.8-flash`, `leda/eu/gemini-3.8-flash`.
    pub what: String,
    /// Why.
    pub why: Class,
    /// How long until one request may try whether it has recovered.
    pub probe_in: Duration,
}

/// What the calls that wait are waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct WaitingFor {
    /// For what: a turn, a quota, a place to recover.
    pub why: Why,
    /// How long until the soonest place opens, where that is known.
    pub until: Option<Duration>,
}

impl WaitingFor {
    /// What those wait for who may go to `endpoints`.
    pub(crate) fn of<'a>(endpoints: impl Iterator<Item = &'a EndpointState>, now: Tick) -> Self {
        let (mut quota, mut place) = (None, None);
        for endpoint in endpoints.filter(|endpoint| endpoint.excluded.is_none()) {
            let ahead = |at: &Tick| *at > now;
            let rest = endpoint.rest_until.filter(ahead);
            if endpoint.closed.is_some() || endpoint.ejected_until.is_some_and(|until| until > now) {
                let at = endpoint.open_at.unwrap_or(Tick::MAX);
                place = Some(place.map_or(at, |soonest: Tick| soonest.min(at)));
            } else if let Some(at) = rest {
                quota = Some(quota.map_or(at, |soonest: Tick| soonest.min(at)));
            } else {
                // Somewhere is room: others are before them, or as many are in flight as may be.
                return Self {
                    why: Why::Queue,
                    until: None,
                };
            }
        }
        let (why, at) = match (quota, place) {
            (Some(at), _) => (Why::Quota, at),
            (None, at) => (Why::Capacity, at.unwrap_or(Tick::MAX)),
        };
        let until = (at != Tick::MAX).then(|| at.since(now));
        Self { why, until }
    }
}

impl Status {
    pub(crate) fn new(pool: &RegionPool, budget: &Budget, names: &Names, now: Now) -> Self {
        let quotas = budget
            .snapshot(now)
            .iter()
            .map(|domain| QuotaStatus::new(domain, names, now))
            .collect();
        let closed = pool.snapshot(now.tick).closed;
        Self {
            quotas,
            closed: closed
                .iter()
                .map(|closed| Closed::new(closed, names, now))
                .collect(),
        }
    }
}

impl QuotaStatus {
    fn new(domain: &DomainSnapshot, names: &Names, now: Now) -> Self {
        let endpoints: Vec<_> = domain
            .endpoints
            .iter()
            .map(|id| names.endpoint_name(*id))
            .collect();
        Self {
            endpoint: endpoints.join(", "),
            unit: domain.unit,
            window: domain.window,
            limit: domain.limit,
            source: domain.source,
            used: domain.used,
            admitted: domain.admitted,
            refused: domain.refused,
            utilisation: domain.utilisation(now.tick),
            closed_for: domain.closed_until.map(|until| until.since(now.tick)),
            guard: domain.guard,
            burst_share: domain.burst_share,
        }
    }
}

impl Closed {
    fn new(closed: &pool::Closed, names: &Names, now: Now) -> Self {
        Self {
            what: names.subject(closed.subject),
            why: closed.why,
            probe_in: closed.probe_at.since(now.tick),
        }
    }
}
