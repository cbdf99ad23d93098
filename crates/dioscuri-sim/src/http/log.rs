//! The log: one line of JSON for each request, in the order of the arrivals.

use std::{
    fmt,
    io::{self, Write},
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::world::Record;

/// Bytes that may wait to be written before requests wait as well.
const MOST_PENDING: usize = 1 << 20;

/// Lines on their way to a writer.
///
/// They are noted in memory and written by a thread that may block, so that a slow disk does not hold up the
/// world until much is pending.
#[derive(Debug)]
pub(super) struct Log(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pending: Mutex<Pending>,
    /// A round of writing is over.
    wrote: Notify,
}

struct Pending {
    lines: Vec<u8>,
    /// `None` while it is being written to, and once it has failed.
    to: Option<Box<dyn Write + Send>>,
    writing: bool,
    error: Option<String>,
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("bytes", &self.lines.len())
            .field("writing", &self.writing)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl Log {
    pub(super) fn new(to: Box<dyn Write + Send>) -> Self {
        Self(Arc::new(Inner {
            pending: Mutex::new(Pending {
                lines: Vec::new(),
                to: Some(to),
                writing: false,
                error: None,
            }),
            wrote: Notify::new(),
        }))
    }

    /// Until few enough lines are pending for another.
    pub(super) async fn room(&self) {
        self.until(|pending| pending.lines.len() < MOST_PENDING).await;
    }

    /// Until everything noted is written.
    pub(super) async fn written(&self) {
        self.until(|pending| pending.lines.is_empty() && !pending.writing)
            .await;
    }

    /// Notes a line. It is written after the next [`Log::write_out`].
    pub(super) fn note(&self, record: &Record) {
        let mut pending = self.0.pending();
        if pending.error.is_none() {
            serde_json::to_writer(&mut pending.lines, record).expect("names and numbers are JSON");
            pending.lines.push(b'\n');
        }
    }

    /// Has the pending lines written.
    pub(super) fn write_out(&self) {
        let mut pending = self.0.pending();
        if pending.writing || pending.lines.is_empty() {
            return;
        }
        if let Some(to) = pending.to.take() {
            pending.writing = true;
            let inner = Arc::clone(&self.0);
            // It ends by itself, with the last line.
            drop(tokio::task::spawn_blocking(move || inner.write(to)));
        }
    }

    /// Why nothing more is written, if so.
    pub(super) fn error(&self) -> Option<String> {
        self.0.pending().error.clone()
    }

    async fn until(&self, enough: impl Fn(&Pending) -> bool) {
        loop {
            let mut wrote = std::pin::pin!(self.0.wrote.notified());
            wrote.as_mut().enable();
            if enough(&self.0.pending()) {
                return;
            }
            wrote.await;
        }
    }
}

impl Inner {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes until nothing is pending.
    fn write(&self, mut to: Box<dyn Write + Send>) {
        let mut lines = Vec::new();
        loop {
            let mut pending = self.pending();
            lines.clear();
            std::mem::swap(&mut lines, &mut pending.lines);
            if lines.is_empty() {
                pending.to = Some(to);
                pending.writing = false;
                break;
            }
            drop(pending);
            if let Err(error) = write_all(&mut to, &lines) {
                let mut pending = self.pending();
                pending.error = Some(error.to_string());
                pending.lines = Vec::new();
                pending.writing = false;
                break;
            }
            self.wrote.notify_waiters();
        }
        self.wrote.notify_waiters();
    }
}

fn write_all(to: &mut dyn Write, lines: &[u8]) -> io::Result<()> {
    // A writer is anybody's; one that panics has failed, and nobody waits for it.
    panic::catch_unwind(AssertUnwindSafe(|| {
        to.write_all(lines)?;
        to.flush()
    }))
    .unwrap_or_else(|_| Err(io::Error::other("the writer of the log panicked")))
}
