//! Maps keyed by small numbers that their user has drawn himself: nobody attacks them, and every call looks them up.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A map whose keys are ids.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Multiplicative hashing: one addition and one multiplication a word.
///
/// Source: Knuth, "The Art of Computer Programming", vol. 3, section 6.4.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct IdHasher(u64);

/// 2^64 divided by the golden ratio, odd: neighbouring numbers land far apart.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = self.0.wrapping_add(word).wrapping_mul(SPREAD);
    }

    fn finish(&self) -> u64 {
        // The high bits of a product know all of its factors, and a table takes its place from the low ones: these
        // are enough for a million.
        self.0.rotate_left(20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::Hash;

    #[test]
    fn neighbours_and_strides_fill_the_places_of_a_table() {
        for stride in [1_u32, 16, 1 << 12] {
            let places: std::collections::HashSet<_> = (0..1024)
                .map(|number: u32| {
                    let mut hasher = IdHasher::default();
                    number.wrapping_mul(stride).hash(&mut hasher);
                    hasher.finish() % 1024
                })
                .collect();
            // A random function fills 1 - 1/e of them, 647.
            assert!(places.len() > 600, "stride {stride}: {}", places.len());
        }
    }
}
