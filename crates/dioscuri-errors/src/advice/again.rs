//! When to try again.

use super::clues::Clues;
use dioscuri_vocab::Class;
use std::time::Duration;

/// When to try again. There is no clock here: whoever shows it adds the times.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Again {
    /// Not before something has changed: the request, the key, the project, the plan.
    AfterChange,
    /// After this time from the arrival of the failure: the server's hint, or the minute of a quota that
    /// came without one.
    After(Duration),
    /// After the next midnight in `America/Los_Angeles`.
    NextPacificDay {
        /// When one attempt before that does no harm: after what the server says, or, of a quota that may be
        /// that of a minute, after a minute.
        hint: Option<Duration>,
    },
    /// When the window of a plan resets, in hours to days; the server does not say when.
    AtReset,
    /// With growing waits and jitter; the server gives no time.
    Backoff {
        /// The first wait; it doubles each time.
        first: Duration,
        /// The longest wait.
        last: Duration,
        /// How many attempts are sensible, the failed one not counted.
        attempts: u32,
    },
    /// Once and at once: another sample may pass.
    Once,
}

/// A quota of a minute has room again after this long, whenever its window began.
const MINUTE: Duration = Duration::from_secs(60);

/// The window of the limit on spending.
const SPENDING_WINDOW: Duration = Duration::from_secs(600);

/// For overloads: 2 s, 4 s … 60 s, some two minutes in all; most spikes are over by then.
/// Google's pages ask for exponential waits of at least a second.
const OVERLOADED: Again = Again::Backoff {
    first: Duration::from_secs(2),
    last: Duration::from_secs(60),
    attempts: 6,
};

/// For faults: at most two more attempts, the first after a second, as Google's page on API errors asks.
const FAULT: Again = Again::Backoff {
    first: Duration::from_secs(1),
    last: Duration::from_secs(2),
    attempts: 2,
};

/// For what becomes ready by itself, such as a file or a service agent: a few minutes.
const NOT_READY: Again = Again::Backoff {
    first: Duration::from_secs(5),
    last: Duration::from_secs(60),
    attempts: 8,
};

impl Again {
    pub(super) fn read(clues: &Clues<'_>) -> Self {
        let diagnosis = &clues.finding.diagnosis;
        let hint = clues.hint();
        match (clues.class(), hint) {
            (Class::QuotaUnspecified, hint) if clues.is_own_quota() => Self::NextPacificDay {
                hint: hint.or(Some(MINUTE)),
            },
            (Class::Billing, hint) if clues.is_spend_rate() => Self::After(hint.unwrap_or(SPENDING_WINDOW)),
            // The call itself is wrong; another sample comes to the same end.
            (Class::MalformedOutput, _) if clues.is_history_wrong() => Self::AfterChange,
            (Class::QuotaDay, hint) if clues.daily() => Self::NextPacificDay { hint },
            (Class::QuotaDay, Some(hint)) => Self::After(hint),
            (Class::QuotaDay, None) => Self::AtReset,
            _ if !diagnosis.failure.transient => Self::AfterChange,
            (_, Some(hint)) => Self::After(hint),
            (Class::QuotaMinute, None) => Self::After(MINUTE),
            (Class::QuotaUnspecified | Class::Capacity | Class::Unavailable, None) => OVERLOADED,
            (Class::FailedPrecondition, None) => NOT_READY,
            (
                Class::Recitation
                | Class::MalformedOutput
                | Class::EmptyResponse
                | Class::TruncatedOutput
                | Class::BlockedResponse
                | Class::BlockedPrompt,
                None,
            ) => Self::Once,
            (_, None) => FAULT,
        }
    }
}
