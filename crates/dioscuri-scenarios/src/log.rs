//! What happened, hashed in order.

use dioscuri_engine::{Observer, Record};
use dioscuri_vocab::Now;
use std::sync::{Mutex, PoisonError};

/// What the engine's observer saw.
#[derive(Default)]
pub(crate) struct Log(Mutex<Fnv>);

impl Log {
    pub(crate) fn hash(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Observer for Log {
    fn on_record(&self, record: &Record<'_>, now: Now) {
        let mut hash = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hash.mix(now.tick.0);
        match record {
            Record::Begun {
                attempt,
                at,
                credential,
                ..
            } => hash.mix_all([1, attempt.call.0, u64::from(at.0), u64::from(credential.0)]),
            Record::Ended { of, .. } => {
                let class = of.class.map_or(0, |class| 1 + class as u64);
                hash.mix_all([2, of.attempt.call.0, u64::from(of.attempt.no), class]);
            }
            Record::Waiting { call, until, .. } => {
                hash.mix_all([3, call.0, until.map_or(u64::MAX, |until| until.0)]);
            }
            Record::Done { call, .. } => hash.mix_all([4, call.0]),
            _ => hash.mix(5),
        }
    }
}

/// FNV-1a over numbers, 64 bits: small, and the same on every machine.
#[derive(Clone, Copy)]
pub(crate) struct Fnv(pub(crate) u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Fnv {
    pub(crate) const fn mix(&mut self, number: u64) {
        // A number counts as one byte of many bits; the rotation spreads the high ones.
        self.0 = (self.0 ^ number).wrapping_mul(0x0100_0000_01B3).rotate_left(23);
    }

    pub(crate) fn mix_all<const N: usize>(&mut self, numbers: [u64; N]) {
        for number in numbers {
            self.mix(number);
        }
    }
}
