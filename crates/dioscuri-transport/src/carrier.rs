//! Runs the engine in real time: reads the clock, sends, reads answers, wakes who is next.

mod attempt;
mod bells;
mod keeper;
mod reading;
mod running;
mod ticket;

use crate::{Clock, Delivered, Directory, DriverConfig, Opened, Outgoing, Transport, Undelivered};
use attempt::Sender;
use bells::Bells;
use dioscuri_engine::{Engine, EngineOrder};
use dioscuri_errors::Classify;
use dioscuri_vocab::Tick;
use keeper::{Keeper, Kept};
use reading::Reading;
pub(crate) use reading::said_in_answer;
use running::Running;
use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};
pub(crate) use ticket::Ticket;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// How long after its time a waiting call looks for itself: the keeper has been late by then.
const GRACE: Duration = Duration::from_secs(1);

/// How long a waiting call rests at most before it looks for itself. Looking costs about a microsecond, so that
/// 100,000 waiting calls spend a hundredth of a core on it.
const OWN_LOOK: Duration = Duration::from_secs(10);

/// Runs calls of one engine, each over a transport that it brings along. Cheap to clone.
///
/// For adapters whose way out is known only when a call comes: the rest of a stack of middlewares, a service. A
/// [`Driver`](crate::Driver) is a carrier with one transport for all.
///
/// ```
/// use dioscuri_engine::Engine;
/// use dioscuri_errors::Taxonomy;
/// use dioscuri_pool::{EndpointSpec, RegionPool};
/// use dioscuri_transport::{Address, Carrier, Clock, Credential, Directory, DriverConfig, Outgoing, Transport};
/// use dioscuri_vocab::Cost;
/// use std::sync::Arc;
/// # use dioscuri_transport::{BodyBox, SendError, Sent, body};
/// # struct Way;
/// # #[async_trait::async_trait]
/// # impl Transport for Way {
/// #     async fn send(&self, _: http::Request<bytes::Bytes>, _: Sent) -> Result<http::Response<BodyBox>, SendError> {
/// #         let answer = r#"{"candidates": [{"content": {"parts": [{"text": "so"}]}, "finishReason": "STOP"}]}"#;
/// #         Ok(http::Response::new(body(answer)))
/// #     }
/// # }
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let mut directory = Directory::new();
/// let endpoint = directory.add_endpoint(Address::developer("gemini-3.8-flash")?);
/// let credential = directory.add_credential(Credential::api_key("an API key"));
/// let pool = RegionPool::default();
/// pool.add(EndpointSpec::new(endpoint, [credential]))?;
/// let (engine, classify) = (Engine::builder(pool).build(), Arc::new(Taxonomy::new()));
/// let carrier = Carrier::new(engine, directory, classify, Clock::start(), DriverConfig::default());
///
/// let way: &dyn Transport = &Way; // the call's own way out
/// let call = Outgoing::new(r#"{"contents": [{"parts": [{"text": "So?"}]}]}"#, Cost::tokens(3));
/// let delivered = carrier.carry(&call, way).await?;
/// assert_eq!(delivered.receipt.tries.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Carrier {
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

impl Carrier {
    /// A carrier of the calls of `engine` to the addresses of `directory`, which reads failures with `classify`.
    ///
    /// An engine has one carrier: two would take each other's wake-ups, and number their calls alike. For several ways
    /// out clone the carrier.
    pub fn new(
        engine: Engine,
        directory: Directory,
        classify: Arc<dyn Classify>,
        clock: Clock,
        config: DriverConfig,
    ) -> Self {
        let sender = Sender {
            directory,
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

    /// The engine. Not for a second carrier: clone this one.
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
    /// [`End::Shed`](dioscuri_engine::End::Shed), and so do new ones. For shutting down without losing what is paid
    /// for.
    pub fn close(&self) {
        self.shared.engine.close();
        self.shared.carry_out_orders();
    }

    /// Carries one call to its end over `over`, and reads the answer whole. A stream is read whole too: one that
    /// breaks at any point is asked for again.
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
    pub async fn carry(&self, outgoing: &Outgoing, over: &dyn Transport) -> Result<Delivered, Undelivered> {
        let running = Running::start(&self.shared, outgoing, over, Reading::Whole);
        running.carry().await
    }

    /// Carries one call until its answer may be read: `streamGenerateContent` to its first content, everything else
    /// to its end.
    ///
    /// Until then any failure is tried again as the policy says, an error inside of an HTTP 200 too. From then on
    /// nothing is: a stream that breaks ends with a [`StreamError`](crate::StreamError). It holds its place in quota
    /// and pool until it ends or is dropped.
    ///
    /// # Errors
    ///
    /// [`Undelivered`] with the last failure and the receipt, when trying again cannot help or a limit is
    /// reached.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future, or what was opened, gives the call up: a place that was kept goes to the next caller,
    /// what was sent stays charged.
    pub async fn open(&self, outgoing: &Outgoing, over: &dyn Transport) -> Result<Opened, Undelivered> {
        let running = Running::start(&self.shared, outgoing, over, Reading::Gated);
        running.open().await
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carrier")
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
