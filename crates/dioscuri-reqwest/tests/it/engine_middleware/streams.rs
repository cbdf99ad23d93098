//! Streams through the whole engine: held until their first content, never sent again after it.

use super::*;

const STREAM: &str = "http://no-such-host.invalid/v1beta/models/m:streamGenerateContent?alt=sse";

const SSE: &str = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

fn chunk(event: &str) -> String {
    let event = format!("data: {event}\r\n\r\n");
    format!("{:x}\r\n{event}\r\n", event.len())
}

const PIECE: &str = r#"{"candidates": [{"content": {"parts": [{"text": "so"}]}}]}"#;

#[tokio::test]
async fn a_stream_comes_through_and_its_receipt_grows() {
    let bytes = [SSE, &chunk(PIECE), &chunk(ANSWER), "0\r\n\r\n"].concat();
    let server = Server::start([Reply::Bytes(bytes.into_bytes())]).await;
    let carrier = carrier([developer(&server.url)], None);
    let response = stack(carrier.clone())
        .post(STREAM)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(carrier.engine().in_flight(), 1, "it is being read");
    let receipt = response.extensions().get::<LiveReceipt>().unwrap().clone();
    assert!(receipt.now().tries[0].ended.is_none());
    let text = response.text().await.unwrap();
    assert_eq!(text, format!("data: {PIECE}\r\n\r\ndata: {ANSWER}\r\n\r\n"));
    assert!(receipt.now().tries[0].ended.is_some());
    assert_eq!(carrier.engine().in_flight(), 0);
}

#[tokio::test]
async fn an_error_before_the_first_content_is_tried_again() {
    let error = r#"{"error": {"code": 503, "status": "UNAVAILABLE", "message": "The model is overloaded."}}"#;
    let fails = Reply::Bytes([SSE, &chunk(error), "0\r\n\r\n"].concat().into_bytes());
    let answers = Reply::Bytes([SSE, &chunk(ANSWER), "0\r\n\r\n"].concat().into_bytes());
    let server = Server::start([fails, answers]).await;
    let response = stack(carrier(two(&server), None))
        .post(STREAM)
        .body("{}")
        .send()
        .await
        .unwrap();
    let tries = &response.extensions().get::<Receipt>().unwrap().tries;
    assert_eq!((tries.len(), tries[0].class), (2, Some(Class::Capacity)));
    assert_eq!(response.text().await.unwrap(), format!("data: {ANSWER}\r\n\r\n"));
}

#[tokio::test]
async fn a_stream_that_breaks_ends_with_an_error_and_is_not_sent_again() {
    let breaks = Reply::Last([SSE, &chunk(PIECE)].concat().into_bytes());
    let server = Server::start([breaks, good()]).await;
    let response = stack(carrier(two(&server), None))
        .post(STREAM)
        .body("{}")
        .send()
        .await
        .unwrap();
    let error = response.text().await.unwrap_err();
    let (failure, phase) = classify(&error);
    assert_eq!(
        (failure.class, phase),
        (Class::Connection, Phase::Committed),
        "{error:?}"
    );
    assert_eq!(server.bodies().len(), 1);
}

#[tokio::test]
async fn a_stream_that_is_dropped_gives_its_place_back() {
    let stalls = Reply::Stall([SSE, &chunk(PIECE)].concat().into_bytes());
    let server = Server::start([stalls]).await;
    let carrier = carrier([developer(&server.url)], None);
    let mut response = stack(carrier.clone())
        .post(STREAM)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);
    assert_eq!(carrier.engine().in_flight(), 0);
    server.saw(&Event::Closed(0)).await;
}

#[tokio::test]
async fn whoever_stops_reading_at_the_finish_reason_has_a_complete_receipt() {
    let stalls = Reply::Stall([SSE, &chunk(ANSWER)].concat().into_bytes());
    let server = Server::start([stalls]).await;
    let mut response = stack(carrier([developer(&server.url)], None))
        .post(STREAM)
        .body("{}")
        .send()
        .await
        .unwrap();
    let receipt = response.extensions().get::<LiveReceipt>().unwrap().clone();
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);
    let receipt = receipt.now();
    assert!(
        receipt.served.is_some() && receipt.tries[0].ended.is_some(),
        "{receipt:?}"
    );
}
