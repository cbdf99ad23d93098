//! The gate: what a stream is held for, and that it is handed on as it came.

use crate::body::{
    Piece::{self, Broken, Data, Stall},
    Pieces, pieces,
};
use dioscuri_errors::Taxonomy;
use dioscuri_http::{Bounds, Clock, Gate, Gated, StreamReader, gate};
use dioscuri_vocab::{Class, Failure, Outcome, Phase, UnixTime};
use http::Response;
use proptest::prelude::*;
use std::sync::Arc;

const HEL: &[u8] = b"data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hel\"}]}}]}\n\n";
const LO: &[u8] = b"data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"lo\"}]}, \"finishReason\": \"STOP\"}]}\n\n";
const USAGE: &[u8] = b"data: {\"usageMetadata\": {\"promptTokenCount\": 7}}\n\n";
const BUSY: &[u8] =
    b"data: {\"error\": {\"code\": 503, \"status\": \"UNAVAILABLE\", \"message\": \"overloaded\"}}\n\n";

const PAUSED: &[u8] = b"data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hel\"}]}, \"finishReason\": \"CONTINUATION\", \
    \"continuationToken\": \"t\"}]}\n\n";

fn reader() -> StreamReader {
    StreamReader::new(Arc::new(Taxonomy::new()))
}

async fn check(name: &str, body: &[Piece], class: Option<Class>) {
    let bounds = Bounds::default().with_cap(400);
    let response = Response::new(Pieces::new(body));
    let response = gate(response, bounds, Arc::new(Taxonomy::new()), Clock::start()).await;
    let failure = response.extensions().get::<Failure>();
    assert_eq!(failure.map(|failure| failure.class), class, "{name}");
    assert_eq!(pieces(response.into_body()).await, body, "{name}");
}

#[tokio::test]
async fn a_stream_is_handed_on_as_it_came_whatever_comes_first() {
    use Class::{Capacity, Connection, EmptyResponse};
    check("content", &[Data(HEL), Data(LO)], None).await;
    check("content that stalls", &[Data(HEL), Stall], None).await;
    check("content and then an error", &[Data(HEL), Data(BUSY)], None).await;
    check("an error", &[Data(USAGE), Data(BUSY), Stall], Some(Capacity)).await;
    check("a pause", &[Data(PAUSED), Data(BUSY)], None).await;
    check("nothing", &[], Some(Connection)).await;
    check("usage alone", &[Data(USAGE)], Some(EmptyResponse)).await;
    check("a break", &[Data(USAGE), Broken("reset")], Some(Connection)).await;
    let long = [Data(USAGE); 10];
    check("more than is held", &[&long[..], &[Data(BUSY)]].concat(), None).await;
}

/// Whether the gate reads the answer that `head` begins: its body is an error.
async fn is_read(head: http::response::Builder) -> bool {
    let body = [Data(BUSY), Data(BUSY)];
    let response = head.body(Pieces::new(&body)).unwrap();
    let response = gate(
        response,
        Bounds::default(),
        Arc::new(Taxonomy::new()),
        Clock::start(),
    )
    .await;
    let is_read = response.extensions().get::<Failure>().is_some();
    assert_eq!(pieces(response.into_body()).await, body);
    is_read
}

#[tokio::test]
async fn what_cannot_be_read_as_a_stream_passes_unjudged() {
    let with = |name: &str, value: &str| Response::builder().header(name, value);
    assert!(is_read(Response::builder()).await);
    for status in [204, 205, 304, 404, 503] {
        assert!(!is_read(Response::builder().status(status)).await, "{status}");
    }
    for kind in ["application/json; charset=UTF-8", "Text/Event-Stream"] {
        assert!(is_read(with("content-type", kind)).await, "{kind}");
    }
    for kind in ["application/x-protobuf", "text/html", ""] {
        assert!(!is_read(with("content-type", kind)).await, "{kind}");
    }
    assert!(is_read(with("content-encoding", "identity")).await);
    assert!(!is_read(with("content-encoding", "gzip")).await);
}

#[tokio::test]
async fn what_passes_the_gate_is_read_on() {
    let body = Pieces::new(&[Data(USAGE), Data(HEL), Data(BUSY)]);
    let mut gated = Gated::new(body, reader(), Clock::start());
    assert_eq!(gated.open(1_000).await, Gate::Open);
    assert!(gated.is_holding() && gated.reader().ended().is_none());
    assert_eq!(gated.held(), [USAGE, HEL].concat());
    let mut passed = 0;
    while let Some(frame) = http_body_util::BodyExt::frame(&mut gated).await {
        passed += frame.unwrap().into_data().unwrap().len();
    }
    assert_eq!(passed, [USAGE, HEL, BUSY].concat().len());
    let Outcome::Failed { failure, phase } = gated.end() else {
        panic!("an error has passed")
    };
    assert_eq!((failure.class, phase), (Class::Capacity, Phase::Committed));
}

#[test]
fn an_event_that_is_too_long_ends_the_stream() {
    let mut reader = reader().with_max_event(100);
    reader.feed(HEL, UnixTime(0));
    assert!(reader.has_content() && reader.ended().is_none());
    reader.feed(&[b'x'; 101], UnixTime(0));
    let ended = reader.ended().unwrap();
    assert_eq!(ended.class(), Some(Class::TruncatedOutput));
}

/// How `body` is read in frames that end at `cuts`.
fn outcome(body: &[u8], cuts: &[usize]) -> (Outcome, bool, Option<u64>) {
    let mut reader = reader();
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (body.len() + 1)).collect();
    cuts.sort_unstable();
    let mut from = 0;
    for to in cuts.into_iter().chain([body.len()]) {
        reader.feed(&body[from..to], UnixTime(0));
        from = to;
    }
    let outcome = reader.end(UnixTime(0));
    let used = reader.served().used.map(|used| used.input_tokens);
    (outcome, reader.has_content(), used)
}

/// Streams of any of these events, whole or cut, in either form.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let events: [&'static [u8]; 5] = [HEL, LO, USAGE, BUSY, b": a comment\r\n\r\n"];
    let elements: [&'static [u8]; 4] = [
        b"[{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"}{\\\"\"}]}}]}",
        b",\n{\"error\": {\"code\": 500}}",
        b",{}",
        b"]",
    ];
    let sse = prop::collection::vec(
        prop::sample::select(events.to_vec()).prop_map(<[u8]>::to_vec),
        0..5,
    );
    let json = prop::collection::vec(
        prop::sample::select(elements.to_vec()).prop_map(<[u8]>::to_vec),
        0..5,
    );
    let noise = prop::collection::vec(any::<u8>(), 0..3).prop_map(|noise| vec![noise]);
    (prop_oneof![sse, json, noise], any::<prop::sample::Index>()).prop_map(|(pieces, end)| {
        let mut body = pieces.concat();
        body.truncate(body.len() - end.index(body.len() + 1) / 3);
        body
    })
}

proptest! {
    #[test]
    fn how_a_stream_is_cut_into_frames_changes_nothing(
        body in body(),
        cuts in prop::collection::vec(any::<usize>(), 0..6),
    ) {
        prop_assert_eq!(outcome(&body, &cuts), outcome(&body, &[]));
    }
}
