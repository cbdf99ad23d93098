#![doc = include_str!("../README.md")]

mod arena;
mod field;
mod load;
mod log;
mod measured;
mod player;
mod setup;
mod site;
mod stack;
mod strategy;
mod traveller;

pub use load::{Load, Tokens};
pub use measured::{Ended, Endpoint, Measured, OfLoad, Refused, Utilisation, Waits};
pub use setup::{Estimates, Knowledge, Setup};
pub use strategy::Strategy;
