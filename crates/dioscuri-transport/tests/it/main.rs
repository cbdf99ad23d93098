//! The driver on a paused clock, over transports that are scripts: no socket, no waiting.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may stop it")]

mod script;

use dioscuri_budget::{Budget, Limit};
use dioscuri_engine::{End, Engine};
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{EndpointSpec, RegionPool};
use dioscuri_retry::Profile;
use dioscuri_transport::{
    Address, BearerError, Clock, Credential, Delivered, Directory, Driver, DriverConfig, Fault, Outgoing,
    Secret, Undelivered,
};
use dioscuri_vocab::{Class, Cost, CredentialId, EndpointId, Phase};
use script::{Line, Script};
use std::{sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};

const ANSWER: &str = r#"{"candidates": [{"content": {"parts": [{"text": "so"}]}, "finishReason": "STOP"}]}"#;

/// One endpoint with one credential, `rpm` requests a minute.
fn driver(lines: Vec<Line>, rpm: u64, credential: Credential, config: DriverConfig) -> (Driver, Arc<Script>) {
    let pool = RegionPool::default();
    pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
        .unwrap();
    let budget = Budget::default();
    budget.attach(EndpointId(0), &[Limit::rpm(rpm)]);
    let engine = Engine::builder(pool)
        .budget(budget)
        .retry(Profile::Interactive.policy())
        .attempt_timeout(Duration::from_secs(30))
        .build();
    let mut directory = Directory::new();
    directory.add_endpoint(Address::developer("m"));
    directory.add_credential(credential);
    let script = Arc::new(Script::new(lines));
    let transport = Arc::clone(&script);
    (
        Driver::new(
            engine,
            directory,
            transport,
            Arc::new(Taxonomy::new()),
            Clock::start(),
            config,
        ),
        script,
    )
}

fn simple(lines: Vec<Line>) -> (Driver, Arc<Script>) {
    driver(lines, 1_000, Credential::api_key("k"), DriverConfig::default())
}

async fn call(driver: &Driver) -> Result<Delivered, Undelivered> {
    driver
        .run(&Outgoing::new("{}", Cost::default()).with_deadline(Duration::from_secs(600)))
        .await
}

#[track_caller]
fn failed(result: Result<Delivered, Undelivered>) -> (Class, Phase) {
    let undelivered = result.unwrap_err();
    let last = undelivered.receipt.tries.last().unwrap();
    (last.class.unwrap(), last.phase.unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_sent_when_the_window_opens_one_timer_for_all() {
    let (driver, _) = driver(vec![], 10, Credential::api_key("k"), DriverConfig::default());
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..25 {
        let driver = driver.clone();
        tasks.spawn(async move { call(&driver).await.map(|_| Instant::now()) });
    }
    let mut ends: Vec<_> = tasks
        .join_all()
        .await
        .into_iter()
        .map(|end| end.unwrap() - started)
        .collect();
    ends.sort();
    // Ten at once, ten when the first have left the window of 60.4 s, five when the next have.
    let windows: Vec<_> = ends.iter().map(|end| end.as_secs() / 60).collect();
    assert_eq!(windows, [[0; 10].as_slice(), &[1; 10], &[2; 5]].concat());
}

#[tokio::test(start_paused = true)]
async fn the_keeper_of_the_time_may_leave() {
    let (driver, _) = driver(vec![], 1, Credential::api_key("k"), DriverConfig::default());
    assert!(call(&driver).await.is_ok());
    let mut waiting: Vec<_> = (0..3)
        .map(|_| {
            let driver = driver.clone();
            tokio::spawn(async move { call(&driver).await.is_ok() })
        })
        .collect();
    while driver.engine().waiting() < 3 {
        tokio::task::yield_now().await;
    }
    // The first to wait keeps the time; without it the others must still be woken.
    waiting.remove(0).abort();
    for other in waiting {
        assert!(other.await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_stays_charged_though_the_caller_has_left() {
    let (driver, script) = driver(
        vec![Line::Silent],
        1,
        Credential::api_key("k"),
        DriverConfig::default(),
    );
    let leaving = tokio::spawn({
        let driver = driver.clone();
        async move { call(&driver).await.is_ok() }
    });
    while script.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    leaving.abort();
    assert!(leaving.await.unwrap_err().is_cancelled());
    let started = Instant::now();
    assert!(call(&driver).await.is_ok());
    assert!(
        started.elapsed() >= Duration::from_secs(60),
        "the server has counted the first"
    );
}

#[tokio::test(start_paused = true)]
async fn every_attempt_has_the_same_bytes_and_one_credential() {
    let (driver, script) = simple(vec![Line::status(500, "{}"), Line::status(200, ANSWER)]);
    assert_eq!(call(&driver).await.unwrap().receipt.tries.len(), 2);
    let seen = script.seen();
    assert_eq!(seen.len(), 2);
    assert!(
        seen.iter()
            .all(|request| request.body() == "{}" && request.headers()["x-goog-api-key"] == "k")
    );
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_an_answer_ends_at_its_timeout() {
    let (driver, _) = simple(vec![Line::Silent, Line::Silent, Line::Silent]);
    assert_eq!(
        failed(call(&driver).await),
        (Class::DeadlineExceeded, Phase::Sent)
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_body_that_stalls_is_read_as_far_as_it_came() {
    let refusal = r#"{"error": {"code": 400, "message": "Nope.", "status": "INVALID_ARGUMENT"}}"#;
    let (driver, _) = simple(vec![Line::stalled(400, refusal)]);
    let undelivered = call(&driver).await.unwrap_err();
    assert_eq!(undelivered.message.as_deref(), Some("Nope."));
    assert_eq!(undelivered.failure.unwrap().class, Class::InvalidRequest);
}

#[tokio::test(start_paused = true)]
async fn a_body_over_its_cap_is_a_broken_answer() {
    let mut config = DriverConfig::default();
    config.max_answer = 16;
    let lines = (0..9).map(|_| Line::status(200, ANSWER)).collect();
    let (driver, _) = driver(lines, 1_000, Credential::api_key("k"), config);
    assert_eq!(failed(call(&driver).await), (Class::Connection, Phase::Answered));
}

#[tokio::test(start_paused = true)]
async fn without_a_token_nothing_is_sent() {
    let none = Credential::bearer(|| Err::<Secret, _>(BearerError::new("logged out")));
    let (driver, script) = driver(vec![], 1_000, none, DriverConfig::default());
    let undelivered = call(&driver).await.unwrap_err();
    assert_eq!(script.seen().len(), 0);
    assert_eq!(
        undelivered.message.as_deref(),
        Some("no bearer token: logged out")
    );
    assert_eq!(undelivered.receipt.tries[0].phase, Some(Phase::NotSent));
}

#[tokio::test(start_paused = true)]
async fn what_broke_is_told_with_its_phase() {
    let (driver, _) = simple(vec![
        Line::Broken(Phase::Sent, Fault::Reset),
        Line::status(200, ANSWER),
    ]);
    let delivered = call(&driver).await.unwrap();
    assert_eq!(delivered.receipt.tries[0].class, Some(Class::Connection));
    assert_eq!(delivered.receipt.tries[0].phase, Some(Phase::Sent));
}

#[tokio::test(start_paused = true)]
async fn a_closed_driver_sends_nothing_more() {
    let (driver, script) = simple(vec![]);
    driver.close();
    assert_eq!(call(&driver).await.unwrap_err().end, End::Shed);
    assert_eq!(script.seen().len(), 0);
}
