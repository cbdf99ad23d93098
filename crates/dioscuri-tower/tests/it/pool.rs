//! Each attempt chooses its endpoint, and the pool hears how it went.

use crate::script::{Page, Say, Script, refused, text};
use bytes::Bytes;
use dioscuri_budget::{Budget, Limit, Turnstile};
use dioscuri_pool::{EndpointSpec, EndpointState, PlaceId, RegionPool};
use dioscuri_retry::{AttemptLog, Profile};
use dioscuri_tower::vocab::{Class, CredentialId, EndpointId};
use dioscuri_tower::{
    Chosen, Claim, Deadline, Held, PoolError, PoolLayer, PoolService, RateBudgetLayer, RetryLayer,
};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use std::{io::ErrorKind, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};
use tower::{Layer as _, ServiceExt as _};

const HINT: Duration = Duration::from_secs(20);

/// A pool of `count` regions with a key each.
pub(crate) fn pool(count: u32) -> Arc<RegionPool> {
    let pool = RegionPool::default();
    for number in 0..count {
        let spec = EndpointSpec::new(EndpointId(number), [CredentialId(number)]);
        pool.add(spec.with_place(PlaceId(number))).unwrap();
    }
    Arc::new(pool)
}

fn layer(pool: &Arc<RegionPool>) -> PoolLayer {
    PoolLayer::new(pool.clone(), |head, chosen| {
        let number = chosen.credential.0;
        head.uri = format!("http://region-{}.test/v1beta", chosen.endpoint.0)
            .parse()
            .unwrap();
        let key = HeaderValue::from_str(&format!("AQ.{number}")).unwrap();
        head.headers.insert("x-goog-api-key", key);
    })
    .with_seed(3)
}

pub(crate) fn question() -> Request<Full<Bytes>> {
    Request::post("/v1beta")
        .header("x-goog-api-key", "AQ.own")
        .body(Full::from("{}"))
        .unwrap()
}

async fn ask(service: &PoolService<Script>) -> Result<Response<Held<Page>>, PoolError> {
    service.clone().oneshot(question()).await
}

pub(crate) fn states(pool: &RegionPool, layer: &PoolLayer) -> Vec<EndpointState> {
    pool.snapshot(layer.clock().now().tick).endpoints
}

fn in_flight(pool: &RegionPool, layer: &PoolLayer) -> u32 {
    states(pool, layer).iter().map(|state| state.in_flight).sum()
}

fn hosts(script: &Script) -> Vec<String> {
    let asked = script.asked();
    asked
        .iter()
        .map(|asked| asked.head.uri.host().unwrap().to_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_choice_is_put_into_the_request_and_told() {
    let pool = pool(1);
    let script = Script::new([Say::Answer("a")]);
    let answer = ask(&layer(&pool).layer(script.clone())).await.unwrap();
    let asked = &script.asked()[0];
    assert_eq!(asked.head.uri, "http://region-0.test/v1beta");
    let keys: Vec<_> = asked.head.headers.get_all("x-goog-api-key").iter().collect();
    assert_eq!(keys, ["AQ.0"]);
    for extensions in [answer.extensions(), &asked.head.extensions] {
        let chosen = extensions.get::<Chosen>().unwrap();
        assert_eq!(
            (chosen.endpoint, chosen.credential),
            (EndpointId(0), CredentialId(0))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_in_flight_until_its_body_has_ended_or_is_dropped() {
    let pool = pool(1);
    let layer = layer(&pool);
    let service = layer.layer(Script::new(vec![Say::Answer("ab"); 2]));
    let mut body = ask(&service).await.unwrap().into_body();
    assert_eq!(in_flight(&pool, &layer), 1);
    body.frame().await.unwrap().unwrap();
    assert_eq!(in_flight(&pool, &layer), 1);
    text(body).await;
    assert_eq!(
        (in_flight(&pool, &layer), states(&pool, &layer)[0].proven),
        (0, true)
    );
    drop(ask(&service).await.unwrap());
    assert_eq!(in_flight(&pool, &layer), 0);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_dropped_is_given_up() {
    let pool = pool(1);
    let layer = layer(&pool);
    let script = Script::new([Say::Late(HINT, "a")]);
    let service = layer.layer(script.clone());
    assert!(timeout(Duration::from_secs(1), ask(&service)).await.is_err());
    assert_eq!((in_flight(&pool, &layer), script.flying()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_a_refusal_closes_is_left_alone_by_other_calls() {
    let pool = pool(2);
    let script = Script::new([
        refused(Class::Capacity, 503, Some(HINT)),
        Say::Answer("a"),
        Say::Answer("b"),
        Say::Answer("c"),
    ]);
    let service = layer(&pool).layer(script.clone());
    for _ in 0..4 {
        ask(&service).await.unwrap();
    }
    let hosts = hosts(&script);
    assert!(hosts[1..].iter().all(|host| *host != hosts[0]), "{hosts:?}");
}

#[tokio::test(start_paused = true)]
async fn where_nobody_is_open_the_error_says_when() {
    let pool = pool(1);
    let layer = layer(&pool);
    let script = Script::new([refused(Class::Capacity, 503, Some(HINT)), Say::Answer("a")]);
    let service = layer.layer(script.clone());
    ask(&service).await.unwrap();
    let error = ask(&service).await.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.retry_after(), Some(HINT));
    assert_eq!(error.retry_at(), Some(layer.clock().now().tick.after(HINT)));
    assert_eq!(error.to_string(), "no endpoint is open; the first opens in 20.0s");
    tokio::time::sleep(HINT).await;
    assert_eq!(ask(&service).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_pool_without_endpoints_says_that_nobody_can_tell() {
    let service = layer(&pool(0)).layer(Script::new([]));
    let error = ask(&service).await.unwrap_err();
    assert_eq!((error.is_closed(), error.retry_at()), (true, None));
    let retry = RetryLayer::new(Arc::new(Profile::Default.policy()));
    let service = retry.layer(layer(&pool(0)).layer(Script::new([])));
    assert!(service.oneshot(question()).await.unwrap_err().is_closed());
}

#[tokio::test(start_paused = true)]
async fn broken_connections_are_told_and_come_back_within() {
    let pool = pool(1);
    let layer = layer(&pool);
    let service = layer.layer(Script::new(vec![Say::Break(ErrorKind::ConnectionReset); 5]));
    for _ in 0..5 {
        let error = ask(&service).await.unwrap_err().into_inner().unwrap();
        let io = error.downcast_ref::<std::io::Error>().unwrap();
        assert_eq!(io.kind(), ErrorKind::ConnectionReset);
    }
    // Five faults in a row open the breaker.
    assert!(ask(&service).await.unwrap_err().is_closed());
    assert_eq!(in_flight(&pool, &layer), 0);
}

pub(crate) fn retry() -> RetryLayer {
    RetryLayer::new(Arc::new(Profile::Default.policy())).with_seed(7)
}

#[tokio::test(start_paused = true)]
async fn beneath_a_retry_a_refused_call_goes_elsewhere_at_once() {
    for class in [
        Class::QuotaMinute,
        Class::Capacity,
        Class::QuotaZero,
        Class::AuthInvalidKey,
    ] {
        let pool = pool(2);
        let script = Script::new([refused(class, 429, Some(HINT)), Say::Answer("a")]);
        let service = retry().layer(layer(&pool).layer(script.clone()));
        let answer = service.oneshot(question()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{class}");
        let hosts = hosts(&script);
        assert_ne!(hosts[0], hosts[1], "{class}");
        assert!(script.times()[1] < Duration::from_millis(10), "{class}");
    }
}

#[tokio::test(start_paused = true)]
async fn beneath_a_retry_a_call_waits_where_there_is_one_place() {
    let pool = pool(1);
    let script = Script::new([refused(Class::QuotaMinute, 429, Some(HINT)), Say::Answer("a")]);
    let service = retry().layer(layer(&pool).layer(script.clone()));
    let answer = service.oneshot(question()).await.unwrap();
    let waited = script.times()[1];
    assert!(
        (HINT..HINT + Duration::from_millis(1002)).contains(&waited),
        "{waited:?}"
    );
    assert_eq!(answer.extensions().get::<AttemptLog>().unwrap().tried().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn beneath_a_retry_what_is_final_everywhere_comes_back_itself() {
    let pool = pool(1);
    let script = Script::new([refused(Class::AuthInvalidKey, 400, None)]);
    let service = retry().layer(layer(&pool).layer(script.clone()));
    let answer = service.oneshot(question()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(text(answer.into_body()).await, "no");
}

#[tokio::test(start_paused = true)]
async fn beneath_a_retry_a_call_waits_until_somebody_opens() {
    let pool = pool(1);
    let first = Script::new([refused(Class::Capacity, 503, Some(HINT))]);
    let layer = layer(&pool);
    ask(&layer.layer(first)).await.unwrap();
    let script = Script::new([Say::Answer("a")]);
    let began = Instant::now();
    let answer = retry()
        .layer(layer.layer(script))
        .oneshot(question())
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!((HINT..HINT + Duration::from_secs(2)).contains(&began.elapsed()));
    assert_eq!(answer.extensions().get::<AttemptLog>().unwrap().tried().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn beneath_a_retry_nobody_waits_beyond_the_deadline_for_a_place() {
    let pool = pool(1);
    let layer = layer(&pool);
    let first = Script::new([refused(Class::Capacity, 503, Some(HINT))]);
    ask(&layer.layer(first)).await.unwrap();
    let mut hasty = question();
    hasty.extensions_mut().insert(Deadline(Duration::from_secs(5)));
    let began = Instant::now();
    let error = retry()
        .layer(layer.layer(Script::new([])))
        .oneshot(hasty)
        .await
        .unwrap_err();
    assert!(error.is_closed() && began.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_a_budget_below_refuses_for_good_goes_elsewhere_and_is_no_fault() {
    let pool = pool(2);
    let budget = Arc::new(Budget::default());
    budget.attach(EndpointId(0), &[Limit::rpm(0)]);
    budget.attach(EndpointId(1), &[Limit::rpm(100)]);
    let layer = layer(&pool);
    let script = Script::new(vec![Say::Answer("a"); 20]);
    let held = RateBudgetLayer::new(Turnstile::new(budget), |head, size| {
        let chosen = head.extensions.get::<Chosen>()?;
        Some(Claim::estimated(chosen.endpoint, size))
    });
    let service = retry().layer(layer.layer(held.layer(script.clone())));
    for _ in 0..20 {
        let answer = service.clone().oneshot(question()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert!(hosts(&script).iter().all(|host| host == "region-1.test"));
    assert!(states(&pool, &layer).iter().all(|state| state.closed.is_none()));
    assert_eq!(in_flight(&pool, &layer), 0);
}

#[tokio::test(start_paused = true)]
async fn a_crowd_over_clones_leaves_nothing_in_flight() {
    let pool = pool(3);
    let layer = layer(&pool);
    let says = (0..200).map(|number| match number % 5 {
        0 => refused(Class::Unavailable, 503, None),
        1 => Say::Break(ErrorKind::ConnectionReset),
        _ => Say::Late(Duration::from_millis(30), "a"),
    });
    let script = Script::new(says);
    let service = retry().layer(layer.layer(script.clone()));
    let calls: Vec<_> = (0..60)
        .map(|_| tokio::spawn(service.clone().oneshot(question())))
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        if number % 7 == 0 {
            call.abort();
        }
        // Answered, failed, or aborted: what counts is what is left.
        let _ = call.await;
    }
    assert_eq!((in_flight(&pool, &layer), script.flying()), (0, 0));
}
