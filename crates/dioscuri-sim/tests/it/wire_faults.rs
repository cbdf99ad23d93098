//! Each fault of the wire, as a client sees it: how much comes, and how it ends.

use std::time::Duration;

use dioscuri_sim::{Reason, Scenario, Server};
use tokio::net::TcpStream;

use crate::{
    fixture::{BODY, DEVELOPER},
    socket::{
        End, SSE, Seen, Wire, bounded, collect, http2, http2_request, meeting, request, tasks, until, well,
        wide,
    },
};

/// What the first request meets while `incident` happens.
async fn first(incident: &str) -> Seen {
    let server = meeting(incident).await;
    let mut wire = Wire::connect(server.addr()).await;
    bounded(wire.generate()).await
}

#[tokio::test]
async fn a_reset_before_the_request_is_looked_at_counts_nothing() {
    let server = meeting("what = 'reset_before'").await;
    let (seen, end) = bounded(async {
        let mut wire = Wire::connect(server.addr()).await;
        wire.send(&request("POST", DEVELOPER, BODY)).await;
        wire.rest().await
    })
    .await;
    assert_eq!((seen.len(), end), (0, End::Reset));
    let stats = server.stats();
    assert_eq!((stats.arrivals, stats.admitted), (1, 0));
}

#[tokio::test]
async fn a_reset_in_place_of_the_answer_is_counted() {
    let server = meeting("what = 'reset_after'").await;
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.generate()).await;
    assert_eq!((seen.head.as_str(), seen.end), ("", End::Reset));
    let stats = server.stats();
    assert_eq!((stats.admitted, stats.answered), (1, 0));
    assert_eq!(stats.refused_for(Reason::Wire), 1);
}

#[tokio::test]
async fn a_stalled_head_ends_with_a_reset() {
    let seen = first("what = 'stall_head'\npause = '20ms'").await;
    assert_eq!((seen.head.as_str(), seen.end), ("", End::Reset));
}

#[tokio::test]
async fn a_stalled_body_breaks_where_the_scenario_says() {
    let seen = first("what = 'stall_body'\nbytes = 10\npause = '20ms'").await;
    assert!(seen.head.starts_with("HTTP/1.1 200 OK"), "{}", seen.head);
    assert!(seen.promised().unwrap() > 10);
    assert_eq!((seen.body.len(), seen.end), (10, End::Reset));
}

#[tokio::test]
async fn without_a_position_half_of_the_body_comes() {
    let seen = first("what = 'truncated'").await;
    let promised = seen.promised().unwrap();
    assert_eq!((seen.body.len(), seen.end), (promised / 2, End::Closed));
}

#[tokio::test]
async fn a_truncated_body_has_exactly_its_bytes() {
    for bytes in [0, 1, 300] {
        let seen = first(&format!("what = 'truncated'\nbytes = {bytes}")).await;
        assert!(seen.head.starts_with("HTTP/1.1 200 OK"), "{}", seen.head);
        assert_eq!((seen.body.len(), seen.end), (bytes, End::Closed), "{bytes}");
    }
}

#[tokio::test]
async fn a_truncated_body_larger_than_the_buffers_has_exactly_its_bytes() {
    let large = "output_tokens = { min = 60000, max = 60000 }";
    let scenario = wide("what = 'truncated'\nbytes = 150001")
        .toml
        .expose()
        .replace("output_tokens = { min = 100, max = 100 }", large);
    let server = Server::start(Scenario::parse(&scenario).unwrap()).await.unwrap();
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.generate()).await;
    assert!(seen.promised().unwrap() > 200_000);
    assert_eq!((seen.body.len(), seen.end), (150_001, End::Closed));
}

#[tokio::test]
async fn a_slow_body_comes_whole() {
    let seen = first("what = 'slow_body'\nrate = 20000").await;
    assert_eq!(seen.end, End::Whole);
    assert_eq!(seen.json()["candidates"][0]["finishReason"], "STOP");
}

#[tokio::test]
async fn a_wrong_length_promises_more_than_comes() {
    let seen = first("what = 'wrong_length'").await;
    assert_eq!(seen.end, End::Closed);
    assert!(seen.promised().unwrap() > seen.body.len());
    assert_eq!(seen.json()["candidates"][0]["finishReason"], "STOP");
}

#[tokio::test]
async fn after_a_goaway_the_connection_is_closed() {
    let server = meeting("what = 'goaway'").await;
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.generate()).await;
    assert!(seen.head.contains("connection: close"), "{}", seen.head);
    assert_eq!(seen.end, End::Whole);
    assert_eq!(seen.json()["candidates"][0]["finishReason"], "STOP");
    assert_eq!(bounded(wire.rest()).await, (Vec::new(), End::Closed));
}

#[tokio::test]
async fn over_http2_a_reset_ends_the_connection() {
    for what in ["reset_before", "reset_after"] {
        let server = meeting(&format!("what = '{what}'")).await;
        let (mut sender, driver) = http2(server.addr()).await;
        let answer = bounded(sender.send_request(http2_request(DEVELOPER))).await;
        assert!(answer.is_err(), "{what}");
        assert!(bounded(driver).await.unwrap().is_err(), "{what}");
    }
}

#[tokio::test]
async fn over_http2_a_truncated_body_has_exactly_its_bytes() {
    // With one larger than a client's first window, which is 64 KiB unless it says more.
    for (tokens, bytes) in [(100, 0), (100, 10), (60_000, 150_001)] {
        let scenario = wide(&format!("what = 'truncated'\nbytes = {bytes}"))
            .toml
            .expose()
            .replace("min = 100, max = 100", &format!("min = {tokens}, max = {tokens}"));
        let server = Server::start(Scenario::parse(&scenario).unwrap()).await.unwrap();
        let (mut sender, driver) = http2(server.addr()).await;
        let answer = bounded(sender.send_request(http2_request(DEVELOPER))).await;
        let (body, ended) = bounded(collect(answer.unwrap())).await;
        assert_eq!(body.len(), bytes);
        assert!(ended.is_err(), "{bytes}");
        drop(bounded(driver).await.unwrap());
    }
}

#[tokio::test]
async fn over_http2_a_wrong_length_resets_its_stream_only() {
    let server = meeting("what = 'wrong_length'\ncount = 1").await;
    let (mut sender, _driver) = http2(server.addr()).await;
    let answer = bounded(sender.send_request(http2_request(DEVELOPER)))
        .await
        .unwrap();
    let promised = answer.headers()["content-length"].to_str().unwrap().to_owned();
    let (body, ended) = bounded(collect(answer)).await;
    assert!(ended.is_err());
    assert!(promised.parse::<usize>().unwrap() > body.len());
    assert!(body.ends_with(b"}\n"), "the whole body comes first");
    let next = bounded(sender.send_request(http2_request(DEVELOPER)))
        .await
        .unwrap();
    assert!(bounded(collect(next)).await.1.is_ok());
}

#[tokio::test]
async fn over_http2_a_goaway_lets_the_answer_through() {
    let server = meeting("what = 'goaway'").await;
    let (mut sender, driver) = http2(server.addr()).await;
    let answer = bounded(sender.send_request(http2_request(DEVELOPER)))
        .await
        .unwrap();
    let (body, ended) = bounded(collect(answer)).await;
    assert!(ended.is_ok());
    assert!(body.ends_with(b"}\n"));
    assert!(bounded(driver).await.unwrap().is_ok());
    assert!(bounded(sender.ready()).await.is_err());
}

#[tokio::test]
async fn over_http2_a_stalled_stream_holds_up_no_other() {
    let server = meeting("what = 'stall_body'\nbytes = 5\npause = '1h'\ncount = 1").await;
    let (mut sender, driver) = http2(server.addr()).await;
    let stalled = bounded(sender.send_request(http2_request(SSE))).await.unwrap();
    let next = bounded(sender.send_request(http2_request(DEVELOPER)))
        .await
        .unwrap();
    assert!(bounded(collect(next)).await.1.is_ok());
    server.stop().await;
    let (body, ended) = bounded(collect(stalled)).await;
    assert_eq!(body.len(), 5);
    assert!(ended.is_err());
    drop(driver.await);
}

#[tokio::test]
async fn nobody_listens_while_connections_are_refused() {
    let server = meeting("what = 'refused'\nat = '1h'\nfor = '1h'").await;
    let addr = server.addr();
    let mut kept = Wire::connect(addr).await;
    assert_eq!(bounded(kept.generate()).await.end, End::Whole);
    server.advance(Duration::from_secs(3600));
    // Those that were there are reset.
    assert_eq!(bounded(kept.rest()).await, (Vec::new(), End::Reset));
    let refused = TcpStream::connect(addr).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    server.advance(Duration::from_secs(3600));
    bounded(async {
        while TcpStream::connect(addr).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut wire = Wire::connect(addr).await;
    assert_eq!(bounded(wire.generate()).await.end, End::Whole);
}

/// The beginning of a TLS record of 300 bytes, and its rest.
fn client_hello() -> [Vec<u8>; 2] {
    let mut hello = vec![0x16, 3, 1, 1, 39, 1, 0, 1, 35, 3, 3];
    hello.resize(100, 7);
    [hello, vec![7; 200]]
}

#[tokio::test]
async fn a_client_of_tls_gets_an_alert() {
    let server = well().await;
    let mut wire = Wire::connect(server.addr()).await;
    for part in client_hello() {
        wire.send(&part).await;
    }
    let alert = vec![0x15, 3, 3, 0, 2, 2, 40];
    assert_eq!(bounded(wire.rest()).await, (alert, End::Closed));
    assert_eq!(server.stats().arrivals, 0);
}

#[tokio::test]
async fn a_tls_failure_hangs_up_in_the_middle() {
    let server = meeting("what = 'tls_failure'").await;
    let mut wire = Wire::connect(server.addr()).await;
    for part in client_hello() {
        wire.send(&part).await;
    }
    assert_eq!(bounded(wire.rest()).await, (Vec::new(), End::Closed));
}

#[tokio::test]
async fn a_huge_error_holds_up_no_other() {
    let server = meeting("what = 'huge_error'\ncount = 1").await;
    let mut huge = Wire::connect(server.addr()).await;
    huge.send(&request("POST", DEVELOPER, BODY)).await;
    bounded(huge.more()).await.unwrap();
    // The page is on its way and far from done: nobody reads it.
    let mut other = Wire::connect(server.addr()).await;
    assert_eq!(bounded(other.generate()).await.end, End::Whole);
    let mut length = 0;
    let mut promised = None;
    bounded(async {
        let seen = huge.answer().await;
        length = seen.body.len();
        promised = seen.promised();
    })
    .await;
    assert_eq!((length, promised), (10_000_000, Some(10_000_000)));
}

#[tokio::test]
async fn a_client_that_leaves_frees_its_stall() {
    for what in ["stall_head", "stall_body"] {
        let server = meeting(&format!("what = '{what}'\npause = '1h'")).await;
        let before = tasks();
        let mut waiting = Vec::new();
        for _ in 0..20 {
            let mut wire = Wire::connect(server.addr()).await;
            wire.send(&request("POST", DEVELOPER, BODY)).await;
            waiting.push(wire);
        }
        until(|| server.stats().arrivals == 20).await;
        assert_eq!(tasks(), before + 20, "{what}");
        drop(waiting);
        until(|| tasks() == before).await;
        server.stop().await;
    }
}

#[tokio::test]
async fn over_http2_a_client_that_leaves_frees_its_stalls() {
    for what in ["stall_head", "stall_body"] {
        let server = meeting(&format!("what = '{what}'\npause = '1h'")).await;
        let (mut sender, driver) = http2(server.addr()).await;
        // An exchange makes sure that the connection has been accepted.
        let stats = bounded(sender.send_request(http2_request("/sim/stats"))).await;
        assert_eq!(bounded(collect(stats.unwrap())).await.1.ok(), Some(()));
        let connected = tasks();
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..20 {
            asked.spawn(sender.send_request(http2_request(DEVELOPER)));
        }
        until(|| server.stats().arrivals == 20).await;
        // Streams that the client resets are free, whatever becomes of the connection.
        asked.shutdown().await;
        until(|| tasks() <= connected).await;
        driver.abort();
        drop(sender);
        until(|| tasks() < connected).await;
    }
}

#[tokio::test]
async fn a_stop_ends_every_stall() {
    let before = tasks();
    let server = meeting("what = 'stall_head'\npause = '1h'").await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let mut wire = Wire::connect(server.addr()).await;
        wire.send(&request("POST", DEVELOPER, BODY)).await;
        waiting.push(wire);
    }
    until(|| server.stats().arrivals == 20).await;
    server.stop().await;
    until(|| tasks() == before).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_too_little_is_sent_away() {
    let server = well().await;
    for beginning in ["", "P", "POST / HTTP/1.1\r\nhost: s", "\x16\x03"] {
        let mut wire = Wire::connect(server.addr()).await;
        wire.send(beginning.as_bytes()).await;
        let (_, end) = wire.rest().await;
        assert_eq!(end, End::Closed, "{beginning:?}");
    }
}
