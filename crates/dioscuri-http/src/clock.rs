//! The one place where a real clock is read.

use dioscuri_vocab::{Now, Tick, UnixTime};
use std::{
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::Instant;

/// The tick of the process's origin: an hour. A runtime whose clock was paused before the origin was set sees earlier
/// moments, and ticks do not go below zero.
const AT_ORIGIN: Tick = Tick(3_600_000_000_000);

/// Reads the runtime's monotone clock and the wall clock together.
///
/// All clocks of a process agree: they have one origin, the moment at which the first of them was asked. So a pool, a
/// budget or a log may be shared by layers that were built at different times.
///
/// Ticks are tokio's: under a paused clock they stand still.
#[derive(Clone, Copy, Debug)]
pub struct Clock(());

impl Clock {
    /// The process's clock.
    #[must_use]
    pub fn start() -> Self {
        origin();
        Self(())
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
        Now::new(self.tick(Instant::now()), unix)
    }

    /// The tick of `instant`. The inverse of [`Clock::instant`].
    #[must_use]
    pub fn tick(&self, instant: Instant) -> Tick {
        let origin = origin();
        match instant.checked_duration_since(origin) {
            Some(since) => AT_ORIGIN.after(since),
            None => AT_ORIGIN.before(origin.duration_since(instant)),
        }
    }

    /// The runtime's instant of `tick`, for sleeping. At most a year from now: whoever sleeps looks again then.
    #[must_use]
    pub fn instant(&self, tick: Tick) -> Instant {
        const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
        let origin = origin();
        let before = AT_ORIGIN.since(tick);
        if before > Duration::ZERO {
            // No instant is that early where the machine has just started: the origin has passed as well.
            return origin.checked_sub(before).unwrap_or(origin);
        }
        let latest = Instant::now().duration_since(origin).saturating_add(YEAR);
        origin + tick.since(AT_ORIGIN).min(latest)
    }
}

/// The moment at which the first clock was asked. Not tokio's: a paused clock may be ahead of those of other runtimes.
fn origin() -> Instant {
    static ORIGIN: OnceLock<std::time::Instant> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "the driver is where a clock is read")]
    let origin = ORIGIN.get_or_init(std::time::Instant::now);
    Instant::from_std(*origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        runtime::{Builder, Runtime},
        time::{advance, sleep_until},
    };

    fn paused() -> Runtime {
        let mut builder = Builder::new_current_thread();
        builder.enable_time().start_paused(true).build().unwrap()
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn clocks_agree_whenever_they_were_made() {
        paused().block_on(async {
            let old = Clock::start();
            advance(MINUTE).await;
            let young = Clock::start();
            assert_eq!(old.now().tick, young.now().tick);
        });
    }

    #[test]
    fn every_runtime_has_a_clock_that_goes_on() {
        // The first is paused before anybody asks for a clock, and far ahead when the others begin.
        let runtimes = [paused(), paused(), paused()];
        for runtime in runtimes {
            runtime.block_on(async {
                let clock = Clock::start();
                let before = clock.now().tick;
                sleep_until(clock.instant(before.after(MINUTE))).await;
                let waited = clock.now().tick.since(before);
                // Tokio's timer counts milliseconds.
                assert!(
                    (MINUTE..MINUTE + Duration::from_millis(2)).contains(&waited),
                    "{waited:?}"
                );
            });
        }
    }

    #[test]
    fn instants_and_ticks_are_each_others_inverse() {
        let clock = Clock::start();
        let now = clock.now().tick;
        for tick in [
            now,
            now.after(MINUTE),
            now.before(MINUTE),
            now.before(MINUTE * 59),
        ] {
            assert_eq!(clock.tick(clock.instant(tick)), tick);
        }
        // Neither end panics.
        assert!(clock.instant(Tick::ZERO) <= Instant::now());
        assert!(clock.instant(Tick::MAX) > Instant::now() + MINUTE);
    }
}
