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
//! # What is found out?
//!
//! - **The guard**: how much travel times differ. 400 ms at first; a refusal at the edge of a window widens it, tight
//!   requests that are let through narrow it.
//! - **The burst**: a new limit goes in tenths of itself at first. One request beyond shows whether the server bears
//!   more; two round trips later the whole limit goes at once, or a second, shorter window stays where it does not.
//! - **What a window holds** where no limit is known, others use it too, or it has shrunk: what was let through when
//!   requests were refused. What goes beyond goes one by one, and a refused probe is earned back before the next.
//! - **Whether refused requests count** against the quota.
//!
//! The first, second and last are shared by all domains of one unit, window and limit: what one has found out at the
//! price of a refusal, its siblings need not. [`Budget::snapshot`] shows all of it, [`Budget::save`] keeps it.
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
//! Each quota that it names is a domain of its own. Of a minute:
//!
//! | refused | and then |
//! | --- | --- |
//! | with a limit that was not known | that is the limit; closed until the hint |
//! | before anything was let through | closed until the hint, or for a minute: somebody else has used it up |
//! | at the edge of a window | the guard widens, or headroom is kept for estimates; closed until the hint |
//! | the probe of a burst | the burst stays as it is; tried again after 2 min, later after four times as long |
//! | a probe beyond what goes freely | what goes freely stays as it is; the next probe is earned first |
//! | with a hint that names the same moment as the last | a minute of the clock: closed until it ends |
//! | far below a limit that has held | nothing, unless every third request is: some refusals are not true |
//! | three in a row, or without a limit that is known | what was let through is what goes freely |
//!
//! A daily quota is trusted but verified: after the hint one probe goes; if it passes the day is open, if it is refused
//! the day is shut until midnight Pacific, when it opens whole. A limit of zero closes until the endpoint is attached
//! again. A later, weaker hint shortens nothing, and the success of an older request opens nothing.
//!
//! # Who goes first?
//!
//! The budget does not queue: a caller may wait for any of several endpoints. [`FairQueue`] is the queue to
//! put in front: by priority, in equal shares of the tenants, first come first served.
//!
//! # Features
//!
//! - `budget` (default): the [`Budget`] itself. Without it the crate is what a budget of another kind needs: the trait
//!   [`RateBudget`], the [`FairQueue`], token estimates; it then depends on nothing of others.
//! - `store`: what was learned, kept in a file. `tokio`: permits that can be awaited.
//!
//! # Limits
//!
//! No clock, no runtime: `now` is an argument and [`RateBudget::poll_order`] says when to ask again early. Counts are
//! not shared between processes. Where nobody states a limit nor a hint and the server smooths as well, what is found
//! out is a fraction of what there is. A limit that a refusal has stated is not tried
//! beyond, unless a larger one is configured: then after a day. A request larger than what
//! the server bears at once, a tenth of the limit where it smooths, is never admitted and nothing here says so. A model's
//! own token count is better than [`Rules`].

#[cfg(feature = "tokio")]
mod acquire;
#[cfg(feature = "budget")]
mod budget;
#[cfg(feature = "budget")]
mod burst;
#[cfg(feature = "budget")]
mod config;
#[cfg(feature = "budget")]
mod counting;
#[cfg(feature = "budget")]
mod day;
#[cfg(feature = "budget")]
mod domain;
#[cfg(feature = "budget")]
mod estimates;
#[cfg(feature = "budget")]
mod gate;
#[cfg(feature = "budget")]
mod guard;
#[cfg(feature = "budget")]
mod ids;
#[cfg(feature = "budget")]
mod keep;
#[cfg(feature = "budget")]
mod kind;
#[cfg(feature = "budget")]
mod ledger;
#[cfg(feature = "budget")]
mod limit;
#[cfg(feature = "budget")]
mod opens;
#[cfg(feature = "budget")]
mod permit;
mod queue;
#[cfg(feature = "budget")]
mod rate;
mod rate_budget;
mod saved;
#[cfg(feature = "budget")]
mod snapshot;
#[cfg(feature = "store")]
mod store;
#[cfg(feature = "budget")]
mod supply;
mod tokens;
#[cfg(feature = "budget")]
mod window;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

#[cfg(feature = "tokio")]
pub use acquire::{Turn, TurnError, Turnstile, Wish};
#[cfg(feature = "budget")]
pub use budget::Budget;
#[cfg(feature = "budget")]
pub use config::Config;
#[cfg(feature = "budget")]
pub use day::next_pacific_midnight;
#[cfg(feature = "budget")]
pub use limit::Limit;
#[cfg(feature = "budget")]
pub use permit::{NotUntil, Permit};
pub use queue::{FairQueue, InOrder, Ticket};
pub use rate_budget::{DomainId, Lease, Opening, Order, RateBudget, Reservation, Reserve};
pub use saved::{
    Saved, SavedBurst, SavedCorrection, SavedDay, SavedDomain, SavedGate, SavedKind, SavedSupply,
};
#[cfg(feature = "budget")]
pub use snapshot::{DomainSnapshot, Source};
#[cfg(feature = "store")]
pub use store::{Opened, Store, StoreError};
pub use tokens::{Correction, Measure, Resolution, Rules, TokenEstimator, UnderWay};
