//! The loop of backon, over plain reqwest.

use super::by_hand::Plain;
use crate::{
    setup::Setup,
    told::{Broken, Stack, Told, tries},
};
use backon::Retryable as _;
use bytes::Bytes;
use dioscuri_retry::adapters::Schedule;

struct Backon {
    plain: Plain,
    schedule: Schedule,
}

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    Box::new(Backon {
        plain: Plain::new(setup),
        schedule: Schedule::new(setup.policy()).with_deadline(setup.deadline()),
    })
}

#[async_trait::async_trait]
impl Stack for Backon {
    async fn call(&self, body: Bytes) -> Told {
        let call = self.schedule.call();
        let ask = || self.plain.ask(body.clone());
        let ended = ask
            .retry(call.waits())
            .when(call.when(Broken::failed))
            .adjust(call.adjust(Broken::failed))
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
