//! The port: who may come in, and when nobody listens.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinSet,
};

use super::{connection, shared::Shared};

/// How long to leave a listener alone that has just failed: short for a client that waits, long enough not to
/// keep a core busy.
const PAUSE: Duration = Duration::from_millis(10);

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;

/// Binds `addr` without listening yet: until then connections are refused, and the port is nobody else's.
pub(super) fn bind(addr: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if addr.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // Connections that have just ended keep a port busy otherwise. On Windows it would let others take it.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    Ok(socket)
}

/// Starts to listen.
pub(super) fn listen(socket: TcpSocket) -> io::Result<TcpListener> {
    socket.listen(BACKLOG)
}

/// Serves until aborted; the connections end with it. While the world refuses connections nobody listens.
pub(super) async fn run(mut listener: TcpListener, addr: SocketAddr, shared: Arc<Shared>) {
    loop {
        accept(listener, &shared).await;
        let socket = persist(|| bind(addr)).await;
        shared.until_listening(true).await;
        listener = match listen(socket) {
            Ok(listener) => listener,
            Err(_) => persist(|| listen(bind(addr)?)).await,
        };
    }
}

/// Accepts until nobody may come in any more; then the connections are reset.
async fn accept(listener: TcpListener, shared: &Arc<Shared>) {
    let doomed = Arc::new(AtomicBool::new(false));
    let mut connections = JoinSet::new();
    let mut closed = std::pin::pin!(shared.until_listening(false));
    loop {
        tokio::select! {
            () = &mut closed => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::serve(stream, Arc::clone(shared), Arc::clone(&doomed)));
                }
                // A client that left at once, or no file descriptor is free: then some of ours must end first.
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    doomed.store(true, Ordering::Release);
    connections.shutdown().await;
}

/// What `attempt` returns once it succeeds. What it needs may be taken for a moment.
async fn persist<T>(mut attempt: impl FnMut() -> io::Result<T>) -> T {
    loop {
        match attempt() {
            Ok(done) => return done,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
