//! reqwest-middleware with the whole engine.

use super::driver::{driver, tries};
use crate::{
    reading,
    setup::Setup,
    told::{Broken, Stack, Told, whole_text},
};
use bytes::Bytes;
use dioscuri_reqwest::{EngineMiddleware, ReqwestTransport};
use dioscuri_stacks::MODEL;
use dioscuri_transport::{CallTerms, Carrier, Receipt, Routes, Undelivered};
use http::Extensions;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};

struct Whole {
    client: ClientWithMiddleware,
    carrier: Carrier,
    setup: Setup,
}

/// What callers write: neither place nor key is theirs to choose.
pub(crate) const GOOGLE: &str = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent?key=AQ.the-callers-own";

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let carrier = carrier(setup);
    let routes = Routes::new().with(MODEL, carrier.clone());
    Box::new(Whole {
        client: ClientBuilder::new(setup.reqwest())
            .with(EngineMiddleware::new(routes))
            .build(),
        carrier,
        setup: setup.clone(),
    })
}

/// What carries calls over whatever a stack brings along.
pub(crate) fn carrier(setup: &Setup) -> Carrier {
    let unused = ReqwestTransport::from_client(reqwest::Client::new());
    driver(setup, unused).carrier().clone()
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

    fn busy(&self) -> usize {
        self.carrier.engine().in_flight() + self.carrier.engine().waiting()
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
