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
//! that the simulator would send, read by the default taxonomy; with [`Setup::with_bodies`] requests and
//! answers are bytes too.
//!
//! # What is equal for all?
//!
//! Every [`Strategy`] meets the same world with the same workers. Call number n of a load has the same prompt, and
//! its first attempt the same travel times, its second the same others, and so on. How long an answer takes is
//! drawn by the world, in the order of arrival.
//!
//! # The oracle
//!
//! [`Strategy::Oracle`] knows the server's counters, the requests on their way, incidents, other users and limits to
//! come, *and its own travel times*. It takes calls in the order of their priority and of their arrival (those that
//! came at one moment in the order of their ways), gives each the first moment at which a project of the
//! first-choice model admits it, not before the moment given to the call before, and sends it so that it arrives
//! then. It decides as late as it can: when a request with the longest way would have to leave. It is never
//! refused. Where an incident strikes by lot, it never strikes the oracle.
//!
//! No client can be faster but by taking calls out of order, or by the luck of the last answers. No client can come
//! near it for certain: nobody knows how long a request will travel.
//!
//! # The causal oracle
//!
//! [`Strategy::CausalOracle`] knows all of that but the travel times to come: only the bounds between which they
//! lie. It sends a call as soon as it will be admitted *whenever* it and everything on its way arrives. It is never
//! refused, unless others use the same quota. What a client loses against it, it loses for not knowing the
//! server's counters; what it loses against the oracle, nobody could have saved.

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
