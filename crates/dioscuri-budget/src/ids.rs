//! A map from endpoints, with a hash that is as cheap as their numbers.

use dioscuri_vocab::EndpointId;
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A map from endpoints. Their numbers are their user's own, so nobody can choose them to collide.
pub(crate) type ByEndpoint<T> = HashMap<EndpointId, T, BuildHasherDefault<Spread>>;

/// Spreads small numbers over all bits.
#[derive(Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        // Fibonacci hashing (Knuth): 2^64 over the golden ratio, and the high bits, which are mixed best, below.
        let mixed = (self.0 ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
