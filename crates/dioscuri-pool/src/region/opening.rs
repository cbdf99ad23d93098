//! When an attempt may begin at an endpoint, by everything that is remembered of it.

use super::{
    endpoint::{Endpoint, Slot},
    state::State,
};
use crate::{
    Subject,
    memory::{Memory, Opening},
};
use dioscuri_vocab::{Class, Tick};

/// When an attempt may begin at an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Verdict {
    /// From when on; `None` if an event or an operator must come first.
    pub(super) open_at: Option<Tick>,
    /// Whether it will be a probe.
    pub(super) is_probe: bool,
    /// Whether a memory holds the endpoint, so that only a probe or an operator opens it.
    pub(super) is_held: bool,
    /// When this may change by time alone; [`Tick::MAX`]: never.
    pub(super) wake: Tick,
}

/// When something opens, and whether for a probe only. The open sort before the closed.
type OpenAt = (Tick, bool);

impl State {
    pub(super) fn verdict(&self, endpoint: &Endpoint, now: Tick) -> Verdict {
        let mut wake = Tick::MAX;
        let mut is_held = true;
        let mut open_at = None;
        for slot in &endpoint.slots {
            let Some(key) = self.keys.get(slot.key) else {
                continue;
            };
            is_held &= key.memory.closure().is_some();
            let one = self.slot_open_at(slot, now, &mut wake);
            if let Some((at, _)) = one.filter(|(at, _)| *at > now) {
                wake = wake.min(at);
            }
            // Of those that are open by now, one that needs no probe.
            let one = one.map(|(at, is_probe)| (at.max(now), is_probe));
            open_at = open_at.into_iter().chain(one).min();
        }
        for memory in self.shared(endpoint).into_iter().flatten() {
            is_held |= memory.closure().is_some();
            let one = open_at_of(memory, now, &mut wake);
            open_at = open_at.zip(one).map(|(all, one)| both(all, one));
        }
        if let (Some(all), Some(until)) = (&mut open_at, endpoint.ejection.until) {
            all.0 = all.0.max(until);
        }
        if let Some((at, _)) = open_at.filter(|(at, _)| *at > now) {
            wake = wake.min(at);
        }
        Verdict {
            open_at: open_at.map(|(at, _)| at),
            is_probe: open_at.is_some_and(|(_, is_probe)| is_probe),
            is_held,
            wake,
        }
    }

    /// The memories that all attempts at `endpoint` share, whatever their key.
    fn shared<'a>(&'a self, endpoint: &'a Endpoint) -> [Option<&'a Memory>; 3] {
        [
            Some(&endpoint.memory),
            self.accounts.get(endpoint.account).map(|entry| &entry.memory),
            self.places.get(endpoint.place).map(|entry| &entry.memory),
        ]
    }

    /// When an attempt with the credential of `slot` may begin, as far as that goes. `wake` is lowered to the time at
    /// which that changes unseen.
    pub(super) fn slot_open_at(&self, slot: &Slot, now: Tick, wake: &mut Tick) -> Option<OpenAt> {
        let key = self.keys.get(slot.key)?;
        let most = self.config.unproven_in_flight.get();
        let dared = if slot.trial.is_proven {
            Tick::ZERO
        } else {
            slot.trial.opens_at(most).max(key.trial.opens_at(most))
        };
        let (at, is_probe) = open_at_of(&key.memory, now, wake)?;
        Some((at.max(dared), is_probe))
    }

    /// What holds `endpoint` closed for longest, to be shown.
    pub(super) fn holder(&self, endpoint: &Endpoint) -> Option<(Subject, Class)> {
        let spec = &endpoint.spec;
        let [own, account, place] = self.shared(endpoint);
        let shared = [
            (Subject::Endpoint(spec.id), own),
            (Subject::Account(spec.account), account),
            (Subject::Place(spec.place), place),
        ];
        let shared = shared.into_iter().filter_map(|(subject, memory)| {
            let closure = memory?.closure()?;
            Some((closure.probe_at, subject, closure.why))
        });
        // Of several keys, the one that opens first decides; an open one leaves the endpoint open.
        let keys = endpoint.slots.iter().map(|slot| {
            let closure = self.keys.get(slot.key)?.memory.closure()?;
            Some((closure.probe_at, Subject::Key(slot.credential), closure.why))
        });
        let key = keys
            .collect::<Option<Vec<_>>>()
            .and_then(|keys| keys.into_iter().min());
        shared.chain(key).max().map(|(_, subject, why)| (subject, why))
    }
}

fn both(all: OpenAt, one: OpenAt) -> OpenAt {
    (all.0.max(one.0), all.1 || one.1)
}

fn open_at_of(memory: &Memory, now: Tick, wake: &mut Tick) -> Option<OpenAt> {
    match memory.opening() {
        Opening::Open => Some((Tick::ZERO, false)),
        // A pause without end is no time: only an operator opens it.
        Opening::Probe(Tick::MAX) | Opening::ProbeOut => None,
        Opening::Probe(at) => Some((at, true)),
        Opening::Hope(at) if at <= now => Some((at, true)),
        // Nobody waits for what somebody has to mend; whoever comes when it is due may try.
        Opening::Hope(at) => {
            *wake = at.min(*wake);
            None
        }
    }
}
