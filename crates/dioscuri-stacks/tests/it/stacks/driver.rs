//! The driver of `dioscuri-transport`, with an engine of one's own, over reqwest.

use crate::{
    leaks::in_flight,
    setup::Setup,
    told::{Broken, Stack, Streamed, Told, Tried},
};
use bytes::Bytes;
use dioscuri_budget::{Budget, Config, Limit};
use dioscuri_engine::{Engine, Receipt};
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{EndpointSpec, RegionPool};
use dioscuri_reqwest::ReqwestTransport;
use dioscuri_stacks::{KEY, MODEL};
use dioscuri_transport::{
    Address, Carrier, Clock, Credential, Directory, Driver, DriverConfig, Outgoing, Transport, Undelivered,
};
use dioscuri_vocab::{Cost, CredentialId, EndpointId};
use std::{sync::Arc, time::Duration};

struct Driven {
    driver: Driver,
    budget: Arc<Budget>,
    deadline: Duration,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let (driver, budget) = driver(setup, ReqwestTransport::from_client(setup.reqwest()));
    Box::new(Driven {
        driver,
        budget,
        deadline: setup.deadline(),
    })
}

/// A driver of one endpoint that sends over `transport`, and the budget that it keeps to.
pub(crate) fn driver(setup: &Setup, transport: impl Transport + 'static) -> (Driver, Arc<Budget>) {
    let pool = RegionPool::new(dioscuri_pool::Config::new());
    pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
        .unwrap();
    let budget = Arc::new(Budget::new(Config::default().with_minute(Duration::from_secs(6))));
    // One place: who keeps it keeps out everybody else.
    budget.attach(EndpointId(0), &[Limit::in_flight(1)]);
    let engine = Engine::builder(pool)
        .budget(Arc::clone(&budget))
        .retry(setup.policy())
        .attempt_timeout(setup.patience)
        .minute(Duration::from_secs(6))
        .build();
    let mut directory = Directory::new();
    let address = Address::developer(MODEL).unwrap().with_base(&setup.url).unwrap();
    directory.add_endpoint(address);
    directory.add_credential(Credential::api_key(KEY));
    let mut config = DriverConfig::default();
    config.stream_idle = setup.patience;
    let driver = Driver::new(
        engine,
        directory,
        Arc::new(transport),
        Arc::new(Taxonomy::new()),
        Clock::start(),
        config,
    );
    (driver, budget)
}

/// Calls that an engine carries or holds back, and places of its budget that are taken.
pub(crate) fn busy(carrier: &Carrier, budget: &Budget) -> usize {
    let engine = carrier.engine();
    engine.in_flight() + engine.waiting() + in_flight(budget, carrier.clock().now())
}

#[async_trait::async_trait]
impl Stack for Driven {
    async fn call(&self, body: Bytes) -> Told {
        let outgoing = Outgoing::new(body, Cost::tokens(10)).with_deadline(self.deadline);
        match self.driver.run(&outgoing).await {
            Ok(delivered) => Told::answered(delivered.body, tries(&delivered.receipt)),
            Err(undelivered) => broken(&undelivered),
        }
    }

    async fn stream(&self, body: Bytes) -> Streamed {
        let outgoing = Outgoing::new(body, Cost::tokens(10))
            .with_verb("streamGenerateContent")
            .with_query("alt=sse")
            .with_deadline(self.deadline);
        match self.driver.open(&outgoing).await {
            Ok(opened) => Streamed::read(opened.body).await,
            Err(undelivered) => Streamed::default().broken(&undelivered),
        }
    }

    fn busy(&self) -> usize {
        busy(self.driver.carrier(), &self.budget)
    }
}

/// A call that was not delivered, in the words of all stacks.
pub(crate) fn broken(undelivered: &Undelivered) -> Told {
    let last = undelivered.receipt.tries.last();
    let broken = Broken {
        failure: undelivered.failure.clone(),
        phase: last.and_then(|last| last.phase),
        endpoint: undelivered.at.as_ref().map(ToString::to_string),
        text: format!(
            "{undelivered}: {}",
            undelivered.message.as_deref().unwrap_or_default()
        ),
    };
    Told::broken(broken, tries(&undelivered.receipt))
}

/// What an engine's receipt says.
pub(crate) fn tries(receipt: &Receipt) -> Vec<Tried> {
    let tried = |one: &dioscuri_engine::Try| Tried {
        class: one.class,
        waited: one.waited,
    };
    receipt.tries.iter().map(tried).collect()
}
