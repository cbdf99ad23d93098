//! Somebody between client and server who writes everything down.

use crate::wire::{Arrived, Reader};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::watch,
};

/// Passes bytes on between clients and one server, and writes down what the clients send. A reset is passed on as a
/// reset, a close as a close.
#[derive(Clone, Debug)]
pub struct Tap {
    addr: SocketAddr,
    notes: Arc<Notes>,
}

#[derive(Debug, Default)]
struct Notes {
    /// For each connection its requests.
    connections: Mutex<Vec<Vec<Arrived>>>,
    open: watch::Sender<usize>,
}

impl Notes {
    fn connections(&self) -> MutexGuard<'_, Vec<Vec<Arrived>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tap {
    /// Listens on loopback, for as long as the runtime lives, and passes on to `server`.
    ///
    /// # Errors
    ///
    /// If no port can be listened at.
    pub async fn before(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let tap = Self {
            addr: listener.local_addr()?,
            notes: Arc::default(),
        };
        let notes = Arc::clone(&tap.notes);
        drop(tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                drop(tokio::spawn(connection(client, server, Arc::clone(&notes))));
            }
        }));
        Ok(tap)
    }

    /// What clients take for the server.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What has come, connection by connection.
    #[must_use]
    pub fn requests(&self) -> Vec<Arrived> {
        self.notes.connections().concat()
    }

    /// How many connections there have been.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.notes.connections().len()
    }

    /// How many connections a client keeps open now.
    #[must_use]
    pub fn open(&self) -> usize {
        *self.notes.open.borrow()
    }

    /// Waits until no client keeps a connection open.
    pub async fn all_closed(&self) {
        let mut open = self.notes.open.subscribe();
        // It ends with the tap only, which is here.
        let _ = open.wait_for(|open| *open == 0).await;
    }
}

/// Counts a connection for as long as its client keeps it.
struct Open(Arc<Notes>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

async fn connection(mut client: TcpStream, server: SocketAddr, notes: Arc<Notes>) {
    let number = {
        let mut connections = notes.connections();
        connections.push(Vec::new());
        connections.len() - 1
    };
    notes.open.send_modify(|open| *open += 1);
    let _open = Open(Arc::clone(&notes));
    let Ok(mut server) = TcpStream::connect(server).await else {
        // Nobody is there: the client shall know.
        let _ = client.set_zero_linger();
        return;
    };
    let mut reader = Reader::default();
    let note = |bytes: &[u8]| reader.take(bytes, &mut notes.connections()[number]);
    let ended = {
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        // Who is gone in one direction is gone: nobody here closes half a connection.
        tokio::select! {
            ended = pass(from_client, to_server, note) => ended,
            ended = pass(from_server, to_client, |_| ()) => ended,
        }
    };
    if ended.is_err() {
        let _ = client.set_zero_linger();
        let _ = server.set_zero_linger();
    }
}

/// Until one end closes; an error: until one end is reset.
async fn pass(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut note: impl FnMut(&[u8])) -> io::Result<()> {
    // Larger than what loopback carries at once.
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        note(&buffer[..read]);
        to.write_all(&buffer[..read]).await?;
    }
}
