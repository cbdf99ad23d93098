//! The transport over real sockets: what it sends, and how it names what breaks.

use crate::script::{Reply, Server, answer, ok};
use bytes::Bytes;
use dioscuri_reqwest::ReqwestTransport;
use dioscuri_transport::{Fault, SendError, Sent, Transport as _};
use dioscuri_vocab::Phase;
use http_body_util::BodyExt as _;
use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// What came of one exchange, and how often the request was marked as sent.
struct Exchange {
    result: Result<(u16, Result<Bytes, SendError>), SendError>,
    marks: u32,
}

async fn send(url: &str) -> Exchange {
    let marks = Arc::new(AtomicU32::new(0));
    let sent = Sent::new({
        let marks = Arc::clone(&marks);
        move || {
            marks.fetch_add(1, Ordering::Relaxed);
        }
    });
    let request = http::Request::post(url)
        .header("x-goog-api-key", "hush")
        .body(Bytes::from("{}"))
        .unwrap();
    let result = match ReqwestTransport::new().unwrap().send(request, sent).await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            Ok((
                status,
                answer
                    .into_body()
                    .collect()
                    .await
                    .map(http_body_util::Collected::to_bytes),
            ))
        }
        Err(error) => Err(error),
    };
    Exchange {
        result,
        marks: marks.load(Ordering::Relaxed),
    }
}

/// Serves one connection: reads the request, writes `answer`, closes.
async fn exchange(scheme: &str, answer: &'static str) -> Exchange {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{scheme}://{}/?key=hush", listener.local_addr().unwrap());
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = [0; 4096];
        let _ = stream.read(&mut seen).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        let _ = stream.shutdown().await;
    };
    tokio::join!(send(&url), serve).0
}

#[track_caller]
fn failed(exchange: Exchange) -> (Phase, Fault) {
    let error = match exchange.result {
        Err(error) | Ok((_, Err(error))) => error,
        Ok((status, Ok(_))) => panic!("answered with {status}"),
    };
    let mut shown = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        shown.push_str(&next.to_string());
        cause = next.source();
    }
    assert!(!shown.contains("hush"), "no error shows a key: {shown}");
    (error.phase, error.fault)
}

#[tokio::test]
async fn an_answer_comes_through_whatever_its_status() {
    let exchange = exchange("http", "HTTP/1.1 503 X\r\ncontent-length: 2\r\n\r\nno").await;
    let (status, body) = exchange.result.unwrap();
    assert_eq!((status, body.unwrap()), (503, Bytes::from("no")));
    assert!(exchange.marks >= 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let answer = "HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(exchange("http", answer).await.result.unwrap().0, 307);
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let exchange = send(&url).await;
    assert_eq!(exchange.marks, 0);
    assert_eq!(failed(exchange), (Phase::NotSent, Fault::Refused));
}

#[tokio::test]
async fn a_connection_closed_before_the_head_had_sent() {
    assert_eq!(failed(exchange("http", "").await), (Phase::Sent, Fault::Reset));
}

#[tokio::test]
async fn a_body_cut_short_had_been_answered() {
    let answer = "HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{\"candidates\"";
    assert_eq!(
        failed(exchange("http", answer).await),
        (Phase::Answered, Fault::Truncated)
    );
}

#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_server_without_tls_was_sent_nothing() {
    let exchange = exchange("https", "HTTP/1.1 400 plain text\r\n\r\n").await;
    assert_eq!(exchange.marks, 0);
    assert_eq!(failed(exchange), (Phase::NotSent, Fault::Tls));
}

#[tokio::test]
async fn a_second_lane_is_opened_while_the_first_is_busy() {
    let server = Server::start([Reply::Stall(answer(200, "", "")), ok("{}"), ok("{}")]).await;
    let transport = ReqwestTransport::with_lanes(NonZeroUsize::new(2).unwrap()).unwrap();
    let ask = async || {
        let request = http::Request::post(&server.url).body(Bytes::new()).unwrap();
        transport.send(request, Sent::new(|| ())).await.unwrap()
    };
    let first = ask().await;
    let second = ask().await;
    let both = server.connections();
    drop((first, second));
    assert_eq!(both, 2);
}

#[cfg(not(feature = "rustls"))]
#[tokio::test]
async fn without_tls_the_error_says_which_feature_to_turn_on() {
    let exchange = send("https://127.0.0.1:1/").await;
    let Err(error) = exchange.result else {
        panic!("there is no TLS")
    };
    assert_eq!((error.phase, error.fault), (Phase::NotSent, Fault::Tls));
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("`rustls`"), "{cause}");
}
