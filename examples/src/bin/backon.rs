//! Our schedule in the loop of `backon`: a program that asks Gemini with plain `reqwest`, and keeps its loop.
//!
//! Against a simulated bad day: a quota that asks for 2.5 s, a crowd twice, then the answer.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use backon::Retryable as _;
use dioscuri_examples::own_client::{Gemini, Refused};
use dioscuri_retry::{Profile, adapters::Schedule};
use dioscuri_sim::{Scenario, Server};
use std::{error::Error, time::Duration};

const BODY: &str = r#"{"contents": [{"parts": [{"text": "Who were Castor and Pollux?"}]}]}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Scenario::named("plugged-in")?).await?;
    let gemini = Gemini::at(&server.url());

    // One for the program.
    let schedule = Schedule::new(Profile::Default.policy()).with_deadline(Duration::from_secs(30));

    // One for each run of the loop.
    let call = schedule.call();
    let ask = || gemini.ask(BODY);
    let answer = ask
        .retry(call.waits())
        .when(call.when(Refused::read))
        .notify(|refused, wait| println!("  {refused}: again in {:.1} s", wait.as_secs_f64()))
        .await?;
    call.succeeded();

    println!("{} bytes of an answer", answer.len());
    println!("attempts: {}", call.log());
    assert_eq!(call.log().tried().len(), 4);
    assert!(call.log().tried()[1].waited >= Duration::from_millis(2500));
    assert_eq!(gemini.sent(), [BODY.as_bytes(); 4]); // equal each time
    assert_eq!(server.stats().arrivals, 4);
    server.stop().await;
    Ok(())
}
