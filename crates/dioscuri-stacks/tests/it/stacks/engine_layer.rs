//! The whole engine as a tower layer, over hyper-util's client.

use super::{
    driver::{broken, busy, tries},
    engine_middleware::{GOOGLE, GOOGLE_STREAM, carrier},
    retry_layer::{question, whole},
};
use crate::{
    setup::{Hyper, Setup},
    told::{Stack, Streamed, Told},
};
use bytes::Bytes;
use dioscuri_budget::Budget;
use dioscuri_stacks::MODEL;
use dioscuri_tower::{EngineBody, EngineError, EngineLayer, EngineService, Onward};
use dioscuri_transport::{CallTerms, Carrier, Receipt, Routes};
use http::Response;
use http_body_util::Full;
use hyper::body::Incoming;
use std::sync::Arc;
use tower::{Layer as _, ServiceExt as _};

struct Whole {
    client: EngineService<Hyper<Onward<Full<Bytes>>>>,
    carrier: Carrier,
    budget: Arc<Budget>,
    setup: Setup,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let (carrier, budget) = carrier(setup);
    let layer = EngineLayer::new(Routes::new().with(MODEL, carrier.clone()));
    Box::new(Whole {
        client: layer.layer(setup.hyper()),
        carrier,
        budget,
        setup: setup.clone(),
    })
}

impl Whole {
    async fn ask(&self, url: &str, body: Bytes) -> Result<Response<EngineBody<Incoming>>, EngineError> {
        let mut question = question(url, body);
        let terms = CallTerms::new().with_deadline(self.setup.deadline());
        question.extensions_mut().insert(terms);
        self.client.clone().oneshot(question).await
    }
}

#[async_trait::async_trait]
impl Stack for Whole {
    async fn call(&self, body: Bytes) -> Told {
        match self.ask(GOOGLE, body).await {
            Ok(response) => {
                let receipt = response.extensions().get::<Receipt>().map(tries);
                Told {
                    end: whole(response, &self.setup).await,
                    tries: receipt.unwrap_or_default(),
                }
            }
            Err(error) => broken(error.as_undelivered().expect("a route takes it")),
        }
    }

    async fn stream(&self, body: Bytes) -> Streamed {
        match self.ask(GOOGLE_STREAM, body).await {
            Ok(response) => Streamed::read(response.into_body()).await,
            Err(error) => Streamed::default().broken(&error),
        }
    }

    fn busy(&self) -> usize {
        busy(&self.carrier, &self.budget)
    }
}
