//! The ready endpoints that are compared before one is chosen.

use crate::receipt::Rule;
use dioscuri_vocab::EndpointId;
use std::cmp::Ordering;

/// How many ready endpoints are compared.
///
/// The better of two random ones is nearly as good as the best of all: the second choice brings nearly everything, each
/// further one only a constant (Mitzenmacher, "The power of two choices", 2001), and costs a question to the budget.
pub(super) const SAMPLE: usize = 2;

/// Steps in which room is compared: a difference below 1/64 of a quota is none, and load decides.
const ROOM_STEPS: f32 = 64.0;

#[derive(Clone, Copy, Debug)]
pub(super) struct Ready {
    pub(super) endpoint: EndpointId,
    pub(super) link: u8,
    pub(super) rank: u8,
    pub(super) room: f32,
    pub(super) load: f32,
    pub(super) rule: Rule,
    pub(super) is_probe: bool,
}

impl Ready {
    /// The better one first: preferred, then more room, then less load.
    fn order(&self, other: &Self) -> Ordering {
        let steps = |ready: &Self| (ready.room * ROOM_STEPS).floor();
        self.rank
            .cmp(&other.rank)
            .then(steps(other).total_cmp(&steps(self)))
            .then(self.load.total_cmp(&other.load))
    }
}

/// A few ready endpoints.
#[derive(Default, Debug)]
pub(super) struct Sample {
    ready: [Option<Ready>; SAMPLE],
    len: usize,
}

impl Sample {
    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) const fn is_full(&self) -> bool {
        self.len == SAMPLE
    }

    /// Adds one, if there is space.
    pub(super) fn add(&mut self, ready: Ready) {
        if let Some(free) = self.ready.get_mut(self.len) {
            *free = Some(ready);
            self.len += 1;
        }
    }

    /// Takes the best out; of equals the one that was offered first.
    pub(super) fn take_best(&mut self) -> Option<Ready> {
        let best = self
            .ready
            .iter_mut()
            .filter(|one| one.is_some())
            .min_by(|a, b| match (a, b) {
                (Some(a), Some(b)) => a.order(b),
                _ => Ordering::Equal,
            })?;
        best.take()
    }
}
