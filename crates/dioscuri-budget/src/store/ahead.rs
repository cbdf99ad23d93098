//! Days counted ahead: what the file says was sent is never less than what was.

use crate::{Saved, SavedDay, SavedDomain};
use dioscuri_vocab::Unit;
use std::collections::HashMap;

/// What the file counts for each day, a few requests ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    days: HashMap<Key, SavedDay>,
}

/// The first name and the unit: a domain that shares more endpoints later is the same.
type Key = (String, Option<Unit>);

fn key(domain: &SavedDomain) -> Key {
    (domain.names.first().cloned().unwrap_or_default(), domain.unit)
}

impl Ahead {
    /// What a file with `saved` in it counts.
    pub(super) fn of(saved: &Saved) -> Self {
        let days = saved
            .domains
            .iter()
            .filter_map(|domain| Some((key(domain), domain.day?)));
        Self { days: days.collect() }
    }

    /// Whether a day has sent more than the file counts.
    pub(super) fn is_used_up(&self, saved: &Saved) -> bool {
        saved.domains.iter().any(|domain| {
            let Some(day) = domain.day.filter(|day| day.charged > 0) else {
                return false;
            };
            self.days.get(&key(domain)).is_none_or(|written| {
                written.renewed_at_ms != day.renewed_at_ms || written.charged < day.charged
            })
        })
    }
}

/// `saved` with every day counted ahead.
pub(super) fn raised(saved: &Saved) -> Saved {
    let mut saved = saved.clone();
    for domain in &mut saved.domains {
        let (limit, batch) = (domain.limit(), batch(domain));
        if let Some(day) = &mut domain.day {
            let most = limit.unwrap_or(u64::MAX).max(day.charged);
            day.charged = day.charged.saturating_add(batch).min(most);
        }
    }
    saved
}

/// How much is counted ahead.
fn batch(domain: &SavedDomain) -> u64 {
    let share = domain.limit().map(|limit| (limit / SHARE).max(1));
    match domain.unit {
        Some(Unit::Requests) | None => share.unwrap_or(MOST_REQUESTS).min(MOST_REQUESTS),
        Some(_) => share.unwrap_or(1),
    }
}

/// One part in so many of a day's limit is counted ahead, and lost to a crash.
const SHARE: u64 = 100;

/// Requests counted ahead at most. It bounds what a crash costs; at 1,000 requests a minute the file is still
/// written less than once a second.
const MOST_REQUESTS: u64 = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri_vocab::Window;

    fn saved(unit: Unit, limit: Option<u64>, charged: u64, renewed_at_ms: i64) -> Saved {
        let mut domain = SavedDomain::new(vec!["a".to_owned()], Some(unit), Some(Window::Day));
        domain.configured = limit;
        domain.day = Some(SavedDay {
            charged,
            renewed_at_ms,
        });
        let mut saved = Saved::new(0);
        saved.domains.push(domain);
        saved
    }

    #[track_caller]
    fn check(unit: Unit, limit: Option<u64>, charged: u64, written: u64) {
        let raised = raised(&saved(unit, limit, charged, 9));
        assert_eq!(raised.domains[0].day.map(|day| day.charged), Some(written));
        let ahead = Ahead::of(&raised);
        assert!(!ahead.is_used_up(&saved(unit, limit, written, 9)));
        assert!(ahead.is_used_up(&saved(unit, limit, written + 1, 9)));
        assert!(ahead.is_used_up(&saved(unit, limit, 1, 10)), "another day");
        assert!(!ahead.is_used_up(&saved(unit, limit, 0, 10)));
    }

    #[test]
    fn a_hundredth_of_the_limit_is_counted_ahead_and_twenty_requests_at_most() {
        check(Unit::Requests, Some(250), 17, 19);
        check(Unit::Requests, Some(20), 17, 18);
        check(Unit::Requests, Some(10_000), 17, 37);
        check(Unit::Requests, None, 17, 37);
        check(Unit::InputTokens, Some(1_000_000), 0, 10_000);
    }

    #[test]
    fn no_more_than_the_limit_is_counted_and_no_less_than_was_sent() {
        check(Unit::Requests, Some(250), 249, 250);
        check(Unit::Requests, Some(250), 251, 251);
    }

    #[test]
    fn a_day_that_the_file_does_not_know_is_written_first() {
        assert!(Ahead::default().is_used_up(&saved(Unit::Requests, None, 1, 9)));
    }
}
