//! The same world over HTTP, in real time: the one module with a clock, a runtime and a socket.

mod clock;
mod exchange;

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use self::clock::Clock;
use crate::{scenario::Scenario, world::Stats, world::World};

/// Where a [`Server`] listens and what it draws from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ServerConfig {
    /// The address to listen at. Port 0, the default on loopback, is any free port.
    pub addr: SocketAddr,
    /// The seed, if not the scenario's own.
    pub seed: Option<u64>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: None,
        }
    }
}

impl ServerConfig {
    /// The same, listening at `addr`.
    #[must_use]
    pub const fn with_addr(mut self, addr: SocketAddr) -> Self {
        self.addr = addr;
        self
    }

    /// The same, drawing from `seed`.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }
}

/// A world behind a socket: HTTP/1.1 and HTTP/2 with prior knowledge, without TLS.
///
/// Beside Google's routes it answers `GET /sim/stats` with [`Stats`] as JSON. It ends when it is dropped:
/// connections are closed, whatever they carry.
///
/// ```
/// use dioscuri_sim::{Scenario, Server, ServerConfig};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::start(Scenario::named("calm")?, ServerConfig::default()).await?;
/// println!("send requests to {}/v1beta/models/gemini-3.8-flash:generateContent", server.url());
/// assert_eq!(server.stats().arrivals, 0);
/// server.stop().await;
/// # Ok(())
/// # }
/// ```
pub struct Server {
    addr: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

/// What all connections share.
struct State {
    world: Mutex<World>,
    clock: Clock,
}

impl State {
    /// A panic in a connection leaves the world as it was: whole between two arrivals.
    fn with_world<T>(&self, act: impl FnOnce(&mut World, &Clock) -> T) -> T {
        act(
            &mut self.world.lock().unwrap_or_else(PoisonError::into_inner),
            &self.clock,
        )
    }
}

impl Server {
    /// Builds the world of `scenario` and starts to listen. Its clock starts now.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened at.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O and time.
    pub async fn start(scenario: Scenario, config: ServerConfig) -> io::Result<Self> {
        let listener = TcpListener::bind(config.addr).await?;
        let addr = listener.local_addr()?;
        let state = Arc::new(State {
            world: Mutex::new(World::new(&scenario, config.seed)),
            clock: Clock::start(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self {
            addr,
            state,
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
        self.state.with_world(|world, _| world.stats())
    }

    /// Ends it, and returns once the port is free.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // The only other outcome of an aborted task is a panic of ours, and there is nothing left to save.
        drop((&mut self.accepting).await);
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

/// How long to leave a listener alone that has just failed: short for a client that waits, long enough not to
/// keep a core busy.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Accepts until aborted; the connections end with it.
async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&state)));
                }
                // A client that left at once, or no file descriptor is free: then some of ours must end first.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // Small answers should not wait for more to send; a socket that cannot say so works all the same.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| exchange::answer(request, Arc::clone(&state)));
    let builder = auto::Builder::new(TokioExecutor::new());
    // What goes wrong here is the client's leaving; there is nobody to tell.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}
