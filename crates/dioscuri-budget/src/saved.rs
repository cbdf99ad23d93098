//! What a budget knows, as plain data: to keep over a restart, or to hand to another process.

use dioscuri_vocab::{Unit, Window};
use std::collections::BTreeMap;

/// What a budget knows at one moment.
///
/// Times are milliseconds on the wall clock: ticks mean nothing to the next process. It holds names, counts
/// and times only, no keys and nothing of any request.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
#[cfg_attr(
    feature = "store",
    derive(serde::Serialize, serde::Deserialize),
    serde(default)
)]
pub struct Saved {
    /// When it was true, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// Every quota domain of an endpoint that has a name.
    pub domains: Vec<SavedDomain>,
    /// What these domains have in common with others of the same unit, window and configured limit.
    pub kinds: Vec<SavedKind>,
    /// How far estimates of tokens are off, by model.
    pub corrections: BTreeMap<String, SavedCorrection>,
}

impl Saved {
    /// Nothing known yet, at `at_ms` milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn new(at_ms: i64) -> Self {
        Self {
            at_ms,
            ..Self::default()
        }
    }
}

/// One quota domain. It is found again by a name, its unit and its window.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
#[cfg_attr(
    feature = "store",
    derive(serde::Serialize, serde::Deserialize),
    serde(default)
)]
pub struct SavedDomain {
    /// The names of the endpoints that share it, such as `project/location/model`.
    pub names: Vec<String>,
    /// What it counts; `None` where a refusal did not say.
    #[cfg_attr(feature = "store", serde(with = "words::optional"))]
    pub unit: Option<Unit>,
    /// Over which window; `None` for requests in flight.
    #[cfg_attr(feature = "store", serde(with = "words::optional"))]
    pub window: Option<Window>,
    /// The limit that was configured; `None` where none was. What is configured next time counts.
    pub configured: Option<u64>,
    /// The limit that a refusal stated last.
    pub stated: Option<u64>,
    /// Whether a refusal has named it.
    pub was_refused: bool,
    /// What a window was found to let through, where no limit says it or a limit says too much.
    pub supply: Option<SavedSupply>,
    /// What counts in the sliding window: when, in milliseconds since 1970-01-01T00:00:00Z, and how much.
    /// Oldest first. What is in flight counts as charged.
    pub charges: Vec<(i64, u64)>,
    /// Those of them that were refused.
    pub refused: Vec<(i64, u64)>,
    /// What counts in the Pacific day, for daily quotas.
    pub day: Option<SavedDay>,
    /// Until when the server's word keeps it closed, in milliseconds since 1970-01-01T00:00:00Z.
    pub closed_until_ms: Option<i64>,
    /// Whether a day is closed by the server's word.
    pub gate: SavedGate,
}

impl SavedDomain {
    /// A domain of `names` that counts `unit` over `window`, of which nothing else is known.
    #[must_use]
    pub fn new(names: Vec<String>, unit: Option<Unit>, window: Option<Window>) -> Self {
        Self {
            names,
            unit,
            window,
            ..Self::default()
        }
    }

    /// The limit that binds: the smaller of what was configured and what was stated; `None` where none is known.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        match (self.configured, self.stated) {
            (Some(configured), Some(stated)) => Some(configured.min(stated)),
            (configured, stated) => configured.or(stated),
        }
    }
}

/// What was learned of all domains with the same unit, window and configured limit.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
#[cfg_attr(
    feature = "store",
    derive(serde::Serialize, serde::Deserialize),
    serde(default)
)]
pub struct SavedKind {
    /// What they count.
    #[cfg_attr(feature = "store", serde(with = "words::optional"))]
    pub unit: Option<Unit>,
    /// Over which window.
    #[cfg_attr(feature = "store", serde(with = "words::optional"))]
    pub window: Option<Window>,
    /// The limit that was configured.
    pub configured: Option<u64>,
    /// What is added to the window for the spread of travel times, in nanoseconds.
    pub guard_ns: Option<u64>,
    /// What is added to the short window that keeps to the burst, in nanoseconds.
    pub short_guard_ns: Option<u64>,
    /// The burst that the server was shown to bear.
    pub burst: Option<SavedBurst>,
    /// The share of a limit of tokens that is kept free, `0.0..=0.1`.
    pub headroom: f64,
    /// How far the caller's estimates of tokens are off; `None` where they are exact, as far as is known.
    pub correction: Option<SavedCorrection>,
    /// Refused requests are taken to count until then, in milliseconds since 1970-01-01T00:00:00Z.
    pub refused_count_until_ms: Option<i64>,
    /// The limit that was last stated of one of them.
    pub stated: Option<u64>,
}

/// The burst that the server was shown to bear.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
#[cfg_attr(feature = "store", derive(serde::Serialize, serde::Deserialize))]
pub struct SavedBurst {
    /// The share of the limit that may go at once, `0.01..=1.0`.
    pub share: f64,
    /// Requests that were let through right after twice what smoothing bears.
    pub shown: u64,
    /// How long after a refusal of more the next is dared, in nanoseconds; `None` where none was refused.
    pub pause_ns: Option<u64>,
    /// From when more is dared, in milliseconds since 1970-01-01T00:00:00Z; `None`: at once.
    pub probe_from_ms: Option<i64>,
}

/// What a window was found to let through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
#[cfg_attr(feature = "store", derive(serde::Serialize, serde::Deserialize))]
pub struct SavedSupply {
    /// What goes freely in a window, in the domain's unit.
    pub most: u64,
    /// Whether a refusal has shown where it ends.
    pub is_bounded: bool,
    /// How much more is dared next.
    pub step: u64,
    /// What went beyond in a row, in the domain's unit.
    pub run: u64,
    /// Requests that must be let through before more is dared.
    pub owed: u32,
    /// How many the last refusal of more was worth.
    pub price: u32,
    /// How long after a refusal of more the next is dared, in nanoseconds.
    pub pause_ns: u64,
    /// From when more is dared, in milliseconds since 1970-01-01T00:00:00Z; `None`: at once.
    pub probe_from_ms: Option<i64>,
}

/// The count of one Pacific day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a count and when it ends")]
#[cfg_attr(feature = "store", derive(serde::Serialize, serde::Deserialize))]
pub struct SavedDay {
    /// What counts, in the domain's unit: never less than what was sent.
    pub charged: u64,
    /// The midnight at which it starts again, in milliseconds since 1970-01-01T00:00:00Z.
    pub renewed_at_ms: i64,
}

/// Whether a day is closed by the server's word. A probe that was out is not known any more: the next
/// process sends its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
#[cfg_attr(
    feature = "store",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum SavedGate {
    /// Nothing is known against the day.
    #[default]
    Open,
    /// Refused once. From then on one probe may go.
    Suspect {
        /// In milliseconds since 1970-01-01T00:00:00Z.
        until_ms: i64,
    },
    /// The probe was refused as well: nothing goes before this midnight.
    Shut {
        /// In milliseconds since 1970-01-01T00:00:00Z.
        until_ms: i64,
    },
}

/// How far estimates are off.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "two moments of one distribution")]
#[cfg_attr(feature = "store", derive(serde::Serialize, serde::Deserialize))]
pub struct SavedCorrection {
    /// Actual over estimated, on average.
    pub ratio: f64,
    /// The typical relative error that is left after the ratio.
    pub error: f64,
    /// How many answers have taught it.
    pub lessons: u64,
}

/// Words for what the vocabulary names, so that a file can be read without this crate.
#[cfg(feature = "store")]
mod words {
    use dioscuri_vocab::{Unit, Window};

    /// What has a name in JSON.
    pub(super) trait Word: Copy + 'static {
        const ALL: &[Self];
        fn name(self) -> &'static str;
    }

    impl Word for Unit {
        const ALL: &[Self] = &[
            Self::Requests,
            Self::InputTokens,
            Self::OutputTokens,
            Self::MicroUsd,
            Self::InFlight,
        ];
        fn name(self) -> &'static str {
            self.name()
        }
    }

    impl Word for Window {
        const ALL: &[Self] = &[Self::Second, Self::Minute, Self::Day];
        fn name(self) -> &'static str {
            self.name()
        }
    }

    fn find<W: Word, E: serde::de::Error>(word: &str) -> Result<W, E> {
        let mut all = W::ALL.iter().copied();
        all.find(|known| known.name() == word)
            .ok_or_else(|| E::custom(format_args!("{word:?} means nothing here")))
    }

    /// The same for what may be unknown.
    pub(super) mod optional {
        use super::{Word, find};
        use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

        #[expect(clippy::ref_option, reason = "serde asks for it")]
        pub(in crate::saved) fn serialize<W: Word, S: Serializer>(
            value: &Option<W>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            value.map(W::name).serialize(to)
        }

        pub(in crate::saved) fn deserialize<'de, W: Word, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<W>, D::Error> {
            let word = Option::<String>::deserialize(from)?;
            word.map(|word| find(&word)).transpose()
        }
    }
}
