//! Streams over the wire: in pieces and in time.

use dioscuri_sim::{Scenario, Server};
use serde_json::Value;

use crate::{
    fixture::BODY,
    socket::{End, SSE, STREAM, WIDE, Wire, bounded, collect, http2, http2_request, meeting, well},
};

/// The events of a body of SSE.
fn events(body: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(body).unwrap();
    text.split("\r\n\r\n")
        .filter(|event| !event.is_empty())
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn server_sent_events_come_in_chunks_and_end() {
    let server = well().await;
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.ask("POST", SSE, BODY)).await;
    assert!(
        seen.head.contains("content-type: text/event-stream"),
        "{}",
        seen.head
    );
    assert_eq!(seen.promised(), None);
    assert_eq!(seen.end, End::Whole);
    let events = events(&seen.body);
    assert!(events.len() > 1);
    let finish = |event: &Value| event["candidates"][0].get("finishReason").cloned();
    assert_eq!(finish(events.last().unwrap()), Some("STOP".into()));
    assert!(
        events[..events.len() - 1]
            .iter()
            .all(|event| finish(event).is_none())
    );
}

#[tokio::test]
async fn without_sse_a_stream_is_an_array() {
    let server = well().await;
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.ask("POST", STREAM, BODY)).await;
    assert!(
        seen.head.contains("content-type: application/json"),
        "{}",
        seen.head
    );
    assert_eq!((seen.promised(), seen.end), (None, End::Whole));
    assert!(seen.json().as_array().unwrap().len() > 1);
}

#[tokio::test]
async fn over_http2_a_stream_is_the_same() {
    let server = well().await;
    let mut wire = Wire::connect(server.addr()).await;
    let plain = bounded(wire.ask("POST", SSE, BODY)).await;
    server.reset(None);
    let (mut sender, _driver) = http2(server.addr()).await;
    let answer = bounded(sender.send_request(http2_request(SSE))).await.unwrap();
    assert_eq!(answer.headers().get("content-length"), None);
    let (body, ended) = bounded(collect(answer)).await;
    assert!(ended.is_ok());
    assert_eq!(events(&body), events(&plain.body));
}

#[tokio::test]
async fn a_stream_with_times_comes_whole() {
    let scenario = WIDE.replace(
        "seed = 3",
        "seed = 3\nlatency = { max = '0s', per_output_token = '1ms' }",
    );
    let server = Server::start(Scenario::parse(&scenario).unwrap()).await.unwrap();
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.ask("POST", SSE, BODY)).await;
    assert_eq!((seen.promised(), seen.end), (None, End::Whole));
    let finish = &events(&seen.body).pop().unwrap()["candidates"][0]["finishReason"];
    assert_eq!(finish, "STOP");
}

#[tokio::test]
async fn a_stream_breaks_at_any_byte() {
    for bytes in [1, 7, 333] {
        let server = meeting(&format!("what = 'stream_cut'\nbytes = {bytes}")).await;
        let mut wire = Wire::connect(server.addr()).await;
        let seen = bounded(wire.ask("POST", SSE, BODY)).await;
        assert!(seen.head.starts_with("HTTP/1.1 200 OK"), "{}", seen.head);
        assert_eq!(seen.body.len(), bytes);
        assert_ne!(seen.end, End::Whole, "{bytes}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_too_soon_looks_whole() {
    let server = meeting("what = 'stream_end'\nframes = 1").await;
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.ask("POST", SSE, BODY)).await;
    assert_eq!(seen.end, End::Whole);
    let events = events(&seen.body);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["candidates"][0].get("finishReason"), None);
}

#[tokio::test]
async fn an_error_in_a_stream_comes_after_a_good_head() {
    let server = meeting("what = 'stream_error'\nframes = 1\nerror = 'unavailable'").await;
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.ask("POST", SSE, BODY)).await;
    assert!(seen.head.starts_with("HTTP/1.1 200 OK"), "{}", seen.head);
    assert_eq!(events(&seen.body)[1]["error"]["code"], 503);
}
