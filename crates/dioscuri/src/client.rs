//! The client: one call in, one answer out.

use crate::{
    Answer, Config, ConfigError, Error, Receipt, Request, StateFile, Status, WaitingFor,
    assembly::{Names, assemble},
    measure::measure,
    state::{Keeper, Keeping},
};
use bytes::Bytes;
use dioscuri_budget::{Budget, Rules, TokenEstimator};
use dioscuri_engine::{End, Engine, Observer};
use dioscuri_errors::{Classify, Taxonomy};
use dioscuri_pool::{EndpointState, RegionPool};
use dioscuri_retry::{RetryBudget, RetryPolicy, RetryPolicyExt as _, Table, When};
use dioscuri_transport::{
    CallTerms, Carrier, Clock, Driver, DriverConfig, Outgoing, Routes, Transport, Undelivered,
};
use dioscuri_vocab::{Class, Cost, Tick, UnixTime};
use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// Carries calls to Gemini. Cheap to clone; clones share quotas, memories and connections.
///
/// One client per set of quotas: two clients on one project count apart and refuse each other.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    driver: Driver,
    pool: Arc<RegionPool>,
    budget: Arc<Budget>,
    estimator: Arc<dyn TokenEstimator>,
    names: Names,
    config: Config,
    keeper: Option<Arc<Keeper>>,
}

impl Client {
    /// A client over reqwest.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the configuration is contradictory, or if TLS cannot be set up.
    #[cfg(feature = "reqwest")]
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let transport = dioscuri_reqwest::ReqwestTransport::new()
            .map_err(|error| ConfigError::new(format!("{error}: {}", cause(&error))))?;
        Self::builder(config, transport).build()
    }

    /// A client over `transport`, with any part of yours in place of ours.
    pub fn builder(config: Config, transport: impl Transport + 'static) -> Builder {
        Builder {
            config,
            transport: Arc::new(transport),
            classify: Arc::new(Taxonomy::new()),
            retry: None,
            observer: Arc::new(()),
            estimator: None,
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    ///
    /// [`Error`] when trying again cannot help, or a limit is reached: attempts, deadline, retry budget.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the call up: a place that was kept goes to the next caller, what was sent
    /// stays charged.
    pub async fn generate(&self, request: &Request) -> Result<Answer, Error> {
        let shared = &*self.shared;
        let model = shared
            .config
            .models
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        let tokens = shared.estimator.estimate(model, &request.measure);
        let deadline = request.deadline.unwrap_or_else(|| shared.config.usual_deadline());
        let mut outgoing = Outgoing::new(request.body.clone(), Cost::tokens(tokens)).with_deadline(deadline);
        outgoing.priority = request.priority;
        outgoing.tenant = request.tenant;
        match shared.driver.run(&outgoing).await {
            Ok(delivered) => {
                let used = delivered.receipt.served.as_ref().and_then(|served| served.used);
                if let Some(used) = used {
                    shared.estimator.learn(model, &request.measure, used.input_tokens);
                }
                Ok(Answer::new(
                    delivered.body,
                    Receipt::new(&delivered.receipt, &shared.names),
                ))
            }
            Err(undelivered) => Err(shared.failed(undelivered)),
        }
    }

    /// What carries its calls: for an adapter that brings a way out of its own.
    #[must_use]
    pub fn carrier(&self) -> &Carrier {
        self.shared.driver.carrier()
    }

    /// Routes for an adapter of an existing HTTP client: requests that name the first model of the chain are carried by
    /// this client, over the adapter's own connections, and share its quotas, memories and queue. Those whose
    /// [`CallTerms`] name no deadline get the configuration's.
    ///
    /// Costs are estimated as for [`Client::generate`]; but answers that pass there teach the estimator nothing.
    #[must_use]
    pub fn routes(&self) -> Routes {
        let Some(first) = self.shared.config.models.first() else {
            return Routes::new();
        };
        let estimator = Arc::clone(&self.shared.estimator);
        let estimate = move |model: &str, body: &Bytes| {
            // What cannot be measured is refused by the server in its own words.
            let measure = measure(body).unwrap_or_default();
            Cost::tokens(estimator.estimate(model, &measure))
        };
        Routes::new()
            .with(first.as_str(), self.carrier().clone())
            .with_estimate(estimate)
            .with_terms(CallTerms::new().with_deadline(self.shared.config.usual_deadline()))
    }

    /// Lets nothing more out, for shutting down without losing what is paid for: what is in flight goes on to
    /// its end, calls that wait fail at once ([`Error::is_shed`]), and so do new ones.
    pub fn close(&self) {
        self.shared.driver.close();
    }

    /// What the client knows now: quotas, and what it leaves alone.
    #[must_use]
    pub fn status(&self) -> Status {
        let Shared {
            driver,
            pool,
            budget,
            names,
            ..
        } = &*self.shared;
        Status::new(pool, budget, names, driver.clock().now())
    }

    /// What the calls that wait are waiting for, as far as the first model of the chain shows it; `None` if none waits.
    #[must_use]
    pub fn waiting_for(&self) -> Option<WaitingFor> {
        let Shared {
            driver,
            pool,
            names,
            config,
            ..
        } = &*self.shared;
        if driver.engine().waiting() == 0 {
            return None;
        }
        let snapshot = pool.snapshot(driver.clock().now().tick);
        let is_first = |endpoint: &&EndpointState| {
            let place = names.endpoint(endpoint.endpoint);
            place.is_some_and(|place| config.models.first() == Some(&place.model))
        };
        let firsts = snapshot.endpoints.iter().filter(is_first);
        Some(WaitingFor::of(firsts, driver.clock().now().tick))
    }

    /// The file that keeps its state; `None` if the configuration names none.
    #[must_use]
    pub fn state(&self) -> Option<StateFile> {
        self.shared.keeper.as_ref().map(|keeper| keeper.shown())
    }

    /// Writes the state file now; [`StateFile::error`] tells if that failed. It is written by itself while calls go
    /// out, and when the last clone of the client is dropped.
    pub fn save_state(&self) {
        if let Some(keeper) = &self.shared.keeper {
            keeper.save();
        }
    }

    /// What it was made of.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Calls that wait for a place now; those in a backoff of their own are not counted.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.driver.engine().waiting()
    }

    /// Requests in flight now.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.driver.engine().in_flight()
    }
}

impl Shared {
    fn failed(&self, undelivered: Undelivered) -> Error {
        let receipt = Receipt::new(&undelivered.receipt, &self.names);
        let closed = (undelivered.end == End::NoEndpoint)
            .then(|| self.closed())
            .flatten();
        let could_be_served = undelivered.receipt.could_be_served.map(|at| self.wall_time(at));
        Error::new(undelivered, receipt, closed, could_be_served)
    }

    /// What the wall clock will show at `tick`, as far as it goes like the other.
    fn wall_time(&self, tick: Tick) -> SystemTime {
        let now = self.driver.clock().now();
        let unix = now.unix.after(tick.since(now.tick));
        UNIX_EPOCH + unix.since(UnixTime(0))
    }

    /// What closes the pool, in one sentence.
    fn closed(&self) -> Option<(Class, String)> {
        let now = self.driver.clock().now();
        let status = Status::new(&self.pool, &self.budget, &self.names, now);
        let reasons: Vec<_> = status
            .closed
            .iter()
            .map(|one| format!("{} ({})", one.what, one.why))
            .collect();
        Some((
            status.closed.first()?.why,
            format!("closed until an operator acts: {}", reasons.join(", ")),
        ))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.shared.config)
            .field("driver", &self.shared.driver)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "reqwest")]
fn cause(error: &dyn std::error::Error) -> String {
    error
        .source()
        .map_or_else(|| "no cause given".to_owned(), ToString::to_string)
}

/// Assembles a [`Client`] with parts of yours.
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    config: Config,
    transport: Arc<dyn Transport>,
    classify: Arc<dyn Classify>,
    retry: Option<Arc<dyn RetryPolicy>>,
    observer: Arc<dyn Observer>,
    estimator: Option<Arc<dyn TokenEstimator>>,
}

impl Builder {
    /// Reads failures with `classify`. Default: the taxonomy of `dioscuri-errors`.
    pub fn classify(mut self, classify: impl Classify + 'static) -> Self {
        self.classify = Arc::new(classify);
        self
    }

    /// Asks `retry` what follows a failure. Default: the policy of the configuration's profile, within a retry
    /// budget that all calls share.
    pub fn retry(mut self, retry: impl RetryPolicy + 'static) -> Self {
        self.retry = Some(Arc::new(retry));
        self
    }

    /// Tells `observer` everything that happens. Default: nobody.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Arc::new(observer);
        self
    }

    /// Estimates tokens with `estimator`. Default: the published rules, corrected by what answers report.
    pub fn estimator(mut self, estimator: impl TokenEstimator + 'static) -> Self {
        self.estimator = Some(Arc::new(estimator));
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the configuration is contradictory, or its state file cannot be used.
    pub fn build(self) -> Result<Client, ConfigError> {
        let Self {
            config,
            transport,
            classify,
            retry,
            observer,
            estimator,
        } = self;
        let parts = assemble(&config)?;
        let (pool, budget) = (Arc::new(parts.pool), Arc::new(parts.budget));
        let clock = Clock::start();
        // What was learned of estimates is kept of ours only.
        let rules = Arc::new(Rules::new());
        let (estimator, rules) = if let Some(estimator) = estimator {
            (estimator, None)
        } else {
            (Arc::clone(&rules) as Arc<dyn TokenEstimator>, Some(rules))
        };
        let open = |path: &PathBuf| Keeper::open(path, Arc::clone(&budget), rules, clock);
        let keeper = config.state.as_ref().map(open).transpose()?.map(Arc::new);
        let observer = match &keeper {
            Some(keeper) => Arc::new(Keeping {
                keeper: Arc::clone(keeper),
                then: observer,
            }),
            None => observer,
        };
        let mut engine = Engine::builder(Arc::clone(&pool))
            .budget(Arc::clone(&budget))
            .retry(retry.unwrap_or_else(|| policy(&config)))
            .observer(observer)
            .attempt_timeout(config.attempt_timeout)
            .fallback_after(config.fallback_after.unwrap_or(config.minute))
            .minute(config.minute);
        if let Some(wait) = config.hedge_after {
            engine = engine.hedge_after(wait);
        }
        if let Some(priority) = config.expect_priority {
            engine = engine.expect_priority(priority);
        }
        let engine = engine.build();
        let mut bounds = DriverConfig::default();
        bounds.stream_idle = config.stream_idle.unwrap_or(bounds.stream_idle);
        let driver = Driver::new(engine, parts.directory, transport, classify, clock, bounds);
        let shared = Shared {
            driver,
            pool,
            budget,
            estimator,
            names: parts.names,
            config,
            keeper,
        };
        Ok(Client {
            shared: Arc::new(shared),
        })
    }
}

/// The policy of the profile, with the configuration's rules for the model chain.
fn policy(config: &Config) -> Arc<dyn RetryPolicy> {
    let mut table = Table::standard();
    for &(class, after) in &config.fallback_on {
        let row = table.of(class);
        let row = match (after, row.fallback) {
            (0, _) => row.with_fallback(When::Never, 1),
            (after, When::Never) => row.with_fallback(When::Now, after),
            (after, when) => row.with_fallback(when, after),
        };
        table = table.with(class, row);
    }
    let profile = config.profile;
    Arc::new(
        profile
            .policy()
            .with_table(table)
            .within_budget(Arc::new(RetryBudget::default()), profile.on_empty()),
    )
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
