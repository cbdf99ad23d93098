//! A client as a tower service of `http::Request`.

use crate::script::{Event, Reply, Server, answer, client, nobody, ok};
use bytes::Bytes;
use dioscuri_reqwest::{ReqwestService, classify};
use dioscuri_vocab::{Class, Phase};
use http_body_util::{BodyExt as _, Full};
use tower_service::Service as _;

fn request(url: &str) -> http::Request<Full<Bytes>> {
    http::Request::post(url)
        .header("x-mine", "yes")
        .body(Full::from("{}"))
        .unwrap()
}

/// What generic layers ask of a service.
fn is_plain<S: Clone + Send + Sync + 'static>(service: S) -> S {
    service
}

#[tokio::test]
async fn request_and_response_come_through_whole() {
    let reply = Reply::Bytes(answer(503, "set-cookie: a=1\r\nset-cookie: b=2\r\n", "busy"));
    let server = Server::start([reply]).await;
    let mut service = is_plain(ReqwestService::new(client()));
    let response = service.call(request(&server.url)).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "busy");

    let events = server.events();
    let Some(Event::Asked { head, body, .. }) = events.get(1) else {
        panic!("{events:?}")
    };
    assert!(
        head.contains("x-mine: yes") && head.contains("content-length: 2"),
        "{head}"
    );
    assert_eq!(body, b"{}");
}

#[tokio::test]
async fn no_error_shows_its_url() {
    let mut service = ReqwestService::from(client());
    let url = format!("{}/?key=hush", nobody().await);
    for url in [url.as_str(), "ftp://host/?key=hush", "/no/host?key=hush"] {
        let error = service.call(request(url)).await.unwrap_err();
        let mut shown = format!("{error:?} {error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            shown.push_str(&next.to_string());
            cause = next.source();
        }
        assert!(!shown.contains("hush"), "{shown}");
        assert_eq!(classify(&error).1, Phase::NotSent, "{shown}");
    }
}

#[tokio::test]
async fn its_errors_are_read_as_any() {
    let mut service = ReqwestService::new(client());
    let error = service.call(request(&nobody().await)).await.unwrap_err();
    assert_eq!(classify(&error).0.class, Class::Connection);
}

#[tokio::test]
async fn what_a_redirect_brought_from_elsewhere_is_an_error() {
    let elsewhere = Server::start([ok("{}")]).await;
    let moved = format!("location: {}/\r\n", elsewhere.url);
    let server = Server::start([Reply::Bytes(answer(303, &moved, ""))]).await;
    let mut service = ReqwestService::new(client());
    let error = service.call(request(&server.url)).await.unwrap_err();
    let (failure, phase) = classify(&error);
    assert_eq!(
        (failure.class, phase),
        (Class::FailedPrecondition, Phase::Answered),
        "{error:?}"
    );
    assert!(format!("{error:?}").contains(&elsewhere.url), "{error:?}");
}
