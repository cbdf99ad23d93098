//! The door: what only the process knows, its clocks and a seed. Each can be replaced by an argument.

use dioscuri_vocab::Tick;
use std::{
    hash::{BuildHasher as _, RandomState},
    sync::OnceLock,
    time::Instant,
};

/// The process's monotone clock: ticks since somebody first asked.
pub(super) fn now() -> Tick {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "the default clock of the adapters")]
    let now = Instant::now();
    Tick::ZERO.after(now.saturating_duration_since(*ORIGIN.get_or_init(|| now)))
}

/// The wall clock, which `retry-policies` counts by.
#[cfg(feature = "retry-policies")]
pub(super) fn wall() -> std::time::SystemTime {
    #[expect(clippy::disallowed_methods, reason = "the default clock of the adapters")]
    std::time::SystemTime::now()
}

/// A seed that differs between processes, so that the replicas of a program do not come back together.
pub(super) fn seed() -> u64 {
    RandomState::new().hash_one(0_u8)
}
