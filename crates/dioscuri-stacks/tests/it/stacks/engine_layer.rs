//! The whole engine as a tower layer, over hyper-util's client.

use super::{
    driver::{broken, tries},
    engine_middleware::{GOOGLE, carrier},
    retry_layer::{question, whole},
};
use crate::{
    setup::{Hyper, Setup},
    told::{Stack, Told},
};
use bytes::Bytes;
use dioscuri_stacks::MODEL;
use dioscuri_tower::{EngineLayer, EngineService, Onward};
use dioscuri_transport::{CallTerms, Carrier, Receipt, Routes};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt as _};

struct Whole {
    client: EngineService<Hyper<Onward<Full<Bytes>>>>,
    carrier: Carrier,
    setup: Setup,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let carrier = carrier(setup);
    let layer = EngineLayer::new(Routes::new().with(MODEL, carrier.clone()));
    Box::new(Whole {
        client: layer.layer(setup.hyper()),
        carrier,
        setup: setup.clone(),
    })
}

#[async_trait::async_trait]
impl Stack for Whole {
    async fn call(&self, body: Bytes) -> Told {
        let mut question = question(GOOGLE, body);
        let terms = CallTerms::new().with_deadline(self.setup.deadline());
        question.extensions_mut().insert(terms);
        match self.client.clone().oneshot(question).await {
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

    fn busy(&self) -> usize {
        self.carrier.engine().in_flight() + self.carrier.engine().waiting()
    }
}
