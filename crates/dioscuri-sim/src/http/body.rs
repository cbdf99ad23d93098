//! The body of a reply on its way: when each byte comes, and how it ends.

use std::{
    future::Future as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
    vec,
};

use bytes::Bytes;
use http_body::{Frame as Part, SizeHint};
use tokio::{
    sync::oneshot,
    time::{Instant, Sleep},
};

use super::line::{Chunk, Mark, Switch};
use crate::world::Frame;

/// What a reader of HTTP is to take for a broken stream: over HTTP/2 the stream is reset.
#[derive(Debug)]
pub(super) struct Aborted;

impl std::fmt::Display for Aborted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the scenario ends the body here")
    }
}

impl std::error::Error for Aborted {}

/// How a body ends.
#[derive(Debug)]
pub(super) enum Ending {
    /// As it should.
    Well,
    /// The connection is closed in good order.
    Close(Arc<Switch>),
    /// Nothing comes for so long, then the connection is reset.
    Stall(Duration, Arc<Switch>),
    /// The stream is reset, the connection is not.
    Abort,
}

/// How long after what it ends an abort comes, or the end of a body without a byte, which no byte announces.
///
/// Clients that read a reset together with what was sent before may show the reset only. When they have read is
/// nothing that a server learns: all it can do is leave them time. This is long for loopback; a client that is
/// slower still may miss the head.
const HEAD_START: Duration = Duration::from_millis(50);

/// What is later than a clock can say comes after so long: nobody waits for it.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Pieces in a second of a body that drips; fewer if there are fewer bytes.
const DRIPS: u64 = 20;

/// Nanoseconds in a second. Times the bytes of a piece they fit: a piece is a twentieth of a second's, or one.
const NANOS: u64 = 1_000_000_000;

/// A body that comes in its own time.
#[derive(Debug)]
pub(super) struct Body {
    frames: vec::IntoIter<Frame>,
    /// What is left of the frame that is being sent.
    current: Bytes,
    /// Bytes to come before the ending.
    left: u64,
    /// The length that the head may name; `None` for a stream.
    length: Option<u64>,
    /// Bytes in a second.
    rate: Option<u64>,
    ending: Ending,
    state: State,
    /// Until the next piece; made for the first wait, as most bodies have none.
    sleep: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
enum State {
    /// The next piece may come.
    Ready,
    /// It may not come yet.
    Waiting,
    /// The last byte is not yet on its way.
    Leaving(oneshot::Receiver<()>),
    /// The stream is to be aborted once the wait is over.
    Aborting,
    /// The connection ends once the wait is over.
    Ending,
    /// Somebody else does the rest.
    Over,
}

impl Body {
    /// All of `frames`, at their times. The length is named in the head if there is one frame and no wait.
    pub(super) fn of(mut frames: Vec<Frame>) -> Self {
        match frames.as_mut_slice() {
            [] => Self::whole(Bytes::new()),
            [only] if only.after.is_zero() => Self::whole(std::mem::take(&mut only.bytes).into()),
            _ => Self {
                left: frames.iter().map(|frame| frame.bytes.len() as u64).sum(),
                length: None,
                frames: frames.into_iter(),
                ..Self::whole(Bytes::new())
            },
        }
    }

    /// All of `bytes`, at once.
    pub(super) fn whole(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        Self {
            frames: Vec::new().into_iter(),
            current: bytes,
            left: length,
            length: Some(length),
            rate: None,
            ending: Ending::Well,
            state: State::Ready,
            sleep: None,
        }
    }

    /// How many bytes are to come.
    pub(super) const fn length(&self) -> u64 {
        self.left
    }

    /// The same, and whoever sends it does not know its length.
    pub(super) const fn without_length(mut self) -> Self {
        self.length = None;
        self
    }

    /// The same, at `rate` bytes in a second, which is above zero.
    pub(super) const fn with_rate(mut self, rate: u64) -> Self {
        self.rate = Some(rate);
        self
    }

    /// The same, ending in this way after `bytes`, or after the whole if it is shorter.
    pub(super) fn with_ending(mut self, bytes: u64, ending: Ending) -> Self {
        self.left = self.left.min(bytes);
        self.ending = ending;
        self
    }

    fn wait(&mut self, wait: Duration, then: State) {
        let now = Instant::now();
        let until = now.checked_add(wait).unwrap_or(now + FOR_EVER);
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().reset(until),
            none => *none = Some(Box::pin(tokio::time::sleep_until(until))),
        }
        self.state = then;
    }

    fn slept(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.sleep
            .as_mut()
            .map_or(Poll::Ready(()), |sleep| sleep.as_mut().poll(cx))
    }

    /// The next piece of the current frame, which has one, as long as nothing ends before it.
    fn piece(&mut self) -> Chunk {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let drip = self.rate.map_or(most, |rate| {
            usize::try_from((rate / DRIPS).max(1)).unwrap_or(most)
        });
        let bytes = self.current.split_to(self.current.len().min(most).min(drip));
        self.left -= bytes.len() as u64;
        self.length = self
            .length
            .map(|length| length.saturating_sub(bytes.len() as u64));
        if let Some(rate) = self.rate {
            let nanos = bytes.len() as u64 * NANOS / rate;
            self.wait(Duration::from_nanos(nanos), State::Waiting);
        }
        let chunk = Chunk::new(bytes);
        match &self.ending {
            Ending::Close(switch) if self.left == 0 => {
                self.state = State::Over;
                chunk.with_mark(Mark::Cut(Arc::clone(switch)))
            }
            Ending::Abort if self.left == 0 => {
                let (tell, told) = oneshot::channel();
                self.state = State::Leaving(told);
                chunk.with_mark(Mark::Tell(tell))
            }
            _ => chunk,
        }
    }

    /// What to do after the last byte; `false` if that is all.
    fn end(&mut self) -> bool {
        match self.ending {
            Ending::Well => return false,
            Ending::Close(_) => self.wait(HEAD_START, State::Ending),
            Ending::Stall(pause, _) => self.wait(pause, State::Ending),
            Ending::Abort => self.wait(HEAD_START, State::Aborting),
        }
        true
    }
}

impl http_body::Body for Body {
    type Data = Chunk;
    type Error = Aborted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Part<Chunk>, Aborted>>> {
        loop {
            match &mut self.state {
                State::Ready => {}
                State::Waiting => {
                    ready!(self.slept(cx));
                    self.state = State::Ready;
                }
                State::Leaving(told) => {
                    // Told, or the chunk is dropped with the stream that it was for.
                    let _ = ready!(Pin::new(told).poll(cx));
                    self.wait(HEAD_START, State::Aborting);
                }
                State::Aborting => {
                    ready!(self.slept(cx));
                    return Poll::Ready(Some(Err(Aborted)));
                }
                State::Ending => {
                    ready!(self.slept(cx));
                    match &self.ending {
                        Ending::Stall(_, switch) => switch.reset(),
                        Ending::Close(switch) => switch.close(),
                        Ending::Well | Ending::Abort => {}
                    }
                    self.state = State::Over;
                }
                State::Over => return Poll::Pending,
            }
            if self.left > 0 && !self.current.is_empty() {
                return Poll::Ready(Some(Ok(Part::data(self.piece()))));
            }
            let over = self.left == 0 && !matches!(self.ending, Ending::Well);
            match (!over).then(|| self.frames.next()).flatten() {
                Some(frame) => {
                    self.current = frame.bytes.into();
                    if !frame.after.is_zero() {
                        self.wait(frame.after, State::Waiting);
                    }
                }
                None if self.end() => {}
                None => return Poll::Ready(None),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.ending, Ending::Well) && self.left == 0 && self.frames.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Buf as _;
    use http_body::Body as _;

    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// When each piece of `body` comes and how long it is, then when the end comes and whether it is a good one.
    /// Whoever takes it takes each piece at once.
    async fn watched(mut body: Body) -> (Vec<(Duration, usize)>, (Duration, bool)) {
        let began = Instant::now();
        let mut pieces = Vec::new();
        loop {
            let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
            let at = began.elapsed();
            match frame {
                None => return (pieces, (at, true)),
                Some(Err(Aborted)) => return (pieces, (at, false)),
                Some(Ok(part)) => {
                    let mut chunk = part.into_data().unwrap();
                    pieces.push((at, chunk.remaining()));
                    chunk.advance(chunk.remaining());
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn frames_come_at_their_times() {
        let frames = [(0, "ab"), (30, "c"), (20, "def")]
            .map(|(after, text)| Frame::new(ms(after), text.as_bytes().to_vec()));
        let (pieces, end) = watched(Body::of(frames.to_vec())).await;
        assert_eq!(pieces, [(ms(0), 2), (ms(30), 1), (ms(50), 3)]);
        assert_eq!(end, (ms(50), true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_comes_at_its_rate() {
        let body = Body::whole(Bytes::from_static(b"a dozen byte")).with_rate(100);
        let (pieces, end) = watched(body).await;
        assert_eq!(pieces, [(ms(0), 5), (ms(50), 5), (ms(100), 2)]);
        assert_eq!(end, (ms(120), true));
    }

    #[tokio::test(start_paused = true)]
    async fn an_abort_leaves_time_to_read_what_came() {
        for (bytes, pieces) in [(0, vec![]), (3, vec![(ms(0), 3)])] {
            let body = Body::whole(Bytes::from_static(b"abc")).with_ending(bytes, Ending::Abort);
            assert_eq!(watched(body).await, (pieces, (HEAD_START, false)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_abort_waits_until_the_last_byte_has_left() {
        let mut body = Body::whole(Bytes::from_static(b"abc")).with_ending(3, Ending::Abort);
        let piece = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        tokio::time::sleep(ms(1000)).await;
        let pending = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut body).poll_frame(cx).is_pending()));
        assert!(pending.await);
        drop(piece);
        assert_eq!(watched(body).await, (vec![], (HEAD_START, false)));
    }

    #[tokio::test]
    async fn the_longest_wait_of_all_is_only_a_wait() {
        let frame = Frame::new(Duration::MAX, b"late".to_vec());
        let mut late = Body::of(vec![frame]);
        let pending = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut late).poll_frame(cx).is_pending()));
        assert!(pending.await);
    }
}
