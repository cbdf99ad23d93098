//! The standard rows.

use super::{Charge, Pace, Row, When};
use dioscuri_vocab::Class;

/// Attempts on one endpoint that answers with faults: once again, and once more.
const FAULTS_HERE: u32 = 3;

/// Failures in a row for lack of capacity before a lesser model is better than another wait.
const FALLBACK_AFTER: u32 = 3;

/// A quota that time refills: at the server's time here, at once where another domain has room. No
/// fallback: within a minute the first model answers again.
const REFILLED: Row = Row::PERMANENT
    .with_here(When::Backoff)
    .with_elsewhere(When::Now)
    .with_pace(Pace::Throttled)
    .uncounted();

/// A place that is out until somebody acts; any other will do at once. Each of them costs one refusal,
/// so they are no attempts: the pool closes the place and no call meets it again.
const OUT: Row = Row::PERMANENT
    .with_elsewhere(When::Now)
    .with_fallback(When::Now, 1)
    .uncounted();

/// No capacity: another region at once, here after a backoff, then the next model. How few times is the
/// profile's limit of attempts: where there is only one endpoint, a patient caller has no better place.
const NO_CAPACITY: Row = Row::PERMANENT
    .with_here(When::Backoff)
    .with_elsewhere(When::Now)
    .with_fallback(When::Now, FALLBACK_AFTER)
    .with_pace(Pace::Throttled)
    .with_charge(Charge::Throttled);

/// A fault: once or twice again, here or elsewhere, never at once.
pub(super) const FAULT: Row = Row::PERMANENT
    .with_here(When::Backoff)
    .with_attempts_here(FAULTS_HERE)
    .with_elsewhere(When::Backoff);

/// A connection that failed before anything was sent: free, and at once elsewhere.
pub(super) const UNSENT: Row = Row::PERMANENT
    .with_here(When::Backoff)
    .with_elsewhere(When::Now)
    .uncounted();

/// Once more, here, after a backoff.
const ONCE: Row = Row::PERMANENT.with_here(When::Backoff).with_attempts_here(2);

/// The row of `class`; `None` for a class that this crate has not heard of.
pub(super) const fn row(class: Class) -> Option<Row> {
    Some(match class {
        Class::QuotaMinute => REFILLED,
        // The budget's memory of the day holds the one probe; until then other places serve.
        Class::QuotaDay => REFILLED.with_fallback(When::Now, 1),
        Class::QuotaZero | Class::NotFound | Class::ServiceDisabled => OUT,
        // The pool has closed the key; if it was the endpoint's last, the endpoint is closed as well.
        Class::AuthInvalidKey | Class::Unauthenticated | Class::PermissionDenied => {
            OUT.with_here(When::OtherKey)
        }
        // Only the spend limit comes with a hint: its window moves on.
        Class::Billing => OUT.with_here(When::Hinted).with_pace(Pace::Throttled),
        Class::QuotaUnspecified | Class::Capacity => NO_CAPACITY,
        Class::Unavailable | Class::GatewayError => NO_CAPACITY.with_charge(Charge::Transient),
        Class::Internal | Class::Unknown | Class::Connection => FAULT,
        Class::DeadlineExceeded => ONCE.with_fallback(When::Now, 2),
        Class::Cancelled | Class::Conflict => ONCE.with_elsewhere(When::Backoff),
        // A larger window may stand in the chain.
        Class::ContextTooLong => Row::PERMANENT.with_fallback(When::Now, 1),
        // "Try again in a few minutes": a file that is still being processed.
        Class::FailedPrecondition => Row::PERMANENT.with_here(When::Hinted).with_pace(Pace::Throttled),
        // Cut off before any text, the same request is cut off again, and paid for again.
        Class::InvalidRequest
        | Class::UnsupportedRegion
        | Class::BlockedPrompt
        | Class::BlockedResponse
        | Class::TruncatedOutput => Row::PERMANENT,
        Class::Recitation | Class::MalformedOutput | Class::EmptyResponse => ONCE,
        _ => return None,
    })
}
