//! Strategies as the arena sees them.

mod causal;
mod ours;
pub(crate) mod planner;
mod published;

use crate::field::{Field, Flight};
use dioscuri_vocab::{Outcome, Tick};

pub(crate) use self::{causal::Causal, ours::Ours, planner::Planner, published::Published};

/// Somebody who decides what is sent, where and when, and ends every call that it is told of.
pub(crate) trait Player {
    /// `call` has come.
    fn on_call(&mut self, call: u32, field: &mut Field<'_>);

    /// An attempt has ended.
    fn on_end(&mut self, flight: &Flight, outcome: Outcome, field: &mut Field<'_>);

    /// The time has come that was asked for by [`Field::set_timer`].
    fn on_timer(&mut self, _call: u32, _field: &mut Field<'_>) {}

    /// Something has happened, or [`Player::timeout`] has come.
    fn settle(&mut self, _field: &mut Field<'_>) {}

    /// When it wants to be asked to settle, if nothing happens before. After settling it lies in the future.
    fn timeout(&self) -> Option<Tick> {
        None
    }

    /// A hash of what it saw besides.
    fn hash(&self) -> u64 {
        0
    }
}
