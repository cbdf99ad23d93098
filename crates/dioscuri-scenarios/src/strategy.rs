//! Who decides what is sent, where and when.

use std::{fmt, str::FromStr, time::Duration};

/// Who decides what is sent, where and when.
///
/// The five recipes are what the common guides print. They share nothing between calls; the attempts of call
/// n go to the endpoints in turn, from number n on, unless the recipe says otherwise. They try again what may
/// pass (408, 429, 5xx, a broken connection) and give up everything else. Jitter is full: uniform from zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Strategy {
    /// Ours: budget, pool, engine and retry policy, put together as the façade does.
    Dioscuri,
    /// Knows the counters, the requests on their way, the incidents and the travel times to come.
    Oracle,
    /// The same without the travel times to come.
    CausalOracle,
    /// At once again, in a region drawn at random, until the deadline.
    RandomRegion,
    /// Three tries, 10 s apart.
    Linear,
    /// Five tries, after 1, 2, 4 and 8 s.
    Exponential,
    /// Five tries, after up to 1, 2, 4 and 8 s.
    Jitter,
    /// The server's hint, and up to as long again with jitter that doubles from 1 to 60 s, until the deadline.
    HintJitter,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Dioscuri,
        Self::Oracle,
        Self::CausalOracle,
        Self::RandomRegion,
        Self::Linear,
        Self::Exponential,
        Self::Jitter,
        Self::HintJitter,
    ];

    /// The published recipes.
    pub const RECIPES: [Self; 5] = [
        Self::RandomRegion,
        Self::Linear,
        Self::Exponential,
        Self::Jitter,
        Self::HintJitter,
    ];

    /// The name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dioscuri => "dioscuri",
            Self::Oracle => "oracle",
            Self::CausalOracle => "causal_oracle",
            Self::RandomRegion => "random_region",
            Self::Linear => "linear",
            Self::Exponential => "exponential",
            Self::Jitter => "jitter",
            Self::HintJitter => "hint_jitter",
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Strategy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.name() == text);
        found.ok_or_else(|| format!("no strategy is named {text:?}"))
    }
}

/// How long a recipe goes on that goes on to the deadline, where the setup has none: an hour, the most that
/// guides let a batch job wait.
pub(crate) const RECIPE_DEADLINE: Duration = Duration::from_secs(3600);
