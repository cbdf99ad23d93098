//! When to try again, as a moment.

use super::{
    clock::{Clock, pacific_midnight},
    report::Group,
};
use dioscuri::parts::errors::Again;
use jiff::Timestamp;
use std::time::Duration;

/// The moment that `again` means for `group`; `None` where it means none.
///
/// Waits count from the failure if its line says for sure when that was, else from now: without a time a text
/// is taken as new.
pub(super) fn moment(again: Again, group: &Group, clock: &Clock) -> Option<Timestamp> {
    let seen = group
        .last
        .filter(|stamp| stamp.is_sure && stamp.at <= clock.now());
    let since = seen.map_or(clock.now(), |stamp| stamp.at);
    match again {
        Again::After(wait) => Some(later(since, wait)),
        Again::NextPacificDay { .. } => Some(pacific_midnight(since)),
        _ => None,
    }
}

fn later(at: Timestamp, wait: Duration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}
