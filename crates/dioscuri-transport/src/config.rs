//! The bounds of a driver.

use std::time::Duration;

/// The bounds of a [`Driver`](crate::Driver) or a [`Carrier`](crate::Carrier).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct DriverConfig {
    /// The longest answer that is read, in bytes, and the longest event of a stream. Default: 256 MiB, since inline
    /// images and audio come back as base64; a longer one fails as cut.
    pub max_answer: usize,
    /// How much of an error body is read, in bytes. Default: 1 MiB; Google's are below 10 kB.
    pub max_error: usize,
    /// How long an error body may take after its head. Default: 5 s; then what has come is classified.
    pub error_patience: Duration,
    /// How long a stream may be silent once its first content has come. Default: 120 s; thinking between two parts
    /// takes tens of seconds, and HTTP/2 pings find dead connections sooner. Before the first content the attempt's
    /// timeout holds. A reader that was away when that time ended is given it anew.
    pub stream_idle: Duration,
    /// Seeds the jitter of every call; equal seeds give equal draws. Default: drawn from the process's start.
    pub seed: u64,
}

impl Default for DriverConfig {
    fn default() -> Self {
        // `RandomState` is the only source of randomness in std: it is seeded by the operating system.
        use std::hash::{BuildHasher as _, RandomState};
        Self {
            max_answer: 256 << 20,
            max_error: 1 << 20,
            error_patience: Duration::from_secs(5),
            stream_idle: Duration::from_secs(120),
            seed: RandomState::new().hash_one(0_u8),
        }
    }
}
