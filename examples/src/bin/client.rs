//! The whole client, against a simulated Gemini: three questions, their answers, and what each of them cost.
//!
//! The first key of the project is refused. The first question finds out, for all that follow.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use dioscuri::{Client, Config, ModelLimits, Project, Request};
use dioscuri_sim::{Scenario, Server};
use std::{error::Error, time::Duration};

const MODEL: &str = "gemini-3.8-flash";

const QUESTIONS: [&str; 3] = [
    "Who were Castor and Pollux?",
    "Which of them was mortal?",
    "Where in the sky are they?",
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A Gemini of one project on a free port of loopback. Its quotas, its key and its latency are the scenario's.
    let server = Server::start(Scenario::named("calm")?).await?;

    // Against Google the base URL is left out, and the key comes from `Config::from_env` or a file.
    let castor = Project::developer("castor")
        .with_base_url(server.url())
        .with_key("a revoked key")
        .with_key("AQ.castor")
        .with_limits(ModelLimits::new(MODEL).with_rpm(10_000).with_tpm(10_000_000));
    let client = Client::new(Config::new([castor]).with_models([MODEL]))?;

    for question in QUESTIONS {
        let request = Request::text(question).with_deadline(Duration::from_secs(30));
        let answer = client.generate(&request).await?;
        println!("{question}\n  {:.60}…", answer.text());
        println!("  receipt: {}", answer.receipt());
        for one in &answer.receipt().tries {
            let ended = one.class.map_or("answered", |class| class.name());
            println!("    {} over {}: {ended}", one.endpoint, one.credential);
        }
        let refused = question == QUESTIONS[0];
        assert_eq!(answer.receipt().attempts, if refused { 2 } else { 1 });
    }

    let status = client.status();
    println!("quotas:");
    for quota in &status.quotas {
        let (unit, window) = (quota.unit.map_or("?", |unit| unit.name()), quota.window);
        let window = window.map_or("?", |window| window.name());
        let limit = quota.limit.unwrap_or_default();
        println!(
            "  {}: {} of {limit} {unit} a {window}",
            quota.endpoint, quota.used
        );
    }
    println!("left alone:");
    for closed in &status.closed {
        let minutes = closed.probe_in.as_secs().div_ceil(60);
        println!("  {}: {}, probed in {minutes} min", closed.what, closed.why);
    }
    assert_eq!(status.closed.len(), 1);
    // Three questions and one refusal: nothing else was sent.
    assert_eq!(server.stats().arrivals, 4);
    server.stop().await;
    Ok(())
}
