//! The stacks, a file each.

pub(crate) mod backoff;
pub(crate) mod backon;
pub(crate) mod by_hand;
pub(crate) mod driver;
pub(crate) mod engine_layer;
pub(crate) mod engine_middleware;
pub(crate) mod facade;
pub(crate) mod own_transport;
pub(crate) mod reqwest_retry;
pub(crate) mod retry_layer;
pub(crate) mod retry_middleware;
pub(crate) mod retry_policies;
pub(crate) mod tower_layers;
pub(crate) mod tower_policy;
