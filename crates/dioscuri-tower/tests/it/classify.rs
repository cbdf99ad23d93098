//! What is read of an answer, and that it is the same afterwards.

use crate::script::{Say, Script, text};
use bytes::Bytes;
use dioscuri_tower::ClassifyLayer;
use dioscuri_tower::vocab::{Class, Failure};
use http::{Request, Response, StatusCode, response::Parts};
use http_body_util::Full;
use std::io::ErrorKind;
use tower::{ServiceBuilder, ServiceExt};

fn question() -> Request<Full<Bytes>> {
    Request::post("http://a.test/").body(Full::from("{}")).unwrap()
}

fn busy(head: &Parts, body: &[u8], whole: bool) -> Option<Failure> {
    assert!(whole && body == b"why");
    (head.status == 503).then(|| Failure::new(Class::Capacity))
}

async fn over(say: Say) -> Response<dioscuri_http::Peeked<crate::script::Page>> {
    let service = ServiceBuilder::new()
        .layer(ClassifyLayer::new(busy))
        .service(Script::new([say]));
    service.oneshot(question()).await.unwrap()
}

#[tokio::test]
async fn a_failure_stands_beside_its_response_which_is_the_same() {
    let response = over(Say::Status(503)).await;
    let failure = response.extensions().get::<Failure>().unwrap();
    assert_eq!((failure.class, failure.status), (Class::Capacity, Some(503)));
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["x-served"], "yes");
    assert_eq!(text(response.into_body()).await, "why");
}

#[tokio::test]
async fn what_the_reader_does_not_know_passes() {
    let response = over(Say::Status(404)).await;
    assert!(response.extensions().get::<Failure>().is_none());
    assert_eq!(text(response.into_body()).await, "why");
}

#[tokio::test]
async fn a_success_is_not_read() {
    let response = over(Say::Answer("Twins.")).await;
    assert!(format!("{:?}", response.body()).contains("frames_read: 0"));
    assert_eq!(text(response.into_body()).await, "Twins.");
}

#[tokio::test]
async fn errors_pass_unchanged_and_readiness_is_that_of_the_service() {
    let stack = ServiceBuilder::new().layer(ClassifyLayer::new(busy));
    let broken = stack
        .clone()
        .service(Script::new([Say::Break(ErrorKind::BrokenPipe)]));
    assert_eq!(
        broken.oneshot(question()).await.unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    let mut unready = stack.service(Script::new([Say::Unready(ErrorKind::NotFound)]));
    let error = ServiceExt::<Request<Full<Bytes>>>::ready(&mut unready)
        .await
        .err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::NotFound));
}
