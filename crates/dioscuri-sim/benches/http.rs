//! Requests a second over loopback HTTP/1.1, with quotas on, and what one costs the server in CPU time.
//!
//! `cargo bench -p dioscuri-sim --bench http -- [REQUESTS] [CONNECTIONS]`; without arguments 200,000 and 32.
//! The server has one thread, so one core at most. The client has a thread of its own and does as little as it
//! can: it sends one of a few prepared requests over each connection and looks for the end of the answer. The
//! CPU time is the server thread's alone, as the kernel counts it (`/proc/self/task/*/schedstat`); elsewhere
//! than on Linux only the rate is printed.

#![expect(clippy::print_stdout, reason = "a benchmark shows what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::{
    error::Error,
    fmt::Write as _,
    fs, io,
    net::SocketAddr,
    path::PathBuf,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use dioscuri_sim::{Scenario, Server};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::{Builder, Runtime},
    sync::oneshot,
    task::JoinSet,
};

/// Every quota is on, and none is reached: each request passes three counters.
const WORLD: &str = r#"
[[model]]
name = "gemini-3.8-flash"
output_tokens = { min = 20, max = 200 }

[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "AQ.castor" }]
quota = [{ model = "gemini-3.8-flash", rpm = 1000000000, tpm = 1000000000000, rpd = 1000000000 }]
"#;

fn main() -> Result<(), Box<dyn Error>> {
    // Whoever runs all benches passes `--bench`.
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u32>().ok());
    let requests = numbers.next().unwrap_or(200_000);
    let connections = numbers.next().unwrap_or(32);

    let (started, server) = mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    let serving = thread::spawn(move || serve(&started, stopped));
    let (addr, schedstat) = server.recv()?;
    let client = runtime()?;
    client.block_on(send(addr, requests / 10, connections))?;

    let (cpu, memory) = (cpu_time(&schedstat), memory());
    let began = Instant::now();
    client.block_on(send(addr, requests, connections))?;
    let took = began.elapsed();
    let rate = f64::from(requests) / took.as_secs_f64();
    println!("{requests} requests over {connections} connections in {took:.2?}: {rate:.0} requests/s");
    if let (Some(before), Some(after)) = (cpu, cpu_time(&schedstat)) {
        let cpu = after.saturating_sub(before);
        let share = cpu.as_secs_f64() / took.as_secs_f64() * 100.0;
        let each = cpu.as_secs_f64() / f64::from(requests);
        println!(
            "the server's thread: {:.1} us of CPU time a request, {share:.0} % of a core: {:.0} requests/s on one core",
            each * 1e6,
            each.recip()
        );
    }
    if let (Some(before), Some(after)) = (memory, self::memory()) {
        println!("resident memory: {before} KiB before, {after} KiB after");
    }
    drop(stop);
    serving.join().map_err(|_| "the server panicked")??;
    Ok(())
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Serves in this thread until told to stop; says where, and where the kernel counts this thread's time.
fn serve(started: &mpsc::Sender<(SocketAddr, PathBuf)>, stopped: oneshot::Receiver<()>) -> io::Result<()> {
    // Elsewhere than on Linux there is no such link, and no such file then.
    let thread = fs::read_link("/proc/thread-self").unwrap_or_default();
    let schedstat = PathBuf::from("/proc").join(thread).join("schedstat");
    runtime()?.block_on(async {
        let scenario = Scenario::parse(WORLD).map_err(io::Error::other)?;
        let server = Server::start(scenario).await?;
        started
            .send((server.addr(), schedstat))
            .map_err(io::Error::other)?;
        // An error says that the client is done as well as a message would.
        let _ = stopped.await;
        server.stop().await;
        Ok(())
    })
}

/// The time that the thread of this `schedstat` has spent on a CPU.
fn cpu_time(schedstat: &PathBuf) -> Option<Duration> {
    let text = fs::read_to_string(schedstat).ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// The resident memory of this process, in KiB.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Sends `requests` in all, over so many connections at once.
async fn send(addr: SocketAddr, requests: u32, connections: u32) -> Result<(), Box<dyn Error>> {
    let mut sending = JoinSet::new();
    for connection in 0..connections {
        let share = requests / connections + u32::from(connection < requests % connections);
        sending.spawn(send_one_by_one(addr, share, connection));
    }
    while let Some(sent) = sending.join_next().await {
        sent??;
    }
    Ok(())
}

async fn send_one_by_one(addr: SocketAddr, requests: u32, salt: u32) -> io::Result<()> {
    let prepared: Vec<_> = (0..8).map(|number| request(addr, salt * 8 + number)).collect();
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let mut answer = Vec::with_capacity(64 * 1024);
    for (_, request) in (0..requests).zip(prepared.iter().cycle()) {
        stream.write_all(request).await?;
        answer.clear();
        while !is_whole(&answer)? {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
    Ok(())
}

/// A prompt of the size that an extraction or a classification has: two kilobytes.
fn request(addr: SocketAddr, number: u32) -> Vec<u8> {
    let mut text = format!("Sort review {number} by its topics, and answer in one line.\\n");
    while text.len() < 1800 {
        let _ = write!(
            text,
            "The device number {} arrived on time and worked. ",
            text.len()
        );
    }
    let body = format!(
        r#"{{"systemInstruction": {{"parts": [{{"text": "You sort reviews."}}]}}, "contents": [{{"role": "user", "parts": [{{"text": "{text}"}}]}}], "generationConfig": {{"temperature": 0.2, "maxOutputTokens": 400}}}}"#
    );
    format!(
        "POST /v1beta/models/gemini-3.8-flash:generateContent HTTP/1.1\r\nhost: {addr}\r\nx-goog-api-key: AQ.castor\r\nx-goog-api-client: bench/1\r\nuser-agent: bench\r\naccept: */*\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Whether `answer` is one whole answer.
///
/// # Errors
///
/// If it is no 200 with a length.
fn is_whole(answer: &[u8]) -> io::Result<bool> {
    let Some(head) = answer.windows(4).position(|end| end == b"\r\n\r\n") else {
        return Ok(false);
    };
    let text = std::str::from_utf8(&answer[..head]).map_err(io::Error::other)?;
    let length = text
        .strip_prefix("HTTP/1.1 200 OK")
        .and_then(|rest| rest.split("\r\ncontent-length: ").nth(1))
        .and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok())
        .ok_or_else(|| io::Error::other(format!("not an answer: {text}")))?;
    Ok(answer.len() >= head + 4 + length)
}
