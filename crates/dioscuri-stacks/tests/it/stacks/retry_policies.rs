//! A loop by a policy of retry-policies, as people write it by hand, over plain reqwest.

use super::by_hand::Plain;
use crate::{
    setup::Setup,
    told::{Broken, Stack, Told, tries},
};
use bytes::Bytes;
use dioscuri_retry::adapters::{Failed, Schedule};
use retry_policies::{RetryDecision, RetryPolicy as _};
use std::time::SystemTime;

struct Policies {
    plain: Plain,
    schedule: Schedule,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    Box::new(Policies {
        plain: Plain::new(setup),
        schedule: Schedule::new(setup.policy()).with_deadline(setup.deadline()),
    })
}

#[async_trait::async_trait]
impl Stack for Policies {
    async fn call(&self, body: Bytes) -> Told {
        let call = self.schedule.call();
        let start = now();
        let mut retries = 0;
        let end = loop {
            let broken = match self.plain.ask(body.clone()).await {
                Ok(answer) => {
                    call.succeeded();
                    break Ok(answer);
                }
                Err(broken) => broken,
            };
            if let Some(failed) = Broken::failed(&broken) {
                self.schedule
                    .hand_over(Failed::from(failed).of_call(call.clone()));
            }
            match self.schedule.should_retry(start, retries) {
                RetryDecision::Retry { execute_after } => {
                    let wait = execute_after.duration_since(now()).unwrap_or_default();
                    tokio::time::sleep(wait).await;
                    retries += 1;
                }
                RetryDecision::DoNotRetry => break Err(broken),
            }
        };
        Told {
            end,
            tries: tries(&call.log()),
        }
    }
}

/// The clock of that crate.
#[expect(clippy::disallowed_methods, reason = "a loop by retry-policies goes by it")]
fn now() -> SystemTime {
    SystemTime::now()
}
