//! What a run came to.

use dioscuri_sim::Stats;
use dioscuri_vocab::{Class, Tick, Unit, Window};
use std::{collections::BTreeMap, time::Duration};

/// What a run came to. Times are virtual.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Measured {
    /// Calls that came.
    pub calls: usize,
    /// Calls that were answered.
    pub answered: usize,
    /// Calls that were not, by the class of their last failure, or by how they ended if nothing failed.
    pub failed: BTreeMap<&'static str, usize>,
    /// Attempts that failed, by class.
    pub refusals: BTreeMap<Class, u64>,
    /// Attempts that were sent.
    pub attempts: u64,
    /// From the start to the last answer.
    pub makespan: Duration,
    /// From the start to the last call's end.
    pub ended: Duration,
    /// How long answered calls waited: from their arrival to the departure of the attempt that was answered.
    pub waits: Waits,
    /// The same for each load of the setup, in its order.
    pub loads: Vec<OfLoad>,
    /// The endpoints, by their number in the lists below.
    pub endpoints: Vec<Endpoint>,
    /// Every call, in the order in which they ended.
    pub log: Vec<Ended>,
    /// Every attempt that failed, in the order in which they failed.
    pub refused: Vec<Refused>,
    /// How much of each quota was used.
    pub utilisation: Vec<Utilisation>,
    /// What the world saw.
    pub world: Stats,
    /// How often the strategy was asked what to do.
    pub polls: u64,
    /// A hash of everything that happened, in order.
    pub log_hash: u64,
}

impl Measured {
    /// Attempts that failed, whatever the reason.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refusals.values().sum()
    }

    /// Attempts that a quota refused, of a minute or a day.
    #[must_use]
    pub fn refused_by_quota(&self) -> u64 {
        self.refused_with(Class::QuotaMinute) + self.refused_with(Class::QuotaDay)
    }

    /// Attempts that failed with `class`.
    #[must_use]
    pub fn refused_with(&self, class: Class) -> u64 {
        self.refusals.get(&class).copied().unwrap_or(0)
    }

    /// Failed attempts for each answer.
    #[must_use]
    pub fn refusals_per_answer(&self) -> f64 {
        per(self.refused(), self.answered)
    }

    /// Attempts for each answer.
    #[must_use]
    pub fn attempts_per_answer(&self) -> f64 {
        per(self.attempts, self.answered)
    }

    /// How many answers came in `from..to`, counted from the start.
    #[must_use]
    pub fn answers_within(&self, from: Duration, to: Duration) -> usize {
        let (from, to) = (Tick::ZERO.after(from), Tick::ZERO.after(to));
        let within = |end: &&Ended| end.is_answered() && from <= end.ended && end.ended < to;
        self.log.iter().filter(within).count()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio is shown, not counted")]
fn per(number: u64, answers: usize) -> f64 {
    number as f64 / answers.max(1) as f64
}

/// What the calls of one load came to.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct OfLoad {
    /// Calls that came.
    pub calls: usize,
    /// Calls that were answered.
    pub answered: usize,
    /// From the start to its last answer.
    pub makespan: Duration,
    /// How long its answered calls waited.
    pub waits: Waits,
}

/// Where an endpoint is.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Endpoint {
    /// The project's id.
    pub project: String,
    /// The location.
    pub location: String,
    /// The model.
    pub model: String,
}

/// A call that has ended. All moments count from the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Ended {
    /// Its number in the order of arrival, over all loads.
    pub call: u32,
    /// The number of its load in the setup.
    pub load: u16,
    /// When it came.
    pub started: Tick,
    /// When it ended.
    pub ended: Tick,
    /// When its last attempt left; `None` if nothing was sent.
    pub sent: Option<Tick>,
    /// The number of the endpoint that was asked last.
    pub endpoint: Option<u32>,
    /// Attempts.
    pub attempts: u32,
    /// From its arrival to the departure of its last attempt; to its end, if nothing was sent.
    pub waited: Duration,
    /// Tokens of its prompt.
    pub tokens: u64,
    /// Why it was not answered, as in [`Measured::failed`]; `None`: it was.
    pub failure: Option<&'static str>,
}

impl Ended {
    /// Whether it was answered.
    #[must_use]
    pub const fn is_answered(&self) -> bool {
        self.failure.is_none()
    }
}

/// An attempt that failed. All moments count from the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Refused {
    /// The number of the call.
    pub call: u32,
    /// The number of the endpoint.
    pub endpoint: u32,
    /// When it left.
    pub sent: Tick,
    /// When the client knew.
    pub ended: Tick,
    /// What it was.
    pub class: Class,
}

/// Percentiles of waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Waits {
    /// Half of the calls waited at most so long.
    pub p50: Duration,
    /// 99 of 100 calls waited at most so long.
    pub p99: Duration,
    /// No call waited longer.
    pub max: Duration,
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
            max: percentile(100),
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
        assert_eq!(waits.max, Duration::from_secs(200));
        assert_eq!(Waits::of(Vec::new()), Waits::default());
    }
}
