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
    plain: Plain,
    policy: Standard,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    Box::new(ByHand {
        plain: Plain::new(setup),
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
            let broken = match self.plain.ask(body.clone()).await {
                Ok(answer) => {
                    attempts.on_success(&self.policy, clock.now().tick);
                    return Told::answered(answer, tries(attempts.log()));
                }
                Err(broken) => broken,
            };
            let (failure, phase) = Broken::failed(&broken).unwrap();
            match attempts.on_failure(&self.policy, &failure, phase, clock.now().tick, &mut rng) {
                Next::Again(at) => sleep_until(clock.instant(at)).await,
                Next::Permanent | Next::Exhausted(_) => return Told::broken(broken, tries(attempts.log())),
            }
        }
    }
}

/// A client that knows nothing of retries.
pub(crate) struct Plain {
    client: reqwest::Client,
    endpoint: String,
}

impl Plain {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            client: setup.reqwest(),
            endpoint: setup.endpoint(),
        }
    }

    /// One attempt.
    pub(crate) async fn ask(&self, body: Bytes) -> Result<Bytes, Broken> {
        let request = self
            .client
            .post(&self.endpoint)
            .header("x-goog-api-key", KEY)
            .header("content-type", "application/json")
            .body(body);
        match request.send().await {
            Ok(response) => reading::whole(response).await,
            Err(error) => Err(reading::of_reqwest(&error, &self.endpoint)),
        }
    }
}
