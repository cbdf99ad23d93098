//! Layers for tower that make calls of Gemini behave: read failures, try again, keep to quotas, choose endpoints.
//!
//! ```
//! use dioscuri_budget::{Budget, Limit, Turnstile};
//! use dioscuri_retry::Profile;
//! use dioscuri_tower::vocab::{Class, EndpointId, Failure};
//! use dioscuri_tower::{Claim, ClassifyLayer, RateBudgetLayer, RetryLayer};
//! use std::{sync::Arc, time::Duration};
//! use tower::ServiceBuilder;
//!
//! let budget = Arc::new(Budget::default());
//! budget.attach(EndpointId(0), &[Limit::rpm(10)]);
//!
//! let stack = ServiceBuilder::new()
//!     // Outermost: waits, and sees every attempt end.
//!     .layer(RetryLayer::new(Arc::new(Profile::Default.policy())).with_deadline(Duration::from_secs(120)))
//!     // Inside: every attempt takes its own permit.
//!     .layer(RateBudgetLayer::new(Turnstile::new(budget), |_, size| Some(Claim::estimated(EndpointId(0), size))))
//!     // Innermost: what a refusal means is read before anybody decides. `ClassifyLayer::gemini()` knows the API.
//!     .layer(ClassifyLayer::new(|head: &http::response::Parts, _: &[u8], _: bool| {
//!         (head.status == 503).then(|| Failure::new(Class::Unavailable))
//!     }));
//! # let _ = stack;
//! // let client = stack.service(a hyper-util client, or any service of `http::Request`);
//! ```
//!
//! # Which layer goes where?
//!
//! From the outside in, and why there:
//!
//! | layer | sits here, because | is left out by who |
//! | --- | --- | --- |
//! | [`RetryLayer`] | its deadline covers all that is below: queues, attempts, waits | has a loop of his own |
//! | [`PoolLayer`] | each attempt chooses anew, knowing how the last one went | has one project and one region |
//! | [`RateBudgetLayer`] | the quota is that of the endpoint chosen; the wait in line is part of the call | knows no limits |
//! | a timeout of yours | bounds an attempt, not the wait for a quota | has one in the client |
//! | `GateLayer` | an error at the beginning of a stream is a failure like any other | streams nothing |
//! | [`ClassifyLayer`] | all of the above decide by what it reads | – |
//! | the client | | |
//!
//! All but the first can stand alone; a [`PoolLayer`] alone waits for nobody, and refuses while nobody is open, which at
//! startup includes all calls beyond the first few at an endpoint that has not answered yet. Without [`ClassifyLayer`] the
//! others see broken connections and nothing else.
//!
//! # Why is nothing taken in `poll_ready`?
//!
//! There the request is not known yet: neither what it costs, nor where it may go, nor until when it can wait. And
//! whoever is ready and never calls would hold what others wait for. So permits and endpoints are taken in the future
//! of the call, and given back when that is dropped, at any point. Retry, pool and budget are always ready; when a request
//! has come so far, they wait for the readiness of a clone of what is below. A readiness that fails is a failure of an
//! attempt that was not sent, and nobody's fault.
//!
//! # What if the body is read late?
//!
//! A permit, and the attempt's place in the pool, is held until the response body has ended or is dropped ([`Held`]):
//! what streams is in flight. A refusal is settled at once.
//!
//! # What comes back?
//!
//! Among the extensions of every response: the [`AttemptLog`](dioscuri_retry::AttemptLog) of the call, the
//! [`Failure`](vocab::Failure) if it is one, and the [`Chosen`] endpoint. Errors of the client pass [`RetryLayer`] and
//! [`ClassifyLayer`] unchanged; [`BudgetError`] and [`PoolError`] hold them as their source, and say when to come back
//! if the refusal is their own.
//!
//! # And tower's own `Retry`?
//!
//! The feature `retry` has a policy for it, [`TowerPolicy`]. Take neither its `TpsBudget` (a share of 0.6 grants all)
//! nor its `ExponentialBackoff` (every call of a process draws the same jitter); a retry budget comes with
//! [`RetryPolicyExt`](dioscuri_retry::RetryPolicyExt).
//!
//! # What does the engine do more?
//!
//! `EngineLayer` (feature `engine`) is all of it in one: pool and budget decide together, a call fails over to other
//! projects, regions and models, and a stream is held back until its first event has come, so that what breaks before
//! that is tried again. Its `Routes` say which requests it carries; the others pass. `TowerTransport` is the other way
//! round: any service as the engine's way out. What fails before the service is ready was not sent, what fails in the
//! call counts as sent, unless the connection was refused or a reading of yours knows better; what fails in the body
//! came after the head.
//!
//! # Which layers fit below?
//!
//! Those that change a connection or a header: proxies, tracing, a user agent, a timeout for the attempt. Neither
//! retries nor rate limits: a second set below would send what is not counted here. Redirects would carry the key
//! elsewhere. What has an engine below needs no [`RetryLayer`] above it; what the engine has given up is not tried again.
//!
//! # Features
//!
//! | feature | brings |
//! | --- | --- |
//! | none | the four layers; 11 crates of others |
//! | `errors` | `ClassifyLayer::gemini`, `RateBudgetLayer::with_gemini_usage`, `GateLayer` for streams |
//! | `retry` | `TowerPolicy`, for tower 0.5; its timeout is known for one |
//! | `engine` | `EngineLayer`, the whole engine as one layer; `TowerTransport`, a service as its transport |
//!
//! # Limits
//!
//! - An attempt under way is not cut by the deadline: an error of the service's own type cannot be made up. Put a
//!   timeout below.
//! - A stream counts as answered when its head has come, and what fails after that is not tried again. `GateLayer`
//!   (feature `errors`) and the engine wait for the first content.
//! - Pool and budget do not know each other: an endpoint is chosen by health and load, not by the room in its quotas.
//!   There is one link of models. The engine does both.
//! - An attempt that ends before its head stays charged to the budget as estimated, unless nothing was sent.
//! - Beneath tower's `Retry` the first attempt of a call is unknown to a pool's layer: after it, another endpoint is
//!   tried as soon as the policy allows, open or not. Nor does it know the policy's deadline in the line of a budget, as it
//!   does that of a [`Deadline`] among its request's extensions.
//! - Without a deadline a call looks 80 times at a pool that has nobody, then ends.
//! - Attempts end when their heads come, if they are probes: what breaks in the body of one closes nothing.
//! - Where one stack is used for several hosts, say which requests are the pool's: [`PoolLayer::only`].
//! - Always ready: a load-shedding layer above sees no load.

mod attempt;
mod classify;
mod departure;
#[cfg(feature = "engine")]
mod engine;
#[cfg(feature = "errors")]
mod gate;
#[cfg(feature = "errors")]
mod gemini;
mod held;
mod journey;
#[cfg(feature = "retry")]
mod policy;
mod pool;
mod rate_budget;
mod reading;
mod retry;
#[cfg(feature = "engine")]
mod transport;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

pub use classify::{ClassifyLayer, ClassifyService};
pub use dioscuri_http::Deadline;
#[cfg(feature = "engine")]
pub use engine::{EngineBody, EngineError, EngineLayer, EngineService, Onward};
#[cfg(feature = "errors")]
pub use gate::{GateBody, GateLayer, GateService};
pub use held::Held;
#[cfg(feature = "retry")]
pub use policy::{TowerPolicy, Wait};
pub use pool::{Chosen, PoolError, PoolLayer, PoolService};
pub use rate_budget::{BudgetError, Claim, RateBudgetLayer, RateBudgetService};
pub use reading::{Causes, ReadError, boxed_failure, failure_by_causes};
pub use retry::{RetryLayer, RetryService};

#[cfg(feature = "engine")]
pub use dioscuri_transport::fault_of;
#[cfg(feature = "engine")]
pub use transport::TowerTransport;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
