//! What a [`Budget`](crate::Budget) is told about the world before it starts.

use std::time::Duration;

/// Settings of a [`Budget`](crate::Budget).
///
/// ```
/// use dioscuri_budget::Config;
/// use std::time::Duration;
///
/// // A simulator whose minute has six seconds, next door.
/// let config = Config::default()
///     .with_minute(Duration::from_secs(6))
///     .with_guard(Duration::from_millis(40));
/// assert_eq!(config.minute(), Duration::from_secs(6));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Config {
    minute: Duration,
    guard: Duration,
    burst_share: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            minute: MINUTE,
            guard: GUARD,
            burst_share: BURST_SHARE,
        }
    }
}

impl Config {
    /// The same settings with a quota minute of `minute`; the default is 60 s.
    ///
    /// A simulator that shortens its minute says so. A second is a sixtieth of it; a day stays a Pacific day.
    /// At least 1 µs: less is taken as that.
    #[must_use]
    pub fn with_minute(mut self, minute: Duration) -> Self {
        self.minute = minute.max(Duration::from_micros(1));
        self
    }

    /// The same settings with `guard` to start with: how much the travel times of two requests may differ.
    ///
    /// The default is 400 ms. It costs `guard / minute` of the throughput, and is learned from then on: refusals at
    /// the edge of a window widen it, up to a second or twice this value, and successes there take it back.
    #[must_use]
    pub const fn with_guard(mut self, guard: Duration) -> Self {
        self.guard = guard;
        self
    }

    /// The same settings, by which a new domain takes at most `share` of its limit at once, `0.01..=1.0`, until the
    /// server has shown that it bears more.
    ///
    /// The default is 0.1: two round trips later the whole limit goes at once where the server bears it. At 1.0 the
    /// whole limit goes at once from the start.
    #[must_use]
    pub const fn with_burst_share(mut self, share: f64) -> Self {
        self.burst_share = share;
        self
    }

    /// How long a quota minute is.
    #[must_use]
    pub const fn minute(&self) -> Duration {
        self.minute
    }

    /// How much the travel times of two requests may differ, to start with.
    #[must_use]
    pub const fn guard(&self) -> Duration {
        self.guard
    }

    /// The share of its limit that a new domain takes at once.
    #[must_use]
    pub const fn burst_share(&self) -> f64 {
        self.burst_share
    }
}

/// One minute. A quota per minute means this everywhere but in a simulator.
const MINUTE: Duration = Duration::from_secs(60);

/// Travel times of 20 to 400 ms differ by at most 380 ms; with that much margin a simulation of 100
/// windows saw no refusal. It costs 0.6 % of a minute. A smaller guard is refused at window edges.
const GUARD: Duration = Duration::from_millis(400);

/// A tenth in a tenth of the minute is what smoothing admits, as users reported it; as a window of its own it passes
/// the whole limit in a minute.
const BURST_SHARE: f64 = 0.1;
