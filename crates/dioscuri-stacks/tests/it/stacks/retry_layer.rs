//! dioscuri's retry as a tower layer, over hyper-util's client.

use crate::{
    setup::Setup,
    told::{Broken, Stack, Streamed, Told, tries, whole_text},
};
use bytes::Bytes;
use dioscuri_http::connection_failure;
use dioscuri_retry::AttemptLog;
use dioscuri_stacks::KEY;
use dioscuri_tower::{ClassifyLayer, RetryLayer};
use dioscuri_vocab::{Class, Failure, Phase};
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy;
use std::{
    error::Error,
    sync::{Arc, Mutex},
};
use tower::{ServiceBuilder, ServiceExt as _, timeout::TimeoutLayer, util::BoxCloneSyncService};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

struct Layered<A> {
    client: BoxCloneSyncService<Request<Full<Bytes>>, Response<A>, BoxError>,
    last: Arc<Mutex<AttemptLog>>,
    setup: Setup,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let last = Arc::<Mutex<AttemptLog>>::default();
    let log = Arc::clone(&last);
    let client = ServiceBuilder::new()
        .layer(
            RetryLayer::new(Arc::new(setup.policy()))
                .with_reading(read)
                .with_deadline(setup.deadline())
                .with_log(move |all| log.lock().unwrap().clone_from(all)),
        )
        .layer(ClassifyLayer::gemini())
        .layer(TimeoutLayer::new(setup.patience))
        .service(setup.hyper());
    Box::new(Layered {
        client: BoxCloneSyncService::new(client),
        last,
        setup: setup.clone(),
    })
}

/// What an error of the client, or of the timeout, means.
pub(crate) fn read(error: &BoxError, phase: Phase) -> (Failure, Phase) {
    if error.is::<tower::timeout::error::Elapsed>() {
        return (Failure::new(Class::DeadlineExceeded), Phase::Sent);
    }
    let never_stood = error
        .downcast_ref::<legacy::Error>()
        .is_some_and(legacy::Error::is_connect);
    connection_failure(&**error, if never_stood { Phase::NotSent } else { phase })
}

/// A question, as every caller of a tower stack writes it.
pub(crate) fn question(endpoint: &str, body: Bytes) -> Request<Full<Bytes>> {
    Request::post(endpoint)
        .header("x-goog-api-key", KEY)
        .header("content-type", "application/json")
        .body(Full::new(body))
        .unwrap()
}

/// The whole answer, or what went wrong with it.
pub(crate) async fn whole<A>(response: Response<A>, setup: &Setup) -> Result<Bytes, Broken>
where
    A: Body,
    A::Error: Into<BoxError>,
{
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Err(Broken::refused(failure.clone(), setup.endpoint()));
    }
    let body = tokio::time::timeout(setup.patience, response.into_body().collect()).await;
    let body = match body {
        Ok(Ok(body)) => return Ok(body.to_bytes()),
        Ok(Err(error)) => error.into(),
        Err(elapsed) => elapsed.into(),
    };
    let (failure, phase) = connection_failure(&*body, Phase::Answered);
    Err(Broken {
        failure: Some(failure),
        phase: Some(phase),
        endpoint: Some(setup.endpoint()),
        text: whole_text(&*body),
    })
}

#[async_trait::async_trait]
impl<A> Stack for Layered<A>
where
    A: Body<Data = Bytes> + Send + 'static,
    A::Error: Into<BoxError>,
{
    async fn call(&self, body: Bytes) -> Told {
        let asked = self
            .client
            .clone()
            .oneshot(question(&self.setup.endpoint(), body))
            .await;
        let end = match asked {
            Ok(response) => whole(response, &self.setup).await,
            Err(error) => {
                let (failure, phase) = read(&error, Phase::Sent);
                Err(Broken {
                    failure: Some(failure),
                    phase: Some(phase),
                    endpoint: Some(self.setup.endpoint()),
                    text: whole_text(&*error),
                })
            }
        };
        let log = self.last.lock().unwrap();
        Told {
            end,
            tries: tries(&log),
        }
    }

    async fn stream(&self, body: Bytes) -> Streamed {
        let question = question(&self.setup.stream_endpoint(), body);
        match self.client.clone().oneshot(question).await {
            // hyper sets no timeout on bodies: that is its user's.
            Ok(response) => Streamed::read_within(self.setup.patience, response.into_body()).await,
            Err(error) => Streamed::default().broken(&*error),
        }
    }
}
