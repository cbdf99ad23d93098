//! A pool below a retry: outages end, probes are waited for, and what is nobody's fault is held against nobody.

use crate::pool::{pool, question, retry, states};
use crate::script::{Page, Say, Script, refused, text};
use bytes::Bytes;
use dioscuri_budget::{Budget, Limit, Turnstile};
use dioscuri_pool::RegionPool;
use dioscuri_retry::{AttemptLog, Profile};
use dioscuri_tower::vocab::{Class, EndpointId, Failure};
use dioscuri_tower::{Chosen, Claim, PoolLayer, RateBudgetLayer, RetryLayer, boxed_failure};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use std::{convert::Infallible, future::Future, io::ErrorKind, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout};
use tower::{Layer as _, Service, ServiceBuilder, ServiceExt as _, limit::ConcurrencyLimit, service_fn};

const SECOND: Duration = Duration::from_secs(1);

fn layer(pool: &Arc<RegionPool>) -> PoolLayer {
    PoolLayer::new(pool.clone(), |_, _| {}).with_seed(3)
}

fn patient() -> RetryLayer {
    retry().with_deadline(SECOND * 600)
}

/// A server that is down for `outage`, then answers after `slow`; a refusal takes it a second.
fn down_for<B>(
    outage: Duration,
    slow: Duration,
) -> impl Service<
    Request<B>,
    Response = Response<Full<Bytes>>,
    Error = Infallible,
    Future: Send + Future<Output = Result<Response<Full<Bytes>>, Infallible>>,
> + Clone
+ Send
+ 'static
where
    B: Send + 'static,
{
    let began = Instant::now();
    service_fn(move |_: Request<B>| async move {
        let mut answer = Response::new(Full::from("Twins."));
        if began.elapsed() < outage {
            sleep(SECOND).await;
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            answer.extensions_mut().insert(Failure::new(Class::Capacity));
        } else {
            sleep(slow).await;
        }
        Ok(answer)
    })
}

/// No paused clock: two readings of a running one are never equal.
#[tokio::test]
async fn a_call_comes_back_to_the_endpoint_that_failed_it() {
    for (count, refusals) in [(1, 1), (2, 2), (2, 3)] {
        let says = vec![refused(Class::Internal, 500, None); refusals];
        let script = Script::new(says.into_iter().chain([Say::Answer("Twins.")]));
        let service = retry()
            .with_deadline(SECOND * 60)
            .layer(layer(&pool(count)).layer(script.clone()));
        let answer = service.oneshot(question()).await.unwrap();
        assert_eq!(
            (answer.status(), script.asked().len()),
            (StatusCode::OK, refusals + 1)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_crowd_waits_for_the_end_of_an_outage_and_all_are_answered() {
    let pool = pool(1);
    let layer = layer(&pool);
    let service = patient().layer(layer.layer(down_for(SECOND * 30, SECOND)));
    let calls: Vec<_> = (0..50)
        .map(|_| tokio::spawn(service.clone().oneshot(question())))
        .collect();
    for call in calls {
        let answer = call.await.unwrap().unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!(states(&pool, &layer)[0].in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_while_a_probe_is_out_waits_for_what_it_finds() {
    let service = patient().layer(layer(&pool(1)).layer(down_for(SECOND * 3, SECOND * 5)));
    let first = tokio::spawn(service.clone().oneshot(question()));
    // The outage is over, and somebody is finding out.
    sleep(SECOND * 7).await;
    let second = service.oneshot(question()).await.unwrap();
    assert_eq!(second.status(), StatusCode::OK);
    // Its body has not been read yet: nobody waited for that.
    assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
}

fn held(limit: u64) -> RateBudgetLayer {
    let budget = Arc::new(Budget::default());
    for number in 0..2 {
        budget.attach(EndpointId(number), &[Limit::rpm(limit)]);
    }
    RateBudgetLayer::new(Turnstile::new(budget), |head, size| {
        let chosen = head.extensions.get::<Chosen>();
        let at = chosen.map_or(EndpointId(0), |chosen| chosen.endpoint);
        Some(Claim::estimated(at, size))
    })
}

#[tokio::test(start_paused = true)]
async fn a_readiness_that_fails_below_a_budget_was_not_sent() {
    let script = Script::new([Say::Unready(ErrorKind::ConnectionReset), Say::Answer("Twins.")]);
    let service = retry().layer(held(100).layer(script));
    let answer = service.oneshot(question()).await.unwrap();
    let log = answer.extensions().get::<AttemptLog>().unwrap();
    let first = &log.tried()[0];
    let unsent = Some(dioscuri_tower::vocab::Phase::NotSent);
    assert_eq!((first.phase, first.counted), (unsent, false));
}

#[tokio::test(start_paused = true)]
async fn a_readiness_that_fails_is_no_endpoints_fault() {
    for is_budget in [false, true] {
        let pool = pool(1);
        let layer = layer(&pool);
        for _ in 0..20 {
            let script = Script::new([Say::Unready(ErrorKind::ConnectionReset)]);
            let error = if is_budget {
                layer
                    .layer(held(100).layer(script))
                    .oneshot(question())
                    .await
                    .unwrap_err()
            } else {
                layer.layer(script).oneshot(question()).await.unwrap_err()
            };
            assert!(!error.is_closed());
        }
        assert_eq!(states(&pool, &layer)[0].in_flight, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_above_the_pool_is_a_failure_like_any_other() {
    for count in [1, 2] {
        let script = Script::new([Say::Late(SECOND * 100, "late"), Say::Answer("Twins.")]);
        let service = ServiceBuilder::new()
            .layer(patient().with_reading(boxed_failure))
            .layer(tower::timeout::TimeoutLayer::new(SECOND))
            .layer(layer(&pool(count)))
            .service(script.clone());
        let answer = service.oneshot(question()).await.unwrap();
        assert_eq!((answer.status(), script.asked().len()), (StatusCode::OK, 2));
    }
}

#[cfg(feature = "retry")]
#[tokio::test(start_paused = true)]
async fn the_timeout_of_tower_is_known_for_one() {
    let log = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&log);
    let script = Script::new(vec![Say::Late(SECOND * 100, "late"); 5]);
    let service = ServiceBuilder::new()
        .layer(patient().with_reading(boxed_failure).with_log(move |log| {
            seen.lock()
                .unwrap()
                .extend(log.tried().iter().map(|tried| tried.class));
        }))
        .layer(tower::timeout::TimeoutLayer::new(SECOND))
        .service(script.clone());
    service.oneshot(question()).await.unwrap_err();
    assert_eq!(*log.lock().unwrap(), [Some(Class::DeadlineExceeded); 2]);
}

#[tokio::test(start_paused = true)]
async fn a_weaker_hint_shortens_no_rest() {
    let hour = SECOND * 3600;
    let script = Script::new([
        refused(Class::QuotaDay, 429, Some(hour)),
        refused(Class::QuotaMinute, 429, Some(SECOND * 2)),
    ]);
    let service = layer(&pool(1)).layer(ReadTogether(script));
    let first = service.clone().oneshot(question());
    let second = async {
        sleep(SECOND / 10).await;
        service.clone().oneshot(question()).await
    };
    let (first, second) = tokio::join!(first, second);
    first.unwrap();
    second.unwrap();
    let error = service.oneshot(question()).await.unwrap_err();
    assert!(
        error.retry_after() > Some(SECOND * 3598),
        "{:?}",
        error.retry_after()
    );
}

/// Takes a second for each request, so that two of them are under way together.
#[derive(Clone)]
struct ReadTogether(Script);

impl Service<Request<Full<Bytes>>> for ReadTogether {
    type Response = Response<Page>;
    type Error = std::io::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response<Page>, std::io::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), std::io::Error>> {
        Service::<Request<Full<Bytes>>>::poll_ready(&mut self.0, cx)
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let answer = self.0.call(request);
        Box::pin(async move {
            sleep(SECOND).await;
            answer.await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_finds_no_endpoint_holds_nothing_further_in() {
    let below = ConcurrencyLimit::new(Script::new([Say::Answer("Twins.")]), 1);
    let mut refused = layer(&pool(0)).layer(below.clone());
    let refusal = tower::ServiceExt::<Request<Full<Bytes>>>::ready(&mut refused)
        .await
        .unwrap()
        .call(question());
    assert!(refusal.await.unwrap_err().is_closed());
    // The handle is still there, and ready.
    let answer = timeout(SECOND, below.oneshot(question())).await.unwrap().unwrap();
    assert_eq!(text(answer.into_body()).await, "Twins.");
}

#[tokio::test(start_paused = true)]
async fn a_late_reader_is_not_the_endpoints_fault() {
    let pool = pool(2);
    let layer = layer(&pool);
    let service = layer.layer(Script::new(vec![Say::Late(SECOND / 5, "Twins."); 40]));
    for _ in 0..40 {
        let answer = service.clone().oneshot(question()).await.unwrap();
        if answer.extensions().get::<Chosen>().unwrap().endpoint == EndpointId(0) {
            sleep(SECOND * 10).await;
        }
        text(answer.into_body()).await;
    }
    for state in states(&pool, &layer) {
        assert!((0.5..2.0).contains(&state.load), "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_below_is_not_the_endpoints_fault() {
    let pool = pool(2);
    let layer = layer(&pool);
    let script = Script::new(vec![Say::Late(SECOND / 5, "Twins."); 40]);
    let service = layer.layer(held(10).layer(script));
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let call = service.clone().oneshot(question());
            tokio::spawn(async move {
                if let Ok(answer) = call.await {
                    text(answer.into_body()).await;
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    for state in states(&pool, &layer) {
        assert!((0.5..2.0).contains(&state.load), "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_wants_to_read_proves_its_endpoint_all_the_same() {
    let pool = pool(1);
    let layer = layer(&pool);
    drop(
        layer
            .layer(Script::new([Say::Answer("Twins.")]))
            .oneshot(question())
            .await
            .unwrap(),
    );
    assert!(states(&pool, &layer)[0].proven);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_for_the_pool_passes_untouched() {
    let key = http::HeaderValue::from_static("AQ.0");
    let layer = PoolLayer::new(pool(1), move |head, _| {
        head.headers.insert("x-goog-api-key", key.clone());
    })
    .only(|head| head.uri.path() == "/ours");
    let script = Script::new(vec![Say::Answer("Twins."); 2]);
    let service = RetryLayer::new(Arc::new(Profile::Default.policy())).layer(layer.layer(script.clone()));
    for (number, (path, key)) in [("/v1beta", "AQ.own"), ("/ours", "AQ.0")].into_iter().enumerate() {
        let mut request = question();
        *request.uri_mut() = path.parse().unwrap();
        let answer = service.clone().oneshot(request).await.unwrap();
        let asked = &script.asked()[number];
        assert_eq!(asked.head.headers["x-goog-api-key"], key);
        assert_eq!(answer.extensions().get::<Chosen>().is_some(), path == "/ours");
    }
}
