//! reqwest-retry's own middleware, with our classifier and policy in it: it now waits as long as the server asks.
//!
//! Against a simulated bad day: a quota that asks for 2.5 s, a crowd twice, then the answer.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use dioscuri_reqwest::stock_retry;
use dioscuri_retry::{AttemptLog, OnEmpty, Profile, RetryBudget, RetryPolicyExt as _, adapters::Schedule};
use dioscuri_sim::{Scenario, Server};
use std::{error::Error, sync::Arc, time::Duration};

const BODY: &str = r#"{"contents": [{"parts": [{"text": "Who were Castor and Pollux?"}]}]}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Scenario::named("plugged-in")?).await?;

    // One for the whole program.
    let budget = Arc::new(RetryBudget::new());
    let policy = Profile::Default.policy().within_budget(budget, OnEmpty::Postpone);
    let schedule = Schedule::new(policy).with_deadline(Duration::from_secs(30));

    // Both, in this order: the retry outside, what reads the failures inside.
    let (retry, classify) = stock_retry(schedule);
    let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
        .with(retry)
        .with(classify)
        .build();

    let response = client
        .post(format!(
            "{}/v1beta/models/gemini-3.8-flash:generateContent",
            server.url()
        ))
        .header("x-goog-api-key", "AQ.castor")
        .body(BODY)
        .send()
        .await?;

    let log = response
        .extensions()
        .get::<AttemptLog>()
        .ok_or("every call has a log")?;
    println!("{}; {log}", response.status());
    assert_eq!(log.tried().len(), 4);
    assert!(log.tried()[1].waited >= Duration::from_millis(2500)); // the server's own hint
    assert_eq!(server.stats().arrivals, 4);
    server.stop().await;
    Ok(())
}
