//! What is to be run: a world, so many calls, and the circumstances.

use crate::{Report, driver::VirtualDriver, stack::Stack};
use dioscuri_retry::Profile;
use dioscuri_sim::{Scenario, World};
use std::time::Duration;

/// A run to make: a scenario, a number of calls that all arrive at the start, and the circumstances.
///
/// Equal recipes give equal reports.
///
/// ```
/// use dioscuri_scenarios::Recipe;
/// use dioscuri_sim::Scenario;
///
/// let recipe = Recipe::new(Scenario::named("calm").unwrap(), 20).with_seed(7);
/// assert_eq!(recipe.run().log_hash, recipe.run().log_hash);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a recipe does nothing until it is run"]
pub struct Recipe {
    pub(crate) scenario: Scenario,
    pub(crate) calls: usize,
    pub(crate) seed: u64,
    pub(crate) input_tokens: (u64, u64),
    pub(crate) travel: (Duration, Duration),
    pub(crate) profile: Profile,
    pub(crate) deadline: Option<Duration>,
    pub(crate) has_bodies: bool,
}

/// Travel times within a continent. They differ by less than the budget's usual guard of 400 ms.
const TRAVEL: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(150));

impl Recipe {
    /// `calls` calls in the world of `scenario`, with prompts of 100 to 1,300 tokens, travel times of 10 to
    /// 150 ms, the profile `batch`, no deadline and seed 1.
    pub fn new(scenario: Scenario, calls: usize) -> Self {
        Self {
            scenario,
            calls,
            seed: 1,
            input_tokens: (100, 1_300),
            travel: TRAVEL,
            profile: Profile::Batch,
            deadline: None,
            has_bodies: false,
        }
    }

    /// The same run, with every draw (the world's, the travel times, jitter, choice) from `seed`.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same run, with prompts of `min` to `max` tokens, uniform.
    pub fn with_input_tokens(mut self, min: u64, max: u64) -> Self {
        self.input_tokens = (min, max.max(min));
        self
    }

    /// The same run, in which each way takes `min` to `max`, uniform.
    pub fn with_travel(mut self, min: Duration, max: Duration) -> Self {
        self.travel = (min, max.max(min));
        self
    }

    /// The same run by the policies of `profile`.
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The same run, in which each call must end within `deadline`.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same run with whole bodies: requests are written and answers read, and a prompt's cost is
    /// estimated from its text. About ten times slower.
    pub fn with_bodies(mut self) -> Self {
        self.has_bodies = true;
        self
    }

    /// Runs every call to its end.
    #[must_use]
    pub fn run(&self) -> Report {
        let world = World::new(&self.scenario, Some(self.seed));
        VirtualDriver::new(self, Stack::new(self), world).run()
    }
}
