//! An error's body is read, and the response is handed on as it came.

use crate::script::{Reply, Server, answer, client, quota_body, refused};
use dioscuri_errors::Taxonomy;
use dioscuri_reqwest::{Bounds, read_error, read_error_with};
use dioscuri_vocab::{Class, Failure};
use reqwest::Response;
use std::time::Duration;

async fn asked(server: &Server) -> Response {
    client().post(&server.url).body("{}").send().await.unwrap()
}

#[tokio::test]
async fn the_failure_is_returned_and_stands_in_the_extensions() {
    let server = Server::start([refused("2.5s")]).await;
    let (response, failure) = read_error(asked(&server).await).await;
    let failure = failure.unwrap();
    assert_eq!((failure.class, failure.status), (Class::QuotaMinute, Some(429)));
    assert_eq!(failure.hint(), Some(Duration::from_millis(2500)));
    assert_eq!(response.extensions().get::<Failure>(), Some(&failure));
}

#[tokio::test]
async fn the_response_is_equal_in_every_part() {
    let headers = "set-cookie: a=1\r\nset-cookie: b=2\r\nx-goog-api: yes\r\n";
    let reply = Reply::Bytes(answer(503, headers, "busy"));
    let server = Server::start([reply.clone(), reply]).await;
    let plain = asked(&server).await;
    let (read, failure) = read_error(asked(&server).await).await;

    assert!(failure.is_some());
    assert_eq!(read.status(), plain.status());
    assert_eq!(read.version(), plain.version());
    assert_eq!(read.headers(), plain.headers());
    assert_eq!(read.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(read.url(), plain.url());
    assert_eq!(read.remote_addr(), plain.remote_addr());
    assert!(read.remote_addr().is_some());
    assert_eq!(read.content_length(), plain.content_length());
    assert_eq!(read.bytes().await.unwrap(), plain.bytes().await.unwrap());
}

#[tokio::test]
async fn a_body_beyond_the_cap_is_intact() {
    let body = "busy. ".repeat(500_000); // 3 MB
    let server = Server::start([Reply::Bytes(answer(503, "", &body))]).await;
    let bounds = Bounds::default().with_cap(64);
    let (response, failure) = read_error_with(asked(&server).await, bounds, &Taxonomy::new()).await;
    assert!(failure.is_some());
    assert_eq!(response.content_length(), Some(body.len() as u64));
    assert!(response.text().await.unwrap() == body, "not a byte is lost");
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up_after_the_patience() {
    let stalls = Reply::Stall(b"HTTP/1.1 429 X\r\ncontent-length: 99\r\n\r\n{".to_vec());
    let server = Server::start([stalls]).await;
    let bounds = Bounds::default().with_patience(Duration::from_millis(20));
    let (response, failure) = read_error_with(asked(&server).await, bounds, &Taxonomy::new()).await;
    assert_eq!(failure.unwrap().class, Class::QuotaUnspecified);
    assert_eq!(response.content_length(), Some(99));
}

#[tokio::test]
async fn a_read_error_comes_again_after_what_came_before_it() {
    let cut = format!(
        "HTTP/1.1 429 X\r\ncontent-length: 9999\r\n\r\n{}",
        quota_body("1s")
    );
    let server = Server::start([Reply::Last(cut.into_bytes())]).await;
    let (mut response, failure) = read_error(asked(&server).await).await;
    assert_eq!(failure.unwrap().class, Class::QuotaMinute);

    let mut before = Vec::new();
    let error = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => before.extend_from_slice(&chunk),
            Ok(None) => panic!("the body ended as if it were whole"),
            Err(error) => break error,
        }
    };
    assert_eq!(before, quota_body("1s").into_bytes());
    let (failure, _) = dioscuri_reqwest::classify(&error);
    assert_eq!(failure.class, Class::Connection);
}

#[tokio::test]
async fn a_success_is_not_read() {
    // Whoever waited for this body would wait for ever.
    let endless = Reply::Stall(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n".to_vec());
    let server = Server::start([endless]).await;
    let (mut response, failure) = read_error(asked(&server).await).await;
    assert_eq!(failure, None);
    assert_eq!(response.chunk().await.unwrap().unwrap(), "{}");
}

#[tokio::test]
async fn a_classifier_of_ones_own_is_asked() {
    let server = Server::start([Reply::Bytes(answer(420, "", "full"))]).await;
    let full = |seen: dioscuri_errors::Seen<'_>, _| {
        (seen.status == Some(420) && seen.body == b"full").then(|| Failure::new(Class::Capacity))
    };
    let (_, failure) = read_error_with(asked(&server).await, Bounds::default(), &full).await;
    assert_eq!(failure.unwrap().class, Class::Capacity);
}

#[tokio::test]
async fn what_is_neither_a_success_nor_an_error_passes() {
    let server = Server::start([Reply::Bytes(answer(304, "", ""))]).await;
    let (response, failure) = read_error(asked(&server).await).await;
    assert_eq!((response.status().as_u16(), failure), (304, None));
}
