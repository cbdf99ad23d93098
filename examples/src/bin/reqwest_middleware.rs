//! A stack of reqwest-middleware meets a bad minute twice: with retries in place, then with the whole engine.
//!
//! Against a simulated bad day: a quota that asks for 2.5 s, a crowd twice, then the answer.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use dioscuri::{Client, Config, ModelLimits, Project};
use dioscuri_reqwest::{Deadline, EngineMiddleware, RetryMiddleware};
use dioscuri_retry::{AttemptLog, OnEmpty, Profile, RetryBudget, RetryPolicyExt as _};
use dioscuri_sim::{Scenario, Server};
use dioscuri_transport::Receipt;
use http::Extensions;
use reqwest::{Body, Request, Response, redirect::Policy};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

const BODY: &str = r#"{"contents": [{"parts": [{"text": "Who were Castor and Pollux?"}]}]}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    in_place().await?;
    by_the_engine().await
}

/// Each attempt goes where the request was sent.
async fn in_place() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Scenario::named("plugged-in")?).await?;
    let budget = Arc::new(RetryBudget::new()); // one for the whole program
    let policy = Profile::Default.policy().within_budget(budget, OnEmpty::Postpone);
    let seen = Seen::default();
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(RetryMiddleware::new(policy))
        .with(seen.clone()) // inside: it sees each attempt
        .build();

    println!("in place:");
    let response = ask(&client, &server.url(), "AQ.castor").await?;
    let log = response
        .extensions()
        .get::<AttemptLog>()
        .ok_or("every call has a log")?;
    println!("  {}; {log}", response.status());
    assert_eq!(log.tried().len(), 4);
    assert!(log.tried()[1].waited >= Duration::from_millis(2500)); // the server's own hint
    assert_eq!(seen.bodies(), [BODY.as_bytes(); 4]); // equal each time
    assert_eq!(server.stats().arrivals, 4);
    server.stop().await;
    Ok(())
}

/// The engine keeps quotas, chooses where each attempt goes, and puts its own key in.
async fn by_the_engine() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Scenario::named("plugged-in")?).await?;
    let castor = Project::developer("castor")
        .with_base_url(server.url())
        .with_key("AQ.castor")
        .with_limits(ModelLimits::new("gemini-3.8-flash").with_rpm(600));
    let engine = Client::new(Config::new([castor]).with_models(["gemini-3.8-flash"]))?;
    let seen = Seen::default();
    // A redirect would take the endpoint's key along.
    let http = reqwest::Client::builder().redirect(Policy::none()).build()?;
    let client = ClientBuilder::new(http)
        .with(EngineMiddleware::new(engine.routes()))
        .with(seen.clone())
        .build();

    println!("by the engine:");
    // The program still asks Google, with a key of its own that is worth nothing: neither matters any more.
    let google = "https://generativelanguage.googleapis.com";
    let response = ask(&client, google, "the key of old").await?;
    let receipt = response
        .extensions()
        .get::<Receipt>()
        .ok_or("every call has a receipt")?;
    println!("  {}", response.status());
    for one in &receipt.tries {
        let ended = one.class.map_or("answered", |class| class.name());
        println!(
            "    after {:.1} s {}: {ended}",
            one.waited.as_secs_f64(),
            one.rule.name()
        );
    }
    assert_eq!(receipt.tries.len(), 4);
    assert_eq!(seen.bodies(), [BODY.as_bytes(); 4]);
    assert_eq!(server.stats().arrivals, 4);
    server.stop().await;
    Ok(())
}

/// What the program did all along.
async fn ask(
    client: &ClientWithMiddleware,
    host: &str,
    key: &str,
) -> Result<Response, reqwest_middleware::Error> {
    client
        .post(format!("{host}/v1beta/models/gemini-3.8-flash:generateContent"))
        .header("x-goog-api-key", key)
        .with_extension(Deadline(Duration::from_secs(30)))
        .body(BODY)
        .send()
        .await
}

/// Somebody else's middleware: keeps what passes.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Vec<u8>>>>);

impl Seen {
    fn bodies(&self) -> Vec<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl Middleware for Seen {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response, reqwest_middleware::Error> {
        let body = request.body().and_then(Body::as_bytes).unwrap_or_default();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(body.to_vec());
        next.run(request, extensions).await
    }
}
