//! What a run came to.

use dioscuri_sim::Stats;
use dioscuri_vocab::{Class, Unit, Window};
use std::{collections::BTreeMap, time::Duration};

/// What a run came to. Times are virtual.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Calls that were made.
    pub calls: usize,
    /// Calls that were answered.
    pub answered: usize,
    /// Calls that were not, by the class of their last failure, or by how they ended if nothing failed.
    pub failed: BTreeMap<&'static str, usize>,
    /// Attempts that failed, by class.
    pub refusals: BTreeMap<Class, u64>,
    /// Attempts that were sent.
    pub attempts: u64,
    /// From the start to the last call's end.
    pub makespan: Duration,
    /// How long calls had nothing in flight: queue and backoff together.
    pub waits: Waits,
    /// How much of each quota was used.
    pub utilisation: Vec<Utilisation>,
    /// What the world saw.
    pub world: Stats,
    /// How often a call was polled.
    pub polls: u64,
    /// A hash of everything that the engine's observer saw, in order.
    pub log_hash: u64,
}

impl Report {
    /// Attempts that a quota refused, of a minute or a day.
    #[must_use]
    pub fn refused_by_quota(&self) -> u64 {
        [Class::QuotaMinute, Class::QuotaDay]
            .iter()
            .filter_map(|class| self.refusals.get(class))
            .sum()
    }

    /// Attempts that failed with `class`.
    #[must_use]
    pub fn refused_with(&self, class: Class) -> u64 {
        self.refusals.get(&class).copied().unwrap_or(0)
    }
}

/// Percentiles of the calls' waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Waits {
    /// Half of the calls waited at most so long.
    pub p50: Duration,
    /// 99 of 100 calls waited at most so long.
    pub p99: Duration,
}

impl Waits {
    pub(crate) fn of(mut waits: Vec<Duration>) -> Self {
        waits.sort_unstable();
        let percentile = |percent: usize| {
            let rank = (waits.len() * percent).div_ceil(100).saturating_sub(1);
            waits.get(rank).copied().unwrap_or_default()
        };
        Self {
            p50: percentile(50),
            p99: percentile(99),
        }
    }
}

/// How much of one quota was used.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Utilisation {
    /// `project/location/model`.
    pub endpoint: String,
    /// What is counted.
    pub unit: Unit,
    /// Over which window.
    pub window: Window,
    /// The share of what the windows that passed allow, at least one; may be above 1 by the opening burst.
    /// Of a day: of the day.
    pub share: f64,
}

impl Utilisation {
    pub(crate) fn of(world: &Stats, minute: Duration, makespan: Duration) -> Vec<Self> {
        let minutes = makespan.as_secs_f64() / minute.as_secs_f64();
        let share = |admitted: u64, limit: u64, windows: f64| {
            #[expect(clippy::cast_precision_loss, reason = "a share is shown, not counted")]
            let share = admitted as f64 / (limit as f64 * windows);
            if limit == 0 { 0.0 } else { share }
        };
        let domains = world.domains.iter();
        domains
            .map(|domain| Self {
                endpoint: format!("{}/{}/{}", domain.project, domain.location, domain.model),
                unit: domain.unit,
                window: domain.window,
                share: match domain.window {
                    Window::Day => share(domain.admitted, domain.limit, 1.0),
                    _ => share(domain.admitted, domain.limit, minutes.max(1.0)),
                },
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_waits_that_occurred() {
        let waits = Waits::of((1..=200).rev().map(Duration::from_secs).collect());
        assert_eq!(waits.p50, Duration::from_secs(100));
        assert_eq!(waits.p99, Duration::from_secs(198));
        assert_eq!(Waits::of(Vec::new()), Waits::default());
    }
}
