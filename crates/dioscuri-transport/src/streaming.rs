//! The body of an answer, as it comes.

mod error;

use crate::{
    BodyBox, SendError,
    carrier::{Ticket, said_in_answer},
    credential::Shield,
};
use bytes::Bytes;
use dioscuri_engine::Receipt;
use dioscuri_errors::{Fault, connection};
use dioscuri_http::Gated;
use dioscuri_vocab::{AttemptId, Failure, Outcome, Phase};
use error::Interrupted;
pub use error::StreamError;
use http_body::{Body, Frame, SizeHint};
use std::{
    fmt, mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

/// How long after a timer's end a reader that waits has looked at it at the latest. Later ones were away.
const AWAY: Duration = Duration::from_secs(1);

/// The body of an answer, as it comes, unchanged but for its trailers.
///
/// It holds the call's place in quota and pool until it has ended or is dropped. A stream that breaks ends with a
/// [`StreamError`], never silently: an error in place of an event, a connection that breaks or falls silent for
/// [`DriverConfig::stream_idle`](crate::DriverConfig::stream_idle), an end without a reason to finish. What came before
/// it is given first, an event that holds the error too. Once the answer has said why it finishes it is whole: if the
/// connection breaks or falls silent after that, the stream ends there, and its usage counts as far as it came.
#[must_use = "dropping it gives the answer up"]
pub struct Streaming(State);

enum State {
    /// All of it is there.
    Whole(Bytes, Receipt),
    Live(Box<Live>),
    Ended(Receipt),
}

/// A stream under way, and the place that it holds.
pub(crate) struct Live {
    /// Locked by nobody: what can be shared must be `Sync`, and a transport's body need not be.
    body: Mutex<Gated<BodyBox>>,
    ticket: Ticket,
    attempt: AttemptId,
    shield: Shield,
    idle: Duration,
    /// Since the reader has begun to wait for more.
    silence: Option<Pin<Box<Sleep>>>,
    delivered: u64,
}

impl Streaming {
    pub(crate) fn whole(body: Bytes, receipt: Receipt) -> Self {
        Self(if body.is_empty() {
            State::Ended(receipt)
        } else {
            State::Whole(body, receipt)
        })
    }

    pub(crate) fn live(live: Live) -> Self {
        Self(State::Live(Box::new(live)))
    }

    /// What the call has cost so far; complete once the body has ended.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        match &self.0 {
            State::Live(live) => live.ticket.call().receipt(),
            State::Whole(_, receipt) | State::Ended(receipt) => receipt,
        }
    }

    /// Ends it here, as dropping it does, and tells what the call has cost: nothing more will be added. An answer that
    /// has said why it finishes was had whole, and its usage counts.
    pub fn end_now(&mut self) -> &Receipt {
        let receipt = match &mut self.0 {
            State::Live(live) => {
                live.leave();
                live.ticket.call().receipt().clone()
            }
            State::Whole(_, receipt) | State::Ended(receipt) => mem::take(receipt),
        };
        self.0 = State::Ended(receipt);
        self.receipt()
    }
}

impl Body for Streaming {
    type Data = Bytes;
    type Error = StreamError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        let state = &mut self.get_mut().0;
        match state {
            State::Ended(_) => Poll::Ready(None),
            State::Whole(body, receipt) => {
                let (body, receipt) = (mem::take(body), mem::take(receipt));
                *state = State::Ended(receipt);
                Poll::Ready(Some(Ok(Frame::data(body))))
            }
            State::Live(live) => {
                let polled = live.poll(cx);
                if live.has_ended() {
                    let receipt = live.ticket.call().receipt().clone();
                    *state = State::Ended(receipt);
                }
                polled
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, State::Ended(_))
    }

    /// Exact for what is there. Of a stream it tells nothing: whoever stopped at its length would miss how it ended.
    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            State::Whole(body, _) => SizeHint::with_exact(body.len() as u64),
            State::Live(_) => SizeHint::new(),
            State::Ended(_) => SizeHint::with_exact(0),
        }
    }
}

impl fmt::Debug for Streaming {
    /// Shows what it cost, never the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming")
            .field("receipt", self.receipt())
            .finish_non_exhaustive()
    }
}

impl Live {
    pub(crate) fn new(
        ticket: Ticket,
        attempt: AttemptId,
        body: Gated<BodyBox>,
        shield: Shield,
        idle: Duration,
    ) -> Self {
        Self {
            body: Mutex::new(body),
            ticket,
            attempt,
            shield,
            idle,
            silence: None,
            delivered: 0,
        }
    }

    fn body(&mut self) -> &mut Gated<BodyBox> {
        self.body.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_ended(&self) -> bool {
        self.ticket.has_landed()
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        if !self.body().is_holding() && self.body().reader().ended().is_some() {
            return Poll::Ready(self.end().map(Err));
        }
        match Pin::new(self.body()).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.silence = None;
                self.delivered += frame.data_ref().map_or(0, |data| data.len() as u64);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(_))) if self.body().reader().is_finished() => {
                Poll::Ready(self.end().map(Err))
            }
            Poll::Ready(Some(Err(error))) => {
                let failure = connection(Phase::Committed, error.fault);
                let said = error.to_string();
                Poll::Ready(Some(Err(self.interrupted(failure, &said, Some(error)))))
            }
            Poll::Ready(None) => Poll::Ready(self.end().map(Err)),
            Poll::Pending => self.poll_silence(cx),
        }
    }

    /// Ends the stream if it has been silent for too long. Who was away when that time ended waits anew: then nobody has
    /// driven the connection either.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        let idle = self.idle;
        let silence = self.silence.get_or_insert_with(|| Box::pin(sleep(idle)));
        if silence.deadline().elapsed() > AWAY {
            silence.set(sleep(idle));
        }
        if silence.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        if self.body().reader().is_finished() {
            return Poll::Ready(self.end().map(Err));
        }
        let failure = connection(Phase::Committed, Fault::Timeout);
        let said = format!("silent for {:.1} s", idle.as_secs_f64());
        Poll::Ready(Some(Err(self.interrupted(failure, &said, None))))
    }

    /// The body has ended, or what follows is no answer.
    fn end(&mut self) -> Option<StreamError> {
        let body = self.body();
        let outcome = body.end();
        let failure = match &outcome {
            // What has said why it ends is whole, be the reason what it may.
            Outcome::Failed { failure, .. } if !body.reader().is_finished() => failure.clone(),
            _ => {
                self.ticket.land(self.attempt, outcome);
                return None;
            }
        };
        let said = said_in_answer(&failure, body.reader().last_words());
        Some(self.interrupted(failure, &said, None))
    }

    fn interrupted(&mut self, failure: Failure, said: &str, source: Option<SendError>) -> StreamError {
        let phase = Phase::Committed;
        let outcome = Outcome::Failed {
            failure: failure.clone(),
            phase,
        };
        self.ticket.land(self.attempt, outcome);
        StreamError::new(Interrupted {
            failure,
            phase,
            at: self.ticket.last_address(),
            delivered: self.delivered,
            message: self.shield.redact(said),
            source: source.map(Arc::new),
        })
    }
}

impl Live {
    /// Whoever leaves once the answer has said why it ends has had all of it: its usage counts.
    fn leave(&mut self) {
        if !self.has_ended() && self.body().reader().is_finished() {
            let outcome = self.body().end();
            self.ticket.land(self.attempt, outcome);
        }
        self.ticket.give_up();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.leave();
    }
}
