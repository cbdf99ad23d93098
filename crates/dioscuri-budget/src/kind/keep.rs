//! What the domains of one kind have in common, to keep over a restart.

use super::{Headroom, Kind, MOST};
use crate::{
    Config, SavedKind,
    guard::Guard,
    keep::{Reading, Writing, nanos},
};
use std::time::Duration;

impl Kind {
    /// As plain data.
    pub(crate) fn save(&self, writing: &Writing) -> SavedKind {
        SavedKind {
            unit: self.unit,
            window: self.window,
            configured: self.configured,
            guard_ns: Some(nanos(self.guard.get())),
            short_guard_ns: Some(nanos(self.short_guard.get())),
            burst: Some(self.burst.save(writing)),
            headroom: self.headroom.0,
            correction: self.estimates.save(),
            refused_count_until_ms: self.counting.save(writing),
            stated: self.learned,
        }
    }

    /// Goes on from `saved`; what was learned since is newer and stays.
    pub(crate) fn restore(&mut self, saved: &SavedKind, config: &Config, reading: &Reading) {
        let first = Guard::new(config.guard());
        for (guard, kept) in [
            (&mut self.guard, saved.guard_ns),
            (&mut self.short_guard, saved.short_guard_ns),
        ] {
            if *guard == first
                && let Some(kept) = kept
            {
                guard.set(Duration::from_nanos(kept));
            }
        }
        if let Some(burst) = &saved.burst {
            self.burst.restore(burst, config.burst_share(), reading);
        }
        if self.headroom == Headroom::default() && saved.headroom.is_finite() {
            self.headroom = Headroom(saved.headroom.clamp(0.0, MOST));
        }
        self.estimates.restore(saved.correction);
        self.counting.restore(saved.refused_count_until_ms, reading);
        self.learned = self.learned.or(saved.stated);
    }
}
