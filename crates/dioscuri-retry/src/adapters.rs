//! Our policy in other people's retry loops: one [`Schedule`], and a [`Call`] for each run of a loop.
//!
//! | loop | what drives it | feature and page |
//! | --- | --- | --- |
#![cfg_attr(
    feature = "retry-policies",
    doc = "| `retry-policies` 0.5, as in reqwest-retry 0.9 | the [`Schedule`] is its policy | [`retry-policies`](retry_policies) |"
)]
#![cfg_attr(
    feature = "backon",
    doc = "| `backon` 1 | [`Call::waits`] and [`Call::when`] | [`backon`] |"
)]
#![cfg_attr(
    feature = "backoff",
    doc = "| `backoff` 0.4 | [`Call::waits`] and [`Call::judged`] | [`backoff`] |"
)]
//!
//! The other way round, [`GivenWaits`](crate::GivenWaits) is a policy of ours whose waits are theirs.
//!
//! # Why one type for all of them?
//!
//! None of these loops shows the error to whatever chooses the wait, so none of them can heed a server's hint. What
//! mends it is the same everywhere: read the error first, decide by it, and let the loop fetch a wait that is decided
//! already. A wait that nothing decided is not given, and the loop ends: so none goes round for ever,
//! but where the operation itself says `retry_after` in the loops of `backoff`: see there.

mod call;
mod failed;
mod process;
mod schedule;

#[cfg(feature = "backoff")]
pub mod backoff;
#[cfg(feature = "backon")]
pub mod backon;
#[cfg(feature = "retry-policies")]
pub mod retry_policies;

pub use call::{Call, Waits};
pub use failed::Failed;
pub use schedule::Schedule;
