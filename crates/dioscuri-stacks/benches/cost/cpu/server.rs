//! A server that costs next to nothing, on a thread of its own.

use std::{io, sync::mpsc, thread};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// As long as an answer of three hundred tokens.
const TEXT: usize = 1_500;

/// Where it listens.
pub(super) fn start() -> String {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || serve(&tell));
    told.recv().expect("it listens")
}

#[tokio::main(flavor = "current_thread")]
async fn serve(tell: &mpsc::Sender<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    tell.send(format!("http://{addr}")).expect("somebody waits");
    let answer: &'static [u8] = answer().leak();
    while let Ok((client, _)) = listener.accept().await {
        drop(tokio::spawn(connection(client, answer)));
    }
}

fn answer() -> Vec<u8> {
    let text = "so ".repeat(TEXT / 3);
    let body = format!(
        r#"{{"candidates": [{{"content": {{"role": "model", "parts": [{{"text": "{text}"}}]}}, "finishReason": "STOP"}}], "usageMetadata": {{"promptTokenCount": 500, "candidatesTokenCount": 300, "totalTokenCount": 800}}, "modelVersion": "gemini-3.8-flash"}}"#
    );
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Answers whole requests, whatever they ask; their length stands in the head.
async fn connection(mut client: TcpStream, answer: &[u8]) -> io::Result<()> {
    let mut read = Vec::with_capacity(1 << 14);
    loop {
        if let Some(end) = whole(&read) {
            read.drain(..end);
            client.write_all(answer).await?;
        } else if client.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    }
}

/// Where the first request ends, if all of it is there.
fn whole(read: &[u8]) -> Option<usize> {
    let head = read.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&read[..head]).ok()?;
    let length = text.split("content-length: ").nth(1)?.split("\r\n").next()?;
    let end = head + length.parse::<usize>().ok()?;
    (read.len() >= end).then_some(end)
}
