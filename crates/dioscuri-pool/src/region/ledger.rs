//! The memories that endpoints share, each with the endpoints that it holds.

use super::trial::Trial;
use crate::{hash::IdMap, memory::Memory};
use std::hash::Hash;

/// Every key, account or place that an endpoint, an attempt or a closing still needs.
#[derive(Debug)]
pub(super) struct Ledger<K> {
    places: IdMap<K, u32>,
    entries: Vec<Option<Entry<K>>>,
    free: Vec<u32>,
}

/// One shared memory.
#[derive(Debug)]
pub(super) struct Entry<K> {
    pub(super) id: K,
    pub(super) memory: Memory,
    /// Used of keys only: each credential over all its endpoints.
    pub(super) trial: Trial,
    /// The slots of the endpoints that it holds.
    pub(super) members: Vec<u32>,
    /// Attempts that began there and have not ended.
    pub(super) flights: u32,
}

impl<K> Default for Ledger<K> {
    fn default() -> Self {
        Self {
            places: IdMap::default(),
            entries: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> Ledger<K> {
    /// The entry of `id`, which holds the endpoint in `slot` from now on.
    pub(super) fn join(&mut self, id: K, slot: u32) -> u32 {
        let place = self.places.get(&id).copied().unwrap_or_else(|| self.open(id));
        if let Some(entry) = &mut self.entries[place as usize] {
            entry.members.push(slot);
        }
        place
    }

    fn open(&mut self, id: K) -> u32 {
        let entry = Entry {
            id,
            memory: Memory::default(),
            trial: Trial::default(),
            members: Vec::new(),
            flights: 0,
        };
        let place = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            // There are no more of them than ids of 32 bits.
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        });
        self.entries[place as usize] = Some(entry);
        self.places.insert(id, place);
        place
    }

    /// The entry holds the endpoint in `slot` no longer.
    pub(super) fn leave(&mut self, place: u32, slot: u32) {
        if let Some(entry) = self.get_mut(place) {
            entry.members.retain(|member| *member != slot);
        }
        self.forget_unused(place);
    }

    /// Drops an entry that nobody uses and that holds nothing.
    pub(super) fn forget_unused(&mut self, place: u32) {
        let is_unused =
            |entry: &Entry<K>| entry.members.is_empty() && entry.flights == 0 && entry.memory.is_blank();
        if let Some(id) = self
            .get(place)
            .filter(|entry| is_unused(entry))
            .map(|entry| entry.id)
        {
            self.places.remove(&id);
            self.entries[place as usize] = None;
            self.free.push(place);
        }
    }

    pub(super) fn find(&self, id: K) -> Option<u32> {
        self.places.get(&id).copied()
    }

    pub(super) fn get(&self, place: u32) -> Option<&Entry<K>> {
        self.entries.get(place as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut Entry<K>> {
        self.entries.get_mut(place as usize)?.as_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry<K>> {
        self.entries.iter().flatten()
    }
}
