//! When to try again, as a moment.

use super::{
    clock::{Clock, pacific_midnight},
    report::Group,
    stamp::Stamp,
};
use dioscuri::parts::errors::Again;
use jiff::{SignedDuration, Timestamp};

/// How far behind Greenwich clocks can be, in hours.
const FARTHEST_WEST: i64 = 12;

/// The moment that `again` means for `group`; `None` where it means none.
///
/// Waits count from the failure if its line says for sure when that was. Where the line names no zone, they do if the
/// wait is over in every zone on earth; else, and without a time, a text is taken as new.
pub(super) fn moment(again: Again, group: &Group, clock: &Clock) -> Option<Timestamp> {
    let is_over = |seen: &Stamp| {
        let latest = latest(*seen, clock);
        after(again, latest).is_some_and(|then| then <= clock.now())
    };
    let seen = group
        .last
        .filter(|seen| seen.at <= clock.now() && (seen.is_sure || is_over(seen)));
    after(again, seen.map_or(clock.now(), |seen| seen.at))
}

/// What `again` means for a failure at `since`.
fn after(again: Again, since: Timestamp) -> Option<Timestamp> {
    match again {
        Again::After(wait) => Some(since.checked_add(wait).unwrap_or(Timestamp::MAX)),
        Again::NextPacificDay { .. } => Some(pacific_midnight(since)),
        _ => None,
    }
}

/// The latest moment that a line without a zone can mean: what its clock shows, as far west as people live.
fn latest(seen: Stamp, clock: &Clock) -> Timestamp {
    let east = i64::from(clock.zone().to_offset(seen.at).seconds());
    let later = SignedDuration::from_secs(east) + SignedDuration::from_hours(FARTHEST_WEST);
    seen.at.checked_add(later).unwrap_or(Timestamp::MAX)
}
