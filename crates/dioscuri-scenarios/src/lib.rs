#![doc = include_str!("../README.md")]
//!
//! # Why a second driver?
//!
//! The driver in `dioscuri-transport` runs on tokio's clock and over sockets: an hour of waiting takes an hour
//! there. This one carries out the same orders and keeps to the same contract, so that what happens only
//! after hours, or only together, is a test of milliseconds.
//!
//! # What is real?
//!
//! Pool, budget, retry policy and engine are those of the façade, put together alike. Refusals are the bytes
//! that the simulator would send, read by the default taxonomy; with [`Recipe::with_bodies`] requests and
//! answers are bytes too.

mod driver;
mod log;
mod recipe;
mod report;
mod stack;
mod traveller;

pub use recipe::Recipe;
pub use report::{Report, Utilisation, Waits};
