//! What happens when: periods, other users, changing limits.

use std::time::Duration;

use super::Surface;

/// A stretch of time after the world's first moment, in real time as the world runs.
///
/// In a file the times are times of the world, which a short `minute` shrinks; here that is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Period {
    /// When it begins.
    pub at: Duration,
    /// How long it lasts; `None`: to the end.
    pub lasts: Option<Duration>,
    /// After how long it begins again; longer than it lasts.
    pub every: Option<Duration>,
}

impl Period {
    /// From `at` on, for `lasts`.
    #[must_use]
    pub const fn new(at: Duration, lasts: Duration) -> Self {
        Self {
            at,
            lasts: Some(lasts),
            every: None,
        }
    }

    /// Whether `since_start` lies within.
    #[must_use]
    pub fn holds(&self, since_start: Duration) -> bool {
        let Some(into) = since_start.checked_sub(self.at) else {
            return false;
        };
        let into = match self.every {
            Some(every) if !every.is_zero() => nanos(into.as_nanos() % every.as_nanos()),
            _ => into,
        };
        self.lasts.is_none_or(|lasts| into < lasts)
    }

    /// When it next begins or ends, strictly after `since_start`; `None` if it never does again.
    #[must_use]
    pub fn next_change(&self, since_start: Duration) -> Option<Duration> {
        let Some(into) = since_start.checked_sub(self.at) else {
            return Some(self.at);
        };
        let lasts = self.lasts?;
        match self.every.filter(|every| !every.is_zero()) {
            None => (into < lasts).then(|| self.at.saturating_add(lasts)),
            Some(every) => {
                let round = nanos(into.as_nanos() % every.as_nanos());
                let to_go = if round < lasts { lasts } else { every }.saturating_sub(round);
                Some(since_start.saturating_add(to_go))
            }
        }
    }
}

fn nanos(nanos: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// What all projects of a surface share of a model: nobody's quota, and everybody's.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Capacity {
    /// The model.
    pub model: String,
    /// The location; `None`: each location has this much.
    pub location: Option<String>,
    /// Whose.
    pub surface: Surface,
    /// Requests in any minute, other users' included.
    pub rpm: Option<u64>,
    /// Tokens of prompts in any minute, other users' included.
    pub tpm: Option<u64>,
}

/// What other users send.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Load {
    /// The model.
    pub model: String,
    /// The location; `None`: each.
    pub location: Option<String>,
    /// The project whose quota they use as well; `None`: only the shared capacity.
    pub project: Option<String>,
    /// The fewest and the most requests in a minute. The rate is drawn anew, uniform between, every
    /// `change_every`; the requests come at random moments.
    pub rpm: (u64, u64),
    /// The shortest and the longest of their prompts, in tokens; uniform between.
    pub tokens: (u64, u64),
    /// How long a rate lasts.
    pub change_every: Duration,
    /// Whether they get what they want of the project's minutes even where nothing is left: what a client meets whose
    /// neighbour tries again until it is served.
    pub insists: bool,
    /// When.
    pub period: Period,
}

/// New limits from some moment on. What is `None` stays as it was.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Change {
    /// When, after the world's first moment.
    pub at: Duration,
    /// The project.
    pub project: String,
    /// The model.
    pub model: String,
    /// The location; `None`: each.
    pub location: Option<String>,
    /// Requests in a minute.
    pub rpm: Option<u64>,
    /// Tokens of prompts in a minute.
    pub tpm: Option<u64>,
    /// Requests in a Pacific day.
    pub rpd: Option<u64>,
}

/// What is asked of a model.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Method {
    /// `generateContent`.
    Generate,
    /// `streamGenerateContent`.
    Stream,
    /// `countTokens`.
    Count,
    /// `embedContent`, and `predict` of an embedding model on Vertex.
    Embed,
    /// `batchEmbedContents`.
    BatchEmbed,
    /// The list of models, or one of them.
    Models,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Generate,
        Self::Stream,
        Self::Count,
        Self::Embed,
        Self::BatchEmbed,
        Self::Models,
    ];

    /// The name in paths and scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generate => "generateContent",
            Self::Stream => "streamGenerateContent",
            Self::Count => "countTokens",
            Self::Embed => "embedContent",
            Self::BatchEmbed => "batchEmbedContents",
            Self::Models => "models",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[track_caller]
    fn check(period: Period, at: u64, holds: bool, next: Option<u64>) {
        assert_eq!(period.holds(secs(at)), holds, "at {at}");
        assert_eq!(period.next_change(secs(at)), next.map(secs), "after {at}");
    }

    #[test]
    fn a_period_has_a_beginning_and_an_end() {
        let period = Period::new(secs(10), secs(5));
        check(period, 0, false, Some(10));
        check(period, 10, true, Some(15));
        check(period, 14, true, Some(15));
        check(period, 15, false, None);
    }

    #[test]
    fn without_a_length_it_never_ends() {
        check(Period::default(), 0, true, None);
        check(Period::default(), 1_000_000, true, None);
    }

    #[test]
    fn a_period_comes_again() {
        let period = Period {
            every: Some(secs(60)),
            ..Period::new(secs(10), secs(5))
        };
        check(period, 12, true, Some(15));
        check(period, 15, false, Some(70));
        check(period, 70, true, Some(75));
        check(period, 615, false, Some(670));
    }
}
