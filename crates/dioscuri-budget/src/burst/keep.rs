//! A burst, to keep over a restart.

use super::{Burst, LEAST};
use crate::{
    SavedBurst,
    keep::{Reading, Writing, nanos},
};
use dioscuri_vocab::Tick;
use std::time::Duration;

impl Burst {
    /// As plain data. A probe that is out is not known to the next process: its silence will tell.
    pub(crate) fn save(&self, writing: &Writing) -> SavedBurst {
        SavedBurst {
            share: self.share,
            shown: self.shown,
            pause_ns: self.pause.map(nanos),
            probe_from_ms: writing.ahead(self.probe_opens()),
        }
    }

    /// Goes on from `saved`, unless something was learned since; a share that is none is not believed.
    pub(crate) fn restore(&mut self, saved: &SavedBurst, first: f64, reading: &Reading) {
        if *self != Self::new(first) || !saved.share.is_finite() {
            return;
        }
        self.share = saved.share.clamp(LEAST, 1.0);
        self.shown = saved.shown;
        self.pause = saved.pause_ns.map(Duration::from_nanos);
        self.probe_from = reading.ahead(saved.probe_from_ms).unwrap_or(Tick::ZERO);
    }
}
