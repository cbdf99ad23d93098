//! One connection: its protocol, its exchanges, its end.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use hyper::{
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::{
    exchange,
    greeting::{self, Protocol, Refusal},
    line::{Line, Switch},
    shared::Shared,
};

/// How long a client may take to say what it wants, counted from the end of the exchange before. It is
/// longer than the pools of common clients keep a connection (90 seconds or less).
const PATIENCE: Duration = Duration::from_secs(120);

/// Serves a connection until either side has enough. It ends with a reset once `doomed` is set.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>, doomed: Arc<AtomicBool>) {
    // Small answers should not wait for more to send; a socket that cannot say so works all the same.
    let _ = stream.set_nodelay(true);
    let switch = Arc::new(Switch::new(doomed));
    let mut line = Line::new(stream, Arc::clone(&switch));
    let Ok(protocol) = line.protocol(PATIENCE).await else {
        return;
    };
    if protocol == Protocol::Tls {
        let refusal = shared.with(|world, now| {
            if world.cuts_handshake(now) {
                Refusal::HangUp
            } else {
                Refusal::Alert
            }
        });
        return greeting::refuse_tls(line, refusal, PATIENCE).await;
    }
    let service = service_fn({
        let switch = Arc::clone(&switch);
        move |request| exchange::answer(request, Arc::clone(&shared), Arc::clone(&switch))
    });
    let line = TokioIo::new(line);
    if protocol == Protocol::Http2 {
        let connection = http2::Builder::new(TokioExecutor::new()).serve_connection(line, service);
        drive(connection, &switch, http2::Connection::graceful_shutdown).await;
    } else {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
        let connection = builder.serve_connection(line, service);
        drive(connection, &switch, http1::Connection::graceful_shutdown).await;
    }
}

/// Runs `connection` until it ends by itself or by its switch.
async fn drive<C: Future>(connection: C, switch: &Switch, go_away: impl Fn(Pin<&mut C>)) {
    let mut connection = pin!(connection);
    let mut ended = pin!(switch.ended());
    let mut gone_away = pin!(switch.gone_away());
    let mut leaving = false;
    loop {
        tokio::select! {
            // What goes wrong here is the client's leaving; there is nobody to tell.
            _ = &mut connection => return,
            () = &mut ended => return,
            () = &mut gone_away, if !leaving => {
                leaving = true;
                go_away(connection.as_mut());
            }
        }
    }
}
