//! One endpoint: what it was told, what is in flight there, and how it has done lately.

use super::trial::Trial;
use crate::{EndpointSpec, memory::Memory};
use dioscuri_vocab::{CredentialId, Tick};
use std::time::Duration;

/// A failure weighs as much as so many attempts in flight, so that a fast refusal does not attract traffic.
const PENALTY: f32 = 8.0;

/// The time in which a penalty falls to 1/e. Source: linkerd's load biaser and Finagle's peak-EWMA.
const DECAY: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) spec: EndpointSpec,
    /// Tells it from an earlier endpoint of the same number.
    pub(super) born: u64,
    pub(super) memory: Memory,
    pub(super) slots: Vec<Slot>,
    pub(super) in_flight: u32,
    penalty: f32,
    penalty_at: Tick,
}

/// One credential at one endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) credential: CredentialId,
    pub(super) trial: Trial,
}

impl Endpoint {
    pub(super) fn new(spec: EndpointSpec, born: u64) -> Self {
        let slot = |credential: &CredentialId| Slot {
            credential: *credential,
            trial: Trial::default(),
        };
        Self {
            slots: spec.credentials.iter().map(slot).collect(),
            spec,
            born,
            memory: Memory::default(),
            in_flight: 0,
            penalty: 0.0,
            penalty_at: Tick::ZERO,
        }
    }

    /// Attempts in flight by weight, and the decaying penalty of the last failure.
    pub(super) fn load(&self, now: Tick) -> f32 {
        float(self.in_flight) / float(self.spec.weight.get()) + self.penalty(now)
    }

    /// A failure is a peak: it sets the penalty, it does not add to it.
    pub(super) fn penalise(&mut self, now: Tick) {
        self.penalty = PENALTY;
        self.penalty_at = now;
    }

    fn penalty(&self, now: Tick) -> f32 {
        let age = now.since(self.penalty_at).as_secs_f32() / DECAY.as_secs_f32();
        self.penalty * (-age).exp()
    }

    pub(super) fn slot_mut(&mut self, credential: CredentialId) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.credential == credential)
    }

    pub(super) fn begin(&mut self, credential: CredentialId, now: Tick) {
        self.in_flight = self.in_flight.saturating_add(1);
        if let Some(slot) = self.slot_mut(credential) {
            slot.trial.begin(now);
        }
    }

    pub(super) fn end(&mut self, credential: CredentialId) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(slot) = self.slot_mut(credential) {
            slot.trial.end();
        }
    }
}

/// Exact up to 65,535: more is never in flight at one endpoint, and the weight only compares.
fn float(number: u32) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}
