#![doc = include_str!("../README.md")]
//!
//! # Why a world without a clock?
//!
//! A quota is a matter of minutes and days, and a test should take neither. [`World`] is told what time it
//! is, so that a day of calls passes in a second and comes out equal each time; [`Server`] is the same world
//! with a real clock beside it.
//!
//! # Why not the crates that read Gemini's errors?
//!
//! Whoever writes and reads with one library agrees with himself. The bodies here are written from what
//! Google sent, and name the places where nobody knows.
//!
//! # Features
//!
//! - `http` (default): [`Server`], with hyper on tokio. Without it nothing here reads a clock.

mod scenario;
mod wire;
mod world;

#[doc = include_str!("../SCENARIOS.md")]
pub mod scenario_file {}

#[cfg(feature = "http")]
mod http;

#[cfg(feature = "http")]
pub use http::{Server, ServerConfig};
pub use scenario::{
    AccountState, BillingAccount, Capacity, Change, CustomError, Enforcement, Incident, Key, KeyKind,
    KeyState, Latency, Load, Method, Model, ModelKind, ModelState, Period, Place, Price, Project, Quota,
    RefusalKind, RetryHint, Scenario, ScenarioError, Secret, ServiceTier, StreamFault, Surface, Throughput,
    Tier, What, WireFault,
};
pub use world::{
    AccountStats, Admission, Arrival, Ask, CapacityStats, DomainStats, Frame, IncidentStats, KeyStats,
    Reason, Record, Reply, Stats, ThroughputStats, Unwritten, World,
};
