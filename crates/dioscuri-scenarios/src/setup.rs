//! What is to be run: a world, its load, and the circumstances.

use crate::{Load, Measured, Strategy, arena, site::Sites};
use dioscuri_retry::Profile;
use dioscuri_sim::Scenario;
use dioscuri_vocab::{Rng, SplitMix64, Tick, UnixTime};
use std::time::Duration;

/// A run to make: a world, its loads, and the circumstances.
///
/// Equal setups give equal measures. Whatever the strategy, call number n of a load has the same prompt, and
/// its first, second, third attempt the same travel times: strategies are compared with equal luck.
///
/// ```
/// use dioscuri_scenarios::{Load, Setup, Strategy};
/// use dioscuri_sim::Scenario;
///
/// let setup = Setup::new(Scenario::named("calm").unwrap()).with_load(Load::closed(100)).with_seed(7);
/// let (ours, oracle) = (setup.run(Strategy::Dioscuri), setup.run(Strategy::Oracle));
/// assert_eq!((ours.answered, oracle.answered), (100, 100));
/// assert_eq!(oracle.refused(), 0);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setup does nothing until it is run"]
pub struct Setup {
    pub(crate) scenario: Scenario,
    pub(crate) loads: Vec<Load>,
    pub(crate) seed: u64,
    pub(crate) travel: (Duration, Duration),
    pub(crate) knowledge: Knowledge,
    pub(crate) hides_limits: bool,
    pub(crate) profile: Profile,
    pub(crate) deadline: Option<Duration>,
    pub(crate) estimates: Estimates,
    start: Option<UnixTime>,
    pub(crate) has_bodies: bool,
    pub(crate) until: Tick,
}

/// Travel times of one way over the internet, short and long; the spread of 380 ms is meant to be hard.
const TRAVEL: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(400));

/// 2026-07-01T19:00:00Z: noon of a summer day in California, far from midnight.
const NOON: UnixTime = UnixTime::from_secs(1_782_932_400);

/// Number of the stream that decides the first moment.
const STARTS: u64 = 0x0073_7461_7274;

/// No job here takes a month; a strategy that gets nowhere is stopped.
const MONTH: Duration = Duration::from_secs(31 * 24 * 3600);

/// What a client is told of the limits before it starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Knowledge {
    /// The limits at the start, as the operator reads them on Google's page.
    #[default]
    Known,
    /// Nothing; refusals say them (`quotaValue`), where the surface has them say so.
    Learned,
    /// Nothing, and no refusal ever says a number.
    Unknown,
}

impl Knowledge {
    /// The name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Learned => "learned",
            Self::Unknown => "unknown",
        }
    }
}

/// How good the estimates of prompts' tokens are.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[non_exhaustive]
pub enum Estimates {
    /// Each is the truth; no estimator is asked.
    #[default]
    Exact,
    /// Each is off by up to this share, upwards or downwards, uniform: 0.3 means 0.7 to 1.3 times the truth.
    Random(f64),
    /// Each is off by this share: 0.3 means 1.3 times the truth, -0.3 means 0.7 times.
    Bias(f64),
}

impl Estimates {
    /// An estimate of `tokens`, at least one.
    pub(crate) fn of(self, tokens: u64, rng: &mut SplitMix64) -> u64 {
        let factor = match self {
            Self::Exact => return tokens,
            Self::Random(share) => 1.0 + share * (2.0 * rng.next_f64() - 1.0),
            Self::Bias(share) => 1.0 + share,
        };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate of at most 2^53 tokens, rounded; floats saturate"
        )]
        let estimate = (tokens as f64 * factor).round() as u64;
        estimate.max(1)
    }
}

impl Setup {
    /// The world of `scenario` without a load: travel times of 20 to 400 ms, limits known, profile `batch`, no
    /// deadline, exact estimates, seed 1. Unless the scenario has a date it begins a little after noon of a summer
    /// day in California: how many seconds, the seed decides, since nobody starts when a minute of the clock
    /// does.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            start: scenario.start,
            scenario,
            loads: Vec::new(),
            seed: 1,
            travel: TRAVEL,
            knowledge: Knowledge::Known,
            hides_limits: false,
            profile: Profile::Batch,
            deadline: None,
            estimates: Estimates::Exact,
            has_bodies: false,
            until: Tick::ZERO.after(MONTH),
        }
    }

    /// The same run with `load` as well.
    pub fn with_load(mut self, load: Load) -> Self {
        self.loads.push(load);
        self
    }

    /// The same run, with every draw (the world's, prompts, travel times, jitter, choice) from `seed`.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same run, in which each way takes `min` to `max`, uniform. Default: 20 to 400 ms.
    pub fn with_travel(mut self, min: Duration, max: Duration) -> Self {
        self.travel = (min, max.max(min));
        self
    }

    /// The same run with a client that knows so much of the limits.
    pub fn with_knowledge(mut self, knowledge: Knowledge) -> Self {
        self.knowledge = knowledge;
        self
    }

    /// The same run, in which no refusal says a limit, whatever the client knows at the start.
    pub fn with_hidden_limits(mut self) -> Self {
        self.hides_limits = true;
        self
    }

    /// The same run by the policies of `profile`.
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The same run, in which each call must end within `deadline` of its arrival, unless its load says
    /// otherwise.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same run with estimates that are so good.
    pub fn with_estimates(mut self, estimates: Estimates) -> Self {
        self.estimates = estimates;
        self
    }

    /// The same run from this date on, whatever the scenario says.
    pub fn with_start(mut self, start: UnixTime) -> Self {
        self.start = Some(start);
        self.scenario.start = Some(start);
        self
    }

    /// The same run with whole bodies: requests are written and answers read. About ten times slower.
    pub fn with_bodies(mut self) -> Self {
        self.has_bodies = true;
        self
    }

    /// The same run, stopped after `time` at the latest; what has not ended by then counts as `unfinished`.
    /// Default: 31 days.
    pub fn with_end(mut self, time: Duration) -> Self {
        self.until = Tick::ZERO.after(time);
        self
    }

    /// What all first-choice endpoints together admit in a minute of the world, in requests: of each the limit
    /// of requests, and what its limit of tokens comes to for the mean prompt of the loads. Zero if nothing is
    /// limited.
    ///
    /// A job of so many calls has the length of one window.
    #[must_use]
    pub fn quota(&self) -> usize {
        Sites::new(&self.scenario).quota(&self.scenario, self.mean_tokens())
    }

    /// The date of the first moment.
    pub(crate) fn begin(&self) -> UnixTime {
        let mut rng = SplitMix64::split(self.seed, STARTS);
        self.start
            .unwrap_or_else(|| NOON.after(rng.up_to(self.scenario.minute)))
    }

    fn mean_tokens(&self) -> f64 {
        let mean = self.loads.iter().map(|load| load.tokens.mean()).sum::<f64>();
        #[expect(clippy::cast_precision_loss, reason = "there are few loads")]
        let loads = self.loads.len().max(1) as f64;
        (mean / loads).max(1.0)
    }

    /// How many calls a closed load keeps going if it does not say: twice what the quotas admit in a minute,
    /// at least 16. So the queue is not empty for a whole window.
    pub(crate) fn usual_workers(&self) -> usize {
        const FEWEST: usize = 16;
        self.quota().saturating_mul(2).max(FEWEST)
    }

    /// Runs every call to its end.
    #[must_use]
    pub fn run(&self, strategy: Strategy) -> Measured {
        arena::run(self, strategy)
    }
}
