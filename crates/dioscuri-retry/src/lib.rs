//! Retry policy for Gemini calls: what follows a failure, where, and when.
//!
//! ```
//! use dioscuri_retry::{Context, Profile, RetryPolicy, Verdict};
//! use dioscuri_vocab::{Class, Failure, Hint, HintSource, SplitMix64, Tick};
//! use std::time::Duration;
//!
//! let policy = Profile::Default.policy();
//! let mut refused = Failure::new(Class::QuotaMinute);
//! refused.retry_after = Some(Hint::new(Duration::from_secs(26), HintSource::RetryInfo));
//!
//! let now = Tick::ZERO;
//! let verdict = policy.on_failure(&Context::new(now), &refused, now, &mut SplitMix64::new(1));
//! let Verdict::Retry(retry) = verdict else { panic!("{verdict:?}") };
//! assert!(retry.here >= Some(now.after(Duration::from_secs(26)))); // never before the server's time
//! assert_eq!(retry.elsewhere, Some(now)); // another project has a quota of its own
//! assert_eq!(retry.fallback, None); // within a minute the first model answers again
//! ```
//!
//! # Why three answers and not one delay?
//!
//! A refusal closes one place, and how far it reaches depends on its class: a used-up quota is the
//! project's, an overload is the region's, a long prompt is too long for this model only. So a [`Verdict`]
//! says for the endpoint itself, for other endpoints and for the next model of the chain when each may be
//! tried. It is an order: nothing here waits.
//!
//! # Why a table?
//!
//! What a class calls for is a matter of judgement, and judgement should be readable in one place and easy
//! to overrule: [`Table::standard`] has a [`Row`] for every class, [`Table::with`] replaces one.
//!
//! # Why is the hint a floor?
//!
//! The server knows when its window ends; whoever comes earlier is refused again. It does not know how many
//! others it has told the same, so a random part is added, never subtracted ([`Backoff::wait`]).
//!
//! # Why a retry budget beside a limit of attempts?
//!
//! Five attempts a call are harmless while one call in a hundred fails, and multiply an outage by five when
//! all do. A [`RetryBudget`] is shared by all calls: successes pay for retries, so that there are few when
//! nothing succeeds. An empty one postpones; only where a person waits it gives up ([`OnEmpty`]).
//!
//! # Why are refusals no attempts?
//!
//! A refusal by quota costs the server nothing and says when to come back. To count it would fail a patient
//! call for obeying. A bound on all tries remains ([`Standard::with_max_tries`]).
//!
//! # Features
//!
//! None is on by default, and without any nothing here reads a clock. Each has a page with an example under `adapters`:
//!
//! - `retry-policies`: a `Schedule` is a policy of `retry-policies` 0.5, as reqwest-retry 0.9 takes it.
//! - `backon`: the waits of a `Call` and its `when`, for the loops of `backon` 1.
//! - `backoff`: the waits of a `Call` and its errors, for the loops of `backoff` 0.4. That crate is unmaintained
//!   ([RUSTSEC-2025-0012], and `instant` below it, [RUSTSEC-2024-0384]): for programs that have it already.
//!
//! Each also makes a policy of ours from a schedule of theirs, a [`GivenWaits`]. For a loop of your own, [`Attempts`] needs
//! no feature. Adapters read the process's clock and draw their seed from it, unless they are given others.
//!
//! [RUSTSEC-2025-0012]: https://rustsec.org/advisories/RUSTSEC-2025-0012.html
//! [RUSTSEC-2024-0384]: https://rustsec.org/advisories/RUSTSEC-2024-0384.html
//!
//! # Limits
//!
//! The policy sees one call at a time. Which endpoints are closed to all calls, and which quota has room,
//! are remembered by the pool and the rate budget; without them a daily quota is asked again after each
//! backoff: give it a row of your own, or a deadline.

#[cfg(any(feature = "retry-policies", feature = "backoff", feature = "backon"))]
pub mod adapters;
mod attempts;
mod backoff;
mod budget;
mod ext;
mod given_waits;
mod policy;
mod profile;
mod standard;
mod table;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

pub use attempts::{AttemptLog, Attempts, Next, Tried};
pub use backoff::{Backoff, InvalidBackoff};
pub use budget::RetryBudget;
pub use ext::{LimitAttempts, OnEmpty, RetryPolicyExt, WithinBudget};
pub use given_waits::GivenWaits;
pub use policy::{Context, Limit, Retry, RetryPolicy, Verdict};
pub use profile::{Profile, UnknownProfile};
pub use standard::Standard;
pub use table::{Charge, Pace, Row, Table, When};

#[cfg(all(doctest, feature = "backoff", feature = "backon", feature = "retry-policies"))]
#[doc = include_str!("../README.md")]
mod readme {}
