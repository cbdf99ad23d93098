//! dioscuri's policy in tower's own retry, over hyper-util's client.

use super::retry_layer::{BoxError, question, read, whole};
use crate::{
    setup::Setup,
    told::{Broken, Stack, Told, tries, whole_text},
};
use bytes::Bytes;
use dioscuri_http::Peeked;
use dioscuri_retry::AttemptLog;
use dioscuri_tower::{ClassifyLayer, TowerPolicy};
use dioscuri_vocab::Phase;
use http::{Request, Response};
use http_body_util::Full;
use std::sync::Arc;
use tower::{
    ServiceBuilder, ServiceExt as _, retry::RetryLayer, timeout::TimeoutLayer, util::BoxCloneSyncService,
};

struct Policed {
    client: BoxCloneSyncService<Request<Full<Bytes>>, Response<Peeked<hyper::body::Incoming>>, BoxError>,
    setup: Setup,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let policy = TowerPolicy::new(Arc::new(setup.policy()))
        .with_reading(read)
        .with_deadline(setup.deadline());
    let client = ServiceBuilder::new()
        .layer(RetryLayer::new(policy))
        .layer(ClassifyLayer::gemini())
        .layer(TimeoutLayer::new(setup.patience))
        .service(setup.hyper());
    Box::new(Policed {
        client: BoxCloneSyncService::new(client),
        setup: setup.clone(),
    })
}

#[async_trait::async_trait]
impl Stack for Policed {
    async fn call(&self, body: Bytes) -> Told {
        let client = self.client.clone();
        match client.oneshot(question(&self.setup.endpoint(), body)).await {
            Ok(response) => {
                let log = response.extensions().get::<AttemptLog>().map(tries);
                Told {
                    end: whole(response, &self.setup).await,
                    tries: log.unwrap_or_default(),
                }
            }
            Err(error) => {
                let (failure, phase) = read(&error, Phase::Sent);
                let broken = Broken {
                    failure: Some(failure),
                    phase: Some(phase),
                    endpoint: Some(self.setup.endpoint()),
                    text: whole_text(&*error),
                };
                Told::broken(broken, Vec::new())
            }
        }
    }
}
