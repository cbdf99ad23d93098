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
//! | key | at the first invalid, leaked or missing credential | once after 10 min, then every 6 h, or [reopened](RegionPool::reopen) |
//! | account | at the first refusal by billing | as a key; where the server gave a hint, after 10 min at least, doubling |
//! | place (location × model) | after 3 overloads in a row, or at a hint | after 1 s, 2 s, then every 3 s; after 15 min every 300th of its closing |
//! | endpoint | after 5 faults in a row, or at a hint | as a place |
//! | endpoint | at the first "not found", "disabled", "denied", "limit 0" | as a key |
//!
//! A quota is nobody's fault and not remembered here: it is the rate budget's, by domain. The pool only hears of it
//! ([`Pool::rest`]), so that nobody looks where there is no room. Nor is what is wrong with the request itself.
//!
//! # Why one probe, and how often?
//!
//! What has just failed is likely to fail again, and a thousand waiting callers would find out together.
//! So one attempt finds out for all; what it shows opens the memory for all, or lengthens the pause. All probes of a pool
//! together are at most a tenth of the calls that it answered before (and one every 2 s at least), so that an outage of
//! everything costs 1.1 attempts a call, however many places are closed; the first that passes lets all others find out at
//! once. What is due is offered first: while others serve, nobody would notice.
//!
//! # How is a brown-out told from an outage?
//!
//! By the length of the run. Where failures and successes mix, a longer run closes: as long as chance alone would bring
//! once in 2000 tries, and at most six times the usual. Where one call in five or one in two is refused at random, a place
//! stays open and gives what it can; whoever chooses by load prefers others. An endpoint that does beyond doubt less than
//! half as well as its peers leaves for 30 s, longer each time, never the last one and never more than half of a link.
//! Within 5 s after an opening two failures in a row close again.
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
//! # What is preferred?
//!
//! A [tier](Tier) before the next one, in the order of [`Config::with_tiers`]: [`Candidate::rank`]. Within a rank whoever
//! chooses compares [`Candidate::load`]: the peak-EWMA of the time to the first event, times the attempts in flight, by
//! weight. A failure counts as an answer eight times as slow as usual. An answer that another tier has served costs the
//! endpoint its rank for five minutes. What is too dear or outside of the jurisdictions is never offered.
//!
//! # Who decides which model?
//!
//! Three have a part in the chain of models. A call's own failures: the retry policy's table says after how many of
//! which class the next link opens to it. The state of a link for all: [`Pool::is_down`] says that everything there is
//! closed, so that nobody has to fail or wait first; once a probe has passed, it is the first choice again. And the engine
//! joins the two, and sees to patience.
//!
//! # Limits
//!
//! An attempt that was begun must be reported, or the probe it may be never comes back. A look costs nothing that grows
//! with the pool, but walks past what [`Want::price_limit`] or [`Want::residency`] forbid; limits that hold for all calls
//! belong in [`Config`]. When something closes or opens, each endpoint that shares it is moved once.

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
