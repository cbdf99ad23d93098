//! Whose memory a failure belongs in.

use crate::{Config, config::Rule};
use dioscuri_vocab::{Class, Failure, Scope};

/// Which of the four memories of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Culprit {
    Key,
    Account,
    Place,
    Endpoint,
}

/// The memory that `failure` belongs in, and the rule by which it closes.
///
/// `None` for what is wrong with the request, for quotas (the rate budget remembers them by domain), and for
/// timeouts and cancellations, which say more of the request than of the endpoint.
pub(super) fn blame(failure: &Failure, config: &Config) -> Option<(Culprit, Rule)> {
    match (failure.scope, failure.class) {
        (Scope::Caller, _) | (Scope::Endpoint, Class::DeadlineExceeded | Class::Cancelled) => None,
        // A limit of zero is no window that will pass: the endpoint is not for us.
        (_, Class::QuotaZero) => Some((Culprit::Endpoint, config.standing)),
        (Scope::Key, _) => Some((Culprit::Key, config.standing)),
        (Scope::BillingAccount, _) => Some((Culprit::Account, config.standing)),
        // A 429 that names no quota may be one project's own: only in a row, with no success of anybody
        // between, does it speak of the place.
        (Scope::Capacity, Class::QuotaUnspecified) => {
            Some((Culprit::Place, config.capacity.by_streak_alone()))
        }
        (Scope::Capacity, _) => Some((Culprit::Place, config.capacity)),
        (Scope::Endpoint, class) if class.is_transient() => Some((Culprit::Endpoint, config.breaker)),
        (Scope::Endpoint, _) => Some((Culprit::Endpoint, config.standing)),
        _ => None,
    }
}

/// Whether `failure` makes the endpoint look bad beside its peers.
pub(super) const fn is_of_endpoint(failure: &Failure) -> bool {
    matches!(failure.scope, Scope::Capacity | Scope::Endpoint)
}
