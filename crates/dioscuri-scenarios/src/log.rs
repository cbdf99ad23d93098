//! What happened, as the engine's observer sees it: counted, and hashed in order.

use dioscuri_engine::{Observer, Record};
use dioscuri_vocab::{Class, Now};
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub(crate) struct Log(Mutex<Book>);

/// What was counted.
#[derive(Clone, Default)]
pub(crate) struct Book {
    pub(crate) attempts: u64,
    /// Failed attempts.
    pub(crate) refusals: BTreeMap<Class, u64>,
    pub(crate) hash: Fnv,
}

impl Log {
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Log {
    fn on_record(&self, record: &Record<'_>, now: Now) {
        let mut book = self.book();
        match record {
            Record::Begun { .. } => book.attempts += 1,
            Record::Ended { of, .. } => {
                if let Some(class) = of.class {
                    *book.refusals.entry(class).or_default() += 1;
                }
            }
            _ => {}
        }
        write!(book.hash, "{} {record:?};", now.tick.0).expect("hashing does not fail");
    }
}

/// FNV-1a, 64 bits: small, and the same on every machine.
#[derive(Clone, Copy)]
pub(crate) struct Fnv(pub(crate) u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 = text.bytes().fold(self.0, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Ok(())
    }
}
