//! The world over a socket, spoken to in plain bytes.

use std::net::SocketAddr;

use dioscuri_sim::{Scenario, Server, ServerConfig};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    fixture::{BODY, DEVELOPER, SMALL, VERTEX},
    socket::{Wire, bounded, collect, http2, http2_request},
};

async fn server() -> Server {
    Server::start_with(
        Scenario::parse(SMALL).unwrap(),
        ServerConfig::default().with_seed(5),
    )
    .await
    .unwrap()
}

/// Sends a request on a connection of its own; the answer's head and body.
async fn send(addr: SocketAddr, method: &str, target: &str, headers: &str, body: &[u8]) -> (String, Value) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn requests_are_answered_on_both_surfaces() {
    let server = server().await;
    assert_eq!(server.url(), format!("http://{}", server.addr()));
    let key = "x-goog-api-key: AQ.castor\r\n";
    let (head, body) = send(server.addr(), "POST", DEVELOPER, key, BODY).await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains("content-type: application/json; charset=UTF-8"),
        "{head}"
    );
    assert!(head.contains("x-gemini-service-tier: standard"), "{head}");
    assert_eq!(body["modelVersion"], "gemini-3.8-flash");

    let token = "Authorization: Bearer ya29.leda\r\n";
    let (head, body) = send(server.addr(), "POST", VERTEX, token, BODY).await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert_eq!(body["usageMetadata"]["trafficType"], "ON_DEMAND");

    let in_query = format!("{DEVELOPER}?key=AQ.pollux");
    let (head, _) = send(server.addr(), "POST", &in_query, "", BODY).await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert_eq!(server.stats().answered, 3);
}

#[tokio::test]
async fn refusals_and_stats_go_over_the_wire() {
    let server = server().await;
    let key = "x-goog-api-key: AQ.castor\r\n";
    for _ in 0..2 {
        send(server.addr(), "POST", DEVELOPER, key, BODY).await;
    }
    let (head, body) = send(server.addr(), "POST", DEVELOPER, key, BODY).await;
    assert!(head.starts_with("HTTP/1.1 429 Too Many Requests\r\n"), "{head}");
    assert!(!head.to_ascii_lowercase().contains("retry-after"), "{head}");
    assert_eq!(body["error"]["status"], "RESOURCE_EXHAUSTED");

    let two = format!("{key}authorization: bearer x\r\n");
    let (head, _) = send(server.addr(), "POST", DEVELOPER, &two, BODY).await;
    assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");

    let (head, stats) = send(server.addr(), "GET", "/sim/stats", "", b"").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert_eq!(stats["arrivals"], 4);
    assert_eq!(
        stats["refused"],
        serde_json::json!({"minute": 1, "credentials": 1})
    );
    let first = &stats["domains"][0];
    assert_eq!(first["project"], "castor");
    assert_eq!(
        (&first["unit"], &first["window"]),
        (&"requests".into(), &"minute".into())
    );
    assert_eq!(
        (&first["limit"], &first["peak"], &first["refused"]),
        (&2.into(), &2.into(), &1.into())
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_has_arrived() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    // A byte more than the limit is enough, although ten more are announced.
    let size = 100_000_001;
    let head = format!(
        "POST {DEVELOPER} HTTP/1.1\r\nhost: sim\r\nx-goog-api-key: AQ.castor\r\ncontent-length: {}\r\n\r\n",
        size + 10
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; size]).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}\n") {
        assert!(
            stream.read_buf(&mut answer).await.unwrap() > 0,
            "closed without an answer"
        );
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(
        answer.contains("Request payload size exceeds the limit: 100000000 bytes."),
        "{answer}"
    );
}

/// The head of a request whose body is framed like this.
fn framed(request: &str, framing: &str) -> Vec<u8> {
    let key = "x-goog-api-key: AQ.castor";
    format!("{request} HTTP/1.1\r\nhost: sim\r\n{key}\r\n{framing}\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_request_that_is_not_whole_is_neither_answered_nor_counted() {
    let server = server().await;
    let model = format!("POST {DEVELOPER}");
    let longer = format!("content-length: {}", BODY.len() + 1);
    let size = format!("{:x}\r\n", BODY.len());
    let chunk = [size.as_bytes(), BODY, b"\r\n"].concat();
    let chunked = "transfer-encoding: chunked";
    for request in [
        // It breaks off: after its JSON, within, before, and before the last chunk.
        [framed(&model, &longer).as_slice(), BODY].concat(),
        [framed(&model, &longer).as_slice(), &BODY[..9]].concat(),
        framed(&model, &longer),
        [framed(&model, chunked), chunk.clone()].concat(),
        // What follows is no size of a chunk.
        [framed(&model, chunked), chunk, b"ZZ\r\n".to_vec()].concat(),
        [
            framed("PUT /sim/scenario", "content-length: 9999").as_slice(),
            SMALL.as_bytes(),
        ]
        .concat(),
    ] {
        let mut wire = Wire::connect(server.addr()).await;
        wire.send(&request).await;
        wire.finish().await;
        let (answer, _) = bounded(wire.rest()).await;
        assert_eq!(String::from_utf8_lossy(&answer), "", "{}", request.escape_ascii());
    }
    assert_eq!(server.stats().arrivals, 0);
    let scenario = send(server.addr(), "GET", "/sim/scenario", "", b"").await.1;
    assert_eq!(scenario["seed"], 5);
}

#[tokio::test]
async fn over_http2_a_request_that_is_not_whole_is_neither_answered_nor_counted() {
    let server = server().await;
    let (mut sender, _driver) = http2(server.addr()).await;
    let mut request = http2_request(DEVELOPER);
    let longer = (BODY.len() + 1).into();
    request.headers_mut().insert("content-length", longer);
    assert!(bounded(sender.send_request(request)).await.is_err());
    assert_eq!(server.stats().arrivals, 0);
    // The others of the connection go on.
    let next = bounded(sender.send_request(http2_request(DEVELOPER))).await;
    assert!(bounded(collect(next.unwrap())).await.1.is_ok());
    assert_eq!(server.stats().arrivals, 1);
}

#[tokio::test]
async fn http2_is_spoken_to_who_begins_with_it() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    // An empty SETTINGS frame: length 0, type 4, no flags, stream 0.
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "the server's first frame is its SETTINGS");
}

#[tokio::test]
async fn a_stopped_server_frees_its_port_and_its_connections() {
    let server = server().await;
    let addr = server.addr();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    // An exchange makes sure that the connection has been accepted.
    stream
        .write_all(b"GET /sim/stats HTTP/1.1\r\nhost: sim\r\n\r\n")
        .await
        .unwrap();
    assert!(stream.read(&mut [0; 16]).await.unwrap() > 0);
    server.stop().await;
    let again = ServerConfig::default().with_addr(addr);
    let next = Server::start_with(Scenario::named("calm").unwrap(), again).await;
    assert_eq!(next.unwrap().addr(), addr);
    let mut rest = Vec::new();
    // Reset or end of file, as the system likes; an open connection would wait for ever.
    let _ = stream.read_to_end(&mut rest).await;
}
