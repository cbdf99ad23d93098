//! Error bodies: read within bounds, handed on as they came.

use crate::body::{
    Piece::{self, Broken, Data, Stall, Trailers},
    Pieces, pieces,
};
use dioscuri_http::{Bounds, read_error};
use dioscuri_vocab::{Class, Failure};
use http::{Response, response::Parts};
use http_body::Body as _;
use std::{sync::Mutex, time::Duration};

fn response(status: u16, body: &[Piece]) -> Response<Pieces> {
    let response = Response::builder()
        .status(status)
        .header("x-kept", "1")
        .extension(7_u8);
    response.body(Pieces::new(body)).unwrap()
}

/// Whatever was read of it, the response is the same; `read` is what the reader was shown.
async fn check(name: &str, body: &[Piece], read: (&[u8], bool)) {
    let shown = Mutex::new(None);
    let reader = |_: &Parts, body: &[u8], whole: bool| {
        *shown.lock().unwrap() = Some((body.to_vec(), whole));
        Some(Failure::new(Class::Capacity))
    };
    let bounds = Bounds::default()
        .with_cap(8)
        .with_patience(Duration::from_secs(5));
    let response = read_error(response(503, body), bounds, &reader).await;
    assert_eq!(
        shown.into_inner().unwrap(),
        Some((read.0.to_vec(), read.1)),
        "{name}"
    );
    let failure = response.extensions().get::<Failure>().unwrap();
    assert_eq!(
        (failure.class, failure.status),
        (Class::Capacity, Some(503)),
        "{name}"
    );
    assert_eq!(response.status().as_u16(), 503, "{name}");
    assert_eq!(response.headers()["x-kept"], "1", "{name}");
    assert_eq!(response.extensions().get::<u8>(), Some(&7), "{name}");
    assert_eq!(pieces(response.into_body()).await, body, "{name}");
}

#[tokio::test(start_paused = true)]
async fn a_response_is_handed_on_as_it_came() {
    check("empty", &[], (b"", true)).await;
    check("short", &[Data(b"bu"), Data(b"sy")], (b"busy", true)).await;
    check("with trailers", &[Data(b"busy"), Trailers], (b"busy", true)).await;
    check(
        "over the cap",
        &[Data(b"0123456789"), Data(b"more"), Trailers],
        (b"01234567", false),
    )
    .await;
    check(
        "over the cap and broken",
        &[Data(b"0123456789"), Broken("reset")],
        (b"01234567", false),
    )
    .await;
    check("broken", &[Data(b"bu"), Broken("reset")], (b"bu", false)).await;
    check("stalled", &[Data(b"bu"), Stall], (b"bu", false)).await;
}

#[tokio::test]
async fn what_is_no_error_is_not_read() {
    let reader = |_: &Parts, _: &[u8], _: bool| -> Option<Failure> { unreachable!("nothing is to be read") };
    for status in [101, 200, 206, 303, 304] {
        let response = read_error(response(status, &[Stall]), Bounds::default(), &reader).await;
        assert!(response.extensions().get::<Failure>().is_none(), "{status}");
        assert_eq!(pieces(response.into_body()).await, [Stall], "{status}");
    }
}

#[tokio::test]
async fn the_length_of_a_body_is_known_as_before() {
    let reader = |_: &Parts, _: &[u8], _: bool| None;
    let body = http_body_util::Full::new(bytes::Bytes::from_static(b"0123456789"));
    let response = Response::builder().status(500).body(body).unwrap();
    for cap in [4, 100] {
        let bounds = Bounds::default().with_cap(cap);
        let response = read_error(response.clone(), bounds, &reader).await;
        assert_eq!(response.body().size_hint().exact(), Some(10), "cap {cap}");
        assert!(!response.body().is_end_stream(), "cap {cap}");
    }
}
