//! Named policies for the usual kinds of callers.

use crate::{Backoff, OnEmpty, Pace, Standard};
use std::{error::Error, fmt, num::NonZeroU32, str::FromStr, time::Duration};

/// How patient a caller is.
///
/// | profile | attempts | longest backoff | retry budget empty |
/// | --- | --- | --- | --- |
/// | `interactive` | 3 | 10 s | give up |
/// | `default` | 5 | 60 s | postpone |
/// | `batch` | 10 | 120 s | postpone |
///
/// All start at 100 ms after a fault and at 1 s after throttling.
///
/// Source: the retry guides of the Gemini API (1 s first delay, doubling, few retries where a person waits);
/// the short first backoff after a fault is that of AWS's "Retry Behavior 2.1", where one instance fails
/// and the next answers.
///
/// ```
/// use dioscuri_retry::Profile;
///
/// assert_eq!("batch".parse(), Ok(Profile::Batch));
/// let policy = Profile::Batch.policy();
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Profile {
    /// A person waits: fail fast.
    Interactive,
    /// A program waits.
    #[default]
    Default,
    /// Nobody waits: what counts is that it is answered in the end.
    Batch,
}

impl Profile {
    /// Every profile, the least patient first.
    pub const ALL: &'static [Self] = &[Self::Interactive, Self::Default, Self::Batch];

    /// The name in configuration, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Default => "default",
            Self::Batch => "batch",
        }
    }

    /// The policy of this profile.
    #[must_use]
    pub const fn policy(self) -> Standard {
        let (attempts, cap) = match self {
            Self::Interactive => (INTERACTIVE_ATTEMPTS, Duration::from_secs(10)),
            Self::Default => (DEFAULT_ATTEMPTS, Duration::from_secs(60)),
            Self::Batch => (BATCH_ATTEMPTS, Duration::from_secs(120)),
        };
        Standard::new(
            backoff(Pace::Transient, cap),
            backoff(Pace::Throttled, cap),
            attempts,
        )
    }

    /// What an empty retry budget means to this profile.
    #[must_use]
    pub const fn on_empty(self) -> OnEmpty {
        match self {
            Self::Interactive => OnEmpty::Exhaust,
            Self::Default | Self::Batch => OnEmpty::Postpone,
        }
    }
}

const INTERACTIVE_ATTEMPTS: NonZeroU32 = NonZeroU32::new(3).expect("3 is not zero");
const DEFAULT_ATTEMPTS: NonZeroU32 = NonZeroU32::new(5).expect("5 is not zero");
const BATCH_ATTEMPTS: NonZeroU32 = NonZeroU32::new(10).expect("10 is not zero");

const fn backoff(pace: Pace, cap: Duration) -> Backoff {
    let initial = match pace {
        Pace::Transient => Duration::from_millis(100),
        Pace::Throttled => Duration::from_secs(1),
    };
    match Backoff::new(initial, cap) {
        Ok(backoff) => backoff,
        Err(_) => panic!("every cap of a profile is above its first wait"),
    }
}

impl Default for Standard {
    /// The policy of [`Profile::Default`].
    fn default() -> Self {
        Profile::Default.policy()
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        let found = Self::ALL.iter().find(|profile| profile.name() == text);
        found.copied().ok_or_else(|| UnknownProfile(text.to_owned()))
    }
}

/// A text that names no profile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownProfile(String);

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = Profile::ALL.iter().map(|known| known.name()).collect();
        write!(
            f,
            "no profile is named {:?}; there are {}",
            self.0,
            known.join(", ")
        )
    }
}

impl Error for UnknownProfile {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_a_policy_and_a_name() {
        for profile in Profile::ALL {
            assert_eq!(profile.name().parse(), Ok(*profile));
            let _ = profile.policy();
        }
    }

    #[test]
    fn an_unknown_profile_is_told_with_those_that_there_are() {
        let told = "patient".parse::<Profile>().unwrap_err().to_string();
        let expected = "no profile is named \"patient\"; there are interactive, default, batch";
        assert_eq!(told, expected);
    }

    #[test]
    fn only_where_a_person_waits_an_empty_budget_gives_up() {
        assert_eq!(Profile::Interactive.on_empty(), OnEmpty::Exhaust);
        assert_eq!(Profile::Default.on_empty(), OnEmpty::Postpone);
        assert_eq!(Profile::Batch.on_empty(), OnEmpty::Postpone);
    }
}
