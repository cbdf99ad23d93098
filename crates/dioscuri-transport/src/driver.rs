//! Runs the engine in real time: reads the clock, sends, reads answers, wakes who is next.

mod attempt;
mod bells;
mod keeper;
mod running;

use crate::{Clock, Directory, Transport};
use attempt::Sender;
use bells::Bells;
use bytes::Bytes;
use dioscuri_engine::{End, Engine, EngineOrder, Receipt, Step};
use dioscuri_errors::Classify;
use dioscuri_vocab::{Cost, Failure, GroupId, Tick};
use keeper::{Keeper, Kept};
use running::Running;
use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// How long after its time a waiting call looks for itself: the keeper has been late by then.
const GRACE: Duration = Duration::from_secs(1);

/// How long a waiting call rests at most before it looks for itself. Looking costs about a microsecond, so that
/// 100,000 waiting calls spend a hundredth of a core on it.
const OWN_LOOK: Duration = Duration::from_secs(10);

/// The bounds of a driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct DriverConfig {
    /// The longest answer that is read, in bytes. Default: 256 MiB, since inline images and audio come back
    /// as base64; a longer one fails as a broken connection.
    pub max_answer: usize,
    /// How much of an error body is read, in bytes. Default: 1 MiB; Google's are below 10 kB.
    pub max_error: usize,
    /// How long an error body may take after its head. Default: 5 s; then what has come is classified.
    pub error_patience: Duration,
    /// Seeds the jitter of every call; equal seeds give equal draws. Default: drawn from the process's start.
    pub seed: u64,
}

impl Default for DriverConfig {
    fn default() -> Self {
        // `RandomState` is the only source of randomness in std: it is seeded by the operating system.
        use std::hash::{BuildHasher as _, RandomState};
        Self {
            max_answer: 256 << 20,
            max_error: 1 << 20,
            error_patience: Duration::from_secs(5),
            seed: RandomState::new().hash_one(0_u8),
        }
    }
}

/// What a call is sent with.
#[derive(Clone)]
#[non_exhaustive]
pub struct Outgoing {
    /// The body, sent as it is on every attempt.
    pub body: Bytes,
    /// What it is estimated to cost.
    pub cost: Cost,
    /// How long it may take in all: queue, attempts, waits and fallbacks together.
    pub deadline: Option<Duration>,
    /// Higher goes first.
    pub priority: u8,
    /// Who asks.
    pub tenant: u32,
    /// Only the endpoints of this group may answer.
    pub affinity: Option<GroupId>,
}

impl Outgoing {
    /// A `generateContent` body that is estimated to cost `cost`.
    #[must_use]
    pub fn new(body: impl Into<Bytes>, cost: Cost) -> Self {
        Self {
            body: body.into(),
            cost,
            deadline: None,
            priority: 0,
            tenant: 0,
            affinity: None,
        }
    }

    /// The same call, to end within `deadline`.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl fmt::Debug for Outgoing {
    /// Shows sizes, never the body: it is a prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("body_bytes", &self.body.len())
            .field("cost", &self.cost)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// An answer and what it cost.
#[derive(Clone)]
#[non_exhaustive]
pub struct Delivered {
    /// The body, as it came.
    pub body: Bytes,
    /// What it cost.
    pub receipt: Receipt,
}

impl fmt::Debug for Delivered {
    /// Shows the size of the answer, never the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivered")
            .field("body_bytes", &self.body.len())
            .field("receipt", &self.receipt)
            .finish()
    }
}

/// A call that ended without an answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct Undelivered {
    /// How it ended.
    pub end: End,
    /// The last failure, if anything was tried.
    pub failure: Option<Failure>,
    /// What the server or the connection last said, with credentials masked. It may quote the request.
    pub message: Option<String>,
    /// What it cost.
    pub receipt: Receipt,
}

impl fmt::Debug for Undelivered {
    /// Leaves the message out: it may quote the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undelivered")
            .field("end", &self.end)
            .field("failure", &self.failure)
            .field("receipt", &self.receipt)
            .finish_non_exhaustive()
    }
}

/// Runs calls of one engine over one transport. Cheap to clone.
#[derive(Clone)]
pub struct Driver {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    sender: Sender,
    clock: Clock,
    config: DriverConfig,
    bells: Bells,
    keeper: Keeper,
    calls: AtomicU64,
}

impl Driver {
    /// A driver of `engine` that sends to the addresses of `directory` over `transport`, and reads failures
    /// with `classify`.
    pub fn new(
        engine: Engine,
        directory: Directory,
        transport: Arc<dyn Transport>,
        classify: Arc<dyn Classify>,
        clock: Clock,
        config: DriverConfig,
    ) -> Self {
        let sender = Sender {
            directory,
            transport,
            classify,
            clock,
            config,
        };
        let shared = Shared {
            engine,
            sender,
            clock,
            config,
            bells: Bells::default(),
            keeper: Keeper::new(),
            calls: AtomicU64::new(0),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// The clock whose ticks the engine sees.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Lets nothing more out: attempts in flight go on to their end, calls that wait end at once with
    /// [`End::Shed`], and so do new ones. For shutting down without losing what is paid for.
    pub fn close(&self) {
        self.shared.engine.close();
        self.shared.carry_out_orders();
    }

    /// Carries one call to its end.
    ///
    /// # Errors
    ///
    /// [`Undelivered`] with the last failure and the receipt, when trying again cannot help or a limit is
    /// reached.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the call up: a place that was kept goes to the next caller, what was sent
    /// stays charged.
    pub async fn run(&self, outgoing: &Outgoing) -> Result<Delivered, Undelivered> {
        let mut running = Running::start(&self.shared, outgoing);
        let end = loop {
            match running.poll() {
                Step::Send {
                    attempt,
                    at,
                    credential,
                    timeout,
                    ..
                } => {
                    let place = attempt::Place {
                        at,
                        credential,
                        timeout,
                    };
                    running.take_off(attempt, place);
                }
                Step::Wait { until } => running.wait(until).await,
                Step::Cancel { attempt } => running.cancel(attempt),
                // What is committed is delivered whole: there is no gate to open.
                Step::Commit { .. } => {}
                Step::Done(end) => break end,
            }
        };
        running.finish(end)
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("engine", &self.shared.engine)
            .field("config", &self.shared.config)
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// Rests until this call's bell rings, or until it had better look for itself.
    ///
    /// The keeper rings in time. But it is a task of one runtime, which somebody has to drive; so each call looks
    /// after itself too, late and rarely, and no deadline depends on anybody else.
    async fn rest(self: &Arc<Self>, bell: &Notify, until: Option<Tick>) {
        self.keeper.ensure(self);
        self.keeper.next_look(self.engine.poll_timeout());
        let latest = self.clock.now().tick.after(OWN_LOOK);
        let late = until.map_or(latest, |until| until.after(GRACE).min(latest));
        tokio::select! {
            biased;
            () = bell.notified() => {}
            () = sleep_until(self.clock.instant(late)) => {}
        }
    }

    /// Carries out what the engine wants, and lets the keeper know when it wants to be looked at.
    fn carry_out_orders(&self) {
        self.ring();
        self.keeper.next_look(self.engine.poll_timeout());
    }

    fn ring(&self) {
        while let Some(order) = self.engine.poll_order(self.clock.now()) {
            match order {
                EngineOrder::Wake(call) => self.bells.ring(call),
                // For budgets that share a quota between processes: none of ours orders one yet.
                EngineOrder::Lease { .. } => {}
            }
        }
    }
}

impl Kept for Shared {
    fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    fn look(&self) -> Option<Tick> {
        self.ring();
        self.engine.poll_timeout()
    }

    fn instant(&self, tick: Tick) -> Instant {
        self.clock.instant(tick)
    }

    fn on_keeper_gone(&self) {
        self.bells.ring_all();
    }
}
