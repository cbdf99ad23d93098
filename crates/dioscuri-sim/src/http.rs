//! The same world over HTTP, in real time: the one module with a clock, a runtime and a socket.

mod body;
mod clock;
mod connection;
mod control;
mod exchange;
mod greeting;
mod line;
mod listener;
mod log;
mod shared;

use std::{
    fmt,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinHandle;

use self::{
    log::Log,
    shared::{Choice, Shared},
};
use crate::{scenario::Scenario, world::Stats};

/// Where a [`Server`] listens, what it draws from, how long its minute is and where it writes.
///
/// ```
/// use std::time::Duration;
/// use dioscuri_sim::{Scenario, Server, ServerConfig};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = ServerConfig::default()
///     .with_seed(7)
///     .with_minute(Duration::from_secs(6))
///     .with_log(std::io::sink());
/// let server = Server::start_with(Scenario::named("calm")?, config).await?;
/// # server.stop().await;
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
pub struct ServerConfig {
    /// The address to listen at. Port 0, the default on loopback, is any free port.
    pub addr: SocketAddr,
    /// The seed, if not the scenario's own.
    pub seed: Option<u64>,
    /// The length of the minute, if not the scenario's own.
    pub minute: Option<Duration>,
    log: Option<Box<dyn Write + Send>>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: None,
            minute: None,
            log: None,
        }
    }
}

impl fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerConfig")
            .field("addr", &self.addr)
            .field("seed", &self.seed)
            .field("minute", &self.minute)
            .field("log", &self.log.is_some())
            .finish()
    }
}

impl ServerConfig {
    /// The same, listening at `addr`.
    #[must_use]
    pub const fn with_addr(mut self, addr: SocketAddr) -> Self {
        self.addr = addr;
        self
    }

    /// The same, drawing from `seed`, whatever scenario it runs.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The same, with minutes of this length, whatever scenario it runs. Above zero.
    #[must_use]
    pub const fn with_minute(mut self, minute: Duration) -> Self {
        self.minute = Some(minute);
        self
    }

    /// The same, writing a line of JSON about each request, in the order of their arrival: a
    /// [`Record`](crate::Record). Neither secrets nor prompts stand in it.
    ///
    /// The lines are written by a thread that may block. If `to` is slower than the requests by more than a
    /// megabyte of lines, they wait for it; if it fails, nothing more is written, and [`Server::log_error`] and `GET /sim/`
    /// say why.
    #[must_use]
    pub fn with_log(mut self, to: impl Write + Send + 'static) -> Self {
        self.log = Some(Box::new(to));
        self
    }
}

/// A world behind a socket: HTTP/1.1 and HTTP/2 with prior knowledge. A client that speaks TLS is refused.
///
/// It ends when it is dropped: connections are closed, whatever they carry.
///
/// ```
/// use dioscuri_sim::{Scenario, Server};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::start(Scenario::named("calm")?).await?;
/// println!("send requests to {}/v1beta/models/gemini-3.8-flash:generateContent", server.url());
/// assert_eq!(server.stats().arrivals, 0);
///
/// server.advance(Duration::from_secs(24 * 3600)); // the quotas of the day are fresh again
/// server.reset(None); // and so is all the rest
/// server.stop().await;
/// # Ok(())
/// # }
/// ```
///
/// # Control
///
/// Whoever has only the port controls the world by JSON. A wrong body answers 400, an unknown path 404, a
/// wrong method 405 and a body above a megabyte 413, with `{"message", "line"}`, and nothing changes. While a scenario
/// refuses connections, control is refused too: such an incident always ends, by its `for`.
///
/// | request | what it does | answer |
/// | --- | --- | --- |
/// | `GET /sim/` | lists what there is | `{"routes": [{"method", "path", "about"}], "log_error"}` |
/// | `GET /sim/stats` | tells what the world has seen | [`Stats`] |
/// | `GET /sim/scenario` | tells what runs | `{"name", "about", "seed", "minute_s", "toml"}` |
/// | `PUT /sim/scenario` | runs another scenario, as [`Server::load`]: TOML, or `{"name": "calm", "minute": "6s", "seed": 7}` | as of `GET` |
/// | `POST /sim/reset` | begins anew, as [`Server::reset`]: nothing, or `{"seed": 7}` | as of `GET /sim/scenario` |
/// | `GET /sim/time` | tells the world's time | `{"elapsed_s", "date", "minute_s"}` |
/// | `POST /sim/time` | jumps, as [`Server::advance`]: `{"advance": "8h"}` | as of `GET` |
///
/// `name` is that of the library, `null` if it has none, and `toml` the text that was read.
/// Durations in requests are written as in scenario files. `minute` and `seed` may be left out; they go before those
/// of the [`ServerConfig`].
pub struct Server {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Runs `scenario` at a free port of loopback: a test needs no more. Its clock starts now.
    ///
    /// # Errors
    ///
    /// If no port can be listened at.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O and time.
    pub async fn start(scenario: Scenario) -> io::Result<Self> {
        Self::start_with(scenario, ServerConfig::default()).await
    }

    /// Runs `scenario` as `config` says. Its clock starts now.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened at.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O and time.
    #[expect(
        clippy::unused_async,
        reason = "it needs a runtime, and says so as `start` and `stop` do"
    )]
    pub async fn start_with(scenario: Scenario, config: ServerConfig) -> io::Result<Self> {
        let listener = listener::listen(listener::bind(config.addr)?)?;
        let addr = listener.local_addr()?;
        let log = config.log.map(Log::new);
        let choice = Choice {
            seed: config.seed,
            minute: config.minute,
        };
        let shared = Arc::new(Shared::new(scenario, choice, log));
        let accepting = tokio::spawn(listener::run(listener, addr, Arc::clone(&shared)));
        Ok(Self {
            addr,
            shared,
            accepting,
        })
    }

    /// The address that it listens at.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base URL: what a client takes for `https://generativelanguage.googleapis.com` or
    /// `https://aiplatform.googleapis.com`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What its world has seen so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.with(|world, _| world.stats())
    }

    /// Why the log of [`ServerConfig::with_log`] has ended before the server, if it has: the writer's error.
    #[must_use]
    pub fn log_error(&self) -> Option<String> {
        self.shared.log_error()
    }

    /// Runs the same scenario from its beginning, with the minute that it has, and the seed that it has or another.
    ///
    /// Connections stay. Requests that have arrived are answered by the world that they arrived in.
    pub fn reset(&self, seed: Option<u64>) {
        self.shared.reset(seed);
    }

    /// Runs `scenario` from its beginning in place of the one that runs, as [`Server::reset`] does. Seed and
    /// minute of the [`ServerConfig`] go before the scenario's.
    pub fn load(&self, scenario: Scenario) {
        self.shared.load(scenario, Choice::default());
    }

    /// Lets the world's time jump forward: windows slide, days change, incidents begin and end. What is on its
    /// way keeps its own, real time.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(by);
    }

    /// Ends it, and returns once the port is free and the log is written.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // The only other outcome of an aborted task is a panic of ours, and there is nothing left to save.
        drop((&mut self.accepting).await);
        self.shared.logged().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}
