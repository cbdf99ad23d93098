//! Rate budget for Gemini quotas.

mod rate_budget;

pub use rate_budget::{DomainId, Lease, Opening, Order, RateBudget, Reservation, Reserve};
