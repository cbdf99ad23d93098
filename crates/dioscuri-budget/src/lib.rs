//! Rate budget for Gemini quotas: never send what must be refused, and still use all of the quota.
//!
//! ```
//! use dioscuri_budget::{Budget, Config, Limit};
//! use dioscuri_vocab::{Cost, EndpointId, Now};
//!
//! let budget = Budget::new(Config::default());
//! let flash = EndpointId(0); // a project, a location, a model: the number is yours
//! budget.attach(flash, &[Limit::rpm(10), Limit::tpm(250_000), Limit::rpd(250)]);
//!
//! let now = Now::default(); // from the clock of your runtime
//! match budget.try_acquire(flash, &Cost::tokens(1_200), now) {
//!     Ok(mut permit) => {
//!         permit.sent(now);
//!         // … send the request; then what `usageMetadata` says:
//!         permit.settle(Cost::tokens(1_031), now);
//!     }
//!     Err(refused) => println!("ask again at {:?}", refused.at()),
//! }
//! # assert_eq!(budget.snapshot(now)[1].used, 1_031);
//! ```
//!
//! # Why a sliding window and not a token bucket?
//!
//! Nobody publishes how the minute limits are enforced. A bucket whose burst is the quota admits up to twice
//! the quota in a window after idling; a bucket of burst 1 makes five calls on a key of 5 RPM wait 48 s. At
//! most `limit` in any window of period and guard is a full burst at once, and is admissible under fixed
//! windows, sliding windows and buckets of at least that burst. It costs `guard / period`, 0.7 % of a minute.
//!
//! # Why reserve and settle?
//!
//! Tokens are known only afterwards, and several quotas count at once. A reservation takes an estimate from
//! all of them or from none; settling makes it what the server has counted: nothing for what was not sent,
//! the real usage for an answer, the estimate for what was sent and failed. A refusal says when to ask
//! again, exactly, so nobody polls.
//!
//! # What does a refusal by the server teach?
//!
//! Each quota that it names is a domain of its own: a minute is closed until the hint, or for one whole
//! minute if there is none; an unknown one is learned with the limit it states. A daily quota is trusted but
//! verified: after the hint one probe goes; if it passes the day is open, if it is refused the day is shut
//! until midnight Pacific, when it opens whole. A limit of zero closes until the endpoint is attached again.
//! A later, weaker hint shortens nothing, and the success of an older request opens nothing.
//!
//! # Who goes first?
//!
//! The budget does not queue: a caller may wait for any of several endpoints. [`FairQueue`] is the queue to
//! put in front: by priority, in equal shares of the tenants, first come first served.
//!
//! # Limits
//!
//! No clock, no runtime: `now` is an argument and [`RateBudget::poll_order`] says when to ask again early.
//! The guard is what [`Config`] says, limits are not probed, counts are not shared between processes or kept
//! over a restart. A limit that is learned from a refusal counts from that refusal on: what was sent before
//! is not in its window. Hidden bursts below the limit are not detected. A model's own token count is better than
//! [`Rules`].

#[cfg(feature = "tokio")]
mod acquire;
mod budget;
mod burst;
mod config;
mod counting;
mod day;
mod domain;
mod estimates;
mod gate;
mod guard;
mod ids;
mod keep;
mod kind;
mod ledger;
mod limit;
mod opens;
mod permit;
mod queue;
mod rate;
mod rate_budget;
mod saved;
mod snapshot;
#[cfg(feature = "store")]
mod store;
mod supply;
mod tokens;
mod window;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

#[cfg(feature = "tokio")]
pub use acquire::{Turn, TurnError, Turnstile, Wish};
pub use budget::Budget;
pub use config::Config;
pub use day::next_pacific_midnight;
pub use limit::Limit;
pub use permit::{NotUntil, Permit};
pub use queue::{FairQueue, InOrder, Ticket};
pub use rate_budget::{DomainId, Lease, Opening, Order, RateBudget, Reservation, Reserve};
pub use saved::{
    Saved, SavedBurst, SavedCorrection, SavedDay, SavedDomain, SavedGate, SavedKind, SavedSupply,
};
pub use snapshot::{DomainSnapshot, Source};
#[cfg(feature = "store")]
pub use store::{Opened, Store, StoreError};
pub use tokens::{Correction, Measure, Resolution, Rules, TokenEstimator, UnderWay};
