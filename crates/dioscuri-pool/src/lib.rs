//! Region and project pool for Gemini: which endpoints could take a call, and which are resting.
//!
//! ```
//! use dioscuri_pool::{Config, EndpointSpec, PlaceId, Pool, RegionPool, Report, Want};
//! use dioscuri_vocab::{
//!     AttemptId, CallId, Class, CredentialId, EndpointId, Failure, Hint, HintSource, Now, Outcome, Phase,
//!     SplitMix64, Tick, Timing,
//! };
//! use std::{ops::ControlFlow, time::Duration};
//!
//! let pool = RegionPool::new(Config::new());
//! for region in 0..2 {
//!     let spec = EndpointSpec::new(EndpointId(region), [CredentialId(0)]).with_place(PlaceId(region));
//!     pool.add(spec)?;
//! }
//!
//! // An attempt on the first region is told to stay away for 30 s.
//! let attempt = AttemptId { call: CallId(1), no: 1 };
//! let begun = Now::default();
//! let credential = pool.begin(EndpointId(0), attempt, begun).expect("a new endpoint is open");
//! let mut failure = Failure::new(Class::Unavailable);
//! failure.retry_after = Some(Hint::new(Duration::from_secs(30), HintSource::Header));
//! let outcome = Outcome::Failed { failure, phase: Phase::Answered };
//! let timing = Timing::new();
//! let now = begun.after(Duration::from_secs(1));
//! pool.report(&Report::new(attempt, EndpointId(0), credential, begun.tick, &timing, &outcome), now);
//!
//! // Now every caller is offered the second region first.
//! let mut offered = Vec::new();
//! pool.visit(&Want::link(0), now, &mut SplitMix64::new(1), &mut |candidate| {
//!     offered.push((candidate.endpoint, candidate.open_at));
//!     ControlFlow::Continue(())
//! });
//! let later = now.tick.after(Duration::from_secs(30));
//! assert_eq!(offered, [(EndpointId(1), Some(now.tick)), (EndpointId(0), Some(later))]);
//! # Ok::<(), dioscuri_pool::InvalidSpec>(())
//! ```
//!
//! # Why four memories?
//!
//! Whose fault a failure is decides who else must stop. A leaked key stops the key, and another key of the
//! project goes on; spent credits stop every project of the account; an overload stops the location for all
//! projects; a fault stops one endpoint. Mixed into one health score, each would stop too many or too few.
//!
//! | memory | closes | is probed |
//! | --- | --- | --- |
//! | key | at the first invalid, leaked or missing credential | after 10 min, doubling to 6 h, or [reopened](RegionPool::reopen) |
//! | account | at the first refusal by billing | at the hint, else as a key |
//! | place (location × model) | after 3 overloads in a row, or at a hint | after 1 s, doubling to 60 s |
//! | endpoint | after 5 faults in a row, or at a hint | after 5 s, doubling to 300 s |
//! | endpoint | at the first "not found", "disabled", "denied", "limit 0" | as a key |
//!
//! A quota is nobody's fault and not remembered here: it is the rate budget's, by domain. Nor is what is
//! wrong with the request itself.
//!
//! # Why one probe?
//!
//! What has just failed is likely to fail again, and a thousand waiting callers would find out together.
//! So one attempt finds out for all; what it shows opens the memory or doubles the pause.
//!
//! # Why ask when an attempt began?
//!
//! Answers arrive out of order. The success of a request sent before the overload does not prove that the
//! overload is over, and a failure from before a repair does not undo it. For the same reason a weaker hint
//! never shortens a pause.
//!
//! # Why a limit in flight for what is unproven?
//!
//! A new key may be invalid, and a new project's credits spent. Until the first success at most
//! [`Config::with_unproven_in_flight`] attempts find that out.
//!
//! # Limits
//!
//! An attempt that was begun must be reported, or the probe it may be never comes back. Every visit walks
//! all endpoints. Load is attempts in flight and a decaying penalty, not yet latency.

mod config;
mod hash;
mod memory;
mod pool;
mod region;
mod snapshot;
mod spec;
mod tier;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

pub use config::Config;
pub use pool::{Candidate, Pool, Report, Want};
pub use region::RegionPool;
pub use snapshot::{Closed, EndpointState, Excluded, Rest, Snapshot, Subject};
pub use spec::{AccountId, EndpointSpec, InvalidSpec, JurisdictionId, PlaceId};
pub use tier::Tier;
