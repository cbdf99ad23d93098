//! Plain reqwest errors: what they mean, and that they show nothing.

use crate::script::{Reply, Server, answer, client, nobody, ok};
use dioscuri_reqwest::{classify, classify_any};
use dioscuri_vocab::{Class, Phase};
use std::{io, time::Duration};
#[cfg(feature = "rustls")]
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// Long enough for loopback, short enough for a test that waits for it.
const SHORT: Duration = Duration::from_millis(500);

#[track_caller]
fn check(error: &reqwest::Error, read: (Class, Phase, Option<bool>)) {
    let (failure, phase) = classify(error);
    assert_eq!((failure.class, phase, failure.counted), read, "{error:?}");
    let shown = format!("{failure:?} {failure}");
    assert!(!shown.contains("hush") && !shown.contains("http:"), "{shown}");
}

async fn ask(url: &str) -> reqwest::Result<reqwest::Response> {
    client().post(format!("{url}/?key=hush")).body("{}").send().await
}

/// The error of asking a server that answers by `reply`, be it in the head or in the body.
async fn failed(reply: Reply) -> reqwest::Error {
    let server = Server::start([reply]).await;
    let request = client().post(format!("{}/?key=hush", server.url)).body("{}");
    match request.send().await {
        Ok(response) => response.bytes().await.unwrap_err(),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let error = ask(&nobody().await).await.unwrap_err();
    check(&error, (Class::Connection, Phase::NotSent, Some(false)));
}

#[tokio::test]
async fn a_name_without_an_address_sent_nothing() {
    let error = ask("http://no-such-host.invalid").await.unwrap_err();
    check(&error, (Class::Connection, Phase::NotSent, Some(false)));
}

#[tokio::test]
async fn a_connection_that_closes_before_the_head_had_sent() {
    let error = failed(Reply::Last(Vec::new())).await;
    check(&error, (Class::Connection, Phase::Sent, None));
}

#[tokio::test]
async fn a_silent_server_is_a_deadline_after_sending() {
    let server = Server::start([Reply::Stall(Vec::new())]).await;
    let request = client().post(format!("{}/?key=hush", server.url)).timeout(SHORT);
    let error = request.send().await.unwrap_err();
    check(&error, (Class::DeadlineExceeded, Phase::Sent, None));
}

#[tokio::test]
async fn a_body_that_stalls_is_a_deadline_after_the_head() {
    let stalls = Reply::Stall(b"HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{".to_vec());
    let server = Server::start([stalls]).await;
    let request = client().post(format!("{}/?key=hush", server.url)).timeout(SHORT);
    let error = request.send().await.unwrap().bytes().await.unwrap_err();
    assert!(
        error.is_decode() && error.is_timeout(),
        "reqwest calls it both: {error:?}"
    );
    check(&error, (Class::DeadlineExceeded, Phase::Answered, None));
}

#[tokio::test]
async fn a_body_that_is_too_short_is_a_connection_after_the_head() {
    let error = failed(Reply::Last(
        b"HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{".to_vec(),
    ))
    .await;
    check(&error, (Class::Connection, Phase::Answered, None));
}

#[tokio::test]
async fn what_is_no_request_is_not_tried_again() {
    let error = ask("ftp://host").await.unwrap_err();
    let (failure, phase) = classify(&error);
    assert_eq!((failure.class, phase), (Class::InvalidRequest, Phase::NotSent));
    assert!(!failure.transient);
}

#[tokio::test]
async fn a_redirect_without_an_end_is_not_tried_again() {
    let again = Reply::Bytes(answer(307, "location: /\r\n", ""));
    let server = Server::start(vec![again; 12]).await;
    let (failure, phase) = classify(&ask(&server.url).await.unwrap_err());
    assert_eq!((failure.class, phase), (Class::InvalidRequest, Phase::Answered));
}

#[tokio::test]
async fn a_status_that_was_made_an_error_is_read_by_its_number() {
    let server = Server::start([Reply::Bytes(answer(503, "", "busy"))]).await;
    let error = ask(&server.url).await.unwrap().error_for_status().unwrap_err();
    let (failure, phase) = classify(&error);
    assert_eq!((failure.class, failure.status), (Class::Unavailable, Some(503)));
    assert_eq!(phase, Phase::Answered);
}

#[tokio::test]
async fn an_error_inside_a_response_stream_is_read_through_what_wraps_it() {
    let error = failed(Reply::Last(
        b"HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{".to_vec(),
    ))
    .await;
    let wrapped = io::Error::other(io::Error::other(error));
    let (failure, phase) = classify_any(&wrapped).unwrap();
    assert_eq!((failure.class, phase), (Class::Connection, Phase::Answered));
}

#[tokio::test]
async fn a_good_answer_has_no_error() {
    let server = Server::start([ok("{}")]).await;
    assert_eq!(ask(&server.url).await.unwrap().text().await.unwrap(), "{}");
}

#[cfg(not(feature = "rustls"))]
#[tokio::test]
async fn https_without_tls_is_no_refusal() {
    let error = ask("https://127.0.0.1:1").await.unwrap_err();
    let (failure, phase) = classify(&error);
    assert_eq!(
        (failure.class, phase),
        (Class::FailedPrecondition, Phase::NotSent)
    );
    assert!(!failure.transient, "no retry builds TLS in");
}

#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_server_without_tls_is_no_refusal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await.unwrap();
        stream.write_all(&answer(400, "", "plain text")).await.unwrap();
        let _ = stream.shutdown().await;
    };
    let (error, ()) = tokio::join!(ask(&url), serve);
    let (failure, phase) = classify(&error.unwrap_err());
    assert_eq!(
        (failure.class, phase),
        (Class::FailedPrecondition, Phase::NotSent)
    );
}
