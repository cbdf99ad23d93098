//! The real binary, from outside: its files, its exit codes and what it says.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in preparing a test fails it where it stands"
)]

mod bad_input;
mod bench;
mod bulk;
mod diagnose;
mod explain;
mod full_disk;
mod signals;
mod sim;
mod simulator;
