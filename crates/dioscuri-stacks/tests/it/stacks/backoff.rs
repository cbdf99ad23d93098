//! The loop of backoff, over plain reqwest.

use super::by_hand::Plain;
use crate::{
    setup::Setup,
    told::{Broken, Stack, Told, tries},
};
use bytes::Bytes;
use dioscuri_retry::adapters::Schedule;

struct Backoff {
    plain: Plain,
    schedule: Schedule,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    Box::new(Backoff {
        plain: Plain::new(setup),
        schedule: Schedule::new(setup.policy()).with_deadline(setup.deadline()),
    })
}

#[async_trait::async_trait]
impl Stack for Backoff {
    async fn call(&self, body: Bytes) -> Told {
        let call = self.schedule.call();
        let ended = backoff::future::retry(call.waits(), || {
            let asked = self.plain.ask(body.clone());
            let judged = call.judged(Broken::failed);
            async move { asked.await.map_err(judged) }
        })
        .await;
        if ended.is_ok() {
            call.succeeded();
        }
        Told {
            end: ended,
            tries: tries(&call.log()),
        }
    }
}
