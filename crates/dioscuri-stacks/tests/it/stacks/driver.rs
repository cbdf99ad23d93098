//! The driver of `dioscuri-transport`, with an engine of one's own, over reqwest.

use crate::{
    setup::Setup,
    told::{Broken, Stack, Told, Tried},
};
use bytes::Bytes;
use dioscuri_budget::{Budget, Config};
use dioscuri_engine::{Engine, Receipt};
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{EndpointSpec, RegionPool};
use dioscuri_reqwest::ReqwestTransport;
use dioscuri_stacks::{KEY, MODEL};
use dioscuri_transport::{
    Address, Clock, Credential, Directory, Driver, DriverConfig, Outgoing, Transport, Undelivered,
};
use dioscuri_vocab::{Cost, CredentialId, EndpointId};
use std::{sync::Arc, time::Duration};

struct Driven {
    driver: Driver,
    deadline: Duration,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    Box::new(Driven {
        driver: driver(setup, ReqwestTransport::from_client(setup.reqwest())),
        deadline: setup.deadline(),
    })
}

/// A driver of one endpoint that sends over `transport`.
pub(crate) fn driver(setup: &Setup, transport: impl Transport + 'static) -> Driver {
    let pool = RegionPool::new(dioscuri_pool::Config::new());
    pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
        .unwrap();
    let budget = Budget::new(Config::default().with_minute(Duration::from_secs(6)));
    let engine = Engine::builder(pool)
        .budget(Arc::new(budget))
        .retry(setup.policy())
        .attempt_timeout(setup.attempt_timeout())
        .minute(Duration::from_secs(6))
        .build();
    let mut directory = Directory::new();
    let address = Address::developer(MODEL).unwrap().with_base(&setup.url).unwrap();
    directory.add_endpoint(address);
    directory.add_credential(Credential::api_key(KEY));
    Driver::new(
        engine,
        directory,
        Arc::new(transport),
        Arc::new(Taxonomy::new()),
        Clock::start(),
        DriverConfig::default(),
    )
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

    fn busy(&self) -> usize {
        self.driver.engine().in_flight() + self.driver.engine().waiting()
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
