//! reqwest-middleware with the whole engine.

use super::driver::{busy, driver, tries};
use crate::{
    reading,
    setup::Setup,
    told::{Broken, Stack, Streamed, Told, whole_text},
};
use bytes::Bytes;
use dioscuri_budget::Budget;
use dioscuri_reqwest::{EngineMiddleware, ReqwestTransport};
use dioscuri_stacks::MODEL;
use dioscuri_transport::{CallTerms, Carrier, Receipt, Routes, Undelivered};
use http::Extensions;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use std::sync::Arc;

struct Whole {
    client: ClientWithMiddleware,
    carrier: Carrier,
    budget: Arc<Budget>,
    setup: Setup,
}

/// What callers write: neither place nor key is theirs to choose.
pub(crate) const GOOGLE: &str = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent?key=AQ.the-callers-own";

/// The same for a stream.
pub(crate) const GOOGLE_STREAM: &str = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse&key=AQ.the-callers-own";

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let (carrier, budget) = carrier(setup);
    let routes = Routes::new().with(MODEL, carrier.clone());
    Box::new(Whole {
        client: ClientBuilder::new(setup.reqwest())
            .with(EngineMiddleware::new(routes))
            .build(),
        carrier,
        budget,
        setup: setup.clone(),
    })
}

/// What carries calls over whatever a stack brings along.
pub(crate) fn carrier(setup: &Setup) -> (Carrier, Arc<Budget>) {
    let unused = ReqwestTransport::from_client(reqwest::Client::new());
    let (driver, budget) = driver(setup, unused);
    (driver.carrier().clone(), budget)
}

impl Whole {
    async fn ask(
        &self,
        url: &str,
        body: Bytes,
        extensions: &mut Extensions,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let request = self
            .client
            .post(url)
            .header("x-goog-api-key", "AQ.the-callers-own")
            .header("content-type", "application/json")
            .body(body);
        extensions.insert(CallTerms::new().with_deadline(self.setup.deadline()));
        self.client
            .execute_with_extensions(request.build()?, extensions)
            .await
    }
}

#[async_trait::async_trait]
impl Stack for Whole {
    async fn call(&self, body: Bytes) -> Told {
        let request = self
            .client
            .post(GOOGLE)
            .header("x-goog-api-key", "AQ.the-callers-own")
            .header("content-type", "application/json")
            .body(body)
            .build()
            .unwrap();
        let mut extensions = Extensions::new();
        extensions.insert(CallTerms::new().with_deadline(self.setup.deadline()));
        let end = match self
            .client
            .execute_with_extensions(request, &mut extensions)
            .await
        {
            Ok(response) => reading::whole(response).await,
            Err(error) => Err(broken(&error, self.setup.authority())),
        };
        Told {
            end,
            tries: extensions.get::<Receipt>().map(tries).unwrap_or_default(),
        }
    }

    async fn stream(&self, body: Bytes) -> Streamed {
        match self.ask(GOOGLE_STREAM, body, &mut Extensions::new()).await {
            Ok(response) => Streamed::read(reqwest::Body::from(response)).await,
            Err(error) => Streamed::default().broken(&error),
        }
    }

    fn busy(&self) -> usize {
        busy(&self.carrier, &self.budget)
    }
}

fn broken(error: &reqwest_middleware::Error, authority: &str) -> Broken {
    let ended = match error {
        reqwest_middleware::Error::Middleware(error) => error.downcast_ref::<Undelivered>(),
        reqwest_middleware::Error::Reqwest(_) => None,
    };
    let text = whole_text(error);
    Broken {
        failure: ended.and_then(|ended| ended.failure.clone()),
        phase: ended.and_then(|ended| ended.receipt.tries.last()?.phase),
        endpoint: text.contains(authority).then(|| authority.to_owned()),
        text,
    }
}
