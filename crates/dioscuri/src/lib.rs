//! Carries calls to Google's Gemini API through rate limits, overloads and faults: every call that can be
//! answered is answered, as fast as the quotas allow, and none is wasted.
//!
//! ```no_run
//! use dioscuri::{Client, Config, Request};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(Config::from_env()?)?; // GEMINI_API_KEY or GOOGLE_API_KEY
//! let answer = client.generate(&Request::text("Who were Castor and Pollux?")).await?;
//! println!("{}", answer.text());
//! println!("{}", answer.receipt()); // what it cost: attempts, places, waits
//! # Ok(())
//! # }
//! ```
//!
//! # What happens to a call?
//!
//! It waits in one fair queue until a project, location and model has room in every quota that counts it;
//! goes where most room is left; and if it is refused, the refusal is read exactly, remembered for all callers,
//! and decides the place and the moment of the next attempt. One deadline covers everything. The answer, good
//! or bad, carries a [`Receipt`].
//!
//! # What if I have an HTTP client already?
//!
//! It can stay. [`Client::routes`] are for the adapters of `dioscuri-reqwest` and `dioscuri-tower`: what your code sends to
//! the first model of the chain is carried by this client, streams too, over your connections. Or your client carries
//! ours: see [`Client::builder`].
//!
//! # What if I need only a part?
//!
//! Every part is a crate of its own: `dioscuri-errors` (what does this failure mean?), `dioscuri-retry` (what
//! follows it?), `dioscuri-budget` (may I send this now?), `dioscuri-pool` (where?), `dioscuri-engine` (all of
//! them, without I/O), `dioscuri-transport` (on tokio, over any HTTP client).
//!
//! # Features
//!
//! - `rustls` (default): the transport over reqwest, with TLS.
//! - `reqwest`: the same without TLS, for gateways and simulators on plain `http://`.
//!
//! With neither, bring a [`Transport`] of your own to [`Client::builder`].
//!
//! # Limits
//!
//! [`Client::generate`] is `generateContent`, read whole. Streams go through [`Client::carrier`] or the adapters that
//! [`Client::routes`] are for. Bearer tokens come from a closure, a file or a command; application
//! default credentials are not read. Limits come from the configuration and from refusals; what is learned of them is
//! kept over a restart if [`Config::state`] names a file, by one process at a time.

mod answer;
mod assembly;
mod client;
mod config;
mod error;
mod measure;
mod receipt;
mod request;
mod state;
mod status;

pub use answer::Answer;
pub use client::{Builder, Client};
pub use config::{Config, ConfigError, ModelLimits, Project};
pub use error::Error;
pub use receipt::{Receipt, Try};
pub use request::{InvalidRequest, Request};
pub use state::{StateFile, StateNote};
pub use status::{Closed, QuotaStatus, Status, WaitingFor};

pub use dioscuri_budget::{Measure, Source, TokenEstimator};
pub use dioscuri_engine::{Observer, Record, Rule, Waits, Why};
pub use dioscuri_errors::Classify;
pub use dioscuri_pool::Tier;
pub use dioscuri_retry::{Limit, Profile, RetryPolicy};
pub use dioscuri_transport::{
    BearerError, BearerSource, CallTerms, Carrier, Credential, Routes, Secret, Surface, Token, Transport,
};
pub use dioscuri_vocab::{Class, Phase, Scope, Unit, Window};

/// The parts, whole: what the signatures of the traits name, for whoever implements one.
pub mod parts {
    pub use dioscuri_budget as budget;
    pub use dioscuri_engine as engine;
    pub use dioscuri_errors as errors;
    pub use dioscuri_pool as pool;
    pub use dioscuri_retry as retry;
    pub use dioscuri_transport as transport;
    pub use dioscuri_vocab as vocab;
}
