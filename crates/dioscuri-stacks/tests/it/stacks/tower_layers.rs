//! The layers of `dioscuri-tower` as its page orders them, with a rate budget, over hyper-util's client.

use super::retry_layer::{question, whole};
use crate::{
    leaks::in_flight,
    setup::Setup,
    told::{Broken, Stack, Streamed, Told, tries, whole_text},
};
use bytes::Bytes;
use dioscuri_budget::{Budget, Limit, Turnstile};
use dioscuri_http::Peeked;
use dioscuri_retry::AttemptLog;
use dioscuri_tower::{
    BudgetError, Causes, Claim, ClassifyLayer, GateBody, GateLayer, Held, RateBudgetLayer, ReadError as _,
    RetryLayer,
};
use dioscuri_vocab::{EndpointId, Phase};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use std::sync::{Arc, Mutex};
use tower::{ServiceBuilder, ServiceExt as _, timeout::TimeoutLayer, util::BoxCloneSyncService};

/// It keeps its place until its body has been read.
type Answer = Response<Held<GateBody<Peeked<Incoming>>>>;

struct Layers {
    client: BoxCloneSyncService<Request<Full<Bytes>>, Answer, BudgetError>,
    turnstile: Turnstile,
    last: Arc<Mutex<AttemptLog>>,
    setup: Setup,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let budget = Arc::new(Budget::default());
    budget.attach(EndpointId(0), &[Limit::rpm(600), Limit::in_flight(1)]);
    let turnstile = Turnstile::new(budget);
    let claim = |_: &http::request::Parts, size| Some(Claim::estimated(EndpointId(0), size));
    let last = Arc::<Mutex<AttemptLog>>::default();
    let log = Arc::clone(&last);
    let client = ServiceBuilder::new()
        .layer(
            RetryLayer::new(Arc::new(setup.policy()))
                .with_deadline(setup.deadline())
                .with_log(move |all| log.lock().unwrap().clone_from(all)),
        )
        .layer(RateBudgetLayer::new(turnstile.clone(), claim).with_gemini_usage())
        .layer(TimeoutLayer::new(setup.patience))
        .layer(GateLayer::gemini())
        .layer(ClassifyLayer::gemini())
        .service(setup.hyper());
    Box::new(Layers {
        client: BoxCloneSyncService::new(client),
        turnstile,
        last,
        setup: setup.clone(),
    })
}

#[async_trait::async_trait]
impl Stack for Layers {
    async fn call(&self, body: Bytes) -> Told {
        let question = question(&self.setup.endpoint(), body);
        let end = match self.client.clone().oneshot(question).await {
            Ok(response) => whole(response, &self.setup).await,
            Err(error) => {
                let (failure, phase) = Causes.read(&error, Phase::Sent);
                Err(Broken {
                    failure: Some(failure),
                    phase: Some(phase),
                    endpoint: Some(self.setup.endpoint()),
                    text: whole_text(&error),
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
            Ok(response) => Streamed::read_within(self.setup.patience, response.into_body()).await,
            Err(error) => Streamed::default().broken(&error),
        }
    }

    fn busy(&self) -> usize {
        in_flight(self.turnstile.budget(), self.turnstile.now()) + self.turnstile.waiting()
    }
}
