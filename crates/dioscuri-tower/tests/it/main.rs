//! Any tower service as a transport: readiness, errors, bodies, and the driver on top.

mod bodies;
mod driver;
mod errors;
mod readiness;
mod service;
