//! What a budget knows at one moment, to show.

use crate::DomainId;
use dioscuri_vocab::{EndpointId, Tick, Unit, Window};
use std::time::Duration;

/// Where a limit comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Source {
    /// Somebody configured it.
    Configured,
    /// A refusal stated it, or no limit is known yet.
    Learned,
    /// Found out by what was let through and what was refused; changes as the supply does.
    Probed,
}

impl Source {
    /// Every source there is.
    pub const ALL: &[Self] = &[Self::Configured, Self::Learned, Self::Probed];

    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::Learned => "learned",
            Self::Probed => "probed",
        }
    }
}

/// One quota domain at one moment.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct DomainSnapshot {
    /// Which domain.
    pub id: DomainId,
    /// The endpoints that share it.
    pub endpoints: Vec<EndpointId>,
    /// What it counts; `None` where a refusal did not say.
    pub unit: Option<Unit>,
    /// Over which window; `None` for requests in flight.
    pub window: Option<Window>,
    /// How long a window of a minute or less is; `None` for days and for what is not counted.
    pub period: Option<Duration>,
    /// The limit that binds, in its unit; `None` where none is known.
    pub limit: Option<u64>,
    /// Where the limit comes from.
    pub source: Source,
    /// What counts against the limit now, estimates of requests under way and debts included.
    pub used: u64,
    /// What was charged since the domain was attached and not given back.
    pub admitted: u64,
    /// Reservations granted since the domain was attached.
    pub granted: u64,
    /// Refusals by the server that named this quota.
    pub refused: u64,
    /// Until when the server's word keeps it closed; `None` if it is open, or only an event can tell.
    pub closed_until: Option<Tick>,
    /// When the first reservation was granted.
    pub first: Option<Tick>,
    /// What is added to the window for the spread of travel times, as learned; `None` where there is no window of a
    /// minute or less.
    pub guard: Option<Duration>,
    /// The share of the limit that may go at once, as far as the server has shown that it bears it.
    pub burst_share: Option<f64>,
}

impl DomainSnapshot {
    /// The share of the quota that was used from the first grant until `now`; above 1 only where a limit was learned
    /// late or a request was larger than its limit.
    ///
    /// For windows: what was admitted, over what the windows that have begun allow. For a day and for requests in
    /// flight: what is used now. `None` where no limit is known.
    #[must_use]
    pub fn utilisation(&self, now: Tick) -> Option<f64> {
        let limit = self.limit.filter(|limit| *limit > 0)?;
        let (Some(period), Some(first)) = (self.period, self.first) else {
            return Some(share(self.used, limit, 1.0));
        };
        // The window that has just begun may be used whole already, so it counts whole.
        let windows = (now.since(first).as_secs_f64() / period.as_secs_f64()).floor() + 1.0;
        Some(share(self.admitted, limit, windows))
    }
}

fn share(used: u64, limit: u64, windows: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share is shown, not counted")]
    let share = used as f64 / (limit as f64 * windows);
    share
}
