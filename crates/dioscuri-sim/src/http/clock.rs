//! The clock of a running server.

use std::time::{Duration, Instant, SystemTime};

use dioscuri_vocab::{Now, Tick, UnixTime};

/// Real time, and how far it was told to jump. Ticks count from its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    origin: Instant,
    ahead: Duration,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            origin: read().0,
            ahead: Duration::ZERO,
        }
    }

    pub(super) fn now(&self) -> Now {
        let (instant, system) = read();
        // A clock before 1970 is not set; then so be it.
        let unix = system
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Now::new(
            Tick::ZERO.after(instant.duration_since(self.origin)),
            UnixTime(0).after(unix),
        )
        .after(self.ahead)
    }

    /// Jumps forward. What saturates stays at the end of time.
    pub(super) fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server runs the world in real time: this is the driver"
)]
fn read() -> (Instant, SystemTime) {
    (Instant::now(), SystemTime::now())
}
