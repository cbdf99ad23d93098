//! The client of `dioscuri`, over reqwest.

use crate::{
    setup::Setup,
    told::{Broken, Stack, Told, Tried},
};
use bytes::Bytes;
use dioscuri::{Client, Config, Project, Receipt, Request};
use dioscuri_reqwest::ReqwestTransport;
use dioscuri_stacks::{KEY, MODEL};
use dioscuri_vocab::Failure;
use std::time::Duration;

struct Facade(Client);

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    Box::new(Facade(client(
        setup,
        ReqwestTransport::from_client(setup.reqwest()),
    )))
}

/// A client of one project that sends over `transport`.
pub(crate) fn client(setup: &Setup, transport: impl dioscuri::Transport + 'static) -> Client {
    let project = Project::developer("castor")
        .with_key(KEY)
        .with_base_url(setup.url.clone());
    let mut config = Config::new([project])
        .with_models([MODEL])
        .with_minute(Duration::from_secs(6))
        .with_deadline(setup.deadline());
    config.attempt_timeout = setup.patience;
    let builder = Client::builder(config, transport);
    let builder = if setup.quick {
        builder.retry(setup.policy())
    } else {
        builder
    };
    builder.build().unwrap()
}

/// Asks the client, in the words of all stacks.
pub(crate) async fn ask(client: &Client, body: Bytes) -> Told {
    let request = Request::from_json(body).unwrap();
    match client.generate(&request).await {
        Ok(answer) => {
            let (body, receipt) = answer.into_parts();
            Told::answered(body, tries(&receipt))
        }
        Err(error) => {
            let receipt = error.receipt();
            let mut failure = Failure::new(error.class());
            failure.status = error.status();
            let text = format!("{error}: {}", error.message());
            let broken = Broken {
                failure: Some(failure),
                phase: error.phase(),
                endpoint: receipt.endpoint.clone(),
                text,
            };
            Told::broken(broken, tries(receipt))
        }
    }
}

fn tries(receipt: &Receipt) -> Vec<Tried> {
    let tried = |one: &dioscuri::Try| Tried {
        class: one.class,
        waited: one.waited,
    };
    receipt.tries.iter().map(tried).collect()
}

#[async_trait::async_trait]
impl Stack for Facade {
    async fn call(&self, body: Bytes) -> Told {
        ask(&self.0, body).await
    }

    fn busy(&self) -> usize {
        self.0.in_flight() + self.0.waiting()
    }
}
