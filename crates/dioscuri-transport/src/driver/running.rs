//! A call under way: what it has in flight, and the bell it waits for.

use super::{
    Delivered, Outgoing, Shared, Undelivered,
    attempt::{Landed, Milestones, Place},
};
use bytes::Bytes;
use dioscuri_engine::{AttemptEvent, Call, End, Step};
use dioscuri_vocab::{AttemptId, CallId, CallMeta, SplitMix64, Tick};
use std::{
    future::{pending, poll_fn},
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::Poll,
};
use tokio::{sync::Notify, time::sleep_until};

/// A call under way. Dropped, it gives back what it held and wakes who is next.
pub(super) struct Running<'a> {
    shared: &'a Arc<Shared>,
    outgoing: &'a Outgoing,
    call: Call,
    rng: SplitMix64,
    bell: Arc<Notify>,
    /// One, or two while a hedge is out.
    flights: Vec<Flight<'a>>,
    /// The answer of the attempt that ended last.
    body: Option<Bytes>,
    /// What the server or the connection said of it.
    message: Option<String>,
}

/// An attempt in flight. Dropped, it is broken off.
struct Flight<'a> {
    attempt: AttemptId,
    milestones: Arc<Milestones>,
    sending: Pin<Box<dyn Future<Output = Landed> + Send + 'a>>,
}

impl<'a> Running<'a> {
    pub(super) fn start(shared: &'a Arc<Shared>, outgoing: &'a Outgoing) -> Self {
        let now = shared.clock.now();
        let id = CallId(shared.calls.fetch_add(1, Ordering::Relaxed));
        let mut meta = CallMeta::new(id, outgoing.cost);
        meta.deadline = outgoing.deadline.map(|deadline| now.tick.after(deadline));
        meta.priority = outgoing.priority;
        meta.tenant = outgoing.tenant;
        meta.affinity = outgoing.affinity;
        Self {
            call: shared.engine.start(meta, now),
            rng: SplitMix64::split(shared.config.seed, id.0),
            bell: shared.bells.hang(id),
            flights: Vec::new(),
            body: None,
            message: None,
            shared,
            outgoing,
        }
    }

    /// What the call needs next; others are woken for what its last event opened.
    pub(super) fn poll(&mut self) -> Step {
        let step = self.call.poll(self.shared.clock.now());
        self.shared.carry_out_orders();
        step
    }

    /// `attempt` begins.
    pub(super) fn take_off(&mut self, attempt: AttemptId, place: Place) {
        let milestones = Arc::<Milestones>::default();
        let (shared, body) = (self.shared, &self.outgoing.body);
        let passed = Arc::clone(&milestones);
        self.flights.push(Flight {
            attempt,
            milestones,
            sending: Box::pin(async move { shared.sender.send(place, body, &passed).await }),
        });
    }

    /// Waits until an attempt has ended, this call's bell rings, or `until`.
    pub(super) async fn wait(&mut self, until: Option<Tick>) {
        if self.flights.is_empty() {
            return self.shared.rest(&self.bell, until).await;
        }
        let until = until.map(|until| self.shared.clock.instant(until));
        let landed = tokio::select! {
            biased;
            landed = first(&mut self.flights) => Some(landed),
            () = self.bell.notified() => None,
            () = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => pending().await,
                }
            } => None,
        };
        if let Some((attempt, landed)) = landed {
            self.land(attempt, landed);
        }
    }

    fn land(&mut self, attempt: AttemptId, landed: Landed) {
        self.tell_milestones();
        self.flights.retain(|flight| flight.attempt != attempt);
        self.body = landed.body;
        self.message = landed.message;
        let ended = AttemptEvent::Ended(landed.outcome);
        let now = self.shared.clock.now();
        self.call.on_event(attempt, ended, now, &mut self.rng);
    }

    /// Breaks `attempt` off: the engine has given back what it held.
    pub(super) fn cancel(&mut self, attempt: AttemptId) {
        self.flights.retain(|flight| flight.attempt != attempt);
    }

    /// Tells the call how far its attempts have come: what was sent must stay charged, even if it has lost against
    /// another attempt or the caller leaves.
    fn tell_milestones(&mut self) {
        for flight in &self.flights {
            for (event, at) in flight.milestones.passed() {
                self.call.on_event(flight.attempt, event, at, &mut self.rng);
            }
        }
    }

    /// What the caller gets.
    #[expect(clippy::result_large_err, reason = "what a driver returns, once a call")]
    pub(super) fn finish(mut self, end: End) -> Result<Delivered, Undelivered> {
        let receipt = self.call.receipt().clone();
        if let (End::Answered, Some(body)) = (end, self.body.take()) {
            return Ok(Delivered { body, receipt });
        }
        Err(Undelivered {
            end,
            failure: self.call.last_failure().cloned(),
            message: self.message.take(),
            receipt,
        })
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.tell_milestones();
        self.shared.bells.take_down(self.call.id());
        self.call.give_up(self.shared.clock.now());
        self.shared.carry_out_orders();
    }
}

/// The attempt that ends first, and how.
async fn first(flights: &mut [Flight<'_>]) -> (AttemptId, Landed) {
    poll_fn(|context| {
        for flight in &mut *flights {
            if let Poll::Ready(landed) = flight.sending.as_mut().poll(context) {
                return Poll::Ready((flight.attempt, landed));
            }
        }
        Poll::Pending
    })
    .await
}
