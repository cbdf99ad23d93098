//! Any tower service as a transport: readiness, errors, bodies, and the driver on top.
#![cfg(feature = "engine")]

mod bodies;
mod driver;
mod errors;
mod readiness;
mod service;
