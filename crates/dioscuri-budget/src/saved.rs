//! What a budget knows, as plain data: to keep over a restart, or to hand to another process.

use crate::Source;
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
    /// The limit that binds and where it comes from; `None` where none is known.
    pub limit: Option<SavedLimit>,
    /// The share of the limit that it has shown to bear at once, `0.0..=1.0`; `None` where it is unproven.
    pub burst_share: Option<f64>,
    /// A second, shorter window, learned from refusals that came early.
    pub shorter: Option<SavedShorter>,
    /// The learned guard, in milliseconds; `None` where nothing was learned.
    pub guard_ms: Option<u64>,
    /// What counts in the sliding window: when, in milliseconds since 1970-01-01T00:00:00Z, and how much.
    /// Oldest first. What is in flight counts as charged.
    pub charges: Vec<(i64, u64)>,
    /// What counts in the Pacific day, for daily quotas.
    pub day: Option<SavedDay>,
    /// Until when the server's word keeps it closed, in milliseconds since 1970-01-01T00:00:00Z.
    pub closed_until_ms: Option<i64>,
    /// Whether a day is closed by the server's word.
    pub gate: SavedGate,
    /// How far the caller's own estimates are off here; `None` where nothing was learned.
    pub correction: Option<SavedCorrection>,
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
}

/// A limit and where it comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number and its source")]
#[cfg_attr(feature = "store", derive(serde::Serialize, serde::Deserialize))]
pub struct SavedLimit {
    /// The limit, in the domain's unit.
    pub most: u64,
    /// Where it comes from: what is configured is told again by the configuration, and that counts.
    #[cfg_attr(feature = "store", serde(with = "words"))]
    pub source: Source,
}

/// A window shorter than the domain's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a rate: so many in so long")]
#[cfg_attr(feature = "store", derive(serde::Serialize, serde::Deserialize))]
pub struct SavedShorter {
    /// Its length, in milliseconds.
    pub period_ms: u64,
    /// At most so many of the domain's unit in it.
    pub most: u64,
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
    use crate::Source;
    use dioscuri_vocab::{Unit, Window};
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

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

    impl Word for Source {
        const ALL: &[Self] = Self::ALL;
        fn name(self) -> &'static str {
            self.name()
        }
    }

    fn find<W: Word, E: serde::de::Error>(word: &str) -> Result<W, E> {
        let mut all = W::ALL.iter().copied();
        all.find(|known| known.name() == word)
            .ok_or_else(|| E::custom(format_args!("{word:?} means nothing here")))
    }

    pub(super) fn serialize<W: Word, S: Serializer>(value: &W, to: S) -> Result<S::Ok, S::Error> {
        value.name().serialize(to)
    }

    pub(super) fn deserialize<'de, W: Word, D: Deserializer<'de>>(from: D) -> Result<W, D::Error> {
        find(&String::deserialize(from)?)
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
