//! The driver over a tower service: retries, and what it knows of a request that never left.

use crate::service::{Fake, Frames};
use dioscuri_engine::{End, Engine};
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{Config, EndpointSpec, RegionPool};
use dioscuri_retry::Profile;
use dioscuri_tower::TowerTransport;
use dioscuri_transport::{Address, Clock, Credential, Directory, Driver, DriverConfig, Outgoing};
use dioscuri_vocab::{Class, Cost, CredentialId, EndpointId, Phase};
use http::{Response, StatusCode};
use std::{
    io::ErrorKind,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const ANSWER: &str =
    r#"{"candidates": [{"content": {"parts": [{"text": "Twins."}]}, "finishReason": "STOP"}]}"#;

/// A driver of one endpoint over `service`.
fn driver(service: Fake) -> Driver {
    let pool = RegionPool::new(Config::new());
    pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
        .expect("the pool is empty");
    let engine = Engine::builder(pool).retry(Profile::Default.policy()).build();
    let mut directory = Directory::new();
    directory.add_endpoint(Address::developer("gemini-3.8-flash").expect("a plain name"));
    directory.add_credential(Credential::api_key("AQ.castor"));
    let transport = Arc::new(TowerTransport::new(service));
    let (classify, config) = (Arc::new(Taxonomy::new()), DriverConfig::default());
    Driver::new(engine, directory, transport, classify, Clock::start(), config)
}

fn question() -> Outgoing {
    Outgoing::new(r#"{"contents": []}"#, Cost::tokens(10)).with_deadline(Duration::from_secs(5))
}

#[tokio::test(start_paused = true)]
async fn an_overloaded_service_is_asked_again_and_answers() {
    let asked = AtomicU32::new(0);
    let driver = driver(Fake::new(move |request| {
        assert_eq!(request.headers()["x-goog-api-key"], "AQ.castor");
        if asked.fetch_add(1, Ordering::Relaxed) > 0 {
            return Ok(Response::new(Frames::text(ANSWER)));
        }
        let mut busy = Response::new(Frames::text(""));
        *busy.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        Ok(busy)
    }));
    let delivered = driver.run(&question()).await.unwrap();
    assert_eq!(delivered.body, ANSWER);
    let classes: Vec<_> = delivered.receipt.tries.iter().map(|one| one.class).collect();
    assert_eq!(classes, [Some(Class::Unavailable), None]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_gets_ready_costs_nothing_and_says_so() {
    let driver = driver(Fake::failing(ErrorKind::Other).never_ready(ErrorKind::Other));
    let ended = driver.run(&question()).await.unwrap_err();
    assert!(matches!(ended.end, End::Exhausted(_)), "{:?}", ended.end);
    assert!(ended.receipt.tries.len() > 1);
    for one in &ended.receipt.tries {
        assert_eq!((one.phase, one.timing.sent), (Some(Phase::NotSent), None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_tried_again_as_one_that_sent_nothing() {
    let asked = AtomicU32::new(0);
    let driver = driver(Fake::new(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Err(ErrorKind::ConnectionRefused.into()),
        _ => Ok(Response::new(Frames::text(ANSWER))),
    }));
    let delivered = driver.run(&question()).await.unwrap();
    let phases: Vec<_> = delivered.receipt.tries.iter().map(|one| one.phase).collect();
    assert_eq!(phases, [Some(Phase::NotSent), None]);
}
