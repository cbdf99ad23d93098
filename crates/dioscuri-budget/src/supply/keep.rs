//! A supply, to keep over a restart.

use super::Supply;
use crate::{
    SavedSupply,
    keep::{Reading, Writing, nanos},
};
use dioscuri_vocab::Tick;
use std::time::Duration;

impl Supply {
    /// As plain data. A probe that is out is not known to the next process: its silence will tell.
    pub(crate) fn save(&self, writing: &Writing) -> SavedSupply {
        SavedSupply {
            most: self.most,
            is_bounded: self.is_bounded,
            step: self.step,
            run: self.run,
            owed: self.owed,
            price: self.price,
            pause_ns: nanos(self.pause),
            probe_from_ms: writing.ahead(self.probe_from),
        }
    }

    /// Goes on from `saved`.
    pub(crate) fn restore(saved: &SavedSupply, reading: &Reading) -> Self {
        Self {
            is_bounded: saved.is_bounded,
            run: saved.run,
            owed: saved.owed,
            price: saved.price,
            step: saved.step.clamp(1, saved.most.max(1)),
            pause: Duration::from_nanos(saved.pause_ns),
            probe_from: reading.ahead(saved.probe_from_ms).unwrap_or(Tick::ZERO),
            ..Self::known(saved.most, reading.now().tick)
        }
    }
}
