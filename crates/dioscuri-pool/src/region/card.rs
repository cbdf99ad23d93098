//! What is looked at of an endpoint whenever one is chosen: a cache line each, side by side.

use super::latency::{Latency, Usual};
use crate::{EndpointSpec, JurisdictionId};
use dioscuri_vocab::{EndpointId, Tick};

#[derive(Clone, Copy, Debug)]
pub(super) struct Card {
    pub(super) id: EndpointId,
    pub(super) in_flight: u32,
    /// One attempt in flight, by weight.
    share: f32,
    pub(super) link: u8,
    /// Its place in the order of preference; 0 is the most preferred.
    pub(super) rank: u8,
    /// Whether the next attempt will be a probe.
    pub(super) is_probed_next: bool,
    pub(super) latency: Latency,
    pub(super) jurisdiction: Option<JurisdictionId>,
    pub(super) price: Option<u64>,
}

impl Card {
    pub(super) fn new(spec: &EndpointSpec) -> Self {
        Self {
            id: spec.id,
            in_flight: 0,
            share: 1.0 / float(spec.weight.get()),
            link: spec.link,
            rank: 0,
            is_probed_next: false,
            latency: Latency::default(),
            jurisdiction: spec.jurisdiction,
            price: spec.price,
        }
    }

    /// Attempts in flight with the one that is to come, by weight and by how slow they are.
    pub(super) fn load(&self, usual: Usual, now: Tick) -> f32 {
        (float(self.in_flight) + 1.0) * self.share * self.latency.ratio(usual, now)
    }
}

/// Exact up to 65,535: more is never in flight at one endpoint, and the weight only compares.
fn float(number: u32) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}
