//! One Gemini call as a state machine without I/O: pool, budget and retry policy meet here, and only here.
//!
//! ```
//! use dioscuri_engine::{AttemptEvent, End, Engine, Step};
//! use dioscuri_pool::{EndpointSpec, RegionPool};
//! use dioscuri_vocab::{CallId, CallMeta, Cost, CredentialId, EndpointId, Now, Outcome, Served, SplitMix64};
//!
//! let pool = RegionPool::default();
//! pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)])).unwrap();
//! let engine = Engine::builder(pool).build();
//! let (now, mut rng) = (Now::default(), SplitMix64::new(1));
//!
//! let mut call = engine.start(CallMeta::new(CallId(1), Cost::tokens(120)), now);
//! let Step::Send { attempt, .. } = call.poll(now) else { panic!("the endpoint is open") };
//! // A driver would now send it. Here it is answered at once:
//! call.on_event(attempt, AttemptEvent::Ended(Outcome::Success(Served::new())), now, &mut rng);
//!
//! assert!(matches!(call.poll(now), Step::Done(End::Answered)));
//! assert_eq!(call.receipt().tries.len(), 1);
//! ```
//!
//! # Why no I/O?
//!
//! The engine says what it needs next (a [`Step`]), a driver provides it and tells what happened (an
//! [`AttemptEvent`]). So the same engine runs on tokio's clock in `dioscuri-transport` and in virtual time in
//! simulations, where an hour of cooldown costs a microsecond and yesterday's incident replays from a seed.
//!
//! # Why one queue for all endpoints?
//!
//! A waiting call wants *any* of the endpoints that may answer it. With a queue per quota domain it would
//! stand in several and starve in one or be booked twice. Here all wait in one fair queue; whenever an
//! endpoint opens, exactly the call whose turn it is receives the place, and only that call is woken. The
//! driver holds one timer ([`Engine::poll_timeout`]), not one per call.
//!
//! # How is an endpoint chosen?
//!
//! Among the endpoints that the pool offers as open and for which the budget has room, the one with the most
//! room left in its tightest window, so that several small quotas fill like connected vessels and end
//! together; among equals the least loaded. While calls of different priorities are about, the lower ones are paced: see
//! [`Builder::expect_priority`].
//!
//! # What does a decision cost?
//!
//! Calls that want the same stand in one row, and only the first of a row is looked at: if it is blocked, so are
//! those behind it. The pool is told which endpoints have no room for anybody, and offers them as closed until they
//! have; so a look sees a few open endpoints, or the one that opens soonest. Neither depends on how many endpoints there
//! are or how many calls wait.
//!
//! # Limits
//!
//! A call has at most two attempts in flight, of which one is a hedge. The cost of a look grows with the number of
//! groups that waiting calls are bound to. A pool that ignores [`rest`](dioscuri_pool::Pool::rest) is asked about every
//! endpoint without room at each look, up to 64 of those that are open.

mod call;
mod choice;
mod engine;
mod hash;
mod hedge;
mod observer;
mod pace;
mod receipt;
mod room;
mod step;
mod terms;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

pub use call::Call;
pub use engine::{Builder, Engine};
pub use hedge::Hedge;
pub use observer::{Observer, Record};
pub use receipt::{Receipt, Rule, Try, Waits, Why};
pub use step::{AttemptEvent, End, EngineOrder, Step};
