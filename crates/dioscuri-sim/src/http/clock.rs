//! The clock of a running server.

use std::time::{Duration, Instant, SystemTime};

use dioscuri_vocab::{Now, Tick, UnixTime};

/// Two real clocks, read at once. Ticks count from its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    origin: Instant,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { origin: read().0 }
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
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server runs the world in real time: this is the driver"
)]
fn read() -> (Instant, SystemTime) {
    (Instant::now(), SystemTime::now())
}
