//! The budget as a user sees it.

mod day;
mod permit;
mod properties;
mod queue;
mod refusal;
mod settle;
mod world;
