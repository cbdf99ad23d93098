//! Every stack that dioscuri plugs into: the same story, the same faults, the same way out of each.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

mod at_once;
mod cancelled;
mod everywhere;
mod faults;
mod leaks;
mod reading;
mod setup;
mod stacks;
mod story;
mod streams;
mod told;
