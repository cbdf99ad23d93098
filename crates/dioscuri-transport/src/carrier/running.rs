//! A call under way: what it has in flight, and the bell it waits for.

use super::{
    Shared,
    attempt::{Came, Landed, Place, Stream},
    reading::Reading,
    ticket::Ticket,
};
use crate::{Delivered, Opened, Outgoing, Refusal, Transport, Undelivered, opened, streaming::Live};
use bytes::Bytes;
use dioscuri_engine::{AttemptEvent, End, Receipt, Step};
use dioscuri_vocab::{AttemptId, Tick};
use http::response::Parts;
use std::{
    future::{pending, poll_fn},
    pin::Pin,
    sync::Arc,
    task::Poll,
};
use tokio::time::sleep_until;

/// A call under way. Dropped, it gives back what it held and wakes who is next.
pub(super) struct Running<'a> {
    /// One, or two while a hedge is out.
    flights: Vec<Flight<'a>>,
    ticket: Ticket,
    shared: &'a Shared,
    outgoing: &'a Outgoing,
    over: &'a dyn Transport,
    reading: Reading,
    /// The stream that waits for its gate.
    stream: Option<(AttemptId, Box<Stream>)>,
    /// The answer of the attempt that ended last.
    answer: Option<(Parts, Bytes)>,
    /// The same, if it was no good.
    refusal: Option<Refusal>,
    /// What the server or the connection said of it.
    message: Option<String>,
}

/// An attempt in flight. Dropped, it is broken off.
struct Flight<'a> {
    attempt: AttemptId,
    sending: Pin<Box<dyn Future<Output = Came> + Send + 'a>>,
}

/// A call that was answered: whole.
type Answered = (Parts, Bytes, Receipt);

impl<'a> Running<'a> {
    pub(super) fn start(
        shared: &'a Arc<Shared>,
        outgoing: &'a Outgoing,
        over: &'a dyn Transport,
        reading: Reading,
    ) -> Self {
        Self {
            flights: Vec::new(),
            ticket: Ticket::draw(shared, outgoing),
            shared,
            outgoing,
            over,
            reading,
            stream: None,
            answer: None,
            refusal: None,
            message: None,
        }
    }

    /// Carries the call to its end, and reads the answer whole.
    pub(super) async fn carry(mut self) -> Result<Delivered, Undelivered> {
        loop {
            // What is read whole has no gate to open.
            if let Some(end) = self.go().await {
                let (_, body, receipt) = self.finish(end)?;
                return Ok(Delivered { body, receipt });
            }
        }
    }

    /// Carries the call until its answer may be read.
    pub(super) async fn open(mut self) -> Result<Opened, Undelivered> {
        loop {
            if let Some(end) = self.go().await {
                let (head, body, receipt) = self.finish(end)?;
                return Ok(opened::whole(head, body, receipt));
            }
            if let Some((attempt, stream)) = self.stream.take() {
                let Stream { head, body, shield } = *stream;
                self.ticket.keep(attempt);
                let idle = self.shared.config.stream_idle;
                let live = Live::new(self.ticket, attempt, body, shield, idle);
                return Ok(opened::live(head, live));
            }
        }
    }

    /// Carries out what the engine orders, to the end or the opening of a gate.
    async fn go(&mut self) -> Option<End> {
        loop {
            match self.ticket.poll() {
                Step::Send {
                    attempt,
                    at,
                    credential,
                    timeout,
                    ..
                } => {
                    let place = Place {
                        at,
                        credential,
                        timeout,
                    };
                    self.take_off(attempt, place);
                }
                Step::Wait { until } => self.wait(until).await,
                Step::Cancel { attempt } => self.cancel(attempt),
                Step::Commit { .. } => return None,
                Step::Done(end) => return Some(end),
            }
        }
    }

    fn take_off(&mut self, attempt: AttemptId, place: Place) {
        let milestones = self.ticket.take_off(attempt);
        let (shared, outgoing, over, reading) = (self.shared, self.outgoing, self.over, self.reading);
        self.flights.push(Flight {
            attempt,
            sending: Box::pin(async move {
                shared
                    .sender
                    .send(over, place, outgoing, reading, &milestones)
                    .await
            }),
        });
    }

    /// Waits until an attempt has ended, this call's bell rings, or `until`.
    async fn wait(&mut self, until: Option<Tick>) {
        let shared = Arc::clone(self.ticket.shared());
        let bell = Arc::clone(self.ticket.bell());
        if self.flights.is_empty() {
            return shared.rest(&bell, until).await;
        }
        let until = until.map(|until| shared.clock.instant(until));
        let landed = tokio::select! {
            biased;
            came = first(&mut self.flights) => Some(came),
            () = bell.notified() => None,
            () = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => pending().await,
                }
            } => None,
        };
        match landed {
            Some((attempt, Came::Landed(landed))) => self.land(attempt, landed),
            Some((attempt, Came::Content(stream))) => {
                self.flights.retain(|flight| flight.attempt != attempt);
                self.stream = Some((attempt, stream));
                self.ticket.tell(attempt, AttemptEvent::Content);
            }
            None => {}
        }
    }

    fn land(&mut self, attempt: AttemptId, landed: Landed) {
        self.flights.retain(|flight| flight.attempt != attempt);
        self.answer = landed.answer;
        self.refusal = landed.refusal;
        self.message = landed.message;
        self.ticket.land(attempt, landed.outcome);
    }

    /// Breaks `attempt` off: the engine has given back what it held.
    fn cancel(&mut self, attempt: AttemptId) {
        self.flights.retain(|flight| flight.attempt != attempt);
        self.ticket.cancel(attempt);
    }

    /// What the caller gets.
    #[expect(clippy::result_large_err, reason = "what a carrier returns, once a call")]
    fn finish(mut self, end: End) -> Result<Answered, Undelivered> {
        let call = self.ticket.call();
        let receipt = call.receipt().clone();
        if let (End::Answered, Some((head, body))) = (end, self.answer.take()) {
            return Ok((head, body, receipt));
        }
        Err(Undelivered {
            end,
            failure: call.last_failure().cloned(),
            message: self.message.take(),
            refusal: self.refusal.take(),
            at: self.ticket.last_address(),
            receipt,
        })
    }
}

/// The attempt of which something comes first, and what.
async fn first(flights: &mut [Flight<'_>]) -> (AttemptId, Came) {
    poll_fn(|context| {
        for flight in &mut *flights {
            if let Poll::Ready(came) = flight.sending.as_mut().poll(context) {
                return Poll::Ready((flight.attempt, came));
            }
        }
        Poll::Pending
    })
    .await
}
