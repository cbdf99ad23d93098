//! What is asked: how many calls, when they come, and how long their prompts are.

use dioscuri_vocab::{Rng, SplitMix64, Tick};
use std::time::Duration;

/// A stream of calls. A run may have several, each with a priority and a tenant of its own.
///
/// ```
/// use dioscuri_scenarios::{Load, Tokens};
/// use std::time::Duration;
///
/// // A flood of batch work, and five people who ask something every ten seconds each.
/// let batch = Load::closed(6_000).with_tokens(Tokens::LogNormal { min: 50, max: 30_000 });
/// let people = Load::open(0.5, Duration::from_secs(3600)).with_priority(200).with_tenant(1);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a load does nothing until it is part of a setup"]
pub struct Load {
    pub(crate) arrivals: Arrivals,
    pub(crate) tokens: Tokens,
    pub(crate) priority: u8,
    pub(crate) tenant: u32,
    pub(crate) deadline: Option<Duration>,
    pub(crate) begins: Duration,
}

/// When calls come.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arrivals {
    /// So many workers, each with one call at a time; `None`: as many as the setup thinks enough.
    Closed { calls: usize, workers: Option<usize> },
    /// At a rate, whatever became of those before.
    Open {
        per_second: f64,
        lasts: Duration,
        even: bool,
    },
}

/// How long prompts are, in tokens.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum Tokens {
    /// All alike.
    Fixed(u64),
    /// Uniform between the two, both included.
    Uniform {
        /// The shortest.
        min: u64,
        /// The longest.
        max: u64,
    },
    /// Many short ones and few long ones: the logarithm is normal around the middle of the two bounds'
    /// logarithms, and the bounds are three standard deviations away from it. What lies beyond is cut.
    LogNormal {
        /// The shortest.
        min: u64,
        /// The longest.
        max: u64,
    },
}

impl Tokens {
    /// The length of one prompt.
    pub(crate) fn draw(self, rng: &mut SplitMix64) -> u64 {
        match self {
            Self::Fixed(tokens) => tokens,
            Self::Uniform { min, max } => {
                let span = usize::try_from(max.saturating_sub(min)).unwrap_or(usize::MAX);
                min + rng.index(span.saturating_add(1)) as u64
            }
            Self::LogNormal { min, max } => {
                let (middle, deviation) = logarithms(min, max);
                // The sum of twelve uniform numbers: no logarithm, and the same on every machine.
                let normal = (0..12).map(|_| rng.next_f64()).sum::<f64>() - 6.0;
                rounded((middle + deviation * normal).exp()).clamp(min, max.max(min))
            }
        }
    }

    /// The mean length, but for what is cut.
    pub(crate) fn mean(self) -> f64 {
        match self {
            Self::Fixed(tokens) => float(tokens),
            Self::Uniform { min, max } => f64::midpoint(float(min), float(max)),
            Self::LogNormal { min, max } => {
                let (middle, deviation) = logarithms(min, max);
                (middle + deviation * deviation / 2.0).exp()
            }
        }
    }
}

/// The mean and the standard deviation of the logarithm.
fn logarithms(min: u64, max: u64) -> (f64, f64) {
    let (low, high) = (float(min.max(1)).ln(), float(max.max(min).max(1)).ln());
    (f64::midpoint(low, high), (high - low) / 6.0)
}

#[expect(clippy::cast_precision_loss, reason = "no prompt has 2^52 tokens")]
const fn float(tokens: u64) -> f64 {
    tokens as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is too large becomes the largest number there is"
)]
fn rounded(tokens: f64) -> u64 {
    tokens.round() as u64
}

impl Load {
    /// `calls` calls by workers who start the next one when theirs has ended. As many workers as twice the
    /// quotas of a minute, at least 16, unless [`Load::with_workers`] says otherwise.
    pub const fn closed(calls: usize) -> Self {
        Self::new(Arrivals::Closed { calls, workers: None })
    }

    /// `calls` calls that all come at once.
    pub const fn at_once(calls: usize) -> Self {
        let workers = Some(calls);
        Self::new(Arrivals::Closed { calls, workers })
    }

    /// Calls that come by themselves, `per_second` on average, for as long as `lasts`: at random moments (a
    /// Poisson process).
    pub const fn open(per_second: f64, lasts: Duration) -> Self {
        Self::new(Arrivals::Open {
            per_second,
            lasts,
            even: false,
        })
    }

    const fn new(arrivals: Arrivals) -> Self {
        Self {
            arrivals,
            tokens: Tokens::Uniform { min: 100, max: 1_300 },
            priority: 0,
            tenant: 0,
            deadline: None,
            begins: Duration::ZERO,
        }
    }

    /// The same load with so many workers, if it is closed.
    pub const fn with_workers(mut self, count: usize) -> Self {
        if let Arrivals::Closed { workers, .. } = &mut self.arrivals {
            *workers = Some(count);
        }
        self
    }

    /// The same load at even distances, if it is open.
    pub const fn evenly(mut self) -> Self {
        if let Arrivals::Open { even, .. } = &mut self.arrivals {
            *even = true;
        }
        self
    }

    /// The same load with prompts of such lengths. Default: 100 to 1,300 tokens, uniform.
    pub const fn with_tokens(mut self, tokens: Tokens) -> Self {
        self.tokens = tokens;
        self
    }

    /// The same load with this priority; higher goes first. Default: 0.
    pub const fn with_priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }

    /// The same load for this tenant. Default: 0.
    pub const fn with_tenant(mut self, tenant: u32) -> Self {
        self.tenant = tenant;
        self
    }

    /// The same load, whose calls must end within `deadline`, whatever the setup says.
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same load, which begins so long after the start.
    pub const fn beginning(mut self, after: Duration) -> Self {
        self.begins = after;
        self
    }
}

/// The moments at which the calls of an open load come.
pub(crate) struct Moments {
    rng: SplitMix64,
    next: Duration,
    gap: f64,
    ends: Duration,
    even: bool,
}

impl Moments {
    pub(crate) fn new(begins: Duration, per_second: f64, lasts: Duration, even: bool, seed: u64) -> Self {
        let mut moments = Self {
            rng: SplitMix64::new(seed),
            next: begins,
            gap: 1.0 / per_second.max(1e-9),
            ends: begins.saturating_add(lasts),
            even,
        };
        moments.advance();
        moments
    }

    fn advance(&mut self) {
        let gaps = if self.even {
            1.0
        } else {
            // Exponential; what is drawn lies above zero.
            -(1.0 - self.rng.next_f64()).ln()
        };
        let gap = Duration::try_from_secs_f64(gaps * self.gap).unwrap_or(Duration::MAX);
        self.next = self.next.saturating_add(gap);
    }
}

impl Iterator for Moments {
    type Item = Tick;

    fn next(&mut self) -> Option<Tick> {
        let at = self.next;
        self.advance();
        (at < self.ends).then(|| Tick::ZERO.after(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_load_keeps_its_rate() {
        let lasts = Duration::from_secs(1_000);
        for even in [false, true] {
            let moments = Moments::new(lasts, 5.0, lasts, even, 3);
            let all: Vec<Tick> = moments.take(10_000).collect();
            assert!((4_800..=5_200).contains(&all.len()), "{}", all.len());
            assert!(all.iter().all(|at| *at >= Tick::ZERO.after(lasts)));
            assert!(all.is_sorted());
        }
    }

    #[test]
    fn prompts_have_the_mean_that_is_said_of_them() {
        let mut rng = SplitMix64::new(1);
        for tokens in [
            Tokens::Fixed(700),
            Tokens::Uniform { min: 100, max: 1_300 },
            Tokens::LogNormal { min: 50, max: 30_000 },
        ] {
            let drawn: Vec<u64> = (0..20_000).map(|_| tokens.draw(&mut rng)).collect();
            let mean = float(drawn.iter().sum()) / 20_000.0;
            assert!((mean / tokens.mean() - 1.0).abs() < 0.05, "{tokens:?}: {mean}");
            assert!(drawn.iter().all(|tokens| (50..=30_000).contains(tokens)));
        }
    }
}
