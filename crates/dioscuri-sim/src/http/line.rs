//! A connection's bytes, and the switch by which a reply ends them.
//!
//! HTTP libraries take care that what they write is whole. A fault needs the opposite: so many bytes of a body,
//! then the end. The last chunk before the end carries the switch, and turns it when its last byte is on its
//! way; the next flush then closes the line. That holds for both versions of HTTP.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf, Bytes};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{Notify, oneshot},
};

use super::greeting::{self, Protocol};

/// What the replies of one connection decide about it.
#[derive(Debug)]
pub(super) struct Switch {
    /// Set once the last byte before the end is on its way.
    cut: AtomicBool,
    /// Whether the line ends with a reset. All lines of a listener that closes share it.
    reset: AtomicBool,
    doomed: Arc<AtomicBool>,
    last_exchange: Notify,
    ended: Notify,
}

impl Switch {
    /// The switch of a line that is reset, too, once `doomed` is set.
    pub(super) fn new(doomed: Arc<AtomicBool>) -> Self {
        Self {
            cut: AtomicBool::new(false),
            reset: AtomicBool::new(false),
            doomed,
            last_exchange: Notify::new(),
            ended: Notify::new(),
        }
    }

    /// Resets the connection.
    pub(super) fn reset(&self) {
        self.reset.store(true, Ordering::Release);
        self.ended.notify_one();
    }

    /// Closes the connection in good order, whatever it still has to say.
    pub(super) fn close(&self) {
        self.ended.notify_one();
    }

    /// Lets the exchanges that run be the last ones.
    pub(super) fn go_away(&self) {
        self.last_exchange.notify_one();
    }

    /// Until [`Switch::go_away`].
    pub(super) async fn gone_away(&self) {
        self.last_exchange.notified().await;
    }

    /// Until [`Switch::reset`] or [`Switch::close`].
    pub(super) async fn ended(&self) {
        self.ended.notified().await;
    }
}

/// A TCP stream under a [`Switch`].
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    /// What was read ahead to see which protocol is spoken; empty once read again.
    ahead: Bytes,
    switch: Arc<Switch>,
}

impl Line {
    pub(super) const fn new(stream: TcpStream, switch: Arc<Switch>) -> Self {
        Self {
            stream,
            ahead: Bytes::new(),
            switch,
        }
    }

    /// Which protocol the client speaks; what was read to find out will be read again.
    ///
    /// # Errors
    ///
    /// If the client leaves or says too little within `patience`.
    pub(super) async fn protocol(&mut self, patience: Duration) -> io::Result<Protocol> {
        let (protocol, ahead) = greeting::protocol(&mut self.stream, patience).await?;
        self.ahead = ahead;
        Ok(protocol)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.switch.reset.load(Ordering::Acquire) || self.switch.doomed.load(Ordering::Acquire) {
            // A close without lingering is a reset. Where that cannot be set, it is a close.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, into);
        }
        let length = self.ahead.len().min(into.remaining());
        into.put_slice(&self.ahead.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.switch.cut.load(Ordering::Acquire) {
            // The end of the stream goes first, so that a client that has more to say reads it before the
            // reset that its words then meet.
            let _ = Pin::new(&mut self.stream).poll_shutdown(cx);
            return Poll::Ready(Err(io::Error::other("the scenario cuts the connection here")));
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What the last byte of a chunk does when it is on its way.
#[derive(Debug)]
pub(super) enum Mark {
    /// Closes the line behind it.
    Cut(Arc<Switch>),
    /// Tells the body.
    Tell(oneshot::Sender<()>),
}

/// Some bytes of a body.
#[derive(Debug)]
pub(super) struct Chunk {
    bytes: Bytes,
    mark: Option<Mark>,
}

impl Chunk {
    pub(super) const fn new(bytes: Bytes) -> Self {
        Self { bytes, mark: None }
    }

    /// The same, doing what `mark` says when the last byte is taken. It must have a byte.
    pub(super) fn with_mark(mut self, mark: Mark) -> Self {
        self.mark = Some(mark);
        self
    }
}

impl Buf for Chunk {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        if !self.bytes.is_empty() {
            return;
        }
        match self.mark.take() {
            Some(Mark::Cut(switch)) => switch.cut.store(true, Ordering::Release),
            // A body that is gone needs no word.
            Some(Mark::Tell(body)) => drop(body.send(())),
            None => {}
        }
    }
}
