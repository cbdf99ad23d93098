//! A tower stack over hyper-util's client: classify, keep to a quota, try again. And the same story with the whole
//! engine as one layer.
//!
//! Against the bad minute of the scenario `plugged-in`: a refusal that asks for 2.5 s, then twice no capacity, then
//! answers.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use bytes::Bytes;
use dioscuri::{Client as Dioscuri, Config, ModelLimits, Project};
use dioscuri_budget::{Budget, Config as BudgetConfig, Limit, Turnstile};
use dioscuri_retry::{AttemptLog, Profile};
use dioscuri_sim::{Scenario, Server};
use dioscuri_tower::{
    BudgetError, Claim, ClassifyLayer, EngineLayer, RateBudgetLayer, RetryLayer, TowerTransport,
    failure_by_causes,
};
use dioscuri_transport::Receipt;
use dioscuri_vocab::{EndpointId, Phase};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, Error as HyperError, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{error::Error, sync::Arc, time::Duration};
use tower::{ServiceBuilder, ServiceExt as _};

const MODEL: &str = "gemini-3.8-flash";
const PATH: &str = "/v1beta/models/gemini-3.8-flash:generateContent";
const BODY: &str = r#"{"contents": [{"parts": [{"text": "Who were Castor and Pollux?"}]}]}"#;
/// A minute of the scenario.
const MINUTE: Duration = Duration::from_secs(6);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Scenario::named("plugged-in")?).await?;
    layers(&server).await?;
    server.reset(None);
    engine(&server).await?;
    server.stop().await;
    Ok(())
}

/// Single layers: the program's own address and key, one endpoint.
async fn layers(server: &Server) -> Result<(), Box<dyn Error>> {
    let budget = Arc::new(Budget::new(BudgetConfig::default().with_minute(MINUTE)));
    let flash = EndpointId(0);
    budget.attach(flash, &[Limit::rpm(600)]);
    let turnstile = Turnstile::new(budget);

    // hyper's client knows which connections never stood; all else is read as usual.
    let reading = |error: &BudgetError, phase| {
        let hyper = error
            .source()
            .and_then(|source| source.downcast_ref::<HyperError>());
        let unsent = hyper.is_some_and(HyperError::is_connect);
        failure_by_causes(error, if unsent { Phase::NotSent } else { phase })
    };
    let client = ServiceBuilder::new()
        // Outermost: its deadline covers waits, lines and attempts.
        .layer(
            RetryLayer::new(Arc::new(Profile::Default.policy()))
                .with_deadline(Duration::from_secs(30))
                .with_reading(reading),
        )
        // Inside: every attempt takes a permit of its own, and holds it until its body has ended.
        .layer(
            RateBudgetLayer::new(turnstile.clone(), move |_, bytes| {
                Some(Claim::estimated(flash, bytes))
            })
            .with_gemini_usage(),
        )
        // Innermost: reads what a refusal means, before anybody decides.
        .layer(ClassifyLayer::gemini())
        .service(Client::builder(TokioExecutor::new()).build_http());

    let question = Request::post(format!("{}{PATH}", server.url()))
        .header("x-goog-api-key", "AQ.castor")
        .body(Full::<Bytes>::from(BODY))?;
    let answer = client.oneshot(question).await?;
    let log = answer
        .extensions()
        .get::<AttemptLog>()
        .ok_or("every answer has one")?
        .clone();
    let body = answer.into_body().collect().await?.to_bytes();

    println!("{} bytes of an answer", body.len());
    println!("attempts: {log}");
    assert_eq!(log.tried().len(), 4);
    assert!(log.tried()[1].waited >= Duration::from_millis(2500));
    for domain in turnstile.budget().snapshot(turnstile.now()) {
        if let (Some(unit), Some(limit)) = (domain.unit, domain.limit) {
            println!("quota: {} of {limit} {unit:?} used", domain.used);
        }
    }
    assert_eq!(server.stats().arrivals, 4);
    Ok(())
}

/// The whole engine: requests name Google and a key of the program's own; the engine decides where they go.
async fn engine(server: &Server) -> Result<(), Box<dyn Error>> {
    let hyper: Client<HttpConnector, _> = Client::builder(TokioExecutor::new()).build_http();
    let castor = Project::developer("castor")
        .with_base_url(server.url())
        .with_key("AQ.castor")
        .with_limits(ModelLimits::new(MODEL).with_rpm(600));
    let config = Config::new([castor]).with_models([MODEL]).with_minute(MINUTE);
    let dioscuri = Dioscuri::builder(config, TowerTransport::new(hyper)).build()?;

    let client = ServiceBuilder::new()
        .layer(EngineLayer::new(dioscuri.routes()))
        .service(Client::builder(TokioExecutor::new()).build_http());
    let question = Request::post(format!("https://generativelanguage.googleapis.com{PATH}"))
        .header("x-goog-api-key", "a key of the program's own")
        .body(Full::<Bytes>::from(BODY))?;
    let answer = client.oneshot(question).await?;
    let receipt = answer
        .extensions()
        .get::<Receipt>()
        .ok_or("every answer has one")?
        .clone();
    let body = answer
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();

    println!("{} bytes of an answer, from the engine", body.len());
    for one in &receipt.tries {
        let ended = one.class.map_or("answered", |class| class.name());
        println!("    waited {:.1} s, then: {ended}", one.waited.as_secs_f64());
    }
    assert_eq!(receipt.tries.len(), 4);
    assert_eq!(server.stats().arrivals, 4);
    Ok(())
}
