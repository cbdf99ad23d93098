//! A loop of one's own over plain reqwest, which obeys `Attempts`.

use crate::{
    reading,
    setup::Setup,
    told::{Broken, Stack, Told, tries},
};
use bytes::Bytes;
use dioscuri_http::Clock;
use dioscuri_retry::{Attempts, Next, Standard};
use dioscuri_stacks::KEY;
use dioscuri_vocab::SplitMix64;
use tokio::time::sleep_until;

struct ByHand {
    client: reqwest::Client,
    endpoint: String,
    policy: Standard,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    Box::new(ByHand {
        client: setup.reqwest(),
        endpoint: setup.endpoint(),
        policy: setup.policy(),
    })
}

#[async_trait::async_trait]
impl Stack for ByHand {
    async fn call(&self, body: Bytes) -> Told {
        let (clock, mut rng) = (Clock::start(), SplitMix64::new(1));
        let mut attempts = Attempts::new(clock.now().tick);
        loop {
            attempts.begin(clock.now().tick);
            let request = self
                .client
                .post(&self.endpoint)
                .header("x-goog-api-key", KEY)
                .header("content-type", "application/json")
                .body(body.clone());
            let (failure, phase, text) = match reading::whole(request.send().await).await {
                Ok(answer) => {
                    attempts.on_success(&self.policy, clock.now().tick);
                    return Told::answered(answer, tries(attempts.log()));
                }
                Err(broken) => broken,
            };
            match attempts.on_failure(&self.policy, &failure, phase, clock.now().tick, &mut rng) {
                Next::Again(at) => sleep_until(clock.instant(at)).await,
                Next::Permanent | Next::Exhausted(_) => {
                    let broken = Broken {
                        class: Some(failure.class),
                        phase: Some(phase),
                        endpoint: Some(self.endpoint.clone()),
                        text,
                    };
                    return Told::broken(broken, tries(attempts.log()));
                }
            }
        }
    }
}
