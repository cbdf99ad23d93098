//! Clients that see what is on the wire: plain bytes for HTTP/1.1, hyper's client for HTTP/2.

use std::{future::Future, net::SocketAddr, time::Duration};

use bytes::Bytes;
use dioscuri_sim::{Scenario, Server};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::Incoming,
    client::conn::http2::{SendRequest, handshake},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
};

use crate::fixture::{BODY, DEVELOPER};

/// One project without limits.
pub(crate) const WIDE: &str = r#"
seed = 3
[[model]]
name = "gemini-3.8-flash"
output_tokens = { min = 100, max = 100 }

[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "AQ.castor" }]
quota = [{ model = "gemini-3.8-flash", rpm = 1000 }]
"#;

pub(crate) const STREAM: &str = "/v1beta/models/gemini-3.8-flash:streamGenerateContent";
pub(crate) const SSE: &str = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";

/// The wide world, in which `incident` happens: the lines of its table.
pub(crate) fn wide(incident: &str) -> Scenario {
    Scenario::parse(&format!("{WIDE}\n[[incident]]\n{incident}\n")).unwrap()
}

/// The wide world, in which nothing goes wrong.
pub(crate) async fn well() -> Server {
    Server::start(Scenario::parse(WIDE).unwrap()).await.unwrap()
}

pub(crate) async fn meeting(incident: &str) -> Server {
    Server::start(wide(incident)).await.unwrap()
}

/// A test that goes wrong ends, too.
pub(crate) async fn bounded<T>(act: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), act)
        .await
        .expect("an event that never comes")
}

/// How an answer ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// It is whole, by its own account.
    Whole,
    /// The connection was closed in good order before.
    Closed,
    /// The connection was reset before.
    Reset,
}

/// An answer as far as it came.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Empty if not all of it came.
    pub(crate) head: String,
    /// Without the marks of chunks.
    pub(crate) body: Vec<u8>,
    pub(crate) end: End,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The length in the head.
    pub(crate) fn promised(&self) -> Option<usize> {
        let value = self.head.split("content-length: ").nth(1)?;
        value.split("\r\n").next()?.parse().ok()
    }
}

/// A connection of plain bytes.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(addr).await.unwrap(),
            read: Vec::new(),
        }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Says that nothing more is sent.
    pub(crate) async fn finish(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    pub(crate) async fn ask(&mut self, method: &str, target: &str, body: &[u8]) -> Seen {
        self.send(&request(method, target, body)).await;
        self.answer().await
    }

    /// Asks the model.
    pub(crate) async fn generate(&mut self) -> Seen {
        self.ask("POST", DEVELOPER, BODY).await
    }

    /// The next answer, until it is whole or the connection ends.
    pub(crate) async fn answer(&mut self) -> Seen {
        loop {
            if let Some(seen) = self.whole() {
                return seen;
            }
            if let Err(end) = self.more().await {
                return self.part(end);
            }
        }
    }

    /// What comes until the connection ends, and how it ends.
    pub(crate) async fn rest(&mut self) -> (Vec<u8>, End) {
        loop {
            if let Err(end) = self.more().await {
                return (std::mem::take(&mut self.read), end);
            }
        }
    }

    /// Waits for more bytes.
    pub(crate) async fn more(&mut self) -> Result<(), End> {
        match self.stream.read_buf(&mut self.read).await {
            Ok(0) => Err(End::Closed),
            Ok(_) => Ok(()),
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
                Err(End::Reset)
            }
        }
    }

    fn head(&self) -> Option<(String, &[u8])> {
        let end = self.read.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(self.read[..end].to_vec()).unwrap();
        Some((head, &self.read[end + 4..]))
    }

    fn whole(&mut self) -> Option<Seen> {
        let (head, after) = self.head()?;
        let mut seen = Seen {
            head,
            body: Vec::new(),
            end: End::Whole,
        };
        let taken = if seen.head.contains("transfer-encoding: chunked") {
            let (body, taken) = chunks(after);
            seen.body = body;
            taken?
        } else {
            let length = seen.promised().unwrap();
            seen.body = after.get(..length)?.to_vec();
            length
        };
        let rest = after[taken..].to_vec();
        self.read = rest;
        Some(seen)
    }

    fn part(&self, end: End) -> Seen {
        let (head, after) = self.head().unwrap_or_default();
        let body = if head.contains("transfer-encoding: chunked") {
            chunks(after).0
        } else {
            after.to_vec()
        };
        Seen { head, body, end }
    }
}

/// The bytes within chunks, and the length of all if the last one is there.
fn chunks(mut coded: &[u8]) -> (Vec<u8>, Option<usize>) {
    let all = coded.len();
    let mut body = Vec::new();
    while let Some(line) = coded.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&coded[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let data = &coded[line + 2..];
        body.extend_from_slice(&data[..size.min(data.len())]);
        let Some(next) = data.get(size + 2..) else {
            break;
        };
        coded = next;
        if size == 0 {
            return (body, Some(all - coded.len()));
        }
    }
    (body, None)
}

/// A request with the key of castor.
pub(crate) fn request(method: &str, target: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: sim\r\nx-goog-api-key: AQ.castor\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A connection of HTTP/2, and the task that drives it.
pub(crate) async fn http2(
    addr: SocketAddr,
) -> (SendRequest<Full<Bytes>>, JoinHandle<Result<(), hyper::Error>>) {
    let stream = TcpStream::connect(addr).await.unwrap();
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    (sender, tokio::spawn(connection))
}

pub(crate) fn http2_request(target: &str) -> Request<Full<Bytes>> {
    Request::post(format!("http://sim{target}"))
        .header("x-goog-api-key", "AQ.castor")
        .body(Full::from(BODY))
        .unwrap()
}

/// The body as far as it comes, and whether it is whole.
pub(crate) async fn collect(response: Response<Incoming>) -> (Vec<u8>, Result<(), hyper::Error>) {
    let mut body = response.into_body();
    let mut read = Vec::new();
    loop {
        match body.frame().await {
            None => return (read, Ok(())),
            Some(Ok(frame)) => read.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Some(Err(error)) => return (read, Err(error)),
        }
    }
}

/// Lets others run until `there`.
pub(crate) async fn until(there: impl Fn() -> bool) {
    bounded(async {
        while !there() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Tasks that this test's runtime has, but for the test itself.
pub(crate) fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}
