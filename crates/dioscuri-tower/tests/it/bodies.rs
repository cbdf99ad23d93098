//! Bodies in both directions.

use crate::service::{Fake, Frames, Log, data, send};
use bytes::Bytes;
use dioscuri_tower::TowerTransport;
use dioscuri_transport::{Fault, Sent, Transport as _};
use dioscuri_vocab::Phase;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt as _;

#[tokio::test]
async fn a_body_arrives_frame_by_frame_in_bytes() {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-end", "yes".parse().unwrap());
    let transport = TowerTransport::new(Fake::new(move |_| {
        let end = Frame::trailers(trailers.clone());
        Ok(Response::new(Frames::new([data("Castor "), data("Pollux"), end])))
    }));
    let mut body = send(&transport, Log::default()).await.unwrap().into_body();
    for expected in ["Castor ", "Pollux"] {
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), expected);
    }
    let end = body.frame().await.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!(end["x-end"], "yes");
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn a_body_that_breaks_had_been_answered() {
    let transport = TowerTransport::new(Fake::new(|_| {
        Ok(Response::new(Frames::text("half of").then_broken()))
    }));
    let mut body = send(&transport, Log::default()).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    let error = body.frame().await.unwrap().unwrap_err();
    assert_eq!((error.phase, error.fault), (Phase::Answered, Fault::Reset));
}

#[tokio::test]
async fn the_request_and_the_head_pass_unchanged() {
    let transport = TowerTransport::new(Fake::new(|request| {
        assert_eq!(request.headers()["x-goog-api-key"], "AQ.castor");
        assert_eq!(request.uri(), "https://generativelanguage.googleapis.com/v1beta");
        assert_eq!(request.body().size_hint().exact(), Some(2));
        let mut response = Response::new(Frames::text("busy"));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.headers_mut().insert("retry-after", "7".parse().unwrap());
        Ok(response)
    }));
    let request = Request::post("https://generativelanguage.googleapis.com/v1beta")
        .header("x-goog-api-key", "AQ.castor")
        .body(Bytes::from_static(b"{}"))
        .unwrap();
    let answer = transport.send(request, Sent::new(|| {})).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "7");
}
