//! reqwest-middleware with dioscuri's retry in place.

use crate::{
    reading,
    setup::Setup,
    told::{Stack, Streamed, Told, tries},
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
        .with_attempt_timeout(setup.patience / 2);
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

    async fn ask(
        &self,
        url: String,
        body: Bytes,
        extensions: &mut Extensions,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let request = self
            .client
            .post(url)
            .header("x-goog-api-key", KEY)
            .header("content-type", "application/json")
            .body(body);
        self.client
            .execute_with_extensions(request.build()?, extensions)
            .await
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

    async fn stream(&self, body: Bytes) -> Streamed {
        let (url, mut extensions) = (self.setup.stream_endpoint(), Extensions::new());
        match self.ask(url, body, &mut extensions).await {
            Ok(response) => Streamed::read(reqwest::Body::from(response)).await,
            Err(error) => Streamed::default().broken(&error),
        }
    }
}
