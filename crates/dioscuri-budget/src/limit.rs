//! A limit as somebody configured it: so many units in a window.

use dioscuri_vocab::{Cost, Unit, Window};

/// A limit of one quota: at most so many of a unit in any window.
///
/// ```
/// use dioscuri_budget::Limit;
///
/// // The free tier of a Flash model: 10 requests and 250,000 input tokens a minute, 250 requests a day.
/// let limits = [Limit::rpm(10), Limit::tpm(250_000), Limit::rpd(250)];
/// assert_eq!(limits[1].most(), 250_000);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Limit {
    unit: Unit,
    window: Option<Window>,
    most: u64,
}

impl Limit {
    /// At most `most` of `unit` in any `window`; 0 means never.
    ///
    /// [`Unit::InFlight`] has no window: whatever is given here is left out.
    #[must_use]
    pub const fn new(unit: Unit, window: Window, most: u64) -> Self {
        let window = match unit {
            Unit::InFlight => None,
            _ => Some(window),
        };
        Self { unit, window, most }
    }

    /// At most `most` requests a minute.
    #[must_use]
    pub const fn rpm(most: u64) -> Self {
        Self::new(Unit::Requests, Window::Minute, most)
    }

    /// At most `most` input tokens a minute, cached ones included.
    #[must_use]
    pub const fn tpm(most: u64) -> Self {
        Self::new(Unit::InputTokens, Window::Minute, most)
    }

    /// At most `most` requests a Pacific day.
    #[must_use]
    pub const fn rpd(most: u64) -> Self {
        Self::new(Unit::Requests, Window::Day, most)
    }

    /// At most `most` requests in flight at once.
    #[must_use]
    pub const fn in_flight(most: u64) -> Self {
        Self::new(Unit::InFlight, Window::Minute, most)
    }

    /// What is counted.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// Over which window; `None` for requests in flight.
    #[must_use]
    pub const fn window(&self) -> Option<Window> {
        self.window
    }

    /// How many at most; 0 means never.
    #[must_use]
    pub const fn most(&self) -> u64 {
        self.most
    }
}

/// How much of `unit` a request of `cost` takes. A unit that nobody knows takes nothing.
pub(crate) fn amount(unit: Option<Unit>, cost: &Cost) -> u64 {
    match unit {
        Some(Unit::Requests) => u64::from(cost.requests),
        Some(Unit::InputTokens) => cost.input_tokens,
        Some(Unit::OutputTokens) => cost.output_tokens,
        Some(Unit::MicroUsd) => cost.micro_usd,
        Some(Unit::InFlight) => 1,
        _ => 0,
    }
}
