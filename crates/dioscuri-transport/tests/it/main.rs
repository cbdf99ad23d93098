//! The driver on a paused clock, over transports that are scripts: no socket, no waiting.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may stop it")]

mod carrier;
mod hedge;
mod leaving;
mod script;
mod streams;

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

pub(crate) const ANSWER: &str =
    r#"{"candidates": [{"content": {"parts": [{"text": "so"}]}, "finishReason": "STOP"}]}"#;

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
    directory.add_endpoint(Address::developer("m").unwrap());
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
async fn a_call_that_nobody_polls_holds_nobody_up() {
    let (driver, _) = driver(vec![], 1, Credential::api_key("k"), DriverConfig::default());
    assert!(call(&driver).await.is_ok());
    // The first to wait is polled until it waits, and then never again.
    let mut idle = Box::pin(call(&driver));
    assert!(futures_poll(idle.as_mut()).await.is_pending());
    let started = Instant::now();
    assert!(call(&driver).await.is_ok());
    // Its turn came, and its place lapsed; the next window at the latest is the second's.
    assert!(
        started.elapsed() < Duration::from_secs(130),
        "{:?}",
        started.elapsed()
    );
}

/// Polls `future` once.
async fn futures_poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context))).await
}

#[test]
fn calls_of_a_runtime_that_has_ended_hold_nobody_up() {
    let paused = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let (first, second) = (paused(), paused());
    let driver = first.block_on(async {
        let (driver, _) = driver(vec![], 1, Credential::api_key("k"), DriverConfig::default());
        assert!(call(&driver).await.is_ok());
        let waiting = tokio::spawn({
            let driver = driver.clone();
            async move { call(&driver).await.is_ok() }
        });
        while driver.engine().waiting() == 0 {
            tokio::task::yield_now().await;
        }
        drop(waiting);
        driver
    });
    // The keeper of the time was a task of the first runtime.
    drop(first);
    assert!(second.block_on(call(&driver)).is_ok());
}

#[tokio::test(start_paused = true)]
async fn closing_sheds_what_waits_at_once() {
    let (driver, script) = driver(vec![], 1, Credential::api_key("k"), DriverConfig::default());
    assert!(call(&driver).await.is_ok());
    let mut waiting = JoinSet::new();
    for _ in 0..5 {
        let driver = driver.clone();
        waiting.spawn(async move { call(&driver).await.unwrap_err().end });
    }
    while driver.engine().waiting() < 5 {
        tokio::task::yield_now().await;
    }
    let started = Instant::now();
    driver.close();
    assert_eq!(waiting.join_all().await, [End::Shed; 5]);
    assert_eq!((started.elapsed(), script.seen().len()), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_fails_once_costs_one_wait_and_not_the_credential() {
    let asked = std::sync::atomic::AtomicU32::new(0);
    let flaky = move || match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Err(BearerError::transient("the metadata server did not answer")),
        _ => Ok(Secret::new("t")),
    };
    let (driver, _) = driver(vec![], 1_000, Credential::bearer(flaky), DriverConfig::default());
    let delivered = call(&driver).await.unwrap();
    assert_eq!(delivered.receipt.tries[0].class, Some(Class::Connection));
    assert_eq!(delivered.receipt.tries[0].phase, Some(Phase::NotSent));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_hangs_is_bounded_by_the_deadline() {
    struct Hanging;
    #[async_trait::async_trait]
    impl dioscuri_transport::BearerSource for Hanging {
        async fn token(&self) -> Result<dioscuri_transport::Token, BearerError> {
            std::future::pending().await
        }
    }
    let (driver, _) = driver(
        vec![],
        1_000,
        Credential::bearer(Hanging),
        DriverConfig::default(),
    );
    let started = Instant::now();
    let outgoing = Outgoing::new("{}", Cost::default()).with_deadline(Duration::from_secs(3));
    assert!(driver.run(&outgoing).await.is_err());
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_server_says_about_a_key_is_masked() {
    let body = r#"{"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "Consumer 'hush-hush' and AQ.Ab8RN6IEXAMPLE have been suspended."}}"#;
    let lines = vec![Line::status(403, body)];
    let (driver, _) = driver(
        lines,
        1_000,
        Credential::api_key("hush-hush"),
        DriverConfig::default(),
    );
    let undelivered = call(&driver).await.unwrap_err();
    let said = "Consumer '[credential]' and [key] have been suspended.";
    assert_eq!(undelivered.message.as_deref(), Some(said));
    assert!(
        !format!("{undelivered:?}").contains("suspended"),
        "a message may quote the prompt"
    );
}

#[tokio::test(start_paused = true)]
async fn a_blocked_answer_says_why() {
    let body = r#"{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}"#;
    let (driver, _) = simple(vec![Line::status(200, body)]);
    let undelivered = call(&driver).await.unwrap_err();
    assert_eq!(
        undelivered.message.as_deref(),
        Some("the prompt was blocked: PROHIBITED_CONTENT")
    );
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
    for (line, phase, when) in [
        (
            (|| Line::Silent) as fn() -> Line,
            Phase::Sent,
            "after the request was sent",
        ),
        (
            || Line::stalled(200, "{"),
            Phase::Answered,
            "while the answer was read",
        ),
    ] {
        let (driver, _) = simple((0..9).map(|_| line()).collect());
        let undelivered = call(&driver).await.unwrap_err();
        let said = format!("no answer within the attempt's 30.0 s: its time ended {when}");
        assert_eq!(undelivered.message.as_deref(), Some(&*said));
        assert_eq!(failed(Err(undelivered)), (Class::DeadlineExceeded, phase));
    }
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
async fn an_answer_over_its_cap_is_not_asked_for_again() {
    let mut config = DriverConfig::default();
    config.max_answer = 16;
    let (driver, script) = driver(vec![], 1_000, Credential::api_key("k"), config);
    let undelivered = call(&driver).await.unwrap_err();
    assert_eq!(
        undelivered.message.as_deref(),
        Some("the answer is longer than `max_answer` of 16 bytes")
    );
    assert!(script.seen().len() <= 2, "{}", script.seen().len());
}

#[tokio::test(start_paused = true)]
async fn without_a_token_nothing_is_sent() {
    let none = Credential::bearer(|| Err::<Secret, _>(BearerError::permanent("logged out")));
    let (driver, script) = driver(vec![], 1_000, none, DriverConfig::default());
    let undelivered = call(&driver).await.unwrap_err();
    assert_eq!(script.seen().len(), 0);
    assert_eq!(undelivered.message.as_deref(), Some("no credential: logged out"));
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
