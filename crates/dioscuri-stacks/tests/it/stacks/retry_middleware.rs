//! reqwest-middleware with dioscuri's retry in place.

use crate::{
    reading,
    setup::Setup,
    told::{Stack, Told, tries},
};
use bytes::Bytes;
use dioscuri_reqwest::RetryMiddleware;
use dioscuri_retry::AttemptLog;
use dioscuri_stacks::KEY;
use http::Extensions;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let retry = RetryMiddleware::new(setup.policy())
        .with_deadline(setup.deadline())
        // Before the client: that one would end it too.
        .with_attempt_timeout(setup.attempt_timeout() / 2);
    Box::new(Stacked::new(setup, [retry]))
}

/// A stack of middlewares that try again where the request went.
pub(crate) struct Stacked {
    client: ClientWithMiddleware,
    setup: Setup,
}

impl Stacked {
    pub(crate) fn new<M: Middleware>(setup: &Setup, middlewares: impl IntoIterator<Item = M>) -> Self {
        let builder = ClientBuilder::new(setup.reqwest());
        let builder = middlewares.into_iter().fold(builder, ClientBuilder::with);
        Self::of(setup, builder.build())
    }

    pub(crate) fn of(setup: &Setup, client: ClientWithMiddleware) -> Self {
        Self {
            client,
            setup: setup.clone(),
        }
    }
}

#[async_trait::async_trait]
impl Stack for Stacked {
    async fn call(&self, body: Bytes) -> Told {
        let request = self
            .client
            .post(self.setup.endpoint())
            .header("x-goog-api-key", KEY)
            .header("content-type", "application/json")
            .body(body)
            .build()
            .unwrap();
        let mut extensions = Extensions::new();
        let end = match self
            .client
            .execute_with_extensions(request, &mut extensions)
            .await
        {
            Ok(response) => reading::whole(response).await,
            Err(error) => Err(reading::of_any(&error, self.setup.authority())),
        };
        Told {
            end,
            tries: extensions.get::<AttemptLog>().map(tries).unwrap_or_default(),
        }
    }
}
