//! A server that answers by a script and notes what it sees.

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What follows a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes; the connection stays open.
    Bytes(Vec<u8>),
    /// These bytes, and no more.
    Last(Vec<u8>),
    /// These bytes, and then silence.
    Stall(Vec<u8>),
}

/// What the server has seen, in order. Connections count from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Event {
    Opened(usize),
    Asked { on: usize, head: String, body: Vec<u8> },
    Closed(usize),
}

/// Runs until the test's runtime ends.
pub(crate) struct Server {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

struct Shared {
    script: Mutex<Script>,
    events: Mutex<Vec<Event>>,
    changed: Notify,
}

/// What follows a request with this body; `None` closes the connection.
type Script = Box<dyn FnMut(&[u8]) -> Option<Reply> + Send>;

/// An answer of HTTP/1.1 with its length.
pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub(crate) fn ok(body: &str) -> Reply {
    Reply::Bytes(answer(200, "", body))
}

/// A 429 that asks for `delay`, as Google writes it.
pub(crate) fn refused(delay: &str) -> Reply {
    Reply::Bytes(answer(429, "", quota_body(delay)))
}

pub(crate) fn quota_body(delay: &str) -> String {
    format!(
        r#"{{"error": {{"code": 429, "message": "You exceeded your current quota.", "status": "RESOURCE_EXHAUSTED",
            "details": [
              {{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
                {{"quotaMetric": "generativelanguage.googleapis.com/generate_requests_per_model",
                  "quotaId": "GenerateRequestsPerMinutePerProjectPerModel", "quotaValue": "5"}}]}},
              {{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "{delay}"}}]}}}}"#
    )
}

impl Server {
    /// Answers each request by the next line of `script`; after its end, nothing.
    pub(crate) async fn start(script: impl Into<Vec<Reply>>) -> Self {
        let mut script = script.into().into_iter();
        Self::answering(move |_| script.next()).await
    }

    /// Answers each request as `script` says.
    pub(crate) async fn answering(script: impl FnMut(&[u8]) -> Option<Reply> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            script: Mutex::new(Box::new(script)),
            events: Mutex::default(),
            changed: Notify::new(),
        });
        tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                for number in 0.. {
                    let Ok((stream, _)) = listener.accept().await else {
                        break;
                    };
                    tokio::spawn(serve(Arc::clone(&shared), number, stream));
                }
            }
        });
        Self { url, shared }
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.shared.events.lock().unwrap().clone()
    }

    /// The bodies of all requests so far.
    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        let asked = self.events().into_iter().filter_map(|event| match event {
            Event::Asked { body, .. } => Some(body),
            _ => None,
        });
        asked.collect()
    }

    /// The heads of all requests so far, in lower case.
    pub(crate) fn heads(&self) -> Vec<String> {
        let asked = self.events().into_iter().filter_map(|event| match event {
            Event::Asked { head, .. } => Some(head.to_lowercase()),
            _ => None,
        });
        asked.collect()
    }

    pub(crate) fn connections(&self) -> usize {
        let opened = |event: &&Event| matches!(event, Event::Opened(_));
        self.events().iter().filter(opened).count()
    }

    /// Waits until `event` has been seen.
    pub(crate) async fn saw(&self, event: &Event) {
        self.until(|events| events.contains(event)).await;
    }

    /// Waits until a whole request has come.
    pub(crate) async fn was_asked(&self) {
        let asked = |event: &Event| matches!(event, Event::Asked { .. });
        self.until(|events| events.iter().any(asked)).await;
    }

    async fn until(&self, holds: impl Fn(&[Event]) -> bool) {
        loop {
            let changed = self.shared.changed.notified();
            if holds(&self.events()) {
                return;
            }
            changed.await;
        }
    }
}

impl Shared {
    fn note(&self, event: Event) {
        self.events.lock().unwrap().push(event);
        self.changed.notify_waiters();
    }
}

async fn serve(shared: Arc<Shared>, on: usize, mut stream: TcpStream) {
    shared.note(Event::Opened(on));
    let mut seen = Vec::new();
    while let Some((head, body)) = request(&mut stream, &mut seen).await {
        let reply = (*shared.script.lock().unwrap())(&body);
        shared.note(Event::Asked { on, head, body });
        match reply {
            Some(Reply::Bytes(bytes)) if stream.write_all(&bytes).await.is_ok() => {}
            Some(Reply::Stall(bytes)) if stream.write_all(&bytes).await.is_ok() => {
                let _ = stream.read(&mut [0]).await;
                break;
            }
            Some(Reply::Last(bytes)) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                break;
            }
            _ => break,
        }
    }
    shared.note(Event::Closed(on));
}

/// The next request of a connection; `None` when it is closed.
async fn request(stream: &mut TcpStream, seen: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        if let Some(whole) = whole(seen) {
            return Some(whole);
        }
        match stream.read(&mut buffer).await {
            Ok(length) if length > 0 => seen.extend_from_slice(&buffer[..length]),
            _ => return None,
        }
    }
}

/// Takes a whole request off the front of `seen`.
fn whole(seen: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    let end = seen.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8(seen[..end].to_vec()).unwrap();
    let lower = head.to_lowercase();
    let rest = &seen[end..];
    let length = if lower.contains("transfer-encoding: chunked") {
        rest.windows(5).position(|five| five == b"0\r\n\r\n")? + 5
    } else {
        let length = lower
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        length.map_or(0, |length| length.trim().parse().unwrap())
    };
    if rest.len() < length {
        return None;
    }
    let body = rest[..length].to_vec();
    seen.drain(..end + length);
    Some((head, body))
}

/// A port of loopback at which nobody listens.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// A client that uses no proxy.
pub(crate) fn client() -> reqwest::Client {
    // In a build of the whole workspace reqwest has gzip, and would decode what these servers say.
    let builder = reqwest::Client::builder().no_proxy().no_gzip();
    builder.build().unwrap()
}
