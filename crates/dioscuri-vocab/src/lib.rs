//! The words the dioscuri crates share, and nothing else.
//!
//! ```
//! use dioscuri_vocab::{Class, Failure, Hint, HintSource, Scope};
//! use std::time::Duration;
//!
//! let mut failure = Failure::new(Class::QuotaMinute);
//! failure.retry_after = Some(Hint::new(Duration::from_secs(26), HintSource::RetryInfo));
//!
//! assert_eq!(failure.scope, Scope::QuotaDomain);
//! assert!(failure.class.is_transient());
//! assert_eq!(failure.class.name(), "quota_minute");
//! ```
//!
//! # Why a crate of words?
//!
//! Error taxonomy, retry policy, rate budget and pool are leaves: none has heard of another, so that each
//! can be used alone. They still have to mean the same by "a failure", "a cost" or "now". What they share
//! is here: facts and names, with no policy, no clock, no randomness source and no dependency.
//!
//! # Why two kinds of time?
//!
//! [`Tick`] is monotone and has no calendar: waits, windows and deadlines are ticks. [`UnixTime`] is the
//! wall clock: Pacific days and HTTP dates need it, and it may jump. A decision takes both as [`Now`] and
//! never reads a clock, so that one engine runs in real time and in virtual time alike.
//!
//! # Limits
//!
//! Nothing here decides anything. What a class calls for is the table of `dioscuri-retry`; which quota a
//! violation names is resolved by `dioscuri-budget`.

mod call;
mod class;
mod failure;
mod id;
mod outcome;
mod quota;
mod rng;
mod time;

pub use call::CallMeta;
pub use class::{Class, Scope, UnknownClass};
pub use failure::{Failure, Hint, HintSource};
pub use id::{AttemptId, CallId, CredentialId, EndpointId, GroupId};
pub use outcome::{Cost, Outcome, Phase, Served, Timing};
pub use quota::{QuotaTier, Unit, Violation, Window};
pub use rng::{Rng, SplitMix64};
pub use time::{Now, Tick, UnixTime};
