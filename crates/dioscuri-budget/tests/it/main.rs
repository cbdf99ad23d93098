//! The budget as a user sees it.

#[cfg(feature = "tokio")]
mod acquire;
mod day;
mod keep;
mod permit;
mod properties;
mod queue;
mod refusal;
mod settle;
#[cfg(feature = "store")]
mod store;
mod tokens;
mod world;
