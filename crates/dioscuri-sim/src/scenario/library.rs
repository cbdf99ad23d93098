//! The scenarios that come with this crate.

use super::{Scenario, ScenarioError};

/// Names the files of `scenarios/` and says what each shows, in the words of its `about`.
macro_rules! library {
    ($($name:literal: $about:literal,)+) => {
        /// The name of each scenario and what it shows.
        pub(super) const NAMES: &[(&str, &str)] = &[$(($name, $about)),+];

        fn source(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../scenarios/", $name, ".toml"))),)+
                _ => None,
            }
        }
    };
}

library! {
    "demo": "three projects on both surfaces: one key is bad, one project's day is spent, and some capacity is missing",
    "calm": "one project, one key, wide quotas and no faults",
    "plugged-in": "a refusal that asks for 2.5 s, then twice a lack of capacity, then answers: the same for every client",
    "overload": "one model answers 503 \"high demand\" for minutes, then recovers; another one stays well",
    "incident-2026-02-27": "Vertex on 2026-02-27: 429 and 503 on the global endpoint and in the US for 1 h 58 min; Europe stays well",
    "slow-day": "answers of ten seconds and a tail of half a minute; for some minutes everything takes three times as long",
    "free-tier": "a free key: 5 requests a minute and 20 a day, and a model whose limit is 0",
    "daily": "the last five requests of a day's quota; then refusals that hint at seconds, until midnight Pacific",
    "pacific-night": "a minute before midnight Pacific, with the old day spent and a new one of 25 hours before us",
    "spurious": "refusals far below the limit, as users reported in December 2025: of a minute, of a day, and opaque ones",
    "shrinking-quota": "limits that change in mid-run: the day shrinks from 250 to 20, the minute from 10 to 5 and back",
    "busy-neighbours": "other programs use the same project's quota, at a rate that changes, and a nightly job takes most of it",
    "fixed": "limits that begin anew with each minute of the clock",
    "smoothed": "limits that are smoothed, a tenth in a tenth of a minute; and refused requests count as well",
    "bucket": "limits as buckets of three sizes: a tenth of the minute, all of it, twice as much",
    "embeddings": "embeddings on a free key: 100 requests and 30,000 tokens a minute, 1,000 requests a day",
    "spend-limit": "two projects share a spend limit of 10 USD in ten minutes, which binds before their quotas do",
    "prepaid": "a prepaid balance runs out in mid-run and stops two projects at once; a third, of another account, goes on",
    "shared-capacity": "Vertex without quotas: all users share a location's capacity, and it is scarce in one and ample in another",
    "provisioned": "Vertex with provisioned throughput: dedicated, shared, or first the one and then the other",
    "tiers": "priority is silently served as standard above a share of the quota, and flex is shed with 503 or 429",
    "bad-keys": "one key of each state: invalid, expired, leaked, suspended, blocked, API disabled, wrong kind of token",
    "retired-models": "models that end: not found, closed to new users, silently served by a successor; and an alias",
    "blocked-answers": "status 200 without an answer: finish reasons, blocked prompts, empty candidates",
    "long-answers": "long answers in several requests (CONTINUATION), and thinking that eats the room of short ones",
    "bad-streams": "streams that break: an error in a frame, a bare error, a silent end, a cut at any byte",
    "bad-wire": "every fault of the wire a little: resets, stalls, cuts, drips, wrong lengths, no listener",
    "odd-errors": "error bodies in odd forms: HTML, bare text, ten megabytes, nested and foreign JSON",
}

impl Scenario {
    /// The file of that scenario of the library, to read and to start from.
    ///
    /// ```
    /// use dioscuri_sim::Scenario;
    ///
    /// assert!(Scenario::source("overload").unwrap().contains("what = \"capacity\""));
    /// assert_eq!(Scenario::source("my-own"), None);
    /// ```
    #[must_use]
    pub fn source(name: &str) -> Option<&'static str> {
        source(name)
    }
}

pub(super) fn named(name: &str) -> Result<Scenario, ScenarioError> {
    match source(name) {
        Some(text) => Scenario::parse(text),
        None => Err(ScenarioError::new(format!("unknown scenario `{name}`"))
            .nearest(name, NAMES.iter().map(|(known, _)| *known))),
    }
}

#[cfg(test)]
mod tests;
