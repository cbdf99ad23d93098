//! A call that is dropped, at any point, gives everything back.

use crate::script::{Say, Script, refused};
use bytes::Bytes;
use dioscuri_budget::{Budget, Limit, Turnstile};
use dioscuri_pool::{EndpointSpec, PlaceId, RegionPool};
use dioscuri_retry::Profile;
use dioscuri_tower::vocab::{Class, CredentialId, EndpointId, Failure};
use dioscuri_tower::{Chosen, Claim, ClassifyLayer, PoolLayer, RateBudgetLayer, RetryLayer, boxed_failure};
use http::{Request, StatusCode, response::Parts};
use http_body_util::{BodyExt as _, Full};
use std::{io::ErrorKind, sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};
use tower::{ServiceBuilder, ServiceExt as _, timeout::TimeoutLayer};

const SECOND: Duration = Duration::from_secs(1);

fn read(head: &Parts, _: &[u8], _: bool) -> Option<Failure> {
    (head.status == 500).then(|| Failure::new(Class::Internal))
}

fn question() -> Request<Full<Bytes>> {
    Request::post("http://a.test/").body(Full::from("{}")).unwrap()
}

/// One call over all four layers, dropped after `after`: a wait for a quota, a hint, a slow answer, a broken
/// connection, an error body, a body.
async fn dropped_after(after: Duration) {
    let (pool, budget) = (Arc::new(RegionPool::default()), Arc::new(Budget::default()));
    for number in 0..2 {
        let spec = EndpointSpec::new(EndpointId(number), [CredentialId(number)]);
        pool.add(spec.with_place(PlaceId(number))).unwrap();
        budget.attach(EndpointId(number), &[Limit::rpm(2)]);
    }
    let turnstile = Turnstile::new(budget);
    let script = Script::new([
        refused(Class::Capacity, 503, Some(SECOND * 2)),
        Say::Late(SECOND, "late"),
        Say::Break(ErrorKind::ConnectionReset),
        Say::Late(SECOND * 3, "later"),
        Say::Status(500),
        Say::Late(SECOND, "a"),
        Say::Answer("b"),
        Say::Answer("c"),
        Say::Answer("d"),
    ]);
    let choose = PoolLayer::new(pool.clone(), |_, _| {});
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(Arc::new(Profile::Default.policy())).with_seed(7))
        .layer(choose.clone())
        .layer(RateBudgetLayer::new(turnstile.clone(), |head, size| {
            head.extensions
                .get::<Chosen>()
                .map(|chosen| Claim::estimated(chosen.endpoint, size))
        }))
        .layer(ClassifyLayer::new(read))
        .service(script.clone());
    let calls = async {
        for _ in 0..6 {
            if let Ok(answer) = service.clone().oneshot(question()).await {
                let mut body = answer.into_body();
                while let Some(frame) = body.frame().await {
                    frame.unwrap();
                    sleep(SECOND / 10).await;
                }
            }
        }
    };
    let _ = timeout(after, calls).await;
    let in_flight: Vec<_> = pool
        .snapshot(choose.clock().now().tick)
        .endpoints
        .iter()
        .map(|state| state.in_flight)
        .collect();
    assert_eq!(in_flight, [0, 0], "after {after:?}");
    assert_eq!(
        (turnstile.waiting(), script.flying(), script.bodies()),
        (0, 0, 0),
        "after {after:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn at_any_time_everything_comes_back() {
    for step in 0..200 {
        dropped_after(Duration::from_millis(step * 50)).await;
    }
    // And well into the wait for the quotas of a minute.
    for step in 1..80 {
        dropped_after(SECOND * step).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_below_ends_an_attempt_that_hangs() {
    let script = Script::new([Say::Late(SECOND * 3600, "never"), Say::Answer("Twins.")]);
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(Arc::new(Profile::Default.policy())).with_reading(boxed_failure))
        .layer(TimeoutLayer::new(SECOND * 5))
        .layer(ClassifyLayer::new(read))
        .service(script.clone());
    let answer = service.oneshot(question()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!((SECOND * 5..SECOND * 7).contains(&script.times()[1]));
    assert_eq!(script.flying(), 0);
}
