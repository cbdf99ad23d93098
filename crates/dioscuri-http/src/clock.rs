//! The one place where a real clock is read.

use dioscuri_vocab::{Now, Tick, UnixTime};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Reads the runtime's monotone clock and the wall clock together.
///
/// Ticks are tokio's: under a paused clock they stand still.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock whose origin is now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Now {
        #[expect(clippy::disallowed_methods, reason = "the driver is where a clock is read")]
        let wall = SystemTime::now();
        let unix = match wall.duration_since(UNIX_EPOCH) {
            Ok(since) => UnixTime(0).after(since),
            // A wall clock before 1970 is broken; the epoch is as good as any other guess.
            Err(_) => UnixTime(0),
        };
        Now::new(Tick::ZERO.after(self.origin.elapsed()), unix)
    }

    /// The runtime's instant of `tick`, for sleeping.
    #[must_use]
    pub fn instant(&self, tick: Tick) -> Instant {
        // Far ticks are capped at a year: whoever sleeps looks again then.
        const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
        let cap = self.origin.elapsed().saturating_add(YEAR);
        self.origin + tick.since(Tick::ZERO).min(cap)
    }
}
