//! Rate budget for Gemini quotas.

mod budget;
mod config;
mod day;
mod domain;
mod gate;
mod ledger;
mod limit;
mod opens;
mod permit;
mod queue;
mod rate_budget;
mod snapshot;
mod window;

pub use budget::Budget;
pub use config::Config;
pub use day::next_pacific_midnight;
pub use limit::Limit;
pub use permit::{NotUntil, Permit};
pub use queue::{FairQueue, InOrder, Ticket};
pub use rate_budget::{DomainId, Lease, Opening, Order, RateBudget, Reservation, Reserve};
pub use snapshot::{DomainSnapshot, Source};
