//! The simulator from outside: its world, its wire forms, its library and its server.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

mod anything;
#[cfg(feature = "http")]
mod control;
mod enforcement;
mod fixture;
#[cfg(feature = "http")]
mod http;
mod incidents;
mod library;
mod pages;
mod quota_forms;
mod quotas;
mod replies;
mod requests;
#[cfg(feature = "http")]
mod socket;
#[cfg(feature = "http")]
mod streams;
#[cfg(feature = "http")]
mod wire_faults;
mod wire_forms;
