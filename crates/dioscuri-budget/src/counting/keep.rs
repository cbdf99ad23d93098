//! What is believed of refused requests, to keep over a restart.

use super::Counting;
use crate::keep::{Reading, Writing};

impl Counting {
    /// Until when refused requests are taken to count, in milliseconds on the wall clock.
    pub(crate) fn save(&self, writing: &Writing) -> Option<i64> {
        self.counted_until.and_then(|until| writing.ahead(until))
    }

    /// Goes on from what was kept; the later time counts.
    pub(crate) fn restore(&mut self, saved: Option<i64>, reading: &Reading) {
        self.counted_until = self.counted_until.max(reading.ahead(saved));
    }
}
