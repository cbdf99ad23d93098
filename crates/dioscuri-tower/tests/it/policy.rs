//! The policy inside tower's own `Retry`.

use crate::script::{Say, Script, refused, text};
use bytes::Bytes;
use dioscuri_retry::{AttemptLog, Profile};
use dioscuri_tower::vocab::Class;
use dioscuri_tower::{Deadline, TowerPolicy, boxed_failure};
use http::{Request, StatusCode};
use http_body_util::Full;
use std::{future::Future, sync::Arc, time::Duration};
use tower::{BoxError, ServiceBuilder, ServiceExt as _, retry::RetryLayer};

const HINT: Duration = Duration::from_millis(2500);

fn policy() -> TowerPolicy {
    TowerPolicy::new(Arc::new(Profile::Default.policy())).with_seed(7)
}

fn question() -> Request<Full<Bytes>> {
    Request::post("http://a.test/").body(Full::from("{}")).unwrap()
}

fn quota() -> Say {
    refused(Class::QuotaMinute, 429, Some(HINT))
}

#[tokio::test(start_paused = true)]
async fn the_hint_is_a_floor() {
    let script = Script::new([
        quota(),
        refused(Class::Capacity, 503, None),
        Say::Answer("Twins."),
    ]);
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(policy()))
        .service(script.clone());
    let answer = service.oneshot(question()).await.unwrap();
    let log = answer.extensions().get::<AttemptLog>().unwrap();
    assert_eq!(log.tried().len(), 3);
    assert_eq!(text(answer.into_body()).await, "Twins.");
    let times = script.times();
    assert!(
        (HINT..HINT + Duration::from_millis(1002)).contains(&times[1].saturating_sub(times[0])),
        "{times:?}"
    );
    assert!(script.asked().iter().all(|asked| asked.body == "{}"));
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_service_count_for_themselves() {
    let failing = vec![refused(Class::Internal, 500, None); 20];
    let script = Script::new(failing);
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(policy()))
        .service(script.clone());
    let mut before = 0;
    let mut counts = Vec::new();
    for _ in 0..3 {
        let answer = service.clone().oneshot(question()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let asked = script.asked().len();
        counts.push(asked - before);
        before = asked;
        assert_eq!(
            answer.extensions().get::<AttemptLog>().unwrap().tried().len(),
            counts[0]
        );
    }
    assert!(
        counts.iter().all(|count| *count == counts[0] && *count > 1),
        "{counts:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn deadlines_count_from_the_beginning_of_the_call() {
    let slow = Duration::from_secs(3);
    for (deadline, asked) in [(Duration::from_secs(5), 1), (Duration::from_secs(8), 2)] {
        let script = Script::new([quota(), Say::Answer("Twins.")]);
        let service = ServiceBuilder::new()
            .layer(RetryLayer::new(policy()))
            .layer(tower::layer::layer_fn(move |inner: Script| Slow {
                inner,
                by: slow,
            }))
            .service(script.clone());
        let mut question = question();
        question.extensions_mut().insert(Deadline(deadline));
        service.oneshot(question).await.unwrap();
        assert_eq!(script.asked().len(), asked, "{deadline:?}");
    }
}

/// Takes `by` before each request.
#[derive(Clone)]
struct Slow {
    inner: Script,
    by: Duration,
}

impl tower::Service<Request<Full<Bytes>>> for Slow {
    type Response = http::Response<crate::script::Page>;
    type Error = std::io::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, std::io::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        tower::Service::<Request<Full<Bytes>>>::poll_ready(&mut self.inner, cx)
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let (by, answer) = (self.by, self.inner.call(request));
        Box::pin(async move {
            tokio::time::sleep(by).await;
            answer.await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn boxed_errors_are_read_too() {
    let script = Script::new([
        Say::Break(std::io::ErrorKind::ConnectionReset),
        Say::Answer("Twins."),
    ]);
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(policy().with_reading(boxed_failure)))
        .map_err(BoxError::from)
        .service(script.clone());
    assert_eq!(
        service.oneshot(question()).await.unwrap().status(),
        StatusCode::OK
    );
    assert_eq!(script.asked().len(), 2);
}
