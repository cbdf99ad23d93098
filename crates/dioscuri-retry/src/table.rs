//! What each class of failure calls for: one row a class, as data.

mod standard;

use dioscuri_vocab::{Class, Failure, Phase, Scope};

/// When a place may be tried again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a policy must handle every rule")]
pub enum When {
    /// Never: the place is closed to this call.
    Never,
    /// At once.
    Now,
    /// At once if the failure is the key's, since another key of the endpoint may serve; else never.
    OtherKey,
    /// After a backoff, and not before the server's hint.
    Backoff,
    /// As [`When::Backoff`] where the server gave a hint, or said that it passes soon; else never.
    Hinted,
}

/// Which of the two backoffs of a policy applies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a policy must have a backoff for every pace"
)]
pub enum Pace {
    /// A fault that the next attempt may well miss: short.
    Transient,
    /// A refusal for lack of quota or capacity: coming back soon makes it worse.
    Throttled,
}

/// What a retry after this failure takes from the retry budget.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a retry budget must price every charge")]
pub enum Charge {
    /// Nothing: no server worked on the attempt, or its refusal says nothing of the server's health.
    Free,
    /// The price of a retry after a refusal for lack of capacity.
    Throttled,
    /// The price of a retry after a fault.
    Transient,
}

/// What one class calls for.
///
/// Starts from [`Row::PERMANENT`] and is changed with the `with_*` methods:
///
/// ```
/// use dioscuri_retry::{Row, Table, When};
/// use dioscuri_vocab::Class;
///
/// // Another recitation is likely: never ask twice.
/// let table = Table::standard().with(Class::Recitation, Row::PERMANENT);
/// assert_eq!(table.of(Class::Recitation).here, When::Never);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Row {
    /// The endpoint that has just failed.
    pub here: When,
    /// How many attempts one endpoint gets, the first included; later ones close `here`.
    pub attempts_here: u32,
    /// Another endpoint of the same link of the model chain.
    pub elsewhere: When,
    /// A later link of the model chain.
    pub fallback: When,
    /// Attempts of the call after which `fallback` opens, from 1: before, the wish for the first model wins.
    pub fallback_after: u32,
    /// Which backoff applies where `When` says so.
    pub pace: Pace,
    /// Whether it counts towards the limit of attempts.
    pub counts: bool,
    /// What the retry takes from the retry budget.
    pub charge: Charge,
}

impl Row {
    /// No retry anywhere.
    pub const PERMANENT: Self = Self {
        here: When::Never,
        attempts_here: u32::MAX,
        elsewhere: When::Never,
        fallback: When::Never,
        fallback_after: 1,
        pace: Pace::Transient,
        counts: true,
        charge: Charge::Transient,
    };

    /// The same row, with `here` for the endpoint that has failed.
    #[must_use]
    pub const fn with_here(mut self, here: When) -> Self {
        self.here = here;
        self
    }

    /// The same row, with at most `attempts` on one endpoint, the first included.
    #[must_use]
    pub const fn with_attempts_here(mut self, attempts: u32) -> Self {
        self.attempts_here = attempts;
        self
    }

    /// The same row, with `elsewhere` for other endpoints of the link.
    #[must_use]
    pub const fn with_elsewhere(mut self, elsewhere: When) -> Self {
        self.elsewhere = elsewhere;
        self
    }

    /// The same row, with `fallback` for later links, once the call has made `after` attempts.
    #[must_use]
    pub const fn with_fallback(mut self, fallback: When, after: u32) -> Self {
        self.fallback = fallback;
        self.fallback_after = after;
        self
    }

    /// The same row at `pace`.
    #[must_use]
    pub const fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The same row, charged `charge`.
    #[must_use]
    pub const fn with_charge(mut self, charge: Charge) -> Self {
        self.charge = charge;
        self
    }

    /// The same row, which neither counts as an attempt nor costs retry budget.
    #[must_use]
    pub const fn uncounted(mut self) -> Self {
        self.counts = false;
        self.charge = Charge::Free;
        self
    }

    /// Whether no place is left, whatever the server hinted.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        matches!(
            (self.here, self.elsewhere, self.fallback),
            (When::Never, When::Never, When::Never)
        )
    }
}

/// A row for every class; a user's rows go before the standard ones.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    overrides: Vec<(Class, Row)>,
}

impl Table {
    /// The rows of the documentation ("What each class does").
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            overrides: Vec::new(),
        }
    }

    /// The same table with `row` for `class`.
    #[must_use]
    pub fn with(mut self, class: Class, row: Row) -> Self {
        self.overrides.retain(|(other, _)| *other != class);
        self.overrides.push((class, row));
        self
    }

    /// The row of `class`, for a failure of its usual scope after the request was sent.
    #[must_use]
    pub fn of(&self, class: Class) -> Row {
        self.overridden(class)
            .or_else(|| standard::row(class))
            .unwrap_or(standard::FAULT)
    }

    /// The row of `failure`, given how far the attempt had come.
    ///
    /// - Committed: permanent, since a retry would repeat what the caller has seen.
    /// - Nothing sent: never counted and free, and a failed connection is tried elsewhere at once.
    /// - Not transient, and in the scope of the caller, though its class is usually somebody else's (a
    ///   missing file, a denied resource): permanent, since every endpoint would say the same.
    #[must_use]
    pub fn row(&self, failure: &Failure, phase: Phase) -> Row {
        if phase == Phase::Committed {
            return Row::PERMANENT;
        }
        let class = failure.class;
        let row = self.of(class);
        if failure.scope == Scope::Caller && class.usual_scope() != Scope::Caller && !class.is_transient() {
            return Row::PERMANENT;
        }
        match (phase, class) {
            (Phase::NotSent, Class::Connection | Class::DeadlineExceeded)
                if self.overridden(class).is_none() =>
            {
                standard::UNSENT
            }
            (Phase::NotSent, _) => row.uncounted(),
            _ => row,
        }
    }

    fn overridden(&self, class: Class) -> Option<Row> {
        let found = self.overrides.iter().find(|(other, _)| *other == class);
        found.map(|(_, row)| *row)
    }
}

#[cfg(test)]
mod tests;
