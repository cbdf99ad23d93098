//! What asks a command to end: Ctrl-C, and where there is one SIGTERM.

use std::io;
use tokio::sync::mpsc;

/// A message for each Ctrl-C or SIGTERM from now on.
///
/// One registration lasts for the whole command: between two of them a signal would be lost. Until this is called
/// either one ends the process at once, as is right before anything was sent.
///
/// # Errors
///
/// If the system takes no handlers.
pub(crate) fn interrupts() -> io::Result<mpsc::Receiver<()>> {
    let mut signals = Signals::register()?;
    // Two are all that mean something: end soon, end now.
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(async move { while signals.next().await && sender.send(()).await.is_ok() {} });
    Ok(receiver)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn register() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Whether there was another; else there will never be one.
    async fn next(&mut self) -> bool {
        let next = tokio::select! {
            next = self.interrupt.recv() => next,
            next = self.terminate.recv() => next,
        };
        next.is_some()
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    fn register() -> io::Result<Self> {
        Ok(Self)
    }

    /// Whether there was another; else there will never be one.
    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
