//! The stock middleware of reqwest-retry with dioscuri's policy in it.

use super::retry_middleware::Stacked;
use crate::{setup::Setup, told::Stack};
use dioscuri_reqwest::stock_retry;
use dioscuri_retry::adapters::Schedule;
use reqwest_middleware::ClientBuilder;

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    let schedule = Schedule::new(setup.policy()).with_deadline(setup.deadline());
    let (retry, classify) = stock_retry(schedule);
    let client = ClientBuilder::new(setup.reqwest())
        .with(retry)
        .with(classify)
        .build();
    Box::new(Stacked::of(setup, client))
}
