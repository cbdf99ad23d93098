//! What a run came to, added up.

use super::{Field, source::Source};
use crate::{
    Measured,
    measured::{Ended, OfLoad, Utilisation, Waits},
};
use dioscuri_vocab::Tick;
use std::collections::BTreeMap;

impl Field<'_> {
    /// What it came to. `hash` is what the strategy saw.
    pub(crate) fn measure(mut self, hash: u64) -> Measured {
        // What is left when the time is over; no worker begins anything any more.
        self.sources.iter_mut().for_each(Source::stop);
        for number in 0..u32::try_from(self.calls.len()).unwrap_or(u32::MAX) {
            self.end(number, Some("unfinished"));
        }
        self.hash.mix(hash);
        let world = self.traveller.world().stats();
        let last = |ended: &mut dyn Iterator<Item = &Ended>| {
            let last = ended.map(|ended| ended.ended).max();
            last.unwrap_or_default().since(Tick::ZERO)
        };
        let makespan = last(&mut self.ended.iter().filter(|ended| ended.is_answered()));
        let mut refusals = BTreeMap::new();
        for refused in &self.refused {
            *refusals.entry(refused.class).or_default() += 1;
        }
        let mut failed = BTreeMap::new();
        for failure in self.ended.iter().filter_map(|ended| ended.failure) {
            *failed.entry(failure).or_default() += 1;
        }
        let loads = (0..).zip(&self.sources).map(|(load, source)| {
            let answered = || {
                let of_load = self.ended.iter().filter(move |ended| ended.load == load);
                of_load.filter(|ended| ended.is_answered())
            };
            OfLoad {
                calls: source.came,
                answered: answered().count(),
                makespan: last(&mut answered()),
                waits: Waits::of(answered().map(|ended| ended.waited).collect()),
            }
        });
        let answered = || self.ended.iter().filter(|ended| ended.is_answered());
        Measured {
            calls: self.calls.len(),
            answered: answered().count(),
            failed,
            refusals,
            attempts: self.attempts,
            makespan,
            ended: last(&mut self.ended.iter()),
            waits: Waits::of(answered().map(|ended| ended.waited).collect()),
            loads: loads.collect(),
            endpoints: self.sites.endpoints(),
            utilisation: Utilisation::of(&world, self.setup.scenario.minute, makespan),
            world,
            polls: self.polls,
            log_hash: self.hash.0,
            log: self.ended,
            refused: self.refused,
        }
    }
}
