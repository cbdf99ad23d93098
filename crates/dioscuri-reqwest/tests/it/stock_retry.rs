//! Our classifier and policy in reqwest-retry's own middleware, and what the hand-off between them rests on.

use crate::script::{Reply, Server, answer, client, nobody, ok, refused};
use bytes::Bytes;
use dioscuri_reqwest::{HintStrategy, classify_any, stock_retry};
use dioscuri_retry::{
    AttemptLog, Backoff, OnEmpty, RetryBudget, RetryPolicyExt as _, Standard, adapters::Schedule,
};
use dioscuri_vocab::{Class, Failure, Phase, Tick};
use http_body_util::Full;
use reqwest::Body;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use std::{collections::HashSet, num::NonZeroU32, sync::Arc, time::Duration};
use tokio::task::{JoinSet, yield_now};

fn quick() -> Standard {
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    Standard::new(backoff, backoff, NonZeroU32::new(4).unwrap())
}

fn stack(schedule: Schedule) -> ClientWithMiddleware {
    let (retry, classify) = stock_retry(schedule);
    ClientBuilder::new(client()).with(retry).with(classify).build()
}

/// Without a hand-over nothing is tried again.
fn nothing_by_itself() -> Schedule {
    Schedule::new(quick()).assuming(Failure::new(Class::InvalidRequest))
}

fn busy() -> Reply {
    Reply::Bytes(answer(503, "", "busy"))
}

#[tokio::test]
async fn the_servers_hint_is_waited_for() {
    let server = Server::start([refused("0.2s"), busy(), ok("{}")]).await;
    let response = stack(nothing_by_itself())
        .post(&server.url)
        .body("same")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let log = response.extensions().get::<AttemptLog>().unwrap();
    assert!(log.tried()[1].waited >= Duration::from_millis(200), "{log}");
    assert_eq!(server.bodies(), vec![b"same".to_vec(); 3]);
    assert_eq!(
        server.connections(),
        1,
        "what is held through the wait pins no connection: it was read"
    );
}

#[tokio::test]
async fn refusals_by_quota_are_no_attempts() {
    let mut script = vec![refused("0.001s"); 6];
    script.push(ok("{}"));
    let server = Server::start(script).await;
    let response = stack(nothing_by_itself()).post(&server.url).send().await.unwrap();
    assert_eq!(response.status(), 200, "the policy has four attempts");
}

#[tokio::test]
async fn what_cannot_succeed_is_not_tried_again() {
    let server = Server::start([Reply::Bytes(answer(400, "", "no"))]).await;
    let response = stack(Schedule::new(quick()))
        .post(&server.url)
        .send()
        .await
        .unwrap();
    assert_eq!((response.status().as_u16(), server.bodies().len()), (400, 1));
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let server = Server::start([refused("26s")]).await;
    let schedule = Schedule::new(quick()).with_deadline(Duration::from_secs(20));
    assert_eq!(
        stack(schedule).post(&server.url).send().await.unwrap().status(),
        429
    );
}

#[tokio::test]
async fn answers_pay_for_retries() {
    let server = Server::start([ok("{}")]).await;
    let budget = Arc::new(RetryBudget::with_capacity(5));
    let spent = budget.withdraw(dioscuri_retry::Charge::Throttled, Tick::ZERO);
    assert_eq!(spent, Ok(()));
    let schedule = Schedule::new(quick().within_budget(Arc::clone(&budget), OnEmpty::Exhaust));
    stack(schedule.with_clock(|| Tick::ZERO))
        .post(&server.url)
        .send()
        .await
        .unwrap();
    assert_eq!(budget.tokens(Tick::ZERO), 1);
}

#[tokio::test]
async fn errors_that_it_wraps_can_still_be_read() {
    let policy = quick().with_max_tries(NonZeroU32::new(2).unwrap());
    let error = stack(Schedule::new(policy))
        .post(nobody().await)
        .send()
        .await
        .unwrap_err();
    assert!(
        error.is_middleware() && !error.is_connect(),
        "the stock middleware hides the kind: {error:?}"
    );
    let (failure, phase) = classify_any(&error).unwrap();
    assert_eq!((failure.class, phase), (Class::Connection, Phase::NotSent));
}

#[tokio::test]
async fn a_body_that_cannot_be_cloned_is_its_error_before_anything_is_sent() {
    let server = Server::start([ok("{}")]).await;
    let once = Body::wrap(Full::new(Bytes::from("once")));
    let result = stack(Schedule::default())
        .post(&server.url)
        .body(once)
        .send()
        .await;
    assert!(result.unwrap_err().is_middleware());
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn without_the_classifier_inside_status_and_headers_decide() {
    let hinted = Reply::Bytes(answer(429, "retry-after: 26\r\n", "no body is read"));
    let server = Server::start([hinted]).await;
    let schedule = Schedule::new(quick()).with_deadline(Duration::from_secs(20));
    let strategy = HintStrategy::new(schedule.clone());
    let retry = RetryTransientMiddleware::new_with_policy_and_strategy(schedule, strategy);
    let stack = ClientBuilder::new(client()).with(retry).build();
    let response = stack.post(&server.url).send().await.unwrap();
    assert_eq!((response.status().as_u16(), server.bodies().len()), (429, 1));
}

/// A runtime in which anything else runs whenever the stock middleware waits: it takes away what was handed over. If
/// reqwest-retry came to wait between asking the strategy and asking the policy, nothing would be tried again here.
#[tokio::test]
async fn the_strategy_and_the_policy_are_asked_without_a_wait_between() {
    let schedule = nothing_by_itself();
    let thief = tokio::spawn({
        let schedule = schedule.clone();
        async move {
            loop {
                schedule.hand_over_nothing();
                yield_now().await;
            }
        }
    });
    let server = Server::start([busy(), busy(), ok("{}")]).await;
    let response = stack(schedule).post(&server.url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    thief.abort();
}

#[tokio::test]
async fn what_was_handed_over_can_be_taken_away_in_a_wait() {
    // The test above can fail: a strategy that forgets what it has handed over is what a thief would make of it.
    struct Forgetful(HintStrategy, Schedule);
    impl reqwest_retry::RetryableStrategy for Forgetful {
        fn handle(
            &self,
            result: &reqwest_middleware::Result<reqwest::Response>,
        ) -> Option<reqwest_retry::Retryable> {
            let judged = self.0.handle(result);
            self.1.hand_over_nothing();
            judged
        }
    }
    let schedule = nothing_by_itself();
    let strategy = Forgetful(HintStrategy::new(schedule.clone()), schedule.clone());
    let retry = RetryTransientMiddleware::new_with_policy_and_strategy(schedule, strategy);
    let server = Server::start([busy(), ok("{}")]).await;
    let stack = ClientBuilder::new(client()).with(retry).build();
    assert_eq!(stack.post(&server.url).send().await.unwrap().status(), 503);
}

/// Sixty-four calls at once on four threads, each refused with a hint of its own. Were one to take another's, at least
/// one would wait for less than it was told.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_calls_each_waits_for_its_own_hint() {
    let mut seen = HashSet::new();
    let server = Server::answering(move |body| {
        let number: u32 = std::str::from_utf8(body).unwrap().parse().unwrap();
        Some(if seen.insert(number) {
            refused(&format!("0.{number:03}s"))
        } else {
            ok("{}")
        })
    })
    .await;
    let stack = stack(nothing_by_itself());
    let mut calls = JoinSet::new();
    for number in 0..64_u32 {
        let (stack, url) = (stack.clone(), server.url.clone());
        let hint = 5 * number;
        calls.spawn(async move {
            let response = stack.post(url).body(hint.to_string()).send().await.unwrap();
            (hint, response)
        });
    }
    for (hint, response) in calls.join_all().await {
        assert_eq!(response.status(), 200);
        let log = response.extensions().get::<AttemptLog>().unwrap();
        assert!(
            log.waited() >= Duration::from_millis(hint.into()),
            "{hint} ms: {log}"
        );
    }
}
