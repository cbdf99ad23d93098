//! Servers for what the simulator does not do: byte by byte.

use crate::{Home, Tap};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
};

/// A good answer.
pub const ANSWER: &str = r#"{"candidates": [{"content": {"role": "model", "parts": [{"text": "so"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1, "totalTokenCount": 6}, "modelVersion": "gemini-3.8-flash"}"#;

/// A lack of capacity.
const OVERLOADED: &str = r#"{"error": {"code": 503, "message": "The model is overloaded. Please try again later.", "status": "UNAVAILABLE"}}"#;

/// What a server does to a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Trick {
    /// Half of a compressed body, of the length that the head names. For a client that takes none, half of a plain one,
    /// and then the end.
    TruncatedGzip,
    /// A page of ten megabytes that says that something is wrong.
    HugePage,
    /// The answer comes after the request's head, and the rest of the request is read.
    EarlyAnswer,
    /// A refusal comes after the request's head, and the connection is closed while the client still sends.
    EarlyRefusal,
    /// HTTP/2: a GOAWAY that says that this request was not looked at.
    GoAwayUnseen,
    /// HTTP/2: a GOAWAY that says that this request was taken, and then the end without an answer.
    GoAwaySeen,
}

impl Trick {
    /// Whether it is one of HTTP/2; the client must begin with that.
    #[must_use]
    pub fn is_http2(self) -> bool {
        matches!(self, Self::GoAwayUnseen | Self::GoAwaySeen)
    }
}

/// A server of tricks, with a [`Tap`] before it, on a runtime of their own.
#[derive(Debug)]
pub struct Server {
    tap: Tap,
    asked: Arc<AtomicUsize>,
    _home: Home,
}

impl Server {
    /// The first `strikes` requests meet `trick`, and all others are answered.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    pub async fn start(trick: Trick, strikes: usize) -> Self {
        let home = Home::new();
        let asked = Arc::new(AtomicUsize::new(0));
        let play = Play {
            trick,
            strikes,
            asked: Arc::clone(&asked),
        };
        let tap = home
            .run(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let addr = listener.local_addr()?;
                drop(tokio::spawn(accept(listener, play)));
                Tap::before(addr).await
            })
            .await;
        Self {
            tap: tap.expect("a free port"),
            asked,
            _home: home,
        }
    }

    /// What clients take for Google.
    #[must_use]
    pub fn url(&self) -> String {
        self.tap.url()
    }

    /// Who writes down what clients send; over HTTP/2 only their connections.
    #[must_use]
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// How many requests the server has looked at.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Acquire)
    }
}

/// A port at which nobody listens, and which is nobody else's.
#[derive(Debug)]
pub struct Nobody {
    addr: SocketAddr,
    _socket: TcpSocket,
}

impl Nobody {
    /// Takes a free port of loopback.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn there() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .expect("a free port");
        Self {
            addr: socket.local_addr().expect("it is bound"),
            _socket: socket,
        }
    }

    /// What clients take for Google.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

#[derive(Clone, Debug)]
struct Play {
    trick: Trick,
    strikes: usize,
    asked: Arc<AtomicUsize>,
}

async fn accept(listener: TcpListener, play: Play) {
    while let Ok((client, _)) = listener.accept().await {
        let play = play.clone();
        drop(tokio::spawn(async move {
            // A client that leaves is no fault of ours.
            let _ = if play.trick.is_http2() {
                http2(client, &play).await
            } else {
                http1(client, &play).await
            };
        }));
    }
}

impl Play {
    /// Whether the next request meets the trick.
    fn strikes(&self) -> bool {
        self.asked.fetch_add(1, Ordering::AcqRel) < self.strikes
    }
}

/// One request a connection.
async fn http1(mut client: TcpStream, play: &Play) -> io::Result<()> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if client.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok())
        .unwrap_or_default();
    let unread = length.saturating_sub(read.len() - end);
    let strikes = play.strikes();
    if strikes && play.trick == Trick::EarlyRefusal {
        return respond(&mut client, "503 Service Unavailable", "", OVERLOADED.as_bytes()).await;
    }
    if strikes && play.trick == Trick::EarlyAnswer {
        respond(&mut client, "200 OK", "", ANSWER.as_bytes()).await?;
        return skip(&mut client, unread).await;
    }
    skip(&mut client, unread).await?;
    let answer = ANSWER.as_bytes();
    match play.trick {
        Trick::HugePage if strikes => {
            let page = vec![b'~'; HUGE];
            respond(&mut client, "500 Internal Server Error", "", &page).await
        }
        Trick::TruncatedGzip if strikes && head.contains("gzip") => {
            respond(&mut client, "200 OK", "content-encoding: gzip\r\n", GZIP).await
        }
        Trick::TruncatedGzip if strikes => {
            begin(&mut client, "200 OK", "", answer.len()).await?;
            client.write_all(&answer[..answer.len() / 2]).await
        }
        _ => respond(&mut client, "200 OK", "", answer).await,
    }
}

/// The beginning of a compressed body: a whole head, and one stored block of 256 bytes of which six come.
const GZIP: &[u8] = &[
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 0, 1, 0xff, 0xfe, b'{', b'"', b'c', b'a', b'n', b'd',
];

/// Ten megabytes.
const HUGE: usize = 10_000_000;

async fn respond(client: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    begin(client, status, headers, body.len()).await?;
    client.write_all(body).await
}

async fn begin(client: &mut TcpStream, status: &str, headers: &str, length: usize) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await
}

async fn skip(client: &mut TcpStream, bytes: usize) -> io::Result<()> {
    let mut rest = client.take(u64::try_from(bytes).unwrap_or(u64::MAX));
    tokio::io::copy(&mut rest, &mut tokio::io::sink())
        .await
        .map(|_| ())
}

/// Frames of HTTP/2 as far as one request needs them; answers have no headers but their status.
async fn http2(mut client: TcpStream, play: &Play) -> io::Result<()> {
    const PREFACE: usize = 24;
    skip(&mut client, PREFACE).await?;
    frame(&mut client, SETTINGS, 0, 0, &[]).await?;
    loop {
        let mut head = [0; 9];
        client.read_exact(&mut head).await?;
        let [l2, l1, l0, kind, flags, stream @ ..] = head;
        let length = u32::from_be_bytes([0, l2, l1, l0]);
        let mut payload = vec![0; usize::try_from(length).unwrap_or_default()];
        client.read_exact(&mut payload).await?;
        let stream = u32::from_be_bytes(stream);
        let ends = matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0;
        match kind {
            SETTINGS | PING if flags & ACK == 0 => {
                let echo: &[u8] = if kind == PING { &payload } else { &[] };
                frame(&mut client, kind, ACK, 0, echo).await?;
            }
            _ if ends && play.strikes() => {
                let last = if play.trick == Trick::GoAwaySeen {
                    stream
                } else {
                    0
                };
                let mut goaway = last.to_be_bytes().to_vec();
                goaway.extend([0; 4]); // NO_ERROR
                frame(&mut client, GOAWAY, 0, 0, &goaway).await?;
                client.shutdown().await?;
                return skip(&mut client, usize::MAX).await;
            }
            _ if ends => {
                frame(&mut client, HEADERS, END_HEADERS, stream, &[STATUS_200]).await?;
                frame(&mut client, DATA, END_STREAM, stream, ANSWER.as_bytes()).await?;
            }
            _ => {}
        }
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:status: 200`, which has a place of its own in the table that both sides know.
const STATUS_200: u8 = 0x88;

async fn frame(client: &mut TcpStream, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    client.write_all(&frame).await
}
